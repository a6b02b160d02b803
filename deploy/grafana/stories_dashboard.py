"""The dashboard for those who use the stories: how much comes in, what becomes of it, how fast."""

from deploy.grafana.panels import Board, Figure, Panel, Query, Section, quantile, rate, value

ARTICLES = "newsfold_processed_total"
COPIES = 'outcome=~"near_duplicate|exact_duplicate"'
NEW = 'outcome=~"unique|near_duplicate|exact_duplicate"'
READ = rate("newsfold_consumed_total", where='stage="embed"')
CREATED = rate("newsfold_story_events_total", where='type="created"')
INGESTION, PUBLICATION = "newsfold_end_to_end_seconds", "newsfold_clustering_latency_seconds"
STREAM_TIME = value("newsfold_stream_time_timestamp_seconds", "min", "job")
QUANTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


def _latency(metric: str) -> list[Query]:
    return [Query(quantile(share, metric), name) for name, share in QUANTILES]


STORIES = Board(
    "newsfold-stories",
    "Newsfold / Stories",
    "What comes in, what becomes of it, and how long it takes.",
    (
        Section(
            "Now",
            (
                Figure(
                    "Articles", "Articles folded a second.", "suffix: /s", rate(ARTICLES), decimals=1
                ),
                Figure(
                    "Copies", "Share of new articles that copy a known report.", "percentunit",
                    f"{rate(ARTICLES, where=COPIES)} / {rate(ARTICLES, where=NEW)}", decimals=1,
                ),
                Figure(
                    "Open stories", "Stories that an article could join now.", "short",
                    value("newsfold_state_entries", where='kind="stories"'), decimals=0,
                ),
                Figure(
                    "New stories", "Stories created an hour, at the present rate.", "suffix: /h",
                    f"{CREATED} * 3600", decimals=0,
                ),
                Figure(
                    "Latency p95", "From ingestion to the committed assignment; 95 % are faster.", "s",
                    quantile(0.95, INGESTION), warn=10, alarm=60,
                ),
                Figure(
                    "Unreadable", "Share of messages that went to the dead-letter topic.", "percentunit",
                    f"{rate('newsfold_dead_letters_total')} / {READ}",
                    warn=0.01, alarm=0.05, decimals=2,
                ),
            ),
        ),
        Section(
            "Articles",
            (
                Panel(
                    "Articles by outcome", "What became of each article: a report of its own, a copy, a correction, "
                    "a retraction, or the same delivery again.", "suffix: /s",
                    [Query(rate(ARTICLES, "outcome"), "{{outcome}}")], 12, stacked=True,
                ),
                Panel(
                    "Share of copies", "Of new articles, how many copy a known report: exactly, or with changes.",
                    "percentunit",
                    [
                        Query(f"{rate(ARTICLES, 'outcome', COPIES)} / ignoring(outcome) group_left "
                              f"{rate(ARTICLES, where=NEW)}", "{{outcome}}"),
                    ], 12, stacked=True,
                ),
            ),
        ),
        Section(
            "Stories",
            (
                Panel(
                    "Story events", "Records on the stories topic, by type; `expired` is the tombstone of a story "
                    "that ended long ago.", "suffix: /s",
                    [Query(rate("newsfold_story_events_total", "type"), "{{type}}")], 6,
                ),
                Panel(
                    "Merges and splits", "Stories found to be one, and stories found to be two.", "suffix: /s",
                    [
                        Query(rate("newsfold_story_events_total", where='type="merged"'), "merged"),
                        Query(rate("newsfold_story_splits_total"), "split"),
                    ], 6,
                ),
                Panel(
                    "Storyline events", "Records on the storylines topic, by type.", "suffix: /s",
                    [Query(rate("newsfold_storyline_events_total", "type"), "{{type}}")], 6,
                ),
                Panel(
                    "Open stories", "Stories that an article could join.", "short",
                    [Query(value("newsfold_state_entries", where='kind="stories"'), "open")], 6,
                ),
            ),
        ),
        Section(
            "Latency",
            (
                Panel(
                    "From ingestion", "From the article's timestamp on the articles topic to the commit of its "
                    "assignment.", "s", _latency(INGESTION),
                ),
                Panel(
                    "From publication", "From the published time, by the source's word, to the commit of the "
                    "assignment. In a backfill this is the age of the articles.", "s", _latency(PUBLICATION),
                ),
                Panel(
                    "Stream time behind the clock", "Age of the newest article folded. It grows where no article "
                    "comes, and is large in a backfill.", "s", [Query(f"time() - {STREAM_TIME}", "{{job}}")],
                ),
            ),
        ),
    ),
)  # fmt: skip
