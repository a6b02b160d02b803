"""The rule most stream clusterers share: join the story with the nearest centre if it is near enough, else begin one.

A story's centre is the mean of its articles' unit vectors. Several vectors of an article (channels) are compared
each with its own centre and their cosines mixed. Nearness in time counts in one of two forms: it multiplies the
similarity, as in most of the literature, or it is added to it. Without dates it counts nothing.
"""

from itertools import product
from math import exp
from time import process_time
from typing import NamedTuple

import numba
import numpy as np

from benchmarks.stories.rivals_sets import Stream

THRESHOLDS = tuple(round(0.06 + 0.04 * k, 2) for k in range(22))  # .06 to .90
NO_TIME = ("none", 0.0)
TIME = (
    *(("times e^(-gap / days)", days) for days in (3.0, 10.0)),
    # The form that the note on story clustering found best; its weight there was .12.
    *(("plus weight (e^(-gap / 2 days) - (1 - e^(-gap / 30 days)) / 2)", w) for w in (0.06, 0.12, 0.2)),
)
_FORMS = {form: number for number, form in enumerate(("none", TIME[0][0], TIME[-1][0]))}
MIXES = ((0.5, 0.2, 0.3), (0.3, 0.3, 0.4))  # whole text, title and lead, dense

Setting = dict[str, object]


class CentroidRule(NamedTuple):
    """One choice of channels, with or without time."""

    channels: tuple[str, ...]
    timed: bool
    whole_stream = False
    seeds = 5

    def grid(self) -> list[Setting]:
        """All settings that tuning tries."""
        mixes = MIXES if len(self.channels) > 1 else ((1.0,),)
        times = TIME if self.timed else (NO_TIME,)
        return [
            {"threshold": threshold, "time": form, "time_parameter": parameter, "mix": mix}
            for threshold, (form, parameter), mix in product(THRESHOLDS, times, mixes)
        ]

    def label(self, stream: Stream, settings: list[Setting]) -> tuple[list[np.ndarray], float]:
        """Return the stories found by each setting, and the seconds of a pass."""
        similarities = stream.similarities(self.channels)
        began = process_time()
        found = [
            follow(
                similarities,
                np.array(setting["mix"]),
                stream.days,
                float(setting["threshold"]),  # type: ignore[arg-type]
                _FORMS[str(setting["time"])],
                float(setting["time_parameter"]),  # type: ignore[arg-type]
            )
            for setting in settings
        ]
        seconds = (process_time() - began) / len(settings)
        return found, seconds + sum(stream.similarity_seconds[channel] for channel in self.channels)


@numba.njit(cache=True)
def follow(similarities, mix, days, threshold, form, parameter):  # type: ignore[no-untyped-def]
    """Place articles one after the other; the number of each one's story.

    `similarities`: cosines of all pairs, float32 [channels, articles, articles]. A cosine to a centre is the sum of
    those to its articles over the length of their sum, so centres need not be kept.
    """
    channels, articles, _ = similarities.shape
    story_of = np.empty(articles, np.int64)
    squares = np.zeros((channels, articles))  # of the length of a story's sum
    scales = np.zeros((channels, articles))  # what a sum of cosines is multiplied by
    dots = np.empty((channels, articles))
    begin, end = np.full(articles, np.nan), np.full(articles, np.nan)
    bonus = parameter if form == 2 else 0.0
    stories = 0
    for article in range(articles):
        dots[:, :stories] = 0.0
        for channel in range(channels):
            for earlier in range(article):
                dots[channel, story_of[earlier]] += similarities[channel, article, earlier]
        best, nearest = threshold, -1
        for story in range(stories):
            similarity = 0.0
            for channel in range(channels):
                similarity += scales[channel, story] * dots[channel, story]
            if similarity + bonus < best:
                continue
            gap = max(0.0, begin[story] - days[article], days[article] - end[story])
            if np.isnan(days[article]) or np.isnan(begin[story]):
                pass
            elif form == 1:
                similarity *= exp(-gap / parameter)
            elif form == 2:
                similarity += parameter * (exp(-gap / 2.0) - 0.5 * (1.0 - exp(-gap / 30.0)))
            if similarity >= best:
                best, nearest = similarity, story
        if nearest < 0:
            nearest = stories
            stories += 1
            dots[:, nearest] = 0.0
        story_of[article] = nearest
        for channel in range(channels):
            own = similarities[channel, article, article]
            squares[channel, nearest] += 2.0 * dots[channel, nearest] + own
            if squares[channel, nearest] > 0.0:
                scales[channel, nearest] = mix[channel] / np.sqrt(squares[channel, nearest])
        if not np.isnan(days[article]):
            begin[nearest] = np.fmin(begin[nearest], days[article])
            end[nearest] = np.fmax(end[nearest], days[article])
    return story_of
