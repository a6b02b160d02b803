"""Each labelled article in full, by its lead, and by its title alone: what training streams are made of."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from embeddings.encoder import Encoder
from stream.articles.jsonl import key_of
from stream.articles.message import Article, read_article
from stream.embed.stage import cleaned
from stream.errors import InvalidArticleError
from stream.stories.text.evidence import evidence_of
from stream.training.augmentation import FULL, LEAD, TITLE, LabelledArticle

DAY = 86_400_000
BATCH = 64  # articles encoded together
LEAD_WORDS = 60  # of the text, that the lead view keeps
MAX_LINE_BYTES = 1 << 24


def views_of(
    lines: Sequence[tuple[bytes, str]], encoder: Encoder, name: str, advance: Callable[[int], None]
) -> list[LabelledArticle]:
    """Each article in full, by its lead, and by its title alone: what training streams are made of.

    Labels are prefixed with `name`, so that those of several sets stay apart.
    """
    articles = []
    for begin in range(0, len(lines), BATCH):
        batch = lines[begin : begin + BATCH]
        for line, label in batch:
            article = _readable(line)
            if article is not None:
                articles.append(_viewed(article, f"{name}:{label}", encoder))
        advance(len(batch))
    return articles


def _readable(line: bytes) -> Article | None:
    try:
        read = read_article(line, key_of(line), MAX_LINE_BYTES)
    except InvalidArticleError:
        return None
    return read if isinstance(read, Article) else None


def _viewed(article: Article, label: str, encoder: Encoder) -> LabelledArticle:
    full = cleaned(article)
    views = {FULL: full, LEAD: replace(full, text=" ".join(full.text.split()[:LEAD_WORDS]))}
    if full.title:
        views[TITLE] = replace(full, text="")
    vectors = encoder.encode([*views.values()])
    return LabelledArticle(
        label=label,
        views={
            view: (evidence_of(text.title, text.text, text.language), vector)
            for (view, text), vector in zip(views.items(), vectors, strict=True)
        },
        time=article.published,
        clock=article.published is not None and article.published % DAY != 0,
        language=full.language,
    )
