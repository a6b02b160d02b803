"""A bad network between workers and broker: toxiproxy, built with Go where Go is.

https://github.com/Shopify/toxiproxy. Workers whose bootstrap address is the proxy's reach the broker through it only.
"""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from deploy.kafka.ports import HOST, answers, free_port
from deploy.kafka.process import ChildProcess

TOXIPROXY = "github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "newsfold" / "toxiproxy-2.12.0"
BUILD_SECONDS, START_SECONDS = 300.0, 20.0


def toxiproxy_server() -> Path | None:
    """The program, built once into the user's cache; None where there is no Go or nothing to build from."""
    program = CACHE / "server"
    if program.exists():
        return program
    go = shutil.which("go")
    if go is None:
        return None
    CACHE.mkdir(parents=True, exist_ok=True)
    built = subprocess.run(
        [go, "install", TOXIPROXY],
        env=os.environ | {"GOBIN": str(CACHE), "GOFLAGS": "-mod=mod"},
        timeout=BUILD_SECONDS,
        check=False,
        capture_output=True,
    )
    return program if built.returncode == 0 else None


class Network:
    """One proxy, 127.0.0.1:`port` to 127.0.0.1:`target`, and what is wrong with it at the moment."""

    def __init__(self, program: Path, folder: Path, port: int, target: int) -> None:
        self.port = port
        self._program, self._folder, self._target = program, folder, target
        self._api = free_port(but_not={port, target})
        self._process: ChildProcess | None = None

    def start(self) -> None:
        """Start the proxy, with nothing wrong."""
        command = [self._program, "-host", HOST, "-port", str(self._api)]
        self._process = ChildProcess(command, self._folder, self._folder / "toxiproxy.log")
        deadline = time.monotonic() + START_SECONDS
        while not answers(self._api):
            if time.monotonic() > deadline:
                raise TimeoutError(f"toxiproxy did not start; its log: {self._folder / 'toxiproxy.log'}")
            time.sleep(0.05)
        addresses = {"listen": f"{HOST}:{self.port}", "upstream": f"{HOST}:{self._target}"}
        self._ask("POST", "/proxies", {"name": "kafka", **addresses})

    def stop(self) -> None:
        """End the proxy."""
        if self._process is not None:
            self._process.end(START_SECONDS)

    @contextmanager
    def wrong(self, kind: str, stream: str, share: float = 1.0, **attributes: int) -> Iterator[None]:
        """One of toxiproxy's toxics on a share of the connections; `stream` is upstream or downstream."""
        name = f"{kind}-{stream}"
        toxic = {"name": name, "type": kind, "stream": stream, "toxicity": share, "attributes": attributes}
        self._ask("POST", "/proxies/kafka/toxics", toxic)
        try:
            yield
        finally:
            with suppress(OSError):
                self._ask("DELETE", f"/proxies/kafka/toxics/{name}")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        request = urllib.request.Request(
            f"http://{HOST}:{self._api}{path}", json.dumps(body or {}).encode(), method=method
        )
        urllib.request.urlopen(request, timeout=START_SECONDS).close()  # noqa: S310
