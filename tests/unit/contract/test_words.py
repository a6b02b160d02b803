"""Every factor and every reason that a reader may meet has words, and no two have the same."""

from stream.contract.events import Reason
from stream.contract.factors import JOIN_WORDS
from stream.contract.merge_factors import MERGE_WORDS
from stream.contract.sentences import BEGINS, MERGE_REASONS
from stream.stories.decision.join_features import JOIN_FEATURES
from stream.stories.decision.merge_features import MERGE_FEATURES


def test_no_two_factors_of_a_decision_share_a_name():
    for table in (JOIN_WORDS, MERGE_WORDS):
        assert len({words.name for words in table}) == len(table)
        assert all(words.meaning and words.speaks_for.endswith(".") for words in table)


def test_every_reason_a_reader_may_meet_has_a_sentence():
    met = set(Reason) - {Reason.COPY, Reason.CLOSER_TO_ANOTHER}
    assert met == set(BEGINS)
    assert set(Reason) >= MERGE_REASONS


def test_every_feature_of_the_model_has_words():
    for features, words in ((JOIN_FEATURES, JOIN_WORDS), (MERGE_FEATURES, MERGE_WORDS)):
        assert {feature.name for feature in features} == {one.feature for one in words}
