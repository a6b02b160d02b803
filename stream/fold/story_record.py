"""The record of one open story, and the snapshot that readers get of it."""

from collections.abc import Collection, Mapping
from functools import cached_property
from math import log2
from typing import TypeVar

import msgspec

from stream.contract.events import ArticleShown, Counts, StorySnapshot, iso

SHOWN_ARTICLES = 20  # a snapshot is read by people and stays well under Kafka's 1 MB message
HELD_KEYTERMS = 48  # more than any story shows; bounds a long affair
SHOWN_KEYWORDS = 8
HELD_NAMES = 10_000  # more outlets or languages than any known story has; counts saturate beyond
COPY_WEIGHT = (
    0.05  # a doubling of its copies counts as much as this centrality: carried widely = representative
)
UNNAMED = ""
Counted = TypeVar("Counted", str, int)


class Report(msgspec.Struct, dict=True):
    """A listed report: how it is shown, and how many later articles carry its text.

    `seen`, `last_published`, `first_published` and `languages` are of the report and its copies, `keyterms` of its
    text: with them a story can be parted in two. `joined`: its centrality counts. `shown` is kept until `revise`.
    """

    number: int
    article_id: str
    title: str
    url: str | None
    source: str | None
    language: str | None
    published: int | None
    centrality: float
    copies: int = 0
    joined: bool = False
    seen: int = 0
    first_published: int | None = None
    last_published: int | None = None
    languages: dict[str, int] = {}
    keyterms: tuple[str, ...] = ()

    def carry(self, language: str | None, published: int | None) -> None:
        """Count an article with this text: the report itself, or a copy."""
        if language:
            _count(self.languages, language, 1)
        self.first_published = _earliest(self.first_published, published)
        self.last_published = _latest(self.last_published, published)

    def revise(self, title: str, url: str | None, copies: int) -> None:
        """Change what readers see of the report."""
        self.title, self.url, self.copies = title, url, copies
        self.__dict__.pop("shown", None)

    @cached_property
    def shown(self) -> ArticleShown:
        """The report as a snapshot lists it."""
        return ArticleShown(
            article_id=self.article_id,
            title=self.title,
            url=self.url,
            source=self.source,
            language=self.language,
            published=iso(self.published),
            copies=self.copies,
            centrality=round(self.centrality, 4),
        )


