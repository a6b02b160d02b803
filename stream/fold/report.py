"""One report of a story: a distinct text, as the story lists it."""

from functools import cached_property

import msgspec

from stream.contract.events import ArticleShown
from stream.contract.moments import iso
from stream.fold.counting import count_name, earliest, latest
from stream.stories.text.tokenizer import words_of

NEW_SHARE = (
    0.5  # of a lead's words, from which on it says something new; reworded leads of one event share more
)
TELLING_CHARACTERS = 4  # of a word that says something: shorter ones are mostly function words


class Report(msgspec.Struct, dict=True):
    """A listed report: how it is shown, and how many later articles carry its text.

    `seen`, `last_published`, `first_published` and `languages` are of the report and its copies, `keyterms`, `names`
    and `lead` of its text: with them a story can be split. `joined`: its centrality counts. `shown` and `words` are
    kept until they change.
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

    def carry(self, language: str | None, published: int | None) -> None:
        """Count an article with this text: the report itself, or a copy."""
        if language:
            count_name(self.languages, language, 1)
        self.first_published = earliest(self.first_published, published)
        self.last_published = latest(self.last_published, published)

    def count_copies(self, change: int) -> None:
        """Count copies that came or were withdrawn."""
        self.copies += change
        self.__dict__.pop("shown", None)

    def correct(self, title: str, url: str | None, lead: str, image: str | None) -> None:
        """Change what readers see of the report."""
        self.title, self.url, self.lead, self.image = title, url, lead, image
        self.__dict__.pop("shown", None)
        self.__dict__.pop("words", None)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the lead that say something, lower case."""
        return frozenset(word for word in words_of(self.lead) if len(word) >= TELLING_CHARACTERS)

    def says_something_new(self, other: "Report") -> bool:
        """Whether at least NEW_SHARE of its lead's words are not in the other's, in the same language."""
        if not self.words or self.language != other.language:
            return False
        return len(self.words - other.words) >= NEW_SHARE * len(self.words)

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
