"""Every example in docs/feeds.md is read as the format it stands under."""

import re
from pathlib import Path

import pytest

from stream.articles.formats.registry import FORMATS, adapted
from stream.articles.message import Article
from stream.articles.reading import read_message

PAGE = (Path(__file__).parents[3] / "docs" / "feeds.md").read_text(encoding="utf8")
EXAMPLES = re.findall(r"```(?:json|xml)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text[:30])
def test_an_example_is_an_article(example: str):
    article = read_message(example.encode(), None, 1_000_000)
    assert isinstance(article, Article)
    assert article.title == "Ferry returns to the strait"


def test_every_format_has_an_example_and_a_name_in_the_table():
    assert {adapted(example.encode()).read_as for example in EXAMPLES} == {one.title for one in FORMATS}
    assert all(f"`{one.name}`" in PAGE for one in FORMATS)
