"""The picture of an evaluation: scores, first and repaired, and how pure and how whole the stories are by size."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib import pyplot

if TYPE_CHECKING:
    from stream.evaluation.evaluation import Evaluation

mpl.use("Agg")  # draws into files, needs no display
MEASURES = ("precision", "recall", "F1")


def draw(path: Path, evaluation: "Evaluation", name: str) -> None:
    """Draw the mean scores over the passes, and the last pass's stories by size, as PNG or SVG by the file's name."""
    figure, (bars, sizes) = pyplot.subplots(1, 2, figsize=(11, 4))
    for offset, (label, scores) in enumerate(
        (("first", evaluation.first), ("repaired", evaluation.repaired))
    ):
        for place, measure in enumerate(("b_cubed", "pairwise")):
            means = [sum(getattr(s, measure)[i] for s in scores) / len(scores) for i in range(3)]
            at = [place * 4 + i + 0.4 * offset for i in range(3)]
            bars.bar(at, means, 0.4, color=f"C{offset}", label=label if place == 0 else None)
            for x, value in zip(at, means, strict=True):
                bars.text(x, value + 0.01, f"{value:.2f}", ha="center", fontsize=7)
    bars.set_xticks(
        [i + 0.2 for i in (0, 1, 2, 4, 5, 6)], [f"B³ {m}" for m in MEASURES] + [f"pair {m}" for m in MEASURES]
    )
    bars.tick_params(axis="x", labelrotation=45)
    bars.set_ylim(0, 1.1)
    bars.legend()
    bars.set_title(f"Agreement on {name}")
    run = evaluation.runs[-1]
    for found, label in ((run.true, "true"), (run.repaired, "found")):
        counts = Counter(Counter(found.values()).values())
        sizes.plot(sorted(counts), [counts[size] for size in sorted(counts)], "o-", label=label, alpha=0.7)
    sizes.set_xscale("log")
    sizes.set_yscale("log")
    sizes.set_xlabel("articles of a story")
    sizes.set_ylabel("stories")
    sizes.legend()
    sizes.set_title("Stories by size")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
