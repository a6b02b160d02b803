"""What readers saw, compared with what an undisturbed fold makes of the same log."""

from collections import Counter
from dataclasses import dataclass

from stream.contract.events import encode_event
from stream.embed.record import decode_record
from stream.fold.fold import Fold
from tests.support.newsroom import Newsroom

FIRST_METHODS = {b'"method":"new"', b'"method":"joined"', b'"method":"copy"'}
INHERITED = b'"reason":"leader_withdrawn"'  # of a copy whose report was retracted: the report in its place


@dataclass(frozen=True)
class Comparison:
    """Differences between what was read and what had to be; all empty or zero where nothing went wrong."""

    lost: Counter[str]
    twice: Counter[str]
    assignments_missing: int
    assignments_unexpected: int
    other_bytes: int
    other_last_snapshots: int
    records: int
    snapshots: int
    storyline_snapshots: int
    assignments: int
    merges: int
    splits: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled or changed."""
        found = (
            self.assignments_missing,
            self.assignments_unexpected,
            self.other_bytes,
            self.other_last_snapshots,
        )
        return not (self.lost or self.twice or any(found))


async def compare(newsroom: Newsroom, articles: Counter[str]) -> Comparison:
    """Fold the log of `newsroom` without Kafka, and compare; `articles` are those that were sent, once each."""
    topics = newsroom.settings.topics
    versions: dict[tuple[str, int], bytes] = {}
    last: dict[str, bytes | None] = {}
    expected: Counter[bytes] = Counter()
    log = await newsroom.read(topics.embedded)
    contents: dict[str, set[bytes]] = {}
    folds = {partition: Fold.empty(newsroom.settings) for partition in range(topics.shards)}
    for record in log:
        article = decode_record(record.value)
        if not article.retracted:
            contents.setdefault(article.id, set()).add(article.content)
        folded = folds[record.partition].fold(article, record.timestamp)
        expected.update(encode_event(assignment) for assignment in folded.assignments)
        for event in folded.stories:
            last[event.story_id] = encode_event(event.snapshot) if event.snapshot else None
            if event.snapshot is not None:
                versions[event.story_id, event.snapshot.version] = last[event.story_id] or b""
        for line in folded.storylines:
            last[line.storyline_id] = encode_event(line.snapshot) if line.snapshot else None
            if line.snapshot is not None:
                versions[line.storyline_id, line.snapshot.version] = last[line.storyline_id] or b""
    seen_assignments = Counter(record.value for record in await newsroom.read(topics.assignments))
    first = _first_assignments(seen_assignments)
    seen_last: dict[str, bytes | None] = {}
    other_bytes = 0
    stories, storylines = await newsroom.read(topics.stories), await newsroom.read(topics.storylines)
    for record in (*stories, *storylines):
        name = record.key.decode()  # of a story or a storyline: no id is both
        seen_last[name] = record.value
        if record.value is not None:
            version = int(dict(record.headers)["ce_id"].rsplit(b":", 1)[1])
            other_bytes += record.value != versions.get((name, version))
    return Comparison(
        lost=articles - first,
        # a correction whose story has ended meanwhile is placed anew
        twice=first - Counter({name: len(found) for name, found in contents.items()}),
        assignments_missing=(expected - seen_assignments).total(),
        assignments_unexpected=(seen_assignments - expected).total(),
        other_bytes=other_bytes,
        other_last_snapshots=sum(
            seen_last.get(name, b"none") != last.get(name, b"none") for name in seen_last.keys() | last.keys()
        ),
        records=len(log),
        snapshots=len(stories),
        storyline_snapshots=len(storylines),
        assignments=seen_assignments.total(),
        splits=len({record.key for record in stories if b'"split_from":"' in (record.value or b"")}),
        merges=sum(b'"status":"merged"' in (value or b"") for value in seen_last.values()),
    )


def _first_assignments(assignments: Counter[bytes]) -> Counter[str]:
    """How often each article was assigned; moves, corrections, retractions and what follows from these left out."""
    first: Counter[str] = Counter()
    for value, times in assignments.items():
        if INHERITED not in value and any(method in value for method in FIRST_METHODS):
            first[value.split(b'"', 4)[3].decode()] += times
    return first
