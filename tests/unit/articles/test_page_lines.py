"""The compiled reading of lines gives what regular expressions give, on any text."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from stream.articles.page_lines import (
    CHARACTERS_PER_WORD,
    PROSE_WORDS,
    SENTENCE_WORDS,
    UNSPACED,
    pages_of,
)

SENTENCE_END = re.compile(r"(?:[.!?…,][\"'”’»)\]]*|[。！？।؟۔])\s*$")
PIECES = st.sampled_from(
    [
        *(
            "word ",
            "a ",
            "end.",
            "so,",
            '."',
            "…”",
            ".)]",
            "。",
            "。”",
            "؟",
            "\n",
            " ",
            "\u3000",
            "\x1c",
            "\u2028",
        ),
        *("地震発生", "ภาษา", "한국", "𠀀", "one two three four", "x " * 24),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=30).map("".join)


def plain_line(line: str) -> tuple[str, float, bool]:
    """A line, how many words it has, and whether it is prose."""
    words = len(line.split()) + len(re.findall(f"[{UNSPACED}]", line)) / CHARACTERS_PER_WORD
    ends = SENTENCE_END.search(line) is not None
    return line, words, words >= PROSE_WORDS or (words >= SENTENCE_WORDS and ends)


@given(st.lists(TEXTS, max_size=4))
@settings(max_examples=400)
def test_any_text_has_the_lines_that_the_plain_rules_find(texts: list[str]):
    pages = pages_of(texts)
    assert [page.text for page in pages] == texts
    assert [page.lines for page in pages] == [
        [plain_line(line) for line in text.split("\n")] for text in texts
    ]


@given(TEXTS)
def test_only_white_space_is_blank(text: str):
    (page,) = pages_of([text])
    for line in page.lines:
        assert line.is_blank == (not line.text.strip())
    marked = [line.is_prose for line in page.lines if not line.is_blank]
    assert page.is_prose == (bool(marked) and all(marked))
