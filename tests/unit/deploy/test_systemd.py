"""The systemd unit: its settings exist, its command is taken, and systemd finds its sandbox tight."""

import shutil
import subprocess
from pathlib import Path

import pytest

from stream.settings import Settings

UNIT = Path(__file__).parents[3] / "deploy" / "systemd" / "newsfold.service"
LINES = [line.partition("=") for line in UNIT.read_text().splitlines() if "=" in line and line[0] != "#"]
MOST_EXPOSED = 2.0  # of 10, by systemd-analyze security; "OK" is up to 5
analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here: apt-get install systemd"
)


def test_its_settings_exist(monkeypatch: pytest.MonkeyPatch):
    variables = [value for name, _, value in LINES if name == "Environment"]
    for variable in " ".join(variables).split():
        name, _, value = variable.partition("=")
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None).checkpoints.url == "/var/lib/newsfold/checkpoints"


def test_it_is_always_started_again_and_given_the_time_to_stop():
    unit = {name: value for name, _, value in LINES}
    assert unit["Restart"] == "always"
    assert int(unit["TimeoutStopSec"]) > 10, "a graceful stop is promised in ten seconds"
    assert unit["ExecStart"].endswith("/newsfold worker")


@analyze
def test_systemd_finds_its_sandbox_tight():
    threshold = round(MOST_EXPOSED * 10)
    command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={threshold}", UNIT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@analyze
def test_systemd_reads_every_line_of_it(tmp_path: Path):
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/newsfold/bin/newsfold", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if UNIT.name in line]
    # RestartSteps came with systemd 254; an older one says that it leaves it out, and starts again at once
    assert [line for line in ours if "RestartSteps" not in line and "RestartMaxDelaySec" not in line] == []
