"""Messages that no honest producer sends: noise, wrong types, deep nesting, huge numbers, broken encodings, bombs."""

import json
from collections.abc import Callable, Iterator
from random import Random

MEGABYTE = 1_000_000
FIELDS = (
    "id", "url", "title", "text", "body", "summary", "description", "source",
    "language", "lang", "published_at", "updated_at", "status",
)  # fmt: skip
NUMBERS = (
    "1e400",
    "-1e400",
    "9" * 400,
    "-0",
    "1e-400",
    "9223372036854775808",
    "NaN",
    "Infinity",
    "0x10",
    "1.5e308",
)
DATES = (
    "0000-00-00", "9999-12-31T23:59:59Z", "-4000-01-01", "2026-02-30", "Mon, 99 Foo 2026", "now", "1e18", "∞",
    "2026-01-01T00:00:00+99:99", "10000-01-01", " ", "\u0000", "Thu, 01 Jan 1970 00:00:00 -9999", "24:61:61",
)  # fmt: skip
ODD_TEXT = (
    "\u0000", "\u202e", "\ufeff", "\u200d" * 50, "e" + "\u0301" * 400, "\x1b[31m", "\x7f", "\U000e0001", "\ufffe",
    "ﷺ" * 50, "👩‍👩‍👧‍👦" * 20, "\r\n\t\x0b\x0c", "a" * 5_000, "İ" * 300, "\u2028", "<script>alert(1)</script>",
    "javascript:alert(1)", "=1+1", "%s%n%x", "{0.__class__}", "../../../etc/passwd", "[red]markup[/red]",
)  # fmt: skip

Message = tuple[bytes | None, bytes | None]


def hostile_messages(number: int, seed: int, largest: int = 10 * MEGABYTE) -> Iterator[Message]:
    """Keys and values; of every kind by its weight, none above `largest` bytes."""
    random = Random(seed)
    makers = list(KINDS)
    weights = [KINDS[maker] for maker in makers]
    for position in range(number):
        maker = random.choices(makers, weights)[0]
        value = maker(random, position)
        if value is not None and len(value) > largest:
            value = value[:largest]
        yield _key(random, position), value


def _article(random: Random, position: int) -> dict[str, object]:
    return {
        "id": f"h{position}",
        "title": f"Ferry {position} reaches port",
        "text": " ".join(random.choices(("storm", "harbour", "captain", "rescue", "night", "engine"), k=20)),
        "source": "Outlet",
        "published_at": "2026-03-01T12:00:00Z",
    }


def _key(random: Random, position: int) -> bytes | None:
    return random.choice((f"h{position}".encode(), None, b"", b"\xff\xfe", b"k" * 5_000, b"\x00"))


def _noise(random: Random, position: int) -> bytes:
    del position
    return random.randbytes(random.randrange(200))


def _mutated(random: Random, position: int) -> bytes:
    data = bytearray(json.dumps(_article(random, position)).encode())
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data))
        choice = random.random()
        if choice < 0.4:
            data[at] = random.randrange(256)
        elif choice < 0.7:
            del data[at : at + random.randint(1, 9)]
        else:
            data[at:at] = random.choice(
                (b'"', b"{", b"}", b"[", b"\\", b"\\u", b"\\ud800", b",", b":", b"\x00", b"\xff")
            )
        data = data or bytearray(b"{")
    return bytes(data)


def _wrong_types(random: Random, position: int) -> bytes:
    article = _article(random, position)
    for field in random.sample(FIELDS, random.randint(1, 4)):
        article[field] = random.choice(
            (None, True, 1, -1.5, [], {}, [[]], {"name": {"name": 1}}, ["a"], "", " ", {"name": ""})
        )
    return json.dumps(article).encode()


def _deep(random: Random, position: int) -> bytes:
    depth = random.choice((10, 900, 1_100, 20_000, 100_000))
    opening, closing = random.choice((("[", "]"), ('{"a":', "}")))
    inner = opening * depth + "1" + closing * (depth if random.random() < 0.5 else 0)
    return f'{{"id": "h{position}", "title": "Deep", "source": {inner}}}'.encode()


