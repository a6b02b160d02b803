"""Speed of the story index on one core, encoder excluded, by open stories; and in a burst on one event.

usage: OMP_NUM_THREADS=1 python -m benchmarks.stories.speed [OUT.json]
"""

import itertools
import json
import random
import sys
import time
from pathlib import Path

from benchmarks.stories.synthetic import DIMENSIONS, SyntheticArticle, synthetic_articles
from stream.stories.settings import StorySettings
from stream.stories.story_index import StoryIndex

SIZES = (10_000, 50_000, 100_000, 200_000)
MEASURED = 3_000  # articles timed at each size: half of stories that are open, half of new ones
BURST = 5_000
SECOND = 1_000


def fold(index: StoryIndex, articles: list[SyntheticArticle], first: int) -> tuple[float, list[int]]:
    """CPU seconds taken (so that other processes of the machine do not count), and the stories assigned."""
    started = time.process_time()
    stories = []
    for number, article in enumerate(articles, first):
        index.close_idle(article.time)
        decision = index.assign(number, article.evidence, article.vector, article.time, True, "en")
        stories.append(decision.story)
    return time.process_time() - started, stories


def at_size(index: StoryIndex, known: int, size: int) -> dict[str, float]:
    """Fill the index up to so many open stories, then time articles half of which belong to open ones."""
    for article_number, article in enumerate(
        synthetic_articles(iter(range(known, size)), known, SECOND), known
    ):
        index.assign(article_number, article.evidence, article.vector, article.time, True, "en")
    rng = random.Random(size)
    events = [rng.randrange(known, size) if i % 2 else 10_000_000 + size + i for i in range(MEASURED)]
    seconds, _ = fold(index, list(synthetic_articles(iter(events), size, SECOND)), 20_000_000)
    return {"open_stories": index.open_stories, "articles_per_second": round(MEASURED / seconds)}


def burst(index: StoryIndex) -> dict[str, float]:
    """Time 5,000 articles on one event: the first five hundred against the last."""
    articles = list(synthetic_articles(itertools.repeat(77_777_777, BURST), 5, SECOND // 2))
    early, _ = fold(index, articles[:500], 30_000_000)
    fold(index, articles[500:-500], 30_000_500)
    late, stories = fold(index, articles[-500:], 30_004_500)
    return {
        "early_articles_per_second": round(500 / early),
        "late_articles_per_second": round(500 / late),
        "stories_of_the_last_500": len(set(stories)),
    }


def main(out: str = "") -> None:
    """Measure and print, and write the figures where a path is given."""
    index = StoryIndex(StorySettings(), DIMENSIONS)
    warm = list(synthetic_articles(iter(list(range(900_000_000, 900_000_100)) * 2), 1))
    fold(StoryIndex(StorySettings(), DIMENSIONS), warm, 0)
    results: dict[str, object] = {"by_open_stories": []}
    known = 0
    for size in SIZES:
        result = at_size(index, known, size)
        known = size
        results["by_open_stories"].append(result)  # type: ignore[attr-defined]
        print(result, flush=True)
    results["burst"] = burst(index)
    print(results["burst"])
    results["megabytes"] = round(index.bytes / 1e6)
    if out:
        Path(out).write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
