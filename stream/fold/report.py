"""One report of a story: a distinct text, as the story lists it."""

from functools import lru_cache

import msgspec

from stream.articles.page import content_of
from stream.contract.events import ArticleShown
from stream.contract.moments import iso
from stream.fold.counting import count_name, earliest, latest
from stream.stories.text.tokenizer import words_of

NEW_SHARE = (
    0.5  # of a lead's words, from which on it says something new; reworded leads of one event share more
)
SAME_MATTER = (
    0.2  # of the content words of the shorter; two events have a twentieth in common, versions a half
)
SUCCESSORS = 8  # copies of a report that could take its place
LEADS_REMEMBERED = 1_024  # some 3 MB
CONTENT_CHARACTERS = 4  # of a content word at least: shorter ones are mostly function words


class Successor(msgspec.Struct, array_like=True, frozen=True, kw_only=True, gc=False):
    """A copy of a report, and what a reader sees of it: it takes the report's place if that is withdrawn."""

    number: int
    article_id: str
    title: str
    url: str | None = None
    source: str | None = None
    language: str | None = None
    published: int | None = None
    lead: str = ""
    image: str | None = None


class Report(msgspec.Struct, array_like=True, gc=False):
    """A listed report: how it is shown, and how many later articles carry its text.

    `seen`, `last_published`, `first_published` and `languages` are of the report and its copies, `keyterms`, `names`
    and `lead` of its text: with them a story can be split. `joined`: its centrality counts.
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
    names: tuple[str, ...] = ()
    lead: str = ""
    image: str | None = None
    successors: list[Successor] = []

    def carry(self, language: str | None, published: int | None) -> None:
        """Count an article with this text: the report itself, or a copy."""
        if language:
            count_name(self.languages, language, 1)
        self.first_published = earliest(self.first_published, published)
        self.last_published = latest(self.last_published, published)

    def count_copies(self, change: int) -> None:
        """Count copies that came or were withdrawn."""
        self.copies += change

    def add_successor(self, copy: Successor) -> None:
        """Remember a copy that could take this report's place, the first few."""
        if len(self.successors) < SUCCESSORS:
            self.successors.append(copy)

    def drop_copy(self, number: int) -> None:
        """Take a withdrawn copy out of the counts, and what it carried where that is known."""
        self.count_copies(-1)
        for copy in self.successors:
            if copy.number == number:
                self.successors.remove(copy)
                self._uncarry(copy.language)
                break
        self._find_dates()

    def hand_over(self) -> Successor:
        """Let the first successor be the report: the same text under its name."""
        successor = self.successors.pop(0)
        self._uncarry(self.language)
        self.number, self.article_id, self.source = successor.number, successor.article_id, successor.source
        self.language, self.published = successor.language, successor.published
        self.correct(successor.title, successor.url, successor.lead, successor.image)
        self.count_copies(-1)
        self._find_dates()
        return successor

    def _uncarry(self, language: str | None) -> None:
        if language and language in self.languages:
            count_name(self.languages, language, -1)

    def _find_dates(self) -> None:
        """The extremes of the dates, where all articles that carry the text are known."""
        if self.copies <= len(self.successors):
            dates = [copy.published for copy in self.successors if copy.published is not None]
            dates += [self.published] if self.published is not None else []
            self.first_published, self.last_published = min(dates, default=None), max(dates, default=None)

    def correct(self, title: str, url: str | None, lead: str, image: str | None) -> None:
        """Change what readers see of the report."""
        self.title, self.url, self.lead, self.image = title, url, lead, image

    def says_something_new(self, other: "Report") -> bool:
        """Whether at least NEW_SHARE of its lead's words are not in the other's, in the same language."""
        if self.language != other.language:
            return False
        words = _content_words(self.lead)
        old = len(words & _content_words(other.lead))
        return bool(words) and len(words) - old >= NEW_SHARE * len(words)

    def on_same_matter(self, title: str, lead: str) -> bool:
        """Whether a new version of the article is about the same: by the content words of headline and lead."""
        mine, other = content_of(f"{self.title} {self.lead}"), content_of(f"{title} {lead}")
        return len(mine & other) >= SAME_MATTER * min(len(mine), len(other))

    def shown(self) -> ArticleShown:
        """The report as a snapshot lists it."""
        return ArticleShown(
            self.article_id,
            self.title,
            self.url,
            self.source,
            self.language,
            iso(self.published),
            self.copies,
            round(self.centrality, 4),
        )


@lru_cache(LEADS_REMEMBERED)  # that of the representative is compared with every new one
def _content_words(lead: str) -> frozenset[str]:
    """The words of a lead that say something, lower case."""
    return frozenset([word for word in words_of(lead) if len(word) >= CONTENT_CHARACTERS])
