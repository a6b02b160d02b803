"""Copies: which articles carry a text that was already seen, and whose text it was."""

from stream.copies.decision import CopyDecision, CopyKind, CopyRival
from stream.copies.fingerprint import Fingerprint, fingerprint_of, fingerprints_of
from stream.copies.index import CopyIndex
from stream.copies.settings import CopySettings

__all__ = [
    "CopyDecision",
    "CopyIndex",
    "CopyKind",
    "CopyRival",
    "CopySettings",
    "Fingerprint",
    "fingerprint_of",
    "fingerprints_of",
]
