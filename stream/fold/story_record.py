"""The record of one open story: what is kept of it between two articles."""

from collections.abc import Collection, Mapping
from math import log2

import msgspec

from stream.contract.storylines import Related
from stream.embed.record import EmbeddedArticle
from stream.fold.counting import add, count_name, earliest, latest
from stream.fold.report import Report, Successor

SHOWN_ARTICLES = 20  # a snapshot is read by people and stays well under Kafka's 1 MB message
HELD_TERMS = 48  # keywords or names: more than any story shows; bounds a long affair
COPY_WEIGHT = (
    0.05  # a doubling of its copies counts as much as this centrality: carried widely = representative
)
UNNAMED = ""


class StoryRecord(msgspec.Struct, array_like=True, kw_only=True, gc=False):
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
    names: dict[str, int] = {}
    first_published: int | None = None
    last_published: int | None = None
    centralities: float = 0.0
    scored: int = 0
    storyline_id: str | None = None
    continues: str | None = None
    related: tuple[Related, ...] = ()

    @property
    def cohesion(self) -> float:
        """Mean centrality of the reports that joined; 1 for a story of one report."""
        return self.centralities / self.scored if self.scored else 1.0

    def add_report(self, report: Report, seen: int, joined: bool) -> None:
        """Take in a distinct text. `joined` is False for the first, whose centrality says nothing."""
        self.reports.append(report)
        report.joined, report.seen = joined, seen
        report.carry(report.language, report.published)
        if joined:
            self.centralities += report.centrality
            self.scored += 1
        for held, terms in ((self.keyterms, report.keyterms), (self.names, report.names)):
            for term in terms:
                held[term] = held.get(term, 0) + 1
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
        successor: Successor | None = None,
    ) -> None:
        """Take in another article with the text of `leader`; `successor`: what it would show in its place."""
        for report in self.reports:
            if report.number == leader:
                report.count_copies(1)
                report.carry(language, published)
                if successor is not None:
                    report.add_successor(successor)
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
        add(self.carried, leader, 1)
        count_name(self.sources, source or UNNAMED, 1)
        if language:
            count_name(self.languages, language, 1)
        self.last_seen = max(self.last_seen, seen)
        self.first_published = earliest(self.first_published, published)
        self.last_published = latest(self.last_published, published)

    def listed(self, number: int) -> Report | None:
        """The report of this number, if the story lists it."""
        return next((report for report in self.reports if report.number == number), None)

    def correct(self, number: int, article: EmbeddedArticle, seen: int) -> None:
        """Show what a new version of an article says."""
        for report in self.reports:
            if report.number == number:
                report.correct(article.title, article.url, article.lead, article.image)
        self.last_seen = max(self.last_seen, seen)

    def withdraw(self, number: int, leader: int, seen: int) -> int | None:
        """Take a retracted article out of all that the story shows.

        Where it was a report whose text others carry, the first of them takes its place: return its number.
        """
        count_name(self.sources, self.members.pop(number), -1)
        self.last_seen = max(self.last_seen, seen)
        add(self.carried, leader, -1)
        report = next((report for report in self.reports if report.number == leader), None)
        successor = None
        if report is not None:
            before = dict(report.languages)
            if number != leader:
                report.drop_copy(number)
            elif report.successors:
                successor = report.hand_over().number
                add(self.carried, successor, self.carried.pop(leader))
                self.founder = successor if self.founder == leader else self.founder
            else:
                self._forget_terms(report)
                self.reports.remove(report)
                report.languages = {}
            for language, count in before.items():
                count_name(self.languages, language, report.languages.get(language, 0) - count)
        if len(self.reports) == len(self.carried):  # of the others no dates are known
            self._sum_up()
        return successor

    def _forget_terms(self, report: Report) -> None:
        for held, terms in ((self.keyterms, report.keyterms), (self.names, report.names)):
            for term in terms:
                if term in held:  # the rarest are forgotten by themselves
                    add(held, term, -1)

    def absorb(self, other: "StoryRecord") -> None:
        """Take in all of a story that was merged into this one."""
        self.reports = sorted(self.reports + other.reports, key=lambda report: report.number)
        self.members |= other.members
        self.carried |= other.carried
        for name, count in other.sources.items():
            count_name(self.sources, name, count)
        for name, count in other.languages.items():
            count_name(self.languages, name, count)
        for held, more in ((self.keyterms, other.keyterms), (self.names, other.names)):
            for term, count in more.items():
                add(held, term, count)
        self.centralities += other.centralities
        self.scored += other.scored
        self.first_seen = min(self.first_seen, other.first_seen)
        self.last_seen = max(self.last_seen, other.last_seen)
        self.first_published = earliest(self.first_published, other.first_published)
        self.last_published = latest(self.last_published, other.last_published)
        self._bound()

    def split_off(
        self, leaving: Collection[int], copies: Mapping[int, int], other: "StoryRecord"
    ) -> list[int]:
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
                count_name(record.sources, source, change)
                add(record.carried, leader, change)
        for report in gone:
            for record, change in ((self, -1), (other, 1)):
                for language, count in report.languages.items():
                    count_name(record.languages, language, change * count)
            self._forget_terms(report)
            for held, terms in ((other.keyterms, report.keyterms), (other.names, report.names)):
                for term in terms:
                    add(held, term, 1)
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
            self.first_published = earliest(self.first_published, report.first_published)
            self.last_published = latest(self.last_published, report.last_published)

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
        self.keyterms, self.names = _most_frequent(self.keyterms), _most_frequent(self.names)


def _most_frequent(terms: dict[str, int]) -> dict[str, int]:
    """The terms, or half of those that may be held where they have become too many."""
    if len(terms) <= HELD_TERMS:
        return terms
    most = sorted(terms, key=terms.__getitem__, reverse=True)[: HELD_TERMS // 2]
    return {term: terms[term] for term in most}
