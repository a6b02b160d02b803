"""Storylines through the whole fold: what readers see of affairs, and that it is a function of the log."""

import json
from collections import Counter

import msgspec
import pytest

from stream.contract.events import Folded
from stream.contract.storylines import StorylineEventType
from stream.copies.fingerprint import fingerprint_of
from stream.corpus import FOLDER as CORPUS
from stream.embed.record import EmbeddedArticle, Origin
from stream.evaluation.offline import Replayed, replay_file
from stream.fold.fold import Fold
from stream.settings import Settings
from stream.stories.settings import StorySettings
from stream.stories.text.evidence import evidence_of
from stream.storylines.settings import StorylineSettings

AFFAIR = "talvara-orsenia"
NOW = 1_790_000_000_000
DAY = 86_400_000
START = 1_700_000_000_000
FERRY = "The ferry Aurelia sank off the harbour of Halden with ninety passengers aboard"


@pytest.fixture(scope="module")
def replayed() -> Replayed:
    return replay_file(CORPUS / "articles.jsonl", Settings(), NOW, lambda _: None)


@pytest.fixture(scope="module")
def affair() -> dict[str, str]:
    """The event of each article of the affair that the corpus holds."""
    labels = map(json.loads, (CORPUS / "labels.jsonl").read_text().splitlines())
    return {
        one["id"]: one["event"] for one in labels if one["affair"] == AFFAIR and one["story"] == one["event"]
    }


def test_the_talks_and_what_follows_them_are_three_stories_of_one_storyline(replayed, affair):
    story_of = {one.article_id: one.story_id for one in replayed.assignments}
    largest = {
        event: Counter(story_of[i] for i, its in affair.items() if its == event).most_common(1)[0][0]
        for event in set(affair.values())
    }
    assert len(set(largest.values())) == 3
    (line,) = {replayed.stories[story].storyline_id for story in largest.values()}
    storyline = replayed.storylines[line]
    assert set(largest.values()) <= set(storyline.stories)
    assert storyline.headline == replayed.stories[largest["istanbul-talks"]].headline


def test_no_story_of_the_corpus_holds_two_events(replayed):
    event_of = {
        one["id"]: one["event"] for one in map(json.loads, (CORPUS / "labels.jsonl").read_text().splitlines())
    }
    story_of = {one.article_id: one.story_id for one in replayed.assignments}
    events: dict[str | None, set[str]] = {}
    for article, story in story_of.items():
        events.setdefault(story, set()).add(event_of[article])
    assert [mixed for story, mixed in events.items() if story and len(mixed) > 1] == []


def test_a_storyline_counts_what_its_stories_count(replayed):
    assert replayed.storylines
    for line in replayed.storylines.values():
        stories = [replayed.stories[story] for story in line.stories]
        assert line.counts.stories == len(stories)
        assert line.counts.articles == sum(story.counts.articles for story in stories)
        assert line.counts.copies == sum(story.counts.copies for story in stories)
        assert line.first_published == min(
            filter(None, (story.first_published for story in stories)), default=None
        )
        assert line.counts.sources >= max((story.counts.sources for story in stories), default=0)


def test_stories_and_storylines_tell_the_same(replayed):
    for line in replayed.storylines.values():
        for story in line.stories:
            assert replayed.stories[story].storyline_id == line.id
    for story in replayed.stories.values():
        if story.status != "merged" and story.storyline_id is not None:
            assert story.id in replayed.storylines[story.storyline_id].stories


def test_related_stories_are_named_with_words_that_both_are_about(replayed):
    related = [(story, one) for story in replayed.stories.values() for one in story.related]
    assert related
    for story, one in related:
        assert one.story_id != story.id
        assert one.story_id in replayed.stories
    assert any(one.words for _, one in related)


def ferry(day: int, offset: int) -> tuple[EmbeddedArticle, int]:
    """A report of one disaster that is reported for weeks."""
    moment = START + day * DAY
    text = (
        f"{FERRY}. Divers searched the wreck of the Aurelia again on day {day}, the Halden coastguard said."
    )
    record = EmbeddedArticle(
        id=f"day{day}",
        origin=Origin(0, offset),
        ingested=moment,
        title=f"Aurelia: divers return to ferry wreck off Halden on day {day}",
        published=moment,
        language="en",
        source=f"Outlet {day}",
        content=str(day).encode().ljust(16, b"."),
        model="m@1",
        vector=bytes([100 - day % 3] * 8 + [day % 5] * 8),
        fingerprint=fingerprint_of(str(day), " ".join(f"{day}word{n}" for n in range(60))),
        evidence=evidence_of(f"Aurelia: divers return to ferry wreck off Halden on day {day}", text, "en"),
    )
    return record, moment


def settings(**storylines) -> Settings:
    return Settings(stories=StorySettings(window_hours=24 * 10), storylines=StorylineSettings(**storylines))


def fold_all(fold: Fold, log) -> list[Folded]:
    return [fold.fold(record, logged) for record, logged in log]


def test_a_story_lasts_no_longer_than_its_span_and_the_next_continues_it():
    log = [ferry(day, day) for day in range(40)]
    results = fold_all(Fold.empty(settings()), log)
    stories = {
        event.story_id: event.snapshot for result in results for event in result.stories if event.snapshot
    }
    days: dict[str, list[int]] = {}
    for result in results:
        for one in result.assignments:
            days.setdefault(str(one.story_id), []).append(int(one.article_id.removeprefix("day")))
    assert len(days) > 1
    for reported in days.values():
        assert max(reported) - min(reported) <= 14
    continuing = [story for story in stories.values() if story.continues]
    assert continuing
    lines = {event.storyline_id for result in results for event in result.storylines}
    assert {story.storyline_id for story in continuing} == lines
    assert len(lines) == 1


def test_a_storyline_closes_when_none_of_its_stories_links_any_more_and_is_forgotten_in_the_end():
    fold = Fold.empty(settings(window_days=30))
    later = [ferry(day, day) for start in (100, 200, 300, 400) for day in range(start, start + 4)]
    results = fold_all(fold, [*(ferry(day, day) for day in range(0, 30, 2)), *later])
    kinds = [event.type for result in results for event in result.storylines]
    assert kinds[0] is StorylineEventType.CREATED
    assert kinds[-2:] == [StorylineEventType.CLOSED, StorylineEventType.EXPIRED]
    closed = next(e for r in results for e in r.storylines if e.type is StorylineEventType.CLOSED)
    assert closed.snapshot is not None
    # Those of day 100 still came under the clock of day 28, which leaps only once three agree.
    assert (closed.snapshot.status, closed.snapshot.counts.articles) == ("closed", 19)
    assert len(fold.state.affairs.store) == 0


@pytest.mark.parametrize("cut", [3, 17, 25, 31])
def test_a_fold_restored_from_a_checkpoint_tells_the_same_of_storylines(cut):
    log = [ferry(day, day) for day in (*range(0, 40, 2), *range(120, 150, 2))]
    straight = [msgspec.json.encode(result) for result in fold_all(Fold.empty(settings()), log)]
    first, second = Fold.empty(settings()), Fold.empty(settings())
    results = fold_all(first, log[:cut])
    second.state.restore(first.state.snapshot())
    results += fold_all(second, log[cut:])
    assert [msgspec.json.encode(result) for result in results] == straight
