"""How readily articles join in this stream, learnt from the scores alone: the stream's own granularity.

Of strangers, hardly any article scores well with any story, and the best of many poor scores is no reason to join.
Where most articles do score well, one that scores a little less is likely to belong too. So the threshold of joining
rises in the one stream and falls in the other, in the manner of a prior (Saerens, Latinne and Decaestecker 2002,
"Adjusting the outputs of a classifier to new a priori probabilities"). The share is of scores before the threshold
is moved, so a stream that has been quiet does not silence itself.
"""

from math import log

from embeddings.jit import part
from stream.stories.index.state import SURE_LEVEL
from stream.stories.index.stream_baselines import note, usual

# The score from which an article is sure of its story, in logits: a chance of 77 %. Of articles that are sure the
# six labelled sets and four more have .2 to .9, synthetic strangers .004 to .008 (decision 0004).
SURE = 1.2
SURE_PRIOR, SURE_WEIGHT = 0.1, 10.0  # share of them before any article came, and articles it counts for
SURE_FORGET = 1_000.0  # articles after which half of them are forgotten
FEW, MANY = 0.1, 0.6  # shares between which the threshold stays where the model has it
CAUTION, READINESS = 1.5, 1.0  # logits of threshold for a logit of the share, below FEW and above MANY
MOST_CAUTION, MOST_READINESS = 2.0, 1.0  # logits: what belongs beyond doubt joins in any stream


@part
def note_best(tables, score):  # type: ignore[no-untyped-def]
    """Count an article by its best score."""
    note(tables, SURE_LEVEL, 1.0 if score >= SURE else 0.0, SURE_FORGET)


@part
def caution(tables):  # type: ignore[no-untyped-def]
    """Logits that the threshold of joining rises by in this stream; below 0 where it falls."""
    share = usual(tables, SURE_LEVEL, SURE_PRIOR, SURE_WEIGHT)
    odds = log(share / (1.0 - share))
    few, many = log(FEW / (1.0 - FEW)), log(MANY / (1.0 - MANY))
    raised = min(MOST_CAUTION, CAUTION * max(0.0, few - odds))
    lowered = min(MOST_READINESS, READINESS * max(0.0, odds - many))
    return raised - lowered
