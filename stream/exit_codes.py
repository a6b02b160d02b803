"""How a command ends, for scripts and supervisors. docs/commands.md has the table."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every command; those from 64 on are of sysexits.h."""

    DONE = 0
    BUG = 1
    REFUSED = 2
    INPUT_REFUSED = 65  # EX_DATAERR
    NOT_FOUND = 66  # EX_NOINPUT
    UNAVAILABLE = 69  # EX_UNAVAILABLE
    FAILED = 70  # EX_SOFTWARE
    OVERDUE = 75  # EX_TEMPFAIL
    INTERRUPTED = 130  # as a shell says it of Ctrl-C


MEANINGS = {
    ExitCode.DONE: "Done.",
    ExitCode.BUG: "A bug, with a traceback; or a question was answered with no.",
    ExitCode.REFUSED: "Wrong arguments, settings, topics or model: the message says what to correct.",
    ExitCode.INPUT_REFUSED: "Nothing of the input could be read; each line's reason was said.",
    ExitCode.NOT_FOUND: "There is no such story or article.",
    ExitCode.UNAVAILABLE: "No broker answers, or no server of a feed; the same command may work later.",
    ExitCode.FAILED: "A worker stopped rather than lose an article, or the board ended by itself. Start it again.",
    ExitCode.OVERDUE: "A worker was asked to stop and could not in time; nothing half done was committed.",
    ExitCode.INTERRUPTED: "Stopped by Ctrl-C, after writing the best so far (`tune`).",
}
