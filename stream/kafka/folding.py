"""Folding the records that one poll of articles.embedded gave."""

from collections.abc import Callable, Sequence

from aiokafka import ConsumerRecord

from stream.contract.events import Folded
from stream.embed.record import EmbeddedArticle, decode_record
from stream.errors import FoldError, LogFormatError, ModelMismatchError
from stream.fold.changes import Moment, described
from stream.fold.fold import Fold


def fold_records(
    fold: Fold, records: Sequence[ConsumerRecord], is_skipped: Callable[[EmbeddedArticle], bool]
) -> tuple[list[EmbeddedArticle], list[Folded]]:
    """The articles that were folded, and what follows from each.

    Raises:
        LogFormatError, ModelMismatchError, FoldError: a record cannot be folded; the message says which.
    """
    articles: list[EmbeddedArticle] = []
    batch: list[Moment] = []
    for record in records:
        try:
            article = decode_record(record.value or b"")
            if is_skipped(article):
                continue
            batch.append(fold.take_in(article, record.timestamp))
        except (LogFormatError, ModelMismatchError) as error:
            raise type(error)(f"{_place(record)}: {error}") from error
        except Exception as error:
            raise FoldError(f"{_place(record)}: {type(error).__name__}: {error}") from error
        articles.append(article)
    return articles, described(batch)


def _place(record: ConsumerRecord) -> str:
    return f"{record.topic}-{record.partition}@{record.offset}"
