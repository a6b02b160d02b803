"""What a fold stage compiles before its first record."""

from stream.copies.fingerprint import fingerprint_of
from stream.embed.record import EmbeddedArticle, Origin
from stream.embed.stage import PROBE
from stream.fold.fold import Fold
from stream.settings import Settings
from stream.stories.text.evidence import evidence_of

WARM_UP_DIMENSIONS = 16  # of a made-up vector; kernels are compiled for the type, not the length


def warm_up(settings: Settings) -> None:
    """Fold one harmless article into a fold that is thrown away: kernels are compiled before the first record."""
    fold = Fold.empty(settings)
    for offset in range(2):
        title, text = f"{PROBE.title} {offset}", PROBE.text
        article = EmbeddedArticle(
            id=f"probe-{offset}",
            origin=Origin(0, offset),
            ingested=0,
            title=title,
            content=bytes(16),
            vector=bytes([1]) * WARM_UP_DIMENSIONS,
            fingerprint=fingerprint_of(title, text),
            evidence=evidence_of(title, text, None),
        )
        fold.fold(article, 0)
