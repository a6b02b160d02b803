"""A board that answers in the process of a test."""

import threading
from time import monotonic, sleep

import uvicorn

from stream.board.context import Context
from stream.board.projection import Message, apply
from stream.board.server import new_app


class Served:
    """A board that answers in this process, so that a test can write to its store."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._server = uvicorn.Server(uvicorn.Config(new_app(context), port=0, log_config=None))
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        deadline = monotonic() + 60
        while not self._server.started and monotonic() < deadline:
            sleep(0.02)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def write(self, *messages: Message) -> None:
        """As the topics would bring them."""
        apply(self.context.store, messages, {})
        self.context.changes.notify()

    def stop(self) -> None:
        """End it, with its open pages."""
        self.context.changes.close()
        self._server.should_exit = True
        self._thread.join()
