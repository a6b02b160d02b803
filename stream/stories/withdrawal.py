"""Taking a withdrawn article out of its story, so that nothing is compared with it and no split moves it."""

from embeddings.jit import kernel, part
from stream.stories.index.clusters import drop_exemplar, find_centre
from stream.stories.index.state import WITHDRAWN
from stream.stories.splitting import SPLIT_AT

NOT_KEPT = -1
LARGEST_SPLIT = max(SPLIT_AT)


@kernel
def withdraw_article(state, workspace, story, article):  # type: ignore[no-untyped-def]
    """Forget an article of a story slot, by its number; one that is no exemplar any more is forgotten already.

    The last exemplar stays, as copies of it may be what keeps the story open; marked, so that it is not moved.
    """
    stories, exemplars = state.stories, state.exemplars
    place = _place_of(stories, exemplars, story, article)
    if place == NOT_KEPT:
        return
    kept = stories.exemplar_count[story]
    if kept == 1:
        exemplars.article[stories.exemplars[story, place]] = WITHDRAWN
        return
    drop_exemplar(stories, exemplars, story, place, workspace.lookup, workspace.pairs)
    find_centre(stories, exemplars, story)
    if kept == stories.size[story] <= LARGEST_SPLIT:  # else the story keeps its size: it is never split again
        for channel in range(stories.background_sums.shape[1]):
            stories.background_sums[story, channel] *= (kept - 1.0) / kept
        stories.size[story] -= 1


@part
def _place_of(stories, exemplars, story, article):  # type: ignore[no-untyped-def]
    for place in range(stories.exemplar_count[story]):
        if exemplars.article[stories.exemplars[story, place]] == article:
            return place
    return NOT_KEPT
