"""The evidence in words: what each factor of a decision is called, what it measures, and what it says.

A model file names its features in terms of the model; readers get the names given here, of an article that may join
a story. stream.contract.merge_factors has those of two stories that may be one.
"""

from typing import NamedTuple


class FactorWords(NamedTuple):
    """How one factor is shown: its public name, its meaning, and a sentence for each sign of its weight."""

    feature: str  # as stream.stories and the model file call it
    name: str
    meaning: str
    speaks_for: str
    speaks_against: str


# Said alike of an article and a story, and of two stories.
GAP_LIKELIHOOD = FactorWords(
    "gap_likelihood",
    "time apart typical of one event",
    "how much likelier the time apart is within one event than by chance, in logits",
    "The time apart is typical of reports on one event.",
    "The time apart is not typical of reports on one event.",
)
GAP_LIKELIHOOD_BELOW_PEAK = FactorWords(
    "gap_likelihood_below_peak",
    "time apart close to the most typical",
    "the same, less that of the most typical time apart in this stream",
    "Reports on one event are most often this far apart.",
    "Reports on one event are seldom this far apart.",
)
JOIN_WORDS = (
    FactorWords(
        "similarity_over_cohesion",
        "similarity to the story's reports",
        "mean similarity to its reports, as a share of how similar these are to each other",
        "It is about as similar to the story's reports as they are to each other.",
        "It is less similar to the story's reports than they are to each other.",
    ),
    FactorWords(
        "similarity_over_past_joins",
        "similarity compared with earlier reports",
        "similarity above that of the reports that joined before, in standard deviations",
        "It fits the story as well as the reports that joined before.",
        "It fits the story less well than the reports that joined before.",
    ),
    FactorWords(
        "margin_over_next_story",
        "lead over the next story",
        "how far the story is ahead of the next one in similarity, as a share",
        "No other story is nearly as close.",
        "Another story is nearly as close.",
    ),
    FactorWords(
        "closest_member_over_closest_article",
        "closest article in the story",
        "similarity of the story's closest report, as a share of that of the closest report of all",
        "One of its reports is nearly the closest match of all.",
        "Reports of other stories are closer than any of this one.",
    ),
    FactorWords(
        "share_of_nearest_articles",
        "share of the closest articles",
        "how many of the closest articles are in this story, as a share",
        "Many of the closest articles are in this story.",
        "Few of the closest articles are in this story.",
    ),
    FactorWords(
        "shared_names_and_numbers",
        "shared names and numbers",
        "rarity of the names and numbers it shares with the story, as a share of its own",
        "It shares names and numbers with the story.",
        "It shares few names and numbers with the story.",
    ),
    FactorWords(
        "time_proximity",
        "time since the story's last report",
        "1 within the story's time, falling to 0 over days before or after it",
        "It came close in time to the story's reports.",
        "It came long before or after the story's reports.",
    ),
    FactorWords(
        "time_proximity_over_span",
        "time apart for the story's length",
        "1 within the story's time, falling the more slowly the longer the story is",
        "The time apart is short for a story this long.",
        "The time apart is long for a story this short.",
    ),
    FactorWords(
        "story_size",
        "reports in the story",
        "the logarithm of the story's reports, up to five",
        "Stories of this size often gain reports.",
        "Stories of this size seldom gain reports.",
    ),
    FactorWords(
        "word_similarity_over_baseline",
        "shared words",
        "similarity of all words above that of unrelated articles",
        "It shares more words than unrelated articles do.",
        "It shares hardly more words than unrelated articles do.",
    ),
    FactorWords(
        "lead_similarity_over_baseline",
        "shared words of title and lead",
        "similarity of the words of title and lead above that of unrelated articles",
        "Its title and lead share more words than unrelated articles do.",
        "Its title and lead share hardly more words than unrelated articles do.",
    ),
    FactorWords(
        "name_similarity_over_baseline",
        "shared names",
        "similarity of names and numbers above that of unrelated articles",
        "It shares more names than unrelated articles do.",
        "It shares hardly more names than unrelated articles do.",
    ),
    FactorWords(
        "vector_similarity_over_baseline",
        "similar meaning",
        "similarity of the encoder's vectors above that of unrelated articles; without vectors, of words and names",
        "Its meaning is closer than that of unrelated articles.",
        "Its meaning is hardly closer than that of unrelated articles.",
    ),
    FactorWords(
        "similarity_to_other_stories",
        "other stories as close",
        "mean similarity of the next five stories, as a share of that of the closest",
        "The stories after it are far less close, on the whole.",
        "The stories after it are fairly close too, on the whole.",
    ),
    GAP_LIKELIHOOD,
    GAP_LIKELIHOOD_BELOW_PEAK,
    FactorWords(
        "time_proximity_over_baseline",
        "closer in time than most",
        "nearness in time above that of any two articles of this stream",
        "It is closer in time than articles of this stream mostly are.",
        "It is no closer in time than articles of this stream mostly are.",
    ),
    FactorWords(
        "time_proximity_times_similarity",
        "similar and close in time",
        "nearness in time times similarity to the story's reports",
        "It is both similar and close in time.",
        "It is not both similar and close in time.",
    ),
    FactorWords(
        "closest_member_over_unrelated",
        "closest report above unrelated articles",
        "similarity of the story's closest report above that of unrelated articles",
        "One of its reports is closer than unrelated articles are.",
        "None of its reports is much closer than unrelated articles are.",
    ),
    FactorWords(
        "open_stories",
        "stories to compare with",
        "the logarithm of the stories that are open, up to fifty",
        "There are enough other stories to compare with.",
        "There are few other stories to compare with.",
    ),
    FactorWords(
        "centre_similarity",
        "similarity to the story as a whole",
        "similarity to the mean of the story's reports",
        "It is similar to the story as a whole.",
        "It is not very similar to the story as a whole.",
    ),
    FactorWords(
        "story_size_over_typical",
        "size compared with other stories",
        "the logarithm of the story's size over the typical size in this stream",
        "Stories of this size are common in this stream.",
        "The story is large already, for this stream.",
    ),
)
# The rule that no evidence outweighs; its weight is what it takes from the score.
FORM_WORDS = FactorWords(
    "same_form",
    "another filling of one form",
    "1 where the story holds a report of the same form, with other figures or names: no evidence counts",
    "A report there is another filling of the same form.",
    "A report there is another filling of the same form.",
)
HEADLINE_WORDS = FactorWords(
    "headline_not_found",
    "headline missing in the other text",
    "how much less of a headline the other's text has than reports on one event do, as a share",
    "What either headline says is hardly in the other's text.",
    "What either headline says is hardly in the other's text.",
)
UNRELATED_WORDS = FactorWords(
    "no_closer_than_unrelated",
    "no closer than unrelated articles",
    "similarity of the closest report above that of unrelated articles; with too little of it no evidence counts",
    "Nothing here is closer than unrelated articles are.",
    "Nothing here is closer than unrelated articles are.",
)
