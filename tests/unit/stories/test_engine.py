"""The engine: what its kernels hold unboxed is never older than the state and the rules it is asked to follow."""

from stream.stories.assign import NEW_STORY, Rules
from stream.stories.decision.scorer import scorers
from stream.stories.engine import ArticleGiven, StoryEngine
from stream.stories.index.state import new_state
from tests.support.story_newsroom import DIMENSIONS, HOUR, START, direction, report, schedule

JOIN, MERGE, _ = scorers("")
RULES = Rules(JOIN.threshold, False, JOIN.arrays, MERGE.arrays, 30 * 24 * HOUR)


def given(number: int, event: int, hours: float) -> ArticleGiven:
    moment = START + int(hours * HOUR)
    return ArticleGiven(number, report(event, number), direction(event, number), moment, True, "en")


def test_an_engine_that_grows_decides_as_one_with_room_from_the_start():
    small = StoryEngine(new_state(DIMENSIONS, stories=4, exemplars=8))
    large = StoryEngine(new_state(DIMENSIONS))
    for number, (event, hours) in enumerate(schedule(events=20, articles=120, seed=1)):
        for engine in (small, large):
            engine.place(given(number, event, hours), RULES)
        assert small.number_of(small.story) == large.number_of(large.story)
        assert small.size_of(small.story) == large.size_of(large.story)
        assert (small.workspace.logits == large.workspace.logits).all()
    assert len(small.state.stories.number) > 4


def test_an_engine_follows_the_rules_of_each_call():
    engine = StoryEngine(new_state(DIMENSIONS))
    engine.place(given(0, event=1, hours=0), RULES)
    engine.place(given(1, event=1, hours=1), RULES._replace(threshold=1000.0))
    assert engine.chosen == NEW_STORY
    engine.place(given(2, event=1, hours=2), RULES)
    assert engine.chosen != NEW_STORY
