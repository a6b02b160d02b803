"""How readily articles join in this stream, learnt from the scores alone: the stream's own granularity.

Among unrelated articles, hardly any scores well with any story, and the best of many poor scores is no reason to
join. Where most articles do score well, one that scores a little less is likely to belong too. So the threshold of
joining rises in the one stream and falls in the other, in the manner of a prior (Saerens, Latinne and Decaestecker
2002, "Adjusting the outputs of a classifier to new a priori probabilities"). The share is of scores before the
threshold is moved, so a stream that has been quiet does not silence itself.
"""

from math import log

from embeddings.jit import part
from stream.stories.index.state import CONFIDENT_BASELINE
from stream.stories.index.stream_baselines import count_in, running_mean

# The score from which a join is confident, in logits: a chance of 77 %. Of the articles of the six labelled sets and
# four more .2 to .9 are, of synthetic unrelated ones .004 to .008 (decision 0004).
CONFIDENT = 1.2
CONFIDENT_PRIOR, CONFIDENT_WEIGHT = 0.1, 10.0  # share before any article came, and articles it counts for
CONFIDENT_FORGET = 1_000.0  # articles after which half of them are forgotten
FEW, MANY = 0.1, 0.6  # shares between which the threshold stays where the model has it
RISE, FALL = 1.5, 1.0  # logits of threshold for a logit of the share, below FEW and above MANY
MOST_RISE, MOST_FALL = 2.0, 1.0  # logits: what belongs beyond doubt joins in any stream


@part
def count_best(stream, score):  # type: ignore[no-untyped-def]
    """Count an article by its best score."""
    count_in(stream, CONFIDENT_BASELINE, 1.0 if score >= CONFIDENT else 0.0, CONFIDENT_FORGET)


@part
def threshold_shift(stream):  # type: ignore[no-untyped-def]
    """Logits that the threshold of joining rises by in this stream; below 0 where it falls."""
    share = running_mean(stream, CONFIDENT_BASELINE, CONFIDENT_PRIOR, CONFIDENT_WEIGHT)
    odds = log(share / (1.0 - share))
    few, many = log(FEW / (1.0 - FEW)), log(MANY / (1.0 - MANY))
    risen = min(MOST_RISE, RISE * max(0.0, few - odds))
    fallen = min(MOST_FALL, FALL * max(0.0, odds - many))
    return risen - fallen
