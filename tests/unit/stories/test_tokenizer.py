"""What run-time code takes from a small package or a list of its own is what scikit-learn has."""

from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS as SKLEARN_STOP_WORDS
from sklearn.utils import murmurhash3_32

from stream.articles.spelling import one_spelling
from stream.stories.text.stop_words import ENGLISH_STOP_WORDS
from stream.stories.text.tokenizer import NAME_SEED, TERM_BUCKETS, name_bucket


@given(st.text(max_size=40))
@example("")
@example("\U0001f6a2 sails")
def test_names_are_hashed_as_by_the_hashing_vectorizer(name: str):
    assert (
        name_bucket(name) == murmurhash3_32(one_spelling(name), seed=NAME_SEED, positive=True) % TERM_BUCKETS
    )


def test_the_stop_words_are_those_of_scikit_learn():
    assert ENGLISH_STOP_WORDS == SKLEARN_STOP_WORDS
