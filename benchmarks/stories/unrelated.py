"""200,000 unrelated articles: no story may hold more than three, no storyline more than five stories.

usage: OMP_NUM_THREADS=1 python -m benchmarks.stories.unrelated [--articles 200000] [--seed 1] [--out FOLDER]

The articles (unrelated_news.py) go as text through the embed stage and the fold with default settings, three weeks of
them, so that no story closes. Written: unrelated.json and unrelated.md, with what the stories that are wrong share;
and, where rivals.json stands beside them, the largest stories found on the labelled sets.
"""

import argparse
import json
import os
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

import numpy as np
from rich.progress import track

from benchmarks.stories.unrelated_news import NewsArticle, SyntheticNews
from embeddings.encoder import load_encoder
from stream.articles.jsonl import key_of
from stream.contract.events import Assignment, Method
from stream.contract.storylines import StorylineSnapshot
from stream.embed.record import EmbeddedArticle, Origin
from stream.embed.stage import Embedder, Incoming
from stream.fold.fold import Fold
from stream.observability.metrics import Metrics
from stream.settings import Settings

ARTICLES = 200_000
START = 1_700_000_000_000
EVERY = 9_000  # milliseconds between articles: 200,000 in three weeks, the window of a story
BATCH = 512
BOUND = 2  # times the largest true story, on labelled streams
STORY_BOUND, STORYLINE_BOUND = 3, 5  # articles and stories, among unrelated articles
NAMED = 8  # wrong stories listed in full


class Desk:
    """The embed stage and the fold over synthetic news, with default settings; keeps where every article went."""

    def __init__(self) -> None:
        settings = Settings()
        self._embedder = Embedder(
            load_encoder(settings.encoder), settings.intake.max_article_bytes, Metrics()
        )
        self._fold = Fold.empty(settings)
        self._offset = 0
        self.stories: dict[str, str] = {}
        self.joins: list[Assignment] = []
        self.storylines: dict[str, StorylineSnapshot] = {}

    def embed(self, articles: list[NewsArticle]) -> list[EmbeddedArticle]:
        """The record of each article."""
        incoming = [
            Incoming(key_of(article.value), article.value, Origin(0, self._offset + place), article.time)
            for place, article in enumerate(articles)
        ]
        self._offset += len(articles)
        records = [record for record in self._embedder.embed(incoming) if isinstance(record, EmbeddedArticle)]
        assert len(records) == len(articles), "the embed stage refused a synthetic article"
        return records

    def fold(self, record: EmbeddedArticle) -> None:
        """Place one article."""
        folded = self._fold.fold(record, record.ingested)
        self.storylines |= {line.storyline_id: line.snapshot for line in folded.storylines if line.snapshot}
        for assignment in folded.assignments:
            self.stories[assignment.article_id] = str(assignment.story_id)
            if assignment.method != Method.NEW:
                self.joins.append(assignment)


def run(articles: int, seed: int) -> dict[str, Any]:
    """Fold unrelated articles; return the sizes of the stories, and what the wrong ones share."""
    news = SyntheticNews(seed).articles(iter(range(articles)), START, EVERY)
    desk = Desk()
    made: dict[str, NewsArticle] = {}
    seconds = 0.0
    for _ in track(range(0, articles, BATCH), description="Folding"):
        batch = list(islice(news, BATCH))
        records = desk.embed(batch)
        made |= {record.id: article for record, article in zip(records, batch, strict=True)}
        began = process_time()
        for record in records:
            desk.fold(record)
        seconds += process_time() - began
    sizes = Counter(Counter(desk.stories.values()).values())
    lines = Counter(line.counts.stories for line in desk.storylines.values() if line.status == "open")
    return {
        "articles": articles,
        "seed": seed,
        "largest_storyline": max(lines, default=0),
        "storylines_by_stories": {str(size): lines[size] for size in sorted(lines)},
        "largest": max(sizes),
        "stories_by_size": {str(size): sizes[size] for size in sorted(sizes)},
        "articles_per_second": articles / seconds,
        "methods": Counter(str(assignment.method) for assignment in desk.joins),
        "wrong": wrong_stories(desk.stories, made),
        "shared": shared(desk.stories, made, seed),
        "factors": factors(desk.joins),
        "load": [round(load, 1) for load in os.getloadavg()],
    }


def groups(stories: dict[str, str]) -> list[list[str]]:
    """The stories of more than one article, the largest first."""
    members = defaultdict(list)
    for article, story in stories.items():
        members[story].append(article)
    return sorted((names for names in members.values() if len(names) > 1), key=len, reverse=True)


def wrong_stories(stories: dict[str, str], made: dict[str, NewsArticle]) -> list[dict[str, Any]]:
    """What the articles of the largest wrong stories have in common."""
    listed = []
    for names in groups(stories)[:NAMED]:
        subjects = [made[name].subject for name in names]
        listed.append(
            {
                "articles": len(names),
                "outlets": len({made[name].outlet for name in names}),
                "hours": round(
                    (max(made[name].time for name in names) - min(made[name].time for name in names)) / 3.6e6,
                    1,
                ),
                "words_of_all": sorted(set.intersection(*(set(subject.words) for subject in subjects))),
                "people_of_all": sorted(set.intersection(*(set(subject.people) for subject in subjects))),
                "places": sorted({subject.place for subject in subjects}),
            }
        )
    return listed


