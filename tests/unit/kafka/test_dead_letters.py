"""A dead letter is the message as it came, with headers that say where it was read and what was wrong with it."""

from stream.embed.record import Origin
from stream.embed.settings import OVERHEAD_BYTES
from stream.embed.stage import Incoming, Refused
from stream.errors import InvalidArticleError
from stream.kafka.dead_letter_replay import Letter
from stream.kafka.dead_letters import (
    CONNECT,
    LONGEST_HEADERS,
    LONGEST_KEY,
    LONGEST_MESSAGE,
    DeadLetter,
    Headers,
    dead_letter,
)

LARGEST = 100


def letter_of(
    value: bytes | None = b"not json", error: str = "line 1", headers: Headers | None = None
) -> DeadLetter:
    incoming = Incoming(b"\xff key", value, Origin(3, 41), 1_770_000_000_000)
    refused = Refused(incoming, "undecodable", InvalidArticleError("undecodable", error))
    return dead_letter(refused, "articles", headers or [], LARGEST)


def facts_of(letter: DeadLetter) -> dict[str, str]:
    """What the letter's own headers say, by their short names."""
    return {name.removeprefix(CONNECT): value.decode() for name, value in letter.headers if CONNECT in name}


def test_key_and_value_are_those_of_the_message():
    letter = letter_of(b"\x00\xff not json")
    assert (letter.key, letter.value) == (b"\xff key", b"\x00\xff not json")


def test_the_headers_say_where_it_was_read_and_what_was_wrong():
    assert facts_of(letter_of(error="unexpected end")) == {
        "topic": "articles",
        "partition": "3",
        "offset": "41",
        "stage": "embed",
        "reason": "undecodable",
        "exception.class.name": "InvalidArticleError",
        "exception.message": "undecodable: unexpected end",
    }


def test_the_messages_own_headers_stay_and_those_of_an_earlier_letter_do_not():
    letter = letter_of(
        headers=[("traceparent", b"00-1"), (f"{CONNECT}offset", b"7"), ("traceparent", b"00-2")]
    )
    assert [value for name, value in letter.headers if name == "traceparent"] == [b"00-1", b"00-2"]
    assert [value for name, value in letter.headers if name == f"{CONNECT}offset"] == [b"41"]


def test_a_value_above_the_topics_limit_is_cut_and_a_header_tells_its_size():
    letter = letter_of(b"x" * (LARGEST + 1))
    assert letter.value == b"x" * LARGEST
    assert facts_of(letter)["value.cut.from.bytes"] == str(LARGEST + 1)
    assert "value.cut.from.bytes" not in facts_of(letter_of(b"x" * LARGEST))


def test_a_letter_fits_its_topic_whatever_key_and_headers_came():
    headers = [("traceparent", b"00-1"), ("blob", b"x" * LONGEST_HEADERS)]
    refused = Refused(
        Incoming(b"k" * 1_000_000, b"x" * 200, Origin(3, 41), 0), "undecodable", ValueError("é" * 999)
    )
    letter = dead_letter(refused, "articles", headers, LARGEST)
    assert letter.key == b"k" * LONGEST_KEY
    assert facts_of(letter)["key.cut.from.bytes"] == "1000000"
    assert facts_of(letter)["headers.left.out.bytes"] == str(
        len("traceparent" + "00-1" + "blob") + LONGEST_HEADERS
    )
    assert not any(name in {"blob", "traceparent"} for name, _ in letter.headers)
    beside = len(letter.key) + sum(len(name) + len(value) for name, value in letter.headers)
    assert beside + LONGEST_HEADERS < OVERHEAD_BYTES, "a letter may be so much larger than an article"
    facts = Letter(0, 0, 0, letter.key, letter.value, letter.headers, replayed=False)
    assert not facts.is_whole


def test_a_message_without_a_value_makes_a_letter_without_one():
    assert letter_of(None).value is None


def test_what_was_wrong_is_told_in_a_bounded_header_whatever_it_holds():
    letter = letter_of(error="\ud800" + "é" * 10 * LONGEST_MESSAGE)
    assert len(facts_of(letter)["exception.message"]) == LONGEST_MESSAGE