class StoryRecord(msgspec.Struct, kw_only=True):
    """What is kept of an open story. `reports` lists the newest and the most representative only."""

    number: int
    id: str
    founder: int
    first_seen: int
    last_seen: int
    version: int = 0
    status: str = "open"
    merged_into: str | None = None
    split_from: str | None = None
    reports: list[Report] = []
    members: dict[int, str] = {}
    carried: dict[int, int] = {}
    sources: dict[str, int] = {}
    languages: dict[str, int] = {}
    keyterms: dict[str, int] = {}
    first_published: int | None = None
    last_published: int | None = None
    centralities: float = 0.0
    scored: int = 0

    @property
    def cohesion(self) -> float:
        """Mean centrality of the reports that joined; 1 for a story of one report."""
        return self.centralities / self.scored if self.scored else 1.0

    def add_report(self, report: Report, keyterms: tuple[str, ...], seen: int, joined: bool) -> None:
        """Take in a distinct text. `joined` is False for the first, whose centrality says nothing."""
        self.reports.append(report)
        report.joined, report.seen, report.keyterms = joined, seen, keyterms
        report.carry(report.language, report.published)
        if joined:
            self.centralities += report.centrality
            self.scored += 1
        for term in keyterms:
            self.keyterms[term] = self.keyterms.get(term, 0) + 1
        self._add_member(report.number, report.number, report.source, report.language, report.published, seen)
        self._bound()

    def add_copy(
        self,
        number: int,
        leader: int,
        source: str | None,
        language: str | None,
        published: int | None,
        seen: int,
    ) -> None:
        """Take in another article with the text of `leader`."""
        for report in self.reports:
            if report.number == leader:
                report.revise(report.title, report.url, report.copies + 1)
                report.carry(language, published)
        self._add_member(number, leader, source, language, published, seen)

    def _add_member(
        self,
        number: int,
        leader: int,
        source: str | None,
        language: str | None,
        published: int | None,
        seen: int,
    ) -> None:
        self.members[number] = source or UNNAMED
        _add(self.carried, leader, 1)
        _count(self.sources, source or UNNAMED, 1)
        if language:
            _count(self.languages, language, 1)
        self.last_seen = max(self.last_seen, seen)
        self.first_published = _earliest(self.first_published, published)
        self.last_published = _latest(self.last_published, published)

    def correct(self, number: int, title: str, url: str | None, seen: int) -> None:
        """Show the corrected title and url of an article."""
        for report in self.reports:
            if report.number == number:
                report.revise(title, url, report.copies)
        self.last_seen = max(self.last_seen, seen)

    def withdraw(self, number: int, leader: int, seen: int) -> None:
        """Take a retracted article out of the counts and the list."""
        source = self.members.pop(number)
        self.carried[leader] -= 1
        if not self.carried[leader]:
            del self.carried[leader]
        _count(self.sources, source, -1)
        self.reports = [report for report in self.reports if report.number != number]
        for report in self.reports:
            if report.number == leader:
                report.revise(report.title, report.url, report.copies - 1)
        self.last_seen = max(self.last_seen, seen)

    def absorb(self, other: "StoryRecord") -> None:
        """Take in all of a story that was merged into this one."""
        self.reports = sorted(self.reports + other.reports, key=lambda report: report.number)
        self.members |= other.members
        self.carried |= other.carried
        for name, count in other.sources.items():
            _count(self.sources, name, count)
        for name, count in other.languages.items():
            _count(self.languages, name, count)
        for name, count in other.keyterms.items():
            self.keyterms[name] = self.keyterms.get(name, 0) + count
        self.centralities += other.centralities
        self.scored += other.scored
        self.first_seen = min(self.first_seen, other.first_seen)
        self.last_seen = max(self.last_seen, other.last_seen)
        self.first_published = _earliest(self.first_published, other.first_published)
        self.last_published = _latest(self.last_published, other.last_published)
        self._bound()

    def part(self, leaving: Collection[int], copies: Mapping[int, int], other: "StoryRecord") -> list[int]:
        """Let these reports and their copies go into another, empty record; return all articles that went.

        `copies`: the leader of each copy that is known; one whose leader is not known stays. All reports of the story
        must be listed.
        """
        gone = [report for report in self.reports if report.number in leaving]
        moved = [number for number in self.members if copies.get(number, number) in leaving]
        self.reports = [report for report in self.reports if report.number not in leaving]
        other.reports = gone
        for number in moved:
            source = other.members[number] = self.members.pop(number)
            leader = copies.get(number, number)
            for record, change in ((self, -1), (other, 1)):
                _count(record.sources, source, change)
                _add(record.carried, leader, change)
        for report in gone:
            for record, change in ((self, -1), (other, 1)):
                for language, count in report.languages.items():
                    _count(record.languages, language, change * count)
                for term in report.keyterms:
                    _count(record.keyterms, term, change)
        other.first_seen = min(report.seen for report in gone)
        for record in (self, other):
            record._sum_up()
        return moved

    def _sum_up(self) -> None:
        """Take from the reports what is a mean or an extreme of them all."""
        joined = [report for report in self.reports if report.joined and report.number != self.founder]
        self.scored, self.centralities = len(joined), sum(report.centrality for report in joined)
        self.first_published = self.last_published = None
        for report in self.reports:
            self.first_published = _earliest(self.first_published, report.first_published)
            self.last_published = _latest(self.last_published, report.last_published)

    def representative(self) -> Report | None:
        """The report that stands for the story: most central, with a bonus for how widely it is carried."""
        best, highest = None, 0.0
        for report in self.reports:
            central = self.cohesion if report.number == self.founder else report.centrality
            standing = central + COPY_WEIGHT * log2(1 + report.copies) if report.copies else central
            if best is None or (standing, best.number) > (highest, report.number):
                best, highest = report, standing
        return best

    def _bound(self) -> None:
        while len(self.reports) > SHOWN_ARTICLES:
            stays = self.representative()
            self.reports.remove(next(report for report in self.reports if report is not stays))
        if len(self.keyterms) > HELD_KEYTERMS:
            ranked = sorted(self.keyterms.items(), key=lambda item: -item[1])
            self.keyterms = dict(ranked[: HELD_KEYTERMS // 2])


def snapshot_of(record: StoryRecord) -> StorySnapshot:
    """The story as readers get it: the representative first, then the newest."""
    representative = record.representative()
    newest = [report for report in reversed(record.reports) if report is not representative]
    listed = ([representative] if representative else []) + newest
    articles = len(record.members)
    keywords = sorted(record.keyterms.items(), key=lambda item: -item[1])[:SHOWN_KEYWORDS]
    languages = sorted(record.languages.items(), key=lambda item: (-item[1], item[0]))
    return StorySnapshot(
        id=record.id,
        version=record.version,
        status=record.status,
        merged_into=record.merged_into,
        split_from=record.split_from,
        headline=representative.title if representative else "",
        representative=representative.shown if representative else None,
        keywords=tuple(term for term, _ in keywords),
        languages=tuple(name for name, _ in languages),
        articles=tuple([report.shown for report in listed]),
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
    )


def _count(counts: dict[str, int], name: str, change: int) -> None:
    if name in counts or len(counts) < HELD_NAMES:
        _add(counts, name, change)


def _add(counts: dict[Counted, int], what: Counted, change: int) -> None:
    counts[what] = counts.get(what, 0) + change
    if counts[what] <= 0:
        del counts[what]


def _earliest(one: int | None, other: int | None) -> int | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _latest(one: int | None, other: int | None) -> int | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)
