"""How an article begins: what a story shows as its summary."""

import re
from collections.abc import Sequence

from stream.articles.boilerplate import without_boilerplate_each

MAX_LEAD_CHARACTERS = 400  # two or three sentences: what a card on a page has room for
LEAST_LEAD_CHARACTERS = 120  # of whole sentences; where they are fewer, the next is cut rather than left out
READ_CHARACTERS = 4 * MAX_LEAD_CHARACTERS  # of the text, notices of the page included
ENOUGH_CHARACTERS = MAX_LEAD_CHARACTERS + 60  # for a whole lead, but where white space is wide
# The sign comes before what is asked of it: the search for a class of characters is fast.
_SENTENCE_END = re.compile(r"[.!?…。！？](?:(?<=[.!?…])[\"”»’')\]]*(?=\s)|(?<=[。！？])[」』”]?)")


def lead_of(text: str) -> str:
    """The first sentences of a cleaned text, at most MAX_LEAD_CHARACTERS; one that is cut ends in an ellipsis."""
    return leads_of([text])[0]


def leads_of(texts: Sequence[str]) -> list[str]:
    """The lead of each text: that of lead_of, with less work for each."""
    return [
        _lead(opening) for opening in without_boilerplate_each([text[:READ_CHARACTERS] for text in texts])
    ]


def _lead(opening: str) -> str:
    flowing = " ".join(opening[:ENOUGH_CHARACTERS].split())
    if len(flowing) <= MAX_LEAD_CHARACTERS + 1:
        flowing = " ".join(opening.split())
    if len(flowing) <= MAX_LEAD_CHARACTERS:
        return flowing
    room = flowing[: MAX_LEAD_CHARACTERS + 1]
    ends = [match.end() for match in _SENTENCE_END.finditer(room) if match.end() <= MAX_LEAD_CHARACTERS]
    if ends and ends[-1] >= LEAST_LEAD_CHARACTERS:
        return flowing[: ends[-1]]
    cut = room[: MAX_LEAD_CHARACTERS - 1]
    whole_words = cut.rsplit(" ", 1)[0]
    return (whole_words if len(whole_words) >= LEAST_LEAD_CHARACTERS else cut).rstrip(" ,;:–—-") + "…"
