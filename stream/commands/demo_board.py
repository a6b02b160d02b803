"""What the demo shows: the stories, an affair of several, one decision explained, the score, some metrics."""

from pathlib import Path

import msgspec
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from stream.articles.jsonl import read_lines
from stream.contract.events import Assignment, Method, Reason, StorySnapshot
from stream.contract.sentences import explained
from stream.contract.storylines import StorylineSnapshot
from stream.evaluation.measures import b_cubed, copies_found

SHOWN_METRICS = ("newsfold_processed_total", "newsfold_story_events_total", "newsfold_dead_letters_total")
SHOWN_FACTORS = 5


class Label(msgspec.Struct):
    """What an article of the sample corpus is known to be."""

    id: str
    story: str
    copy_of: str | None = None


class Feed:
    """All that was read from the output topics so far."""

    def __init__(self) -> None:
        self.stories: dict[str, StorySnapshot] = {}
        self.storylines: dict[str, StorylineSnapshot] = {}
        self.assignments: dict[str, Assignment] = {}
        self.copies: dict[str, Assignment] = {}
        self.refused: set[str] = set()
        self.moved = 0

    @property
    def accounted_for(self) -> set[str]:
        """Ids of the articles that were assigned or refused."""
        return set(self.assignments) | self.refused

    def assign(self, assignment: Assignment) -> None:
        """Take in an assignment; the last one of an article counts."""
        self.assignments[assignment.article_id] = assignment
        self.moved += assignment.moved_from is not None
        if assignment.copy_of is not None:
            self.copies.setdefault(assignment.article_id, assignment)

    def largest(self) -> list[StorySnapshot]:
        """Stories that still stand, most articles first."""
        standing = [story for story in self.stories.values() if story.status != "merged"]
        return sorted(standing, key=lambda story: (-story.counts.articles, story.id))

    def affair(self) -> StorylineSnapshot | None:
        """The open storyline of most articles."""
        standing = [line for line in self.storylines.values() if line.status == "open"]
        return max(standing, key=lambda line: (line.counts.articles, line.id), default=None)


def story_table(feed: Feed, rows: int) -> Table:
    """The largest stories, one a row; made for a terminal of 80 columns."""
    stories = feed.largest()
    table = Table(
        title=f"{len(feed.assignments)} articles in {len(stories)} stories",
        title_justify="left",
        header_style="bold",
        box=box.SIMPLE_HEAD,
        expand=True,
    )
    table.add_column("Story", ratio=1, no_wrap=True, overflow="ellipsis")
    for name in ("Sources", "Reports", "Copies"):
        table.add_column(name, justify="right", width=len(name), no_wrap=True)
    for story in stories[:rows]:
        counts = story.counts
        table.add_row(escape(story.headline), str(counts.sources), str(counts.reports), str(counts.copies))
    if len(stories) > rows:
        table.add_row(f"[dim]... and {len(stories) - rows} more[/]")
    return table


def print_results(console: Console, feed: Feed, labels: Path, metrics: str, url: str) -> None:
    """Everything there is to see once all articles are folded."""
    console.print()
    console.print(story_table(feed, rows=12))
    affair = feed.affair()
    if affair is not None:
        console.print(Panel(_affair(feed, affair), title="One storyline", title_align="left"))
    shown = _report_with_a_rival(feed)
    if shown is not None:
        console.print(Panel(_explanation(feed, shown), title="One assignment, explained", title_align="left"))
    console.print(_score(feed, labels))
    console.print(f"\nFrom [bold]{url}/metrics[/]:")
    for line in metrics.splitlines():
        if line.startswith(SHOWN_METRICS) and not line.endswith(" 0.0"):
            console.print(f"  [dim]{escape(line)}[/]", highlight=False)


def _affair(feed: Feed, line: StorylineSnapshot) -> Table:
    """The stories of a storyline in order of time."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column(no_wrap=True, justify="right", style="dim")
    for story in sorted(
        (feed.stories[name] for name in line.stories), key=lambda one: one.first_published or ""
    ):
        days = [(moment or "")[5:10] for moment in (story.first_published, story.last_published)]
        table.add_row(" to ".join(days), escape(story.headline), f"{story.counts.articles} articles")
    return table


def _report_with_a_rival(feed: Feed) -> Assignment | None:
    """A report that joined a large story although another one came into question, by its evidence if there is one."""
    joined = [one for one in feed.assignments.values() if one.method is Method.JOINED and one.rival]
    weighed = [
        one for one in joined if one.rival and one.rival.reason is not Reason.NOT_CLOSER_THAN_UNRELATED
    ]
    return max(
        weighed or joined, key=lambda one: len(feed.stories[one.story_id or ""].articles), default=None
    )


def _explanation(feed: Feed, one: Assignment) -> str:
    lines = [f"[bold]{escape(one.article.title if one.article else one.article_id)}[/]", ""]
    lines += [escape(sentence) for sentence in explained(one)]
    lines += ["", f"Score {one.score} against the threshold {one.threshold}. The heaviest factors:"]
    factors = sorted(one.factors, key=lambda factor: -abs(factor.weight))[:SHOWN_FACTORS]
    lines += [f"  {factor.weight:+.2f}  {escape(factor.name)} = {factor.value:g}" for factor in factors]
    rival = feed.stories.get(one.rival.story_id) if one.rival else None
    if one.rival and rival:
        lines.append(f"Next best story (score {one.rival.score}): {escape(rival.headline)}")
    return "\n".join(lines)


def _score(feed: Feed, labels: Path) -> str:
    known = [msgspec.json.decode(line, type=Label) for line in read_lines(labels)]
    stories = {label.id: label.story for label in known}
    found = {name: one.story_id or "" for name, one in feed.assignments.items()}
    true_copies = {label.id: label.copy_of for label in known if label.copy_of}
    found_copies = {name: one.copy_of.article_id for name, one in feed.copies.items() if one.copy_of}
    agreement = b_cubed(stories, found)
    copies = copies_found(true_copies, found_copies)
    return (
        f"Stories against the labels: [bold]B-cubed F1 {agreement.f1:.3f}[/] "
        f"(precision {agreement.precision:.3f}, recall {agreement.recall:.3f})\n"
        f"Copies: [bold]{round(copies.recall * len(true_copies))} of {len(true_copies)} found[/], "
        f"{copies.precision:.0%} of those found are right"
    )
