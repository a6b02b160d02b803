"""Rival (d): a Faust agent, Newsfold's static encoder, and the nearest story centroid by cosine."""

import sys

import faust
import numpy as np

from benchmarks.service.rivals.loop import BATCH, Sent, assignments, threshold
from embeddings.encoder import EncoderSettings, EncoderText, load_encoder

JOINS = 0.6  # cosine
DIMENSIONS = 256


class Centroids:
    """Sums of the unit vectors of each story; the nearest one takes the article."""

    def __init__(self, joins: float) -> None:
        self._encoder = load_encoder(EncoderSettings())
        self._joins = joins
        self._count = 0
        self._sums = np.zeros((1024, 0), np.float32)
        self._units = self._sums

    def assign(self, articles: list[Sent]) -> list[int]:
        """The story of each article."""
        vectors = self._encoder.encode([EncoderText(title=one.title, text=one.text) for one in articles])
        return [self._assign(vector.astype(np.float32)) for vector in vectors]

    def _assign(self, vector: np.ndarray) -> int:
        vector /= max(1e-9, float(np.linalg.norm(vector)))
        if self._sums.shape[1] == 0:
            self._sums = np.zeros((1024, len(vector)), np.float32)
            self._units = self._sums.copy()
        cosines = self._units[: self._count] @ vector
        story = int(cosines.argmax()) if self._count else 0
        if self._count == 0 or cosines[story] < self._joins:
            story = self._count
            self._count += 1
            if self._count > len(self._sums):
                self._sums = np.concatenate([self._sums, np.zeros_like(self._sums)])
                self._units = np.concatenate([self._units, np.zeros_like(self._units)])
        self._sums[story] += vector
        self._units[story] = self._sums[story] / np.linalg.norm(self._sums[story])
        return story


def main() -> None:
    """Serve, as the introduction of Faust does it: take batches, send what follows."""
    bootstrap, topic, out = sys.argv[1:4]
    centroids = Centroids(threshold(JOINS))
    app = faust.App(
        out,
        broker=f"aiokafka://{bootstrap}",
        consumer_auto_offset_reset="earliest",
        topic_disable_leader=True,
        topic_allow_declare=False,
        store="memory://",
        web_enabled=False,
    )
    articles = app.topic(
        topic, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw"
    )
    assigned = app.topic(out, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")

    @app.agent(articles)
    async def assign(stream: faust.StreamT[bytes]) -> None:
        async for values in stream.take(BATCH, within=0.1):
            for key, value in assignments(values, centroids.assign):
                await assigned.send(key=key, value=value)

    sys.argv[1:] = ["worker", "-l", "warn"]
    app.main()


if __name__ == "__main__":
    main()
