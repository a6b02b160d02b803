"""The names of an article as it writes them, for readers; the evidence has them in lower case, for comparing."""

from calendar import day_name, month_name
from collections.abc import Sequence

from stream.stories.text.compiled.counting import listed
from stream.stories.text.compiled.title_case import TITLED
from stream.stories.text.compiled.written_names import MAX_WRITTEN_NAMES, read_written_names
from stream.stories.text.word_tables import by_language, joined, tables_of_names

__all__ = ["MAX_WRITTEN_NAMES", "written_names", "written_names_of_each"]

READ_CHARACTERS = 6_000  # a thousand words; who matters in a report comes up in them
DATES = frozenset(name.lower() for name in (*day_name, *month_name))
NOUNS_CAPITALISED = frozenset({"de", "lb"})  # there a single capitalised word is any noun
_LISTED_DATES = listed(DATES - {""})


def written_names(title: str, text: str, language: str | None) -> tuple[str, ...]:
    """The most frequent names of a cleaned title and text, as they are written, at most MAX_WRITTEN_NAMES.

    A word that is part of a longer name of the article is not named again.
    """
    return written_names_of_each([(title, text, language)])[0]


def written_names_of_each(articles: Sequence[tuple[str, str, str | None]]) -> list[tuple[str, ...]]:
    """The names of (title, text, language) triples: those of written_names, with less work for each."""
    return by_language(articles, _of_one_language)


def _of_one_language(articles: Sequence[tuple[str, str]], language: str | None) -> list[tuple[str, ...]]:
    points, ends = joined((title, text[:READ_CHARACTERS]) for title, text in articles)
    is_single = language not in NOUNS_CAPITALISED
    written = read_written_names(points, ends, tables_of_names(language), _LISTED_DATES, TITLED, is_single)
    spelt = written.points[: written.ends.max(initial=0)].tobytes().decode("utf-32-le", "surrogatepass")
    found = []
    end = 0
    for places in written.ends.tolist():
        names = []
        for place in places:
            if place < 0:
                break
            names.append(spelt[end:place])
            end = place
        found.append(tuple(names))
    return found
