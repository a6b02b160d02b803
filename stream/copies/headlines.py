"""What two headlines say of two leads: a standing passage goes with neither, a form with both but in other words."""

from typing import Any

import numpy as np

from embeddings.jit import part
from stream.copies.shingling import WORD

SUBJECT_WORDS = 3  # content words from which on a headline says what its report is about
SHARED_WORDS = 2  # found on the other side, both ways together: one of 13 bits may be by chance


@part
def _is_among(word: Any, tokens: Any) -> Any:
    known = False
    for i in range(len(tokens)):
        known |= (tokens[i] ^ word) & np.uint16(WORD) == 0
    return known


@part
def _found(headline: Any, other_headline: Any, other_lead: Any) -> Any:
    """How many words of a headline stand in the other's headline or lead."""
    found = 0
    for i in range(len(headline)):
        if _is_among(headline[i], other_headline) or _is_among(headline[i], other_lead):
            found += 1
    return found


@part
def _own_subject(headline: Any, lead: Any, other_headline: Any, other_lead: Any) -> Any:
    """Whether a word of the headline stands in its own lead, and nowhere on the other side."""
    for i in range(len(headline)):
        if (
            _is_among(headline[i], lead)
            and not _is_among(headline[i], other_headline)
            and not _is_among(headline[i], other_lead)
        ):
            return True
    return False


@part
def unrelated_headlines(headline: Any, lead: Any, other_headline: Any, other_lead: Any) -> Any:
    """Whether both headlines say what their reports are about, and it is not the same."""
    if len(headline) < SUBJECT_WORDS or len(other_headline) < SUBJECT_WORDS:
        return False
    shared = _found(headline, other_headline, other_lead) + _found(other_headline, headline, lead)
    return shared < SHARED_WORDS


@part
def different_subjects(headline: Any, lead: Any, other_headline: Any, other_lead: Any) -> Any:
    """Whether each headline names something that its own lead names and the other does not."""
    return _own_subject(headline, lead, other_headline, other_lead) and _own_subject(
        other_headline, other_lead, headline, lead
    )
