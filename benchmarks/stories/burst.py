"""5,000 articles on one event within an hour, among other news: what one costs, against one of five on an event.

usage: OMP_NUM_THREADS=1 python -m benchmarks.stories.burst [--open 10000] [--out FOLDER]

A week of other news comes first: events of five articles each, all still open. Then an hour in which articles on one
event and articles on new events of five take turns, so that both find the same state and the same machine; every
article is timed by itself, through the whole fold (copies, stories, snapshots). Written: burst.json.
"""

import argparse
import json
import os
import random
from collections import Counter
from pathlib import Path
from statistics import mean, median
from time import process_time_ns
from typing import Any

from rich.progress import track

from benchmarks.stories.unrelated import BATCH, START, Desk
from benchmarks.stories.unrelated_news import NewsArticle, SyntheticNews

BURST = 5_000
PER_EVENT = 5
HOUR = 3_600_000
WEEK = 7 * 24 * HOUR
THE_EVENT = 10_000_000
PART = 500


def events_of_five(count: int, first: int, seed: int) -> list[int]:
    """The event of each article: `count` events, numbered from `first`, each reported five times, interleaved."""
    rng = random.Random(seed)
    moments = [
        (number + rng.random() * 50, first + number) for number in range(count) for _ in range(PER_EVENT)
    ]
    return [event for _, event in sorted(moments)]


def fold(desk: Desk, articles: list[NewsArticle]) -> list[float]:
    """The microseconds of processor time that folding each article took."""
    costs = []
    for start in track(range(0, len(articles), BATCH), description="Folding"):
        for record in desk.embed(articles[start : start + BATCH]):
            began = process_time_ns()
            desk.fold(record)
            costs.append((process_time_ns() - began) / 1e3)
    return costs


def run(open_stories: int) -> dict[str, Any]:
    """Fold a week of other news, then the hour of the burst."""
    news, desk = SyntheticNews(1), Desk()
    before = events_of_five(open_stories, 0, 1)
    fold(desk, list(news.articles(iter(before), START, WEEK // len(before))))
    others = events_of_five(BURST // PER_EVENT, 1_000_000, 2)
    hour = [event for other in others for event in (THE_EVENT, other)]
    articles = list(news.articles(iter(hour), START + WEEK, HOUR // len(hour)))
    costs = fold(desk, articles)
    found = Counter(desk.stories[json.loads(article.value)["id"]] for article in articles[::2])
    burst, five = costs[::2], costs[1::2]
    return {
        "open_stories_before": len(set(desk.stories.values())) - len(found),
        "burst": costs_of(burst),
        "five": costs_of(five),
        "ratio_of_means": mean(burst) / mean(five),
        "ratio_of_medians": median(burst) / median(five),
        "ratio_last_to_first": mean(burst[-PART:]) / mean(burst[:PART]),
        "stories_of_the_burst": len(found),
        "share_of_its_largest": found.most_common(1)[0][1] / BURST,
        "load": [round(load, 1) for load in os.getloadavg()],
    }


def costs_of(costs: list[float]) -> dict[str, float]:
    """Microseconds an article, in all and by the five hundreds."""
    parts = [round(mean(costs[start : start + PART]), 1) for start in range(0, len(costs), PART)]
    return {"mean": round(mean(costs), 1), "median": round(median(costs), 1), "by_500": parts}  # type: ignore[dict-item]


def main() -> None:
    """Run, print and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--open", type=int, default=10_000, help="events of five before the burst")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    result = run(options.open)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "burst.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
