"""One spelling for what houses, keyboards and countries write differently; for comparing, not for showing."""

import re
import unicodedata

MAX_CODE = 0x10000  # above, Unicode still adds digits: what they are would hang on the version of Python


def _digits() -> dict[int, str]:
    """The decimal digits of every script, as ASCII; full-width ones too."""
    return {
        code: str(unicodedata.decimal(chr(code)))
        for code in range(0x80, MAX_CODE)
        if unicodedata.category(chr(code)) == "Nd"
    }


# Beside digits: letters that one language writes with two code points (Arabic kaf and yeh in Persian and Urdu, alef
# with its hamza), that are left out at will (the points of Russian yo, the stretching of Arabic), and the Swiss ss.
_LETTERS = {
    "ك": "ک", "ي": "ی", "ى": "ی", "ة": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ـ": "", "ё": "е", "Ё": "Е",
    "ß": "ss", "ẞ": "SS", "٫": ".", "٬": "",
}  # fmt: skip
_HARAKAT = {
    chr(code): "" for code in (*range(0x064B, 0x0653), 0x0670)
}  # vowel signs of Arabic, mostly left out
SPELLINGS = _digits() | {ord(one): other for one, other in (_LETTERS | _HARAKAT).items()}
_FOREIGN = re.compile(
    "[" + re.escape("".join(map(chr, sorted(SPELLINGS)))) + "]"
)  # most texts hold none of them
SEPARATORS = (",", "\u00a0", "\u202f")  # of thousands
# The separator comes before what must precede it: the search for a class of characters is fast.
_THOUSANDS = re.compile(r"[,\u00a0\u202f](?<=\d.)(?=\d{3}(?!\d))")


def one_spelling(text: str) -> str:
    """The text with ASCII digits, without separators of thousands, and with one spelling of letters."""
    if not text.isascii() and _FOREIGN.search(text):
        text = text.translate(SPELLINGS)
    return _THOUSANDS.sub("", text) if any(_may_group(text, sign) for sign in SEPARATORS) else text


def _may_group(text: str, separator: str) -> bool:
    """Whether a separator stands between two digits; far faster than the pattern where few do."""
    at = text.find(separator, 1)
    while at >= 0:
        if text[at - 1].isdecimal() and text[at + 1 : at + 2].isdecimal():
            return True
        at = text.find(separator, at + 1)
    return False
