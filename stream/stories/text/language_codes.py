"""Language codes as numbers, so that the tables hold them: `en` is e * 32 + n and so on."""

UNKNOWN = 0


def language_code(language: str | None) -> int:
    """A positive number for a code of two or three letters, 0 for anything else."""
    code = (language or "").lower().replace("_", "-").split("-")[0]
    if not (2 <= len(code) <= 3 and code.isascii() and code.isalpha()) or code == "und":
        return UNKNOWN
    number = 0
    for letter in code:
        number = number * 32 + ord(letter) - 96
    return number
