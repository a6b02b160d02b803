"""Renew jars.lock: ask Maven for the run-time dependencies of pom.xml and note each with its SHA-256.

Run by `make jars`; the only place that needs Maven.
"""

import hashlib
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.kafka.jars import LOCK_FILE

POM = Path(__file__).with_name("pom.xml")
HEADER = "# sha256  group:artifact:version of each jar on the broker's class path; `make jars` writes it.\n"


def lock_line(jar: Path, repository: Path) -> str:
    """Give the lock line of `repository/group/as/folders/artifact/version/artifact-version.jar`."""
    *group, artifact, version, _ = jar.relative_to(repository).parts
    return f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {'.'.join(group)}:{artifact}:{version}\n"


def main() -> None:
    """Write jars.lock beside this file."""
    with TemporaryDirectory() as folder:
        repository = Path(folder)
        subprocess.run(
            ["mvn", "--quiet", "--batch-mode", f"--file={POM}", "dependency:copy-dependencies",
             "-DincludeScope=runtime", "-Dmdep.useRepositoryLayout=true", f"-DoutputDirectory={repository}"],
            check=True,
        )  # fmt: skip
        lines = [lock_line(jar, repository) for jar in sorted(repository.rglob("*.jar"))]
    LOCK_FILE.write_text(HEADER + "".join(lines))
    sys.stdout.write(f"{LOCK_FILE.name}: {len(lines)} jars\n")


if __name__ == "__main__":
    main()
