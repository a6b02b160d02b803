"""What each code point is to the reading of evidence, and its lower case: tables by its number."""

import unicodedata

import numpy as np
import numpy.typing as npt

CODE_POINTS = 0x34000  # beyond the Chinese characters of the third plane nothing is part of a word
LOWERED_BELOW = 0x20000  # beyond the Supplementary Multilingual Plane nothing has a lower case
TAGS = (0xE0000, 0xE01F0)  # invisible tags and variation selectors; passed over as IGNORED says

# Bits of PROPERTIES.
WORD = 1  # letters and digits: what the regular expression [^\W_] matches
MARK = 2  # vowel signs and accents, part of the word they follow: Hindi is written with them
CAPITAL = 4  # may begin a name
UPPER = 8  # upper case in any script
SPACE = 16
DECIMAL = 32  # a digit of a number
UNSPACED = 64  # of a script written without spaces
CASED = 128  # has upper and lower case, which decides the lower case of the Greek capital sigma
IGNORED = 256  # stands between cased letters without separating them
DIGIT = 512  # what str.isdigit says
APOSTROPHE_SIGN = 1024  # inside words: ' and ’
BINDING = 2048  # with letters and digits, what a name may not follow at once: apostrophes and _
INNER = 4096  # with letters and digits, what a name may hold: apostrophes, _, & and -

CAPITALS_BELOW = 0x2000  # Latin, Greek, Cyrillic, Armenian, Georgian and their extensions
MARKS_BELOW = 0x10000
SIGMA, FINAL_SIGMA, SMALL_SIGMA = 0x3A3, 0x3C2, 0x3C3

_UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Chinese characters, extension A
    (0x4E00, 0x9FFF),  # Chinese characters
    (0xF900, 0xFAFF),  # Chinese characters, compatibility forms
)


def _properties() -> npt.NDArray[np.uint16]:
    table = np.zeros(CODE_POINTS, np.uint16)
    for code in range(CODE_POINTS):
        sign = chr(code)
        table[code] = (
            WORD * sign.isalnum()
            | MARK * (code < MARKS_BELOW and unicodedata.category(sign) in ("Mn", "Mc"))
            | CAPITAL * (code < CAPITALS_BELOW and sign.isupper())
            | UPPER * sign.isupper()
            | SPACE * sign.isspace()
            | DECIMAL * sign.isdecimal()
            | DIGIT * sign.isdigit()
        )
        if code < LOWERED_BELOW:
            # Python's own rule for the sigma shows which characters are cased, and which are passed over.
            if f"aΣ{sign}".lower()[1] == "σ":
                table[code] |= CASED
            elif f"aΣ{sign}a".lower()[1] == "σ":
                table[code] |= IGNORED
    for signs, bits in (("'’", APOSTROPHE_SIGN | BINDING | INNER), ("_", BINDING | INNER), ("&-", INNER)):
        for sign in signs:
            table[ord(sign)] |= bits
    for first, last in _UNSPACED_RANGES:
        table[first : last + 1] |= UNSPACED
    return table


def _lower() -> npt.NDArray[np.uint32]:
    lower = np.arange(LOWERED_BELOW, dtype=np.uint32)
    for code in range(LOWERED_BELOW):
        folded = chr(code).lower()
        if len(folded) == 1:
            lower[code] = ord(folded)
    return lower


PROPERTIES = _properties()
LOWER = _lower()
