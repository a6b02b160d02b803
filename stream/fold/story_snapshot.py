"""A story as its readers get it."""

from stream.contract.events import Counts, Lead, NameShown, StorySnapshot
from stream.contract.moments import iso
from stream.fold.report import Report
from stream.fold.story_record import UNNAMED, StoryRecord

SHOWN_KEYWORDS = SHOWN_NAMES = 8


def snapshot_of(record: StoryRecord) -> StorySnapshot:
    """The story as readers get it: the representative first, then the newest."""
    representative = record.representative()
    newest = [report for report in reversed(record.reports) if report is not representative]
    listed = ([representative] if representative else []) + newest
    shown = tuple([report.shown() for report in listed])
    articles = len(record.members)
    keywords = sorted(record.keyterms, key=record.keyterms.__getitem__, reverse=True)[:SHOWN_KEYWORDS]
    languages = sorted(record.languages.items(), key=lambda item: (-item[1], item[0]))
    return StorySnapshot(
        id=record.id,
        version=record.version,
        status=record.status,
        merged_into=record.merged_into,
        split_from=record.split_from,
        headline=representative.title if representative else "",
        summary=_summary(representative, newest),
        image=representative.image if representative else None,
        representative=shown[0] if shown else None,
        keywords=tuple(keywords),
        names=_shared_names(record),
        languages=tuple([name for name, _ in languages]),
        articles=shown,
        counts=Counts(
            articles=articles,
            copies=articles - len(record.carried),
            reports=len(record.carried),
            sources=len(record.sources) - (UNNAMED in record.sources),
        ),
        first_published=iso(record.first_published),
        last_published=iso(record.last_published),
        first_seen=iso(record.first_seen) or "",
        last_seen=iso(record.last_seen) or "",
        cohesion=round(record.cohesion, 4),
        storyline_id=record.storyline_id,
        continues=record.continues,
        related=record.related,
    )


def _summary(representative: Report | None, newest: list[Report]) -> tuple[Lead, ...]:
    """How the representative report begins and, where it says something new, how the newest one does."""
    if representative is None or not representative.lead:
        return ()
    leads = (Lead(representative.article_id, representative.lead),)
    if newest and newest[0].says_something_new(representative):
        return (*leads, Lead(newest[0].article_id, newest[0].lead))
    return leads


def _shared_names(record: StoryRecord) -> tuple[NameShown, ...]:
    """The names that most reports share; a part of a longer one that is shown is not named again."""
    least = len(record.carried) / 2
    counts = {name: count for name, count in record.names.items() if count > least}
    longer = {word for name in counts if " " in name for word in name.split()}
    ranked = sorted(counts, key=counts.__getitem__, reverse=True)
    shown = [name for name in ranked if name not in longer][:SHOWN_NAMES]
    return tuple([NameShown(name, counts[name]) for name in shown])
