"""Make the shipped story decision, or judge the recipe by leaving one set out at a time.

usage: python -m benchmarks.stories.train [--leave-one-out] [--streams N] [--seed S] [--out MODEL.json] SET.jsonl ...

The sets are labelled JSON Lines (id, title, text, published_at, lang, cluster). The shipped model was made of six:
allsides (title and lead, 757 articles), basil (150), ecbplus (772), epimine (688), uci (titles, 3,183) and
wikinews (499), by `--streams 96 --seed 1`; the texts are their publishers', only the weights are shipped.
"""

import argparse
from pathlib import Path

from embeddings.encoder import EncoderSettings, load_encoder
from stream.commands.labelled import labelled_lines, views_of
from stream.commands.progress import article_progress
from stream.stories.model import SHIPPED, DecisionModel, write_model
from stream.stories.streams import LabelledArticle, plain_stream, varied_streams
from stream.stories.training import Fitted, StreamArticle, TrainingRun, train
from stream.stories.tuning import b_cubed

VERSION = "1"


def read_sets(files: list[Path]) -> tuple[dict[str, list[LabelledArticle]], int]:
    """The sets by name, and the encoder's dimensions."""
    encoder = load_encoder(EncoderSettings())
    sets = {}
    with article_progress() as progress:
        for file in files:
            lines = labelled_lines(file)
            task = progress.add_task(file.name, total=len(lines))
            sets[file.stem.removesuffix("_dev")] = views_of(
                lines, encoder, file.stem, lambda done, task=task: progress.advance(task, done)
            )
    return sets, encoder.dimensions


def judged(stream: list[StreamArticle], fitted: Fitted, dimensions: int) -> tuple[float, float]:
    """B-cubed F1 of first and of repaired assignments."""
    run = TrainingRun(dimensions, fitted)
    run.follow(stream)
    labels = [article.label for article in stream]
    return b_cubed(labels, run.first)[2], b_cubed(labels, run.repaired())[2]


def leave_one_out(sets: dict[str, list[LabelledArticle]], dimensions: int, streams: int, seed: int) -> None:
    """Train without each set in turn and judge on it."""
    for name in sets:
        others = {other: articles for other, articles in sets.items() if other != name}
        fitted = train(varied_streams(others, streams, seed), dimensions, seed=seed)
        first, repaired = judged(plain_stream(sets[name], 0), fitted, dimensions)
        print(f"without {name}: first {first:.3f}, repaired {repaired:.3f} (seed {seed})", flush=True)


def main() -> None:
    """Read the arguments and do it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--leave-one-out", action="store_true")
    parser.add_argument("--streams", type=int, default=96)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    options = parser.parse_args()
    sets, dimensions = read_sets(options.files)
    if options.leave_one_out:
        leave_one_out(sets, dimensions, options.streams, options.seed)
        return
    fitted = train(varied_streams(sets, options.streams, options.seed), dimensions, seed=options.seed)
    described = ", ".join(f"{name} ({len(articles)})" for name, articles in sets.items())
    made_by = f"benchmarks.stories.train --streams {options.streams} --seed {options.seed}: {described}"
    write_model(options.out, DecisionModel(VERSION, made_by, fitted.join, fitted.merge))


if __name__ == "__main__":
    main()
