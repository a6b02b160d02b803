"""Stories and storylines against labels: a labelled file folded in several orders, each pass scored."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from time import perf_counter

import msgspec

from stream.contract.storylines import StorylineSnapshot
from stream.embed.record import Origin, decode_record, encode_record
from stream.evaluation.labelled import Labelled
from stream.evaluation.measures import b_cubed, pairwise
from stream.evaluation.offline import storyline_of
from stream.fold.fold import Fold
from stream.settings import Settings

WORST = 8  # splits and merges named


class Score(msgspec.Struct, frozen=True):
    """Agreement of found stories with true ones; B-cubed and pairwise as (precision, recall, F1)."""

    b_cubed: tuple[float, float, float]
    pairwise: tuple[float, float, float]
    ami: float
    stories_found: int
    stories_true: int


class Run(msgspec.Struct, frozen=True):
    """One pass over the stream: the story of each article at first and in the end, and the pace.

    `storylines`: the storyline of each article's story in the end, or the story itself where it is in none.
    """

    true: dict[str, str]
    first: dict[str, str]
    repaired: dict[str, str]
    storylines: dict[str, str]
    articles_per_second: float


class Evaluation(msgspec.Struct, frozen=True):
    """All passes, each scored by first and by repaired assignments, and by storylines."""

    runs: tuple[Run, ...]
    first: tuple[Score, ...]
    repaired: tuple[Score, ...]
    storylines: tuple[Score, ...]


def fold_labelled(articles: Sequence[Labelled], settings: Settings) -> Run:
    """Fold articles in the order given, all as if logged at the time they were read."""
    fold = Fold.empty(settings)
    records = [
        decode_record(encode_record(msgspec.structs.replace(article.record, origin=Origin(0, offset))))
        for offset, article in enumerate(articles)
    ]
    first: dict[str, str] = {}
    repaired: dict[str, str] = {}
    lines: dict[str, StorylineSnapshot] = {}
    begin = perf_counter()
    for record in records:
        folded = fold.fold(record, record.ingested)
        lines |= {event.storyline_id: event.snapshot for event in folded.storylines if event.snapshot}
        for assignment in folded.assignments:
            story = assignment.story_id or f"none of {assignment.article_id}"
            first.setdefault(assignment.article_id, story)
            repaired[assignment.article_id] = story
    seconds = perf_counter() - begin
    true = {article.record.id: article.label for article in articles}
    line_of = storyline_of(lines.values())
    storylines = {name: line_of.get(story, story) for name, story in repaired.items()}
    return Run(true, first, repaired, storylines, len(articles) / max(seconds, 1e-9))


def score(true: Mapping[str, str], found: Mapping[str, str]) -> Score:
    """Score found stories against true ones, over the articles that have both."""
    from sklearn.metrics import adjusted_mutual_info_score

    both = b_cubed(true, found)
    pairs = pairwise(true, found)
    labels = [true[name] for name in true]
    stories = [found.get(name, f"missing {name}") for name in true]
    return Score(
        (both.precision, both.recall, both.f1),
        (pairs.precision, pairs.recall, pairs.f1),
        float(adjusted_mutual_info_score(labels, stories)),
        len(set(stories)),
        len(set(labels)),
    )


def means(scores: Sequence[Score]) -> dict[str, float]:
    """The mean of each figure over the passes."""
    count = len(scores)
    return {
        "b_cubed_precision": round(sum(s.b_cubed[0] for s in scores) / count, 4),
        "b_cubed_recall": round(sum(s.b_cubed[1] for s in scores) / count, 4),
        "b_cubed_f1": round(sum(s.b_cubed[2] for s in scores) / count, 4),
        "pairwise_precision": round(sum(s.pairwise[0] for s in scores) / count, 4),
        "pairwise_recall": round(sum(s.pairwise[1] for s in scores) / count, 4),
        "pairwise_f1": round(sum(s.pairwise[2] for s in scores) / count, 4),
        "ami": round(sum(s.ami for s in scores) / count, 4),
        "stories_found": round(sum(s.stories_found for s in scores) / count, 1),
        "stories_true": scores[0].stories_true,
    }


Parts = list[tuple[str, list[list[str]]]]


def worst(groups: Mapping[str, str], parts: Mapping[str, str]) -> Parts:
    """The groups that fall into parts, those with the most articles outside their largest part first."""
    by_group: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, group in groups.items():
        by_group[group][parts.get(name, name)].append(name)
    broken: Parts = [
        (group, sorted(inside.values(), key=len, reverse=True)) for group, inside in by_group.items()
    ]
    outside = Counter({group: sum(map(len, inside[1:])) for group, inside in broken})
    broken = [part for part in broken if outside[part[0]]]
    return sorted(broken, key=lambda part: (-outside[part[0]], part[0]))[:WORST]
