"""Make the shipped story decision.

usage: python -m benchmarks.stories.train [--streams N] [--seeds S,S,S] [--out FOLDER]
           [--unrelated NEWS ...] -- SET ...

The sets are labelled JSON Lines (id, title, text, published_at, lang, cluster). The shipped model was made of six:
allsides (title and lead, 757 articles), basil (150), ecbplus (772), epimine (688), uci (titles, 3,183) and
wikinews (499), by the defaults, with one article each of the 2,131 stories of allsides_pairs_train as
unrelated articles: the mean of a model for each seed. The texts are their publishers', only weights and digests are
shipped.
How good the recipe is for streams it never saw: benchmarks.stories.left_out.
"""

import argparse
from pathlib import Path

import numpy as np
from rich.progress import track

from embeddings.encoder import EncoderSettings, load_encoder
from stream.commands.progress import article_progress
from stream.evaluation.labelled import labelled_lines
from stream.stories.decision.model_file import SHIPPED, DecisionModel, write_model
from stream.training.augmentation import FULL, LabelledArticle, varied_streams
from stream.training.provenance import TABLE, digests_of
from stream.training.self_training import mean_model, train
from stream.training.views import views_of

VERSION = "6"
STREAMS = 96  # for each seed
SEEDS = "1,2,3"


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


def main() -> None:
    """Read the arguments and do it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--seeds", default=SEEDS, help="the model is the mean of one for each")
    parser.add_argument("--unrelated", nargs="*", type=Path, default=[])
    parser.add_argument("--out", type=Path, default=SHIPPED.parent)
    options = parser.parse_args()
    sets, dimensions = read_sets(options.files)
    unrelated = [article for articles in read_sets(options.unrelated)[0].values() for article in articles]
    models = []
    for seed in track([int(seed) for seed in options.seeds.split(",")], description="Training"):
        streams = varied_streams(sets, options.streams, seed, unrelated)
        models.append(train(streams, dimensions, with_trees=True, seed=seed))
    fitted = mean_model(models)
    described = ", ".join(f"{name} ({len(articles)})" for name, articles in sets.items())
    made_by = (
        f"benchmarks.stories.train --streams {options.streams} --seeds {options.seeds}: {described}; "
        f"unrelated: {len(unrelated)} articles"
    )
    model = DecisionModel(version=VERSION, made_by=made_by, join=fitted.join, merge=fitted.merge)
    write_model(options.out / SHIPPED.name, model)
    full = [article.views[FULL][0] for articles in sets.values() for article in articles]
    np.save(options.out / TABLE.name, np.unique(digests_of(full)))


if __name__ == "__main__":
    main()