def shared(stories: dict[str, str], made: dict[str, NewsArticle], seed: int) -> dict[str, dict[str, float]]:
    """How much two articles of a wrong story share, and two articles drawn by chance."""
    rng = np.random.default_rng(seed)
    names = list(made)
    chance = [(names[a], names[b]) for a, b in rng.integers(0, len(names), (20_000, 2)) if a != b]
    wrong = [(group[0], other) for group in groups(stories) for other in group[1:]]
    return {"wrong": _overlap(wrong, made), "chance": _overlap(chance, made)}


def _overlap(pairs: list[tuple[str, str]], made: dict[str, NewsArticle]) -> dict[str, float]:
    both = [(made[a], made[b]) for a, b in pairs]
    if not both:
        return {"pairs": 0}
    return {
        "pairs": len(both),
        "same_outlet": mean(a.outlet == b.outlet for a, b in both),
        "same_place": mean(a.subject.place == b.subject.place for a, b in both),
        "a_person": mean(bool(set(a.subject.people) & set(b.subject.people)) for a, b in both),
        "subject_words": mean(len(set(a.subject.words) & set(b.subject.words)) for a, b in both),
        "days_apart": mean(abs(a.time - b.time) / 86_400_000 for a, b in both),
    }


def factors(joins: list[Assignment]) -> dict[str, float]:
    """What each piece of evidence added to the score of the wrong joins, on average; the weightiest first."""
    added = defaultdict(list)
    for assignment in joins:
        for factor in assignment.factors:
            added[factor.name].append(factor.weight)
    means = {name: mean(weights) for name, weights in added.items()}
    return dict(sorted(means.items(), key=lambda item: -abs(item[1])))


def labelled_sizes(rivals: Path) -> list[str]:
    """Rows of the largest story found on each labelled set against the largest true one."""
    if not rivals.exists():
        return []
    entry = json.loads(rivals.read_text(encoding="utf8"))["engines"].get("Newsfold", {})
    rows = [
        "| set | largest true story | largest found, first | repaired | at most twice |",
        "|---" * 5 + "|",
    ]
    for name, repaired in entry.get("repaired", {}).items():
        first, true = entry["first"][name]["largest_found"], repaired["largest_true"]
        largest = max(first, repaired["largest_found"])
        held = "yes" if largest <= BOUND * true else "**no**"
        rows.append(f"| {name} | {true:.0f} | {first:.0f} | {repaired['largest_found']:.0f} | {held} |")
    return rows


def report(result: dict[str, Any], rivals: Path) -> str:
    """The results as markdown."""
    held = result["largest"] <= STORY_BOUND and result["largest_storyline"] <= STORYLINE_BOUND
    linked = (
        ", ".join(f"{count} of {size}" for size, count in result["storylines_by_stories"].items()) or "none"
    )
    sizes = ", ".join(f"{count:,} of {size}" for size, count in result["stories_by_size"].items())
    lines = [
        "# Nothing snowballs",
        "",
        "`python -m benchmarks.stories.unrelated`, default settings, embed stage and fold.",
        "",
        f"**{result['articles']:,} unrelated articles: the largest story holds {result['largest']} articles, at most "
        f"{STORY_BOUND} were asked for; the largest storyline {result['largest_storyline']} stories, at most "
        f"{STORYLINE_BOUND}: {'held' if held else 'FAILED'}.** Stories by articles: {sizes}. Storylines by stories: "
        f"{linked}.",
        f"{result['articles_per_second']:,.0f} articles a second of processor time in the fold, every story still "
        f"open at the end; load average {result['load']} on {os.cpu_count()} processors.",
        "",
        "Assignments that were not new stories: "
        + (", ".join(f"{count} {method}" for method, count in result["methods"].items()) or "none")
        + ".",
        "",
    ]
    if result["shared"]["wrong"]["pairs"]:
        lines += ["What two articles of a wrong story share, against two drawn by chance:", ""]
        lines += ["| | wrong | chance |", "|---|---|---|"]
        lines += [
            f"| {name.replace('_', ' ')} | {value:,.3g} | {result['shared']['chance'][name]:,.3g} |"
            for name, value in result["shared"]["wrong"].items()
        ]
        lines += ["", "What the evidence added to the score of these joins, on average: "]
        lines[-1] += ", ".join(f"{name} {added:+.2f}" for name, added in list(result["factors"].items())[:8])
        lines += ["", "The largest:", ""]
        lines += [
            f"- {one['articles']} articles of {one['outlets']} outlets within {one['hours']} hours; in all: "
            f"{', '.join(one['words_of_all'] + one['people_of_all']) or 'no word of the subject'}"
            for one in result["wrong"]
        ]
    rows = labelled_sizes(rivals)
    if rows:
        lines += ["", "On labelled streams, the worst of five tie seeds (rivals.json):", "", *rows]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    result = run(options.articles, options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "unrelated.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf8")
    text = report(result, options.out / "rivals.json")
    (options.out / "unrelated.md").write_text(text, encoding="utf8")
    print(text)


if __name__ == "__main__":
    main()
