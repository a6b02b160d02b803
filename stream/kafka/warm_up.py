"""What a fold stage compiles before its first record."""

from stream.copies.fingerprint import fingerprint_of
from stream.embed.record import EmbeddedArticle, Origin
from stream.fold.fold import Fold
from stream.settings import Settings
from stream.stories.splitting import SPLIT_AT
from stream.stories.text.evidence import evidence_of
from stream.storylines.average_link import average_link

WARM_UP_DIMENSIONS = 16  # of a made-up vector; kernels are compiled for the type, not the length
# A prime number of words, 29: in steps of 1, 2, 3 ... each comes once, and no three of them in a row twice. So the
# reports are of one story and not copies of each other.
REPORT = (
    "Delegations from Karvelia and Montabor met again on Monday to discuss grain, fishing, railways, bridges, "
    "tunnels, customs, pensions, harbours, forests, vaccines, reservoirs, orchards, turbines, museums, quarries, "
    "lighthouses, glaciers, ferries"
)
WORDS = REPORT.split()


def warm_up(settings: Settings) -> None:
    """Fold some reports of one event into a fold that is thrown away: afterwards every kernel is compiled.

    They are as many as it takes until a story is looked at for splitting.
    """
    fold = Fold.empty(settings)
    for number in range(SPLIT_AT[0] + 1):
        text = " ".join(WORDS[(number + 1) * place % len(WORDS)] for place in range(len(WORDS)))
        article = EmbeddedArticle(
            id=f"probe-{number}",
            origin=Origin(0, number),
            ingested=0,
            title=f"Talks, day {number}",
            content=bytes([number] * 16),
            vector=bytes([1]) * WARM_UP_DIMENSIONS,
            fingerprint=fingerprint_of("", text),
            evidence=evidence_of("", text, "en"),
        )
        fold.fold(article, 0)
    average_link(range(2), {0: {1: 0}}, 0)  # one story is no storyline
