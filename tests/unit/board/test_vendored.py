"""The libraries that the board serves are those of their packages."""

import hashlib
from pathlib import Path

import stream.board

VENDOR = Path(stream.board.__file__).parent / "static" / "vendor"


def test_the_files_are_what_their_checksums_say():
    sums = dict(reversed(line.split()) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in VENDOR.glob("*.js")}
    assert files == sums
    for name in files:
        assert (VENDOR / name.replace(".min.js", ".LICENSE")).read_text()
        assert name in (VENDOR / "README.md").read_text()
