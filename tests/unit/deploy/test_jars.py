"""The jars of the local broker: locked, fetched once, refused when altered."""

import hashlib
from pathlib import Path

import pytest
import requests

from deploy.errors import BrokerStartError
from deploy.kafka.jars import LockedJar, jar_cache, locked_jars, verified_jars

CONTENT = {"org.example:press:1.0": b"the press", "org.example:ink:2.1": b"the ink"}
JARS = [LockedJar(coordinate, hashlib.sha256(content).hexdigest()) for coordinate, content in CONTENT.items()]


def refuse_to_fetch(coordinate: str) -> bytes:
    raise AssertionError(f"{coordinate} was fetched again")


def test_the_lock_names_every_jar_once_with_a_sha256():
    jars = locked_jars()
    assert "org.apache.kafka:kafka_2.13:4.4.0" in {jar.coordinate for jar in jars}
    assert len({jar.file_name for jar in jars}) == len(jars) > 40
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in jars)


def test_a_comment_or_an_empty_line_in_the_lock_is_no_jar(tmp_path: Path):
    lock = tmp_path / "jars.lock"
    lock.write_text("# made by hand\n\nabc  org.example:press:1.0\n")
    assert locked_jars(lock) == [LockedJar("org.example:press:1.0", "abc")]


def test_missing_jars_are_fetched_once_and_kept(tmp_path: Path):
    first = verified_jars(JARS, tmp_path / "cache", CONTENT.__getitem__)
    assert [jar.name for jar in first] == ["press-1.0.jar", "ink-2.1.jar"]
    assert [jar.read_bytes() for jar in first] == list(CONTENT.values())
    assert verified_jars(JARS, tmp_path / "cache", refuse_to_fetch) == first


def test_a_fetched_jar_that_is_not_the_locked_one_is_refused_and_not_kept(tmp_path: Path):
    with pytest.raises(BrokerStartError, match=r"press:1\.0 is not the one that was locked"):
        verified_jars(JARS[:1], tmp_path, lambda _: b"something else")
    assert list(tmp_path.iterdir()) == []


def test_a_kept_jar_that_was_altered_is_refused(tmp_path: Path):
    press, _ = verified_jars(JARS, tmp_path, CONTENT.__getitem__)
    press.write_bytes(press.read_bytes() + b"!")
    with pytest.raises(BrokerStartError, match=r"sha256 .* expected .*press-1.0.jar; delete that file"):
        verified_jars(JARS, tmp_path, refuse_to_fetch)


def test_without_the_network_the_error_says_what_was_missing(tmp_path: Path):
    def no_network(_: str) -> bytes:
        raise requests.ConnectionError("no route to host")

    with pytest.raises(BrokerStartError, match=r"press:1\.0 could not be fetched.*needs the network"):
        verified_jars(JARS, tmp_path, no_network)


def test_the_jars_are_kept_in_the_cache_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert jar_cache() == tmp_path / "newsfold" / "kafka-jars"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/editor")
    assert jar_cache() == Path("/home/editor/.cache/newsfold/kafka-jars")
