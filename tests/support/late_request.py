"""A proxy in front of a broker that delays one EndTxn request into the transaction that follows.

Kafka's requests are frames: four bytes of length, then the number of the API. The proxy passes them on, but for the
first EndTxn once it is armed: that one waits in the network while its client gives up, connects anew and asks again.
It arrives when the next transaction's outputs are written and its offsets are not yet. There the client is cut off.
"""

import asyncio
import struct
from contextlib import suppress

ADD_OFFSETS_TO_TXN, END_TXN = 25, 26


class LateEndTxn:
    """Forwards 127.0.0.1:`port` to the broker's `target` port; after arm() the next EndTxn comes late."""

    def __init__(self, port: int, target: int) -> None:
        self._port, self._target = port, target
        self._server: asyncio.Server | None = None
        self._armed = self._is_mended = False
        self._held: tuple[asyncio.StreamWriter, bytes] | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self.is_cut = asyncio.Event()  # the late request was answered, and nothing passes any more
        self.late_answer: int | None = None  # Kafka's error code for the late request

    async def __aenter__(self) -> "LateEndTxn":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self._cut()

    def arm(self) -> None:
        """Hold the next EndTxn back."""
        self._armed = True

    async def _serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        if self.is_cut.is_set() and not self._is_mended:
            answers.close()
            return
        broker, requests = await asyncio.open_connection("127.0.0.1", self._target)
        self._connections |= {answers, requests}
        with suppress(OSError, asyncio.IncompleteReadError):
            await asyncio.gather(self._requests(client, requests), self._answers(broker, requests, answers))
        if self._held is None or self._held[0] is not requests:
            requests.close()
        answers.close()

    async def _requests(self, client: asyncio.StreamReader, requests: asyncio.StreamWriter) -> None:
        while True:
            frame = await _frame(client)
            (api,) = struct.unpack_from(">h", frame, 4)
            if api == END_TXN and self._armed:
                self._armed, self._held = False, (requests, frame)
                continue  # its client waits for an answer, in vain
            if api == ADD_OFFSETS_TO_TXN and self._held is not None and not self._armed:
                await self._deliver()
                return
            requests.write(frame)
            await requests.drain()

    async def _answers(
        self, broker: asyncio.StreamReader, requests: asyncio.StreamWriter, answers: asyncio.StreamWriter
    ) -> None:
        while True:
            frame = await _frame(broker)
            if self._held is not None and self._held[0] is requests:
                # correlation id, throttle time, error code
                (self.late_answer,) = struct.unpack_from(">h", frame, 4 + 4 + 4)
                self._cut()
                return
            answers.write(frame)
            await answers.drain()

    async def _deliver(self) -> None:
        assert self._held is not None
        requests, frame = self._held
        requests.write(frame)
        await requests.drain()
        await self.is_cut.wait()

    def mend(self) -> None:
        """Let connections through again."""
        self._is_mended, self._held = True, None

    def _cut(self) -> None:
        self.is_cut.set()
        for connection in self._connections:
            connection.close()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    length = await reader.readexactly(4)
    return length + await reader.readexactly(int.from_bytes(length, "big"))
