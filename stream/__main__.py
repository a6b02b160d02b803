"""`python -m stream` is the `newsfold` command."""

from stream.commands import main

main()
