"""The child process the broker runs in, and the ports it is given."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.errors import BrokerStartError
from deploy.kafka import ports
from deploy.kafka.process import ChildProcess

SLEEPER = ["sh", "-c", "echo started; exec sleep 60"]
STUBBORN = ["sh", "-c", "trap '' TERM; echo started; while :; do sleep 0.1; done"]


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        "Z"
        not in subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    )


def start(command: list[str], folder: Path) -> ChildProcess:
    child = ChildProcess(command, folder, folder / "out.log")
    assert eventually(lambda: "started" in (folder / "out.log").read_text())
    return child


def test_a_child_ends_when_asked_and_its_output_is_in_the_file(tmp_path: Path):
    child = start(SLEEPER, tmp_path)
    assert child.exit_code is None
    child.end(patience=10)
    assert child.exit_code == -signal.SIGTERM


def test_a_suspended_child_is_woken_to_end(tmp_path: Path):
    child = start(SLEEPER, tmp_path)
    child.send(signal.SIGSTOP)
    child.end(patience=10)
    assert child.exit_code == -signal.SIGTERM


def test_a_child_that_will_not_end_is_killed(tmp_path: Path):
    child = start(STUBBORN, tmp_path)
    child.end(patience=0.2)
    assert child.exit_code == -signal.SIGKILL


def test_ending_a_child_that_is_gone_is_no_error(tmp_path: Path):
    child = start(["sh", "-c", "echo started; exit 3"], tmp_path)
    assert eventually(lambda: child.exit_code == 3)
    child.end(patience=1)
    child.kill()
    assert child.exit_code == 3


def test_a_child_does_not_outlive_a_parent_that_was_killed(tmp_path: Path):
    parent = f"""
import os, signal
from pathlib import Path
from deploy.kafka.process import ChildProcess
folder = Path({str(tmp_path)!r})
print(ChildProcess(["sleep", "60"], folder, folder / "out.log").pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    pid = int(subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True).stdout)
    assert eventually(lambda: not is_running(pid))


def test_a_free_port_can_be_listened_on_and_then_is_not_free():
    port = ports.free_port()
    with socket.socket() as listener:
        listener.bind((ports.HOST, port))
        listener.listen()
        assert not ports.is_free(port)
        assert ports.answers(port)
    assert ports.is_free(port)
    assert not ports.answers(port)


def test_a_port_is_free_again_at_once_after_its_connections_were_cut():
    port = ports.free_port()
    with socket.create_server((ports.HOST, port)) as listener, socket.create_connection((ports.HOST, port)):
        listener.accept()[0].close()  # the side that closes first keeps the port in TIME_WAIT
    assert ports.is_free(port)


def test_waiting_for_a_port_that_another_process_holds_ends_in_words(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ports, "FREE_WITHIN", 0.1)
    with socket.create_server((ports.HOST, 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(BrokerStartError, match=f"port {port} of 127.0.0.1 is in use"):
            ports.wait_until_free(port)


def test_ports_in_use_or_ruled_out_are_not_given(monkeypatch: pytest.MonkeyPatch):
    with socket.create_server((ports.HOST, 0)) as listener:
        taken = listener.getsockname()[1]
        monkeypatch.setattr(ports, "PORTS", range(taken, taken + 1))
        monkeypatch.setattr(ports, "TRIES", 1)
        with pytest.raises(BrokerStartError, match="all in use"):
            ports.free_port()
    assert ports.free_port() == taken
    with pytest.raises(BrokerStartError, match="all in use"):
        ports.free_port(but_not={taken})
