"""A real Prometheus on this machine, in the foreground, for the tests and for pictures of the dashboards."""

import json
import shutil
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any

import yaml

from deploy.errors import PrometheusError
from deploy.kafka.ports import HOST, free_port
from deploy.kafka.process import ChildProcess

READY_SECONDS = 60.0  # it takes one
STOP_SECONDS = 10.0
POLL_SECONDS = 0.1


class PrometheusProcess:
    """Scrapes `targets` (job to address, changed at any time) every `interval`, and evaluates a file of rules."""

    def __init__(self, folder: Path, rules: str = "", interval: str = "1s") -> None:
        self.folder = folder.absolute()
        self.port = free_port()
        self._targets: dict[str, str] = {}
        self._process: ChildProcess | None = None
        self._rules = rules
        self._interval = interval

    @staticmethod
    def is_installed() -> bool:
        """Whether there is a Prometheus to start."""
        return shutil.which("prometheus") is not None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def scrape(self, job: str, url: str) -> None:
        """Scrape a worker at this address from now on, under this job."""
        self._targets[job] = url.removeprefix("http://")
        self._write_targets()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series an expression gives now."""
        result: list[dict[str, Any]] = self._get("query", {"query": expression})["result"]
        return result

    def query_range(self, expression: str, start: float, end: float, step: float) -> list[dict[str, Any]]:
        """The series an expression gave over time (seconds)."""
        facts = {"query": expression, "start": start, "end": end, "step": step}
        result: list[dict[str, Any]] = self._get("query_range", facts)["result"]
        return result

    def firing(self, alert: str, job: str) -> bool:
        """Whether an alert fires for a job now."""
        labels = f'alertname="{alert}",alertstate="firing"'
        found = self.query(f"ALERTS{{{labels}}}")
        return any(one["metric"].get("job", job) == job for one in found)

    def start(self) -> None:
        """Start it, and return once it answers.

        Raises:
            PrometheusError: it ended, or took too long; the message names its log.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write_targets()
        (self.folder / "rules.yml").write_text(self._rules or "groups: []\n")
        config = {
            "global": {"scrape_interval": self._interval, "evaluation_interval": self._interval},
            "rule_files": ["rules.yml"],
            "scrape_configs": [
                {
                    "job_name": "files",
                    "file_sd_configs": [{"files": ["targets.json"], "refresh_interval": "1s"}],
                }
            ],
        }
        (self.folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        command: Sequence[str] = [
            "prometheus",
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            f"--web.listen-address={HOST}:{self.port}",
        ]
        self._process = ChildProcess(command, self.folder, self.folder / "prometheus.log")
        deadline = monotonic() + READY_SECONDS
        while not self._answers():
            if self._process.exit_code is not None or monotonic() > deadline:
                raise PrometheusError(f"Prometheus did not start; its log: {self.folder / 'prometheus.log'}")
            sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.end(STOP_SECONDS)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=5):  # noqa: S310 - our own address
                return True
        except OSError:
            return False

    def _get(self, path: str, facts: Mapping[str, object]) -> dict[str, Any]:
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(facts)}"
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - our own address
            data: dict[str, Any] = json.load(answer)["data"]
            return data

    def _write_targets(self) -> None:
        groups = [{"targets": [address], "labels": {"job": job}} for job, address in self._targets.items()]
        beside = self.folder / "targets.part"
        self.folder.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(groups))
        beside.rename(self.folder / "targets.json")

    def __enter__(self) -> "PrometheusProcess":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
