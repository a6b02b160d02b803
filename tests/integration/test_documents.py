"""The commands and consumers of docs/ do what the pages say."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.kafka.jars import locked_jars, verified_jars
from tests.support.newsroom import Newsroom, article

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def blocks(page: str, kind: str) -> list[str]:
    """The code blocks of a page in docs/ that are marked to be run."""
    text = (ROOT / "docs" / page).read_text(encoding="utf8")
    return re.findall(rf"<!-- run: {kind} -->\n```\w*\n(.*?)```", text, re.DOTALL)


@pytest.fixture
async def filled(newsroom: Newsroom) -> Newsroom:
    """A newsroom with one story on its topic."""
    await newsroom.send([(b"ferry", article("ferry", "Ferry returns to the strait"))], partition=0)
    with newsroom.worker() as worker:
        await asyncio.to_thread(worker.wait_ready, 300)
        await newsroom.wait_for(1)
    return newsroom


async def test_the_consumers_of_the_page_read_the_stories(filled: Newsroom):
    (program,) = blocks("consuming.md", "python")
    environment = os.environ | filled.environment
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Ferry returns to the strait" in done.stdout, done.stderr
    if shutil.which("kcat") is None:
        pytest.skip("kcat is not installed (Debian: apt-get install kcat)")
    (command,) = blocks("consuming.md", "kcat")
    command = command.replace("localhost:9092", filled.settings.kafka.bootstrap_servers)
    command = command.replace("-t stories", f"-t {filled.settings.topics.stories}")
    done = await asyncio.to_thread(
        subprocess.run, ["sh", "-c", command], capture_output=True, text=True, timeout=120
    )
    assert "Ferry returns to the strait" in done.stdout, done.stderr


JAVA = """import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
public class Reader {{ public static void main(String[] arguments) {{ {program} }} }}
"""


async def test_the_java_consumer_of_the_page_compiles_and_reads_the_stories(filled: Newsroom, tmp_path: Path):
    if shutil.which("javac") is None:
        pytest.skip("javac is not on the path (Debian: apt-get install default-jdk-headless)")
    (program,) = blocks("consuming.md", "java")
    program = program.replace("localhost:9092", filled.settings.kafka.bootstrap_servers)
    program = program.replace('"stories"', f'"{filled.settings.topics.stories}"')
    source = tmp_path / "Reader.java"
    source.write_text(JAVA.format(program=program))
    path = os.pathsep.join(map(str, verified_jars(locked_jars())))
    compiled = ["javac", "-cp", path, "-d", str(tmp_path), str(source)]
    done = await asyncio.to_thread(subprocess.run, compiled, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    reader = await asyncio.create_subprocess_exec(
        "java", "-cp", f"{path}{os.pathsep}{tmp_path}", "Reader", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert reader.stdout is not None
        async with asyncio.timeout(120):
            while "Ferry returns to the strait" not in (line := (await reader.stdout.readline()).decode()):
                assert line, "it ended without the story"
    finally:
        with suppress(ProcessLookupError):
            reader.kill()
        await reader.wait()


def test_the_quick_start_without_kafka_runs(tmp_path: Path):
    (commands,) = blocks("quick-start.md", "shell")
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    (tmp_path / "stream").symlink_to(ROOT / "stream")
    done = subprocess.run(
        ["sh", "-ec", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert "179 articles" in done.stdout
    assert "It joined the story: the evidence is enough." in done.stdout
