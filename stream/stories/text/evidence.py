"""The evidence of an article for its story, computed once where it is read, and carried in the log.

Three channels: the words of the whole text, the words of title and lead, and names and numbers. What each is
worth is decided later, by document frequencies that run with the stream. The rules are those of tokenizer.py and
entities.py, in compiled code.
"""

from collections.abc import Iterator, Sequence

import msgspec

from stream.articles.boilerplate import without_boilerplate_each
from stream.stories.text.compiled.evidence import MAX_NAMES, Written, read_evidence
from stream.stories.text.compiled.keyterms import MAX_KEYTERMS
from stream.stories.text.compiled.terms import MAX_TERMS
from stream.stories.text.tokenizer import MAX_CHARACTERS, plain_text
from stream.stories.text.word_tables import by_language, joined, tables_of

__all__ = ["MAX_KEYTERMS", "MAX_NAMES", "MAX_TERMS", "Evidence", "evidence_of", "evidence_of_each"]

EVIDENCE_VERSION = 6  # raise it with every change that gives an article other evidence: records carry it


class Evidence(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Hashed terms with counts: at most some 2.5 kB.

    `terms`, `names`: uint32 buckets, little-endian, ascending, as bytes. `counts` (whole text), `leads` (title
    and lead) and `name_counts`: one byte a bucket. `keyterms`: surface forms for the story's keywords.
    `titles`: a byte a term, 1 where it is in the title; empty in records of before version 3.
    """

    terms: bytes
    counts: bytes
    leads: bytes
    names: bytes
    name_counts: bytes
    keyterms: tuple[str, ...] = ()
    titles: bytes = b""


def evidence_of(title: str, text: str, language: str | None) -> Evidence:
    """Return the evidence of a cleaned title and text (each may be empty); of at most 24,000 characters.

    `language` is its code, or None: function words of other languages than English are dropped, and what is tied to
    a word is cut off, only where it is known.
    """
    return evidence_of_each([(title, text, language)])[0]


def evidence_of_each(articles: Sequence[tuple[str, str, str | None]]) -> list[Evidence]:
    """Return the evidence of (title, text, language) triples: that of evidence_of, with less work for each."""
    return by_language(articles, _evidence_of_one_language)


def _evidence_of_one_language(
    articles: Sequence[tuple[str, str]], language: str | None
) -> Iterator[Evidence]:
    points, ends = joined(
        (plain_text(title, language), plain_text(text, language))
        for (title, _), text in zip(
            articles, without_boilerplate_each([text[:MAX_CHARACTERS] for _, text in articles]), strict=True
        )
    )
    return _evidence_in(read_evidence(points, ends, tables_of(language)))


def _evidence_in(written: Written) -> Iterator[Evidence]:
    """Cut what was written for a batch into the evidence of each article."""
    terms, counts, leads = written.terms.tobytes(), written.counts.tobytes(), written.leads.tobytes()
    titles = written.titles.tobytes()
    names, name_counts = written.names.tobytes(), written.name_counts.tobytes()
    keyterms = written.keyterms[: written.ends[-1, 2]].tobytes().decode("utf-32-le")
    term = name = keyterm = 0
    for (term_end, name_end, keyterm_end), places in zip(
        written.ends.tolist(), written.keyterm_ends.tolist(), strict=True
    ):
        starts = [keyterm, *places]
        yield Evidence(
            terms=terms[4 * term : 4 * term_end],
            counts=counts[term:term_end],
            leads=leads[term:term_end],
            names=names[4 * name : 4 * name_end],
            name_counts=name_counts[name:name_end],
            keyterms=tuple([keyterms[s:e] for s, e in zip(starts, places, strict=False) if e >= 0]),
            titles=titles[term:term_end],
        )
        term, name, keyterm = term_end, name_end, keyterm_end
