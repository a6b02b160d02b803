"""From marks to labels: the true story of each article that an editor spoke of.

`newsfold board export` joins them with the articles' text into the labelled JSON Lines that `newsfold evaluate` and
`newsfold tune` read.
"""

from collections.abc import Iterable, Sequence

from stream.board.marks import Mark, MarkKind, members_of
from stream.board.store import Store


class _Sets:
    """Which articles are of one story: a union-find whose sets bear the name of their first."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, name: str) -> str:
        while name in self._above:
            name = self._above[name]
        return name

    def join(self, one: str, other: str) -> None:
        one, other = self.root(one), self.root(other)
        if one != other:
            self._above[max(one, other)] = min(one, other)


def labels_of(marks: Sequence[Mark]) -> dict[str, str]:
    """The label of each article that the marks speak of, by article id.

    Every story that a mark names is taken as it was then. What does not belong to it is out of it with its copies: in
    the story where it belongs, where the mark says so, else in one of its own. Stories marked as the same are one. Of
    two marks that contradict each other the later one counts.
    """
    story_of: dict[str, str] = {}
    sets = _Sets()
    for mark in marks:
        for story_id, groups in mark.members.items():
            for article_id in (name for group in groups for name in group):
                story_of.setdefault(article_id, story_id)
    for mark in marks:
        if mark.kind is MarkKind.SAME and mark.other_story_id:
            sets.join(mark.story_id, mark.other_story_id)
        elif mark.kind is MarkKind.APART and mark.article_id:
            for article_id in _with_copies(mark, mark.article_id):
                story_of[article_id] = mark.other_story_id or f"apart:{mark.article_id}"
    return {article_id: sets.root(story) for article_id, story in story_of.items()}


def _with_copies(mark: Mark, article_id: str) -> list[str]:
    """The article, and where it is a report its copies too."""
    groups = (group for groups in mark.members.values() for group in groups)
    return next((group for group in groups if group[0] == article_id), [article_id])


def with_unmarked(store: Store, labels: dict[str, str], marks: Iterable[Mark]) -> dict[str, str]:
    """The labels, and every story that no mark names taken as right as it stands."""
    marked = {story_id for mark in marks for story_id in (mark.story_id, mark.other_story_id) if story_id}
    everything = dict(labels)
    for (story_id,) in store.reader.execute(
        "SELECT id FROM stories WHERE status <> 'merged' ORDER BY id"
    ).fetchall():
        if story_id not in marked:
            for group in members_of(store, story_id):
                for article_id in group:
                    everything.setdefault(article_id, story_id)
    return everything
