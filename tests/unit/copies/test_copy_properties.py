"""What holds of copy detection for any stream: no dependence on restarts or the exact hour, no crash."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stream.copies.fingerprint import Fingerprint, fingerprint_of, fingerprints_of
from stream.copies.index import CopyIndex
from stream.copies.results import CopyDecision
from stream.copies.settings import CopySettings

HOUR = 3_600_000
Placed = tuple[int, Fingerprint, str | None, int]

WORDS = st.sampled_from([f"{a}{b}" for a in "bdfgklmnprst" for b in ("aro", "enty", "ilo", "oram", "ust")])
PARAGRAPHS = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)
PAGES = st.lists(PARAGRAPHS, min_size=1, max_size=4)
ANY_TEXT = st.text(st.characters(codec=None), max_size=300)


@st.composite
def streams(draw: st.DrawFn) -> list[Placed]:
    """Pages that share paragraphs, from a few sources, some of them late."""
    stock = draw(st.lists(PARAGRAPHS, min_size=1, max_size=6))
    pages = draw(
        st.lists(
            st.one_of(PAGES, st.lists(st.sampled_from(stock), min_size=1, max_size=4)),
            min_size=1,
            max_size=24,
        )
    )
    stream: list[Placed] = []
    for number, page in enumerate(pages):
        source = draw(st.sampled_from([None, "a.example", "b.example", "c.example"]))
        time = number * HOUR // 4 - draw(st.integers(0, 9)) * HOUR
        stream.append((number, fingerprint_of("", "\n".join(page)), source, time))
    return stream


@st.composite
def crowds(draw: st.DrawFn) -> list[str]:
    """More unlike texts than the index has room for; from a seed, as Hypothesis cannot draw so much."""
    drawn = random.Random(draw(st.integers(0, 2**32)))
    sizes = [drawn.randint(30, 60) for _ in range(draw(st.integers(65, 120)))]
    return ["".join(chr(drawn.randrange(0x20, 0xD800)) for _ in range(size)) for size in sizes]


def small_index() -> CopyIndex:
    return CopyIndex(CopySettings(capacity=64, window_hours=4))


def place_all(index: CopyIndex, stream: list[Placed]) -> list[CopyDecision]:
    return [index.place(*article) for article in stream]


def state_of(index: CopyIndex) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in index.snapshot().items()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(streams(), st.integers(0, 24))
def test_a_restored_index_goes_on_as_if_nothing_had_happened(stream: list[Placed], cut: int) -> None:
    index = small_index()
    place_all(index, stream[:cut])
    restored = CopyIndex.restore(CopySettings(capacity=64, window_hours=4), index.snapshot())
    assert place_all(restored, stream[cut:]) == place_all(index, stream[cut:])
    assert state_of(restored) == state_of(index)


@settings(max_examples=40, deadline=None)
@given(st.integers(-(10**12), 10**13), st.integers(1, 200), st.integers(-2, 2))
def test_a_text_is_remembered_to_the_millisecond_of_the_window(start: int, hours: int, offset: int) -> None:
    text = fingerprint_of(
        "", "Seven bridges over the river were closed on Sunday while engineers looked for cracks."
    )
    index = CopyIndex(CopySettings(capacity=64, window_hours=hours))
    index.place(0, text, "a.example", start)
    later = index.place(1, text, "b.example", start + hours * HOUR + offset)
    assert later.leader == (0 if offset <= 0 else None)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 100), st.integers(-2, 2))
def test_stream_time_not_the_late_article_drives_expiry(hours: int, offset: int) -> None:
    text = fingerprint_of(
        "", "Seven bridges over the river were closed on Sunday while engineers looked for cracks."
    )
    other = fingerprint_of(
        "", "The orchestra cancelled its tour because the hall in the last town had lost its roof."
    )
    index = CopyIndex(CopySettings(capacity=64, window_hours=hours))
    index.place(0, text, None, 0)
    index.place(1, other, None, hours * HOUR + offset)
    late_copy = index.place(2, text, None, 1)
    assert late_copy.leader == (0 if offset <= 0 else None)


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_any_text_at_all_has_a_bounded_fingerprint_and_is_placed(title: str, text: str) -> None:
    fingerprint = fingerprint_of(title, text)
    assert len(fingerprint.digest) == 16
    assert len(fingerprint.sample) <= 2048
    assert len(fingerprint.lead) <= 96
    index = small_index()
    assert index.place(0, fingerprint, text[:9], 0).leader is None
    index.place(1, fingerprint, title[:9], 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=8))
def test_fingerprints_do_not_depend_on_their_batch(articles: list[tuple[str, str]]) -> None:
    assert fingerprints_of(articles) == [fingerprint_of(title, text) for title, text in articles]


@settings(max_examples=20, deadline=None)
@given(crowds())
def test_more_texts_than_the_capacity_push_out_the_oldest_and_are_counted(texts: list[str]) -> None:
    index = small_index()
    decisions = place_all(index, [(n, fingerprint_of("", text), None, 0) for n, text in enumerate(texts)])
    assert index.entries <= 64
    assert index.entries + index.overflows == sum(decision.leader is None for decision in decisions)
    assert index.bytes == small_index().bytes