def _huge_numbers(random: Random, position: int) -> bytes:
    field = random.choice(FIELDS)
    return f'{{"id": "h{position}", "title": "Many", "{field}": {random.choice(NUMBERS)}}}'.encode()


def _absurd_dates(random: Random, position: int) -> bytes:
    date: object = (
        random.choice(DATES) if random.random() < 0.6 else random.choice((-1e18, 1e18, 1e308, -1, 0, 2**63))
    )
    return json.dumps(_article(random, position) | {"published_at": date, "updated_at": date}).encode()


def _bad_encoding(random: Random, position: int) -> bytes:
    data = json.dumps(_article(random, position)).encode()
    choice = random.randrange(4)
    if choice == 0:
        return data.decode().encode("utf-16")
    if choice == 1:
        return b"\xef\xbb\xbf" + data
    if choice == 2:
        return data.replace(b"port", b"p\xf0\x28\x8c\x28t")
    return data.replace(b"port", b"\\ud800 \\udfff")


def _odd_text(random: Random, position: int) -> bytes:
    article = _article(random, position)
    for field in random.sample(("title", "text", "source", "language", "url", "id", "status"), 3):
        article[field] = "".join(random.choices(ODD_TEXT, k=random.randint(1, 3)))
    return json.dumps(article, ensure_ascii=random.random() < 0.5).encode()


def _broken_html(random: Random, position: int) -> bytes:
    pieces = (
        "<div>",
        "</p>",
        "<b",
        "&amp;",
        "&#x0;",
        "&#99999999;",
        "&nbsp;",
        "<!--",
        "-->",
        "<![CDATA[",
        "<style>",
        "</",
        "'",
        '"',
        "word ",
    )
    text = "".join(random.choices(pieces, k=random.randint(5, 300)))
    return json.dumps(_article(random, position) | {"text": text}).encode()


def _html_bomb(random: Random, position: int) -> bytes:
    size = random.choice((20_000, 200_000, 950_000))
    piece = random.choice(
        ("<div>", "<", "&", "&amp;" * 3, "<a href='" + "x" * 50 + "'>", "<!--", "<table><tr><td>", "<b><i>")
    )
    return json.dumps(_article(random, position) | {"text": piece * (size // len(piece))}).encode()


def _oversized(random: Random, position: int) -> bytes:
    size = random.choice((2 * MEGABYTE, 10 * MEGABYTE))
    return json.dumps(_article(random, position) | {"text": "word " * (size // 5)}).encode()


def _large_plain(random: Random, position: int) -> bytes:
    piece = random.choice(("word ", "x", "北京", "\u0301", "1 ", "\n", "A. ", "é"))
    return json.dumps(
        _article(random, position) | {"text": piece * (600_000 // len(piece.encode()))}, ensure_ascii=False
    ).encode()


def _many_fields(random: Random, position: int) -> bytes:
    extra = {f"x{n}": n for n in range(random.randint(10, 500))}
    return json.dumps(extra | _article(random, position)).encode()


def _cut(random: Random, position: int) -> bytes:
    data = json.dumps(_article(random, position)).encode()
    return data[: random.randrange(len(data))] if random.random() < 0.5 else data + data


def _nothing(random: Random, position: int) -> bytes | None:
    del position
    return random.choice((None, b"", b"null", b"{}", b"[]", b'""', b"0"))


KINDS: dict[Callable[[Random, int], bytes | None], float] = {
    _noise: 20,
    _mutated: 20,
    _wrong_types: 15,
    _huge_numbers: 8,
    _absurd_dates: 6,
    _bad_encoding: 8,
    _odd_text: 8,
    _broken_html: 5,
    _many_fields: 2,
    _cut: 5,
    _nothing: 4,
    _deep: 0.3,
    _html_bomb: 0.02,
    _large_plain: 0.02,
    _oversized: 0.005,
}
