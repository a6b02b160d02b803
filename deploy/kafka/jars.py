"""The jars of Apache Kafka: locked by coordinate and checksum, fetched once, verified at every start.

`jars.lock` names every jar of the broker's class path with its SHA-256. A jar that is missing is fetched from
Maven's central repository (the `maven-artifact` package knows it) into the user's cache folder, side by side
with the others; 45 jars, 43 MB, once. A jar whose checksum differs is refused, never loaded and never
replaced silently: either it was altered after it was verified, or the lock and the repository disagree.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import requests
from maven_artifact import Artifact, Downloader  # type: ignore[import-untyped,unused-ignore]
from platformdirs import user_cache_path

from deploy.errors import BrokerStartError

LOCK_FILE = Path(__file__).with_name("jars.lock")
FETCHES_AT_ONCE = 8  # polite to the repository; the link is the limit beyond that
FETCH_TIMEOUT = 60.0  # seconds without an answer from the repository

log = logging.getLogger(__name__)

Fetch = Callable[[str], bytes]
"""Takes a coordinate `group:artifact:version`, gives the jar's bytes."""


@dataclass(frozen=True)
class LockedJar:
    """One jar of the broker's class path and the SHA-256 (hexadecimal) it must have."""

    coordinate: str
    sha256: str

    @property
    def file_name(self) -> str:
        """`artifact-version.jar`; no two locked jars share one."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def locked_jars(lock_file: Path = LOCK_FILE) -> list[LockedJar]:
    """Read the lock: lines of `sha256  group:artifact:version`; `#` starts a comment."""
    lines = [line.split() for line in lock_file.read_text().splitlines() if line and not line.startswith("#")]
    return [LockedJar(coordinate, sha256) for sha256, coordinate in lines]


def jar_cache() -> Path:
    """Name the folder of the jars: newsfold/kafka-jars in the user's cache (XDG_CACHE_HOME, or ~/.cache)."""
    return user_cache_path("newsfold") / "kafka-jars"


def fetch_from_maven(coordinate: str) -> bytes:
    """Fetch one jar from Maven's central repository. Raises requests.RequestException."""
    repository = Downloader()
    address = repository.resolver.uri_for_artifact(Artifact.parse(coordinate))
    response: requests.Response = repository.requestor.request(address, None, timeout=FETCH_TIMEOUT)
    return response.content


def verified_jars(
    jars: Iterable[LockedJar], cache: Path | None = None, fetch: Fetch = fetch_from_maven
) -> list[Path]:
    """Give the path of every jar, fetched if missing, each with the checksum it is locked to.

    Raises BrokerStartError when a jar cannot be fetched or its checksum differs.
    """
    folder = cache or jar_cache()
    folder.mkdir(parents=True, exist_ok=True)
    jars = list(jars)
    missing = [jar for jar in jars if not (folder / jar.file_name).exists()]
    if missing:
        log.info("fetching %d jars of the Kafka broker into %s, once", len(missing), folder)
        with ThreadPoolExecutor(FETCHES_AT_ONCE) as fetchers:
            list(fetchers.map(lambda jar: _keep(jar, folder, fetch), missing))
    for jar in jars:
        kept = folder / jar.file_name
        _refuse_altered(jar, kept.read_bytes(), f"{kept}; delete that file")
    return [folder / jar.file_name for jar in jars]


def _keep(jar: LockedJar, folder: Path, fetch: Fetch) -> None:
    """Write a jar into the cache in one step, so that two brokers starting at once never see half of one."""
    try:
        content = fetch(jar.coordinate)
    except requests.RequestException as error:
        raise BrokerStartError(
            f"the Kafka jar {jar.coordinate} could not be fetched from Maven's central repository: {error}. "
            "The first start of a local broker needs the network; every later one does not."
        ) from error
    _refuse_altered(jar, content, "the repository's answer; fetch again")
    with NamedTemporaryFile(dir=folder, prefix=".partial-", delete=False) as partial:
        partial.write(content)
    Path(partial.name).replace(folder / jar.file_name)


def _refuse_altered(jar: LockedJar, content: bytes, where: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != jar.sha256:
        raise BrokerStartError(
            f"the Kafka jar {jar.coordinate} is not the one that was locked: sha256 {found}, "
            f"expected {jar.sha256}, in {where} if you trust the lock"
        )
