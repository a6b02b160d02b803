"""How an article begins: what a story shows as its summary."""

import re

from stream.articles.boilerplate import without_boilerplate

MAX_LEAD_CHARACTERS = 400  # two or three sentences: what a card on a page has room for
LEAST_LEAD_CHARACTERS = 120  # of whole sentences; where they are fewer, the next is cut rather than left out
READ_CHARACTERS = 4 * MAX_LEAD_CHARACTERS  # of the text, notices of the page included
_SENTENCE_END = re.compile(r"[.!?…][\"”»’')\]]*(?=\s)|[。！？][」』”]?")


def lead_of(text: str) -> str:
    """The first sentences of a cleaned text, at most MAX_LEAD_CHARACTERS; one that is cut ends in an ellipsis."""
    flowing = " ".join(without_boilerplate(text[:READ_CHARACTERS]).split())
    if len(flowing) <= MAX_LEAD_CHARACTERS:
        return flowing
    room = flowing[: MAX_LEAD_CHARACTERS + 1]
    ends = [match.end() for match in _SENTENCE_END.finditer(room) if match.end() <= MAX_LEAD_CHARACTERS]
    if ends and ends[-1] >= LEAST_LEAD_CHARACTERS:
        return flowing[: ends[-1]]
    cut = room[: MAX_LEAD_CHARACTERS - 1]
    whole_words = cut.rsplit(" ", 1)[0]
    return (whole_words if len(whole_words) >= LEAST_LEAD_CHARACTERS else cut).rstrip(" ,;:–—-") + "…"
