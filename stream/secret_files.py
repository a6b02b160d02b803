"""Secrets from files, as platforms mount them: NEWSFOLD_KAFKA__SASL_PASSWORD_FILE instead of the password itself."""

from pathlib import Path
from typing import Any

FILE = "_file"


def with_secret_files(given: Any, *names: str) -> Any:
    """Values of a settings section, each secret of `names` read from the file that its setting with _FILE names.

    Raises:
        ValueError: a secret is given both ways, or its file cannot be read.
    """
    if not isinstance(given, dict):
        return given
    values = dict(given)
    for name in names:
        file = values.get(name + FILE)
        if file is None:
            continue
        if values.get(name) is not None:
            raise ValueError(f"{name} and {name}{FILE} are both set: keep one")
        try:
            values[name] = Path(file).read_text(encoding="utf8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{name}{FILE} cannot be read: {type(error).__name__}") from None
    return values
