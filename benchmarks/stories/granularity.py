"""What the granularity does: stories found and B-cubed at five positions of the knob, for each labelled set.

usage: python -m benchmarks.stories.granularity [--out FOLDER] SET.jsonl ...

Writes granularity.md and granularity.png. The index alone is measured, without the copies: one pass in time order,
repaired stories.
"""

import argparse
from pathlib import Path

import matplotlib as mpl
import msgspec

from benchmarks.stories.train import read_sets
from stream.evaluation.measures import b_cubed_in_order
from stream.stories.settings import StorySettings
from stream.stories.story_index import StoryIndex
from stream.training.assignments import Placements
from stream.training.augmentation import LabelledArticle, plain_stream

mpl.use("Agg")
from matplotlib import pyplot

POSITIONS = (0.25, 0.38, 0.5, 0.62, 0.75)
SEED = 0
RESULTS = Path(__file__).parent / "results"


class Position(msgspec.Struct, frozen=True):
    """What one granularity made of a set."""

    granularity: float
    stories: int
    precision: float
    recall: float
    f1: float


class KnobTurned(msgspec.Struct, frozen=True):
    """A set, its true stories, and what each position of the knob made of it."""

    name: str
    articles: int
    true_stories: int
    positions: tuple[Position, ...]

    @property
    def falls(self) -> bool:
        """Whether a coarser position never gives more stories."""
        numbers = [position.stories for position in self.positions]
        return numbers == sorted(numbers, reverse=True)


def at_position(articles: list[LabelledArticle], dimensions: int, granularity: float) -> Position:
    """Fold the set once at a granularity."""
    index = StoryIndex(StorySettings(granularity=granularity), dimensions)
    stream = plain_stream(articles, SEED)
    placements = Placements()
    for number, article in enumerate(stream):
        index.close_idle(article.time)
        decision = index.assign(
            number, article.evidence, article.vector, article.time, article.dated, article.language
        )
        placements.place(decision.story)
        if decision.split:
            placements.split(decision.split.leaving, decision.split.fresh)
        for merge in decision.merges:
            placements.merge(merge.absorbed, merge.survivor)
    found = placements.repaired()
    agreement = b_cubed_in_order([article.label for article in stream], found)
    return Position(granularity, len(set(found)), agreement.precision, agreement.recall, agreement.f1)


def markdown(sets: list[KnobTurned]) -> str:
    """The table of the results file."""
    lines = [
        "# What the granularity does",
        "",
        "`python -m benchmarks.stories.granularity`: stories found, and B-cubed precision / recall / F1 (repaired).",
        "",
        "| set | true stories | " + " | ".join(f"{position:g}" for position in POSITIONS) + " | falls |",
        "|---|---|" + "---|" * len(POSITIONS) + "---|",
    ]
    for one in sets:
        cells = [f"{p.stories}: {p.precision:.2f} / {p.recall:.2f} / {p.f1:.3f}" for p in one.positions]
        lines.append(
            f"| {one.name} ({one.articles:,} articles) | {one.true_stories} | {' | '.join(cells)} | "
            f"{'yes' if one.falls else 'NO'} |"
        )
    return "\n".join([*lines, "", "![Stories and scores by granularity](granularity.png)", ""])


def draw(sets: list[KnobTurned], path: Path) -> None:
    """One panel a set: stories found beside the true number, and precision, recall and F1."""
    columns = 3
    rows = -(-len(sets) // columns)
    figure, grid = pyplot.subplots(rows, columns, figsize=(4.4 * columns, 3.4 * rows), squeeze=False)
    for panel, one in zip(grid.flat, sets, strict=False):
        for measure, colour in (("precision", "C0"), ("recall", "C1"), ("f1", "C2")):
            values = [getattr(position, measure) for position in one.positions]
            panel.plot(
                POSITIONS, values, "o-", color=colour, label="F1" if measure == "f1" else measure, lw=1.5
            )
        panel.set_ylim(0.3, 1.02)
        panel.set_xticks(POSITIONS)
        panel.set_title(f"{one.name}: {one.true_stories} true stories", fontsize=10)
        numbers = panel.twinx()
        numbers.bar(POSITIONS, [p.stories for p in one.positions], 0.06, color="0.85", zorder=0)
        numbers.axhline(one.true_stories, color="0.5", ls=":", lw=1)
        numbers.set_ylabel("stories found", color="0.45", fontsize=8)
        numbers.tick_params(labelsize=8, colors="0.45")
        panel.set_zorder(numbers.get_zorder() + 1)
        panel.patch.set_visible(False)
        panel.set_xlabel("granularity (fine to coarse)", fontsize=8)
        panel.tick_params(labelsize=8)
    for panel in list(grid.flat)[len(sets) :]:
        panel.axis("off")
    grid.flat[0].legend(fontsize=8, loc="lower center")
    figure.suptitle("Granularity: one knob, fewer and larger stories (dotted: the true number)", fontsize=12)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def main() -> None:
    """Read the arguments, turn the knob, write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    sets, dimensions = read_sets(options.files)
    turned = []
    for name, articles in sets.items():
        positions = tuple(at_position(articles, dimensions, position) for position in POSITIONS)
        turned.append(KnobTurned(name, len(articles), len({a.label for a in articles}), positions))
        print(name, *(f"{p.granularity:g}: {p.stories} {p.f1:.3f}" for p in positions), flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "granularity.md").write_text(markdown(turned))
    draw(turned, options.out / "granularity.png")


if __name__ == "__main__":
    main()
