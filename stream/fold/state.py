"""What a shard knows: the state that the fold moves from one record to the next, and its checkpoint."""

from collections.abc import Iterable

import msgspec
import numpy as np

from stream.contract.events import StoryEvent
from stream.copies.index import CopyIndex
from stream.copies.settings import CopySettings
from stream.embed.record import EmbeddedArticle
from stream.errors import ModelMismatchError
from stream.fold.affairs import Affairs
from stream.fold.article_registry import NONE, ArticleRegistry, Entry
from stream.fold.changes import Changes
from stream.fold.settings import FoldSettings
from stream.fold.story_record import StoryRecord
from stream.fold.story_store import StoryStore
from stream.fold.stream_time import LEAP, UNDATED, StreamTime
from stream.stories.columns import Columns
from stream.stories.series import Series
from stream.stories.settings import StorySettings
from stream.stories.story_index import StoryIndex
from stream.storylines.settings import StorylineSettings

HOUR = 3_600_000
RENEWED = UNDATED  # articles before a leap of the clock whose time in the registry begins anew


class _Progress(msgspec.Struct):
    time: StreamTime
    model: str | None
    dimensions: int


class FoldState:
    """Registry of articles, copies, series, columns, stories and storylines of one shard, under one stream time."""

    def __init__(
        self,
        settings: FoldSettings,
        copies: CopySettings,
        stories: StorySettings,
        storylines: StorylineSettings,
    ) -> None:
        self._settings = settings
        self._copy_settings = copies
        self._story_settings = stories
        self._dimensions = 0
        self._stories: StoryIndex | None = None
        self.model: str | None = None
        self.time = StreamTime()
        self._before = 0
        self.registry = ArticleRegistry()
        self.copies = CopyIndex(copies)
        self.series = Series()
        self.columns = Columns()
        self.story_store = StoryStore(settings.retention_hours * HOUR)
        self.affairs = Affairs(storylines, settings.retention_hours * HOUR, self.story_store)

    @property
    def stories(self) -> StoryIndex:
        """The story index; its vectors' length is known from the first article on.

        Raises:
            ModelMismatchError: no article was folded yet.
        """
        if self._stories is None:
            raise ModelMismatchError("the shard holds no vector yet: fold an article first")
        return self._stories

    @property
    def story_bytes(self) -> int:
        """Bytes the story index holds."""
        return self._stories.bytes if self._stories is not None else 0

    @property
    def threshold_shift(self) -> float:
        """Logits by which the stream has moved the threshold of joining."""
        return self._stories.threshold_shift if self._stories is not None else 0.0

    def accept_model(self, article: EmbeddedArticle) -> None:
        """Take the first article's model as the shard's own, and refuse every other.

        Raises:
            ModelMismatchError: the vector was made by another model than this shard's.
        """
        if self._stories is None:
            self.model = article.model
            self._dimensions = len(article.vector)
            self._stories = StoryIndex(self._story_settings, self._dimensions)
        elif article.model != self.model:
            raise ModelMismatchError(
                f"article {article.id!r} was encoded by {article.model!r}, this shard holds {self.model!r}"
            )

    def let_time_pass(self) -> Changes:
        """Forget what is older than the windows; close what is idle, and drop what ended long ago.

        Nothing is forgotten before the clock has settled. Where it leaps, the articles that came just before were
        stamped by the clock that was wrong.
        """
        now = self.time.now
        if abs(now - self._before) > LEAP:
            self.registry.renew(RENEWED, now + self._settings.register_hours * HOUR)
            self.story_store.renew(now)
        self._before = now
        self.story_store.pack()
        if self._stories is not None:
            self._stories.tick(now)
        if not self.time.settled:
            return [], []
        self.registry.expire(now)
        idle = self._stories.idle(now) if self._stories is not None else []
        ended = [self._close(number, since, now) for since, number in idle]
        return [*ended, *self.story_store.expire(now)], [*self.affairs.let_time_pass(now)]

    def _close(self, number: int, since: int, now: int) -> StoryEvent:
        record = self.story_store.record_of(number)
        if record is not None:
            self.affairs.close(record, since, self.stories.profile_of)
        self.stories.close(number)
        return self.story_store.close(number, now)

    def record_of(self, number: int) -> StoryRecord | None:
        """The open story of an article of the registry, or None."""
        story = self.registry.story_of(number) if self.registry.holds(number) else NONE
        return self.story_store.open_record(story) if story != NONE else None

    def remember(self, article: EmbeddedArticle, story: int, leader: int, kind: str) -> int:
        """Enter an article into the registry; return its number."""
        return self.registry.add(
            Entry(
                id=article.id,
                story=story,
                leader=leader,
                kind=kind,
                expires=self.time.now + self._settings.register_hours * HOUR,
                partition=article.origin.partition,
                offset=article.origin.offset,
                content=article.content,
            )
        )

    def copies_among(self, numbers: Iterable[int]) -> dict[int, int]:
        """The leaders of those articles that are copies, as far as the registry still knows them."""
        leaders = {
            number: self.registry.leader_of(number) for number in numbers if self.registry.holds(number)
        }
        return {number: leader for number, leader in leaders.items() if leader != NONE}

    def leader_id(self, entry: Entry) -> str | None:
        """The id of the report an article copies, while it is known."""
        if entry.leader == NONE or not self.registry.holds(entry.leader):
            return None
        return self.registry.id_of(entry.leader)

    def snapshot(self) -> dict[str, np.ndarray]:
        """The whole state as arrays, for a checkpoint."""
        progress = _Progress(self.time, self.model, self._dimensions)
        arrays = {
            "progress": np.frombuffer(msgspec.msgpack.encode(progress), np.uint8),
            "story_store": self.story_store.snapshot(),
        }
        arrays |= _named("registry", self.registry.snapshot())
        arrays |= _named("copies", self.copies.snapshot())
        arrays |= _named("series", self.series.snapshot())
        arrays |= _named("columns", self.columns.snapshot())
        arrays |= _named("storylines", self.affairs.snapshot())
        if self._stories is not None:
            arrays |= _named("stories", self._stories.snapshot())
        return arrays

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Take on the state of a snapshot.

        Raises:
            Exception: the arrays do not fit this version or these settings; this state must not be used.
        """
        progress = msgspec.msgpack.decode(arrays["progress"].tobytes(), type=_Progress)
        self.time, self.model, self._dimensions = progress.time, progress.model, progress.dimensions
        self._before = self.time.now
        self.story_store = StoryStore.restore(self._settings.retention_hours * HOUR, arrays["story_store"])
        self.affairs.restore(
            self._settings.retention_hours * HOUR, self.story_store, _of("storylines", arrays)
        )
        self.registry = ArticleRegistry.restore(_of("registry", arrays))
        self.copies = CopyIndex.restore(self._copy_settings, _of("copies", arrays))
        self.series = Series.restore(_of("series", arrays))
        self.columns = Columns.restore(_of("columns", arrays))
        if self.model is not None:
            parts = _of("stories", arrays)
            self._stories = StoryIndex.restore(self._story_settings, self._dimensions, parts)


def _named(part: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{part}.{name}": array for name, array in arrays.items()}


def _of(part: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    prefix = f"{part}."
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
