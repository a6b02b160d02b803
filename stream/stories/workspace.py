"""What kernels write while an article is decided on: all arrays are reused from one article to the next."""

from typing import NamedTuple

import numpy as np

from stream.stories.decision.join_features import JOIN_FEATURES, MAX_SCORED
from stream.stories.decision.merge_features import MAX_NEIGHBOURS, MERGE_FEATURES
from stream.stories.index.candidates import MAX_FOUND, Candidates, new_candidates
from stream.stories.index.lookup import Lookup, new_lookup
from stream.stories.index.pair_memory import PairMemory, new_pair_memory
from stream.stories.index.state import CHANNELS


class Workspace(NamedTuple):
    """Measurements of the article at hand, of the stories found for it, and of the joined one's neighbours."""

    lookup: Lookup  # of the article's words and names, while it is compared
    pairs: PairMemory
    candidates: Candidates
    scores: np.ndarray  # float64 [MAX_FOUND]: of the stories found: similarity and proximity in time
    order: np.ndarray  # int32 [MAX_FOUND]: places of the stories found, by falling score
    background: np.ndarray  # float64 [CHANNELS]: similarity to unrelated stories
    features: np.ndarray  # float64 [MAX_SCORED, n]: of joining, in that order
    logits: np.ndarray  # float64 [MAX_FOUND]: scores of joining, in that order
    neighbours: np.ndarray  # int32 [MAX_NEIGHBOURS]: story slots
    merge_features: np.ndarray  # float64 [MAX_NEIGHBOURS, n]
    merge_logits: np.ndarray  # float64 [MAX_NEIGHBOURS]


def new_workspace(stories: int) -> Workspace:
    """A workspace for an index with so many story slots."""
    return Workspace(
        lookup=new_lookup(),
        pairs=new_pair_memory(),
        candidates=new_candidates(stories),
        scores=np.zeros(MAX_FOUND),
        order=np.zeros(MAX_FOUND, np.int32),
        background=np.zeros(CHANNELS),
        features=np.zeros((MAX_SCORED, len(JOIN_FEATURES))),
        logits=np.zeros(MAX_FOUND),
        neighbours=np.zeros(MAX_NEIGHBOURS, np.int32),
        merge_features=np.zeros((MAX_NEIGHBOURS, len(MERGE_FEATURES))),
        merge_logits=np.zeros(MAX_NEIGHBOURS),
    )
