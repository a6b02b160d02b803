"""Every metric of Newsfold: name, kind, unit, labels and meaning. docs/metrics.md is generated from this module.

Base units (seconds, bytes), `_total` on counters, timestamps rather than ages, and no label that grows with the
articles. A label whose values are known beforehand starts at zero, so that a rate exists from the first scrape.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stream.contract.events import Outcome, StoryEventType
from stream.contract.storylines import StorylineEventType


class Kind(StrEnum):
    """The type Prometheus gives a metric."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    INFO = "info"


@dataclass(frozen=True)
class MetricSpec:
    """One metric. `labels`: the values known beforehand, for each label; an empty tuple where they are open."""

    name: str
    kind: Kind
    unit: str
    meaning: str
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    buckets: tuple[float, ...] = ()
    panel: bool = True  # whether a dashboard must show it

    @property
    def series(self) -> str:
        """The name under which Prometheus stores it; a histogram adds _bucket, _sum and _count to it."""
        return self.name + {Kind.COUNTER: "_total", Kind.INFO: "_info"}.get(self.kind, "")


STAGES = ("embed", "fold")
STEPS = ("clean", "encode", "append", "fold", "commit", "checkpoint")
DEAD_LETTER_REASONS = ("undecodable", "invalid", "no_id", "no_text", "no_value", "oversized", "failed")
CHECKPOINT_FATES = ("written", "failed", "restored", "refused")
STATE_KINDS = ("articles", "leaders", "stories", "storylines")
SHARD_STATES = ("open", "rebuilding", "fenced")
# Seconds; from one fold to a rebalance. A quarter of a decade a step is enough for p99s.
STEP_BUCKETS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0)
LATENCY_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 86400.0)
SIZE_BUCKETS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1000.0)
SHARD = {"partition": ()}

CONSUMED = MetricSpec(
    "newsfold_consumed", Kind.COUNTER, "records",
    "Records a stage has read and dealt with. A batch that failed and is read again counts again.",
    {"stage": STAGES, "topic": ()},
)  # fmt: skip
PROCESSED = MetricSpec(
    "newsfold_processed", Kind.COUNTER, "records",
    "Records folded and committed, by what became of them.",
    {"outcome": tuple(Outcome)},
)  # fmt: skip
DEAD_LETTERS = MetricSpec(
    "newsfold_dead_letters", Kind.COUNTER, "records",
    "Messages that could not be read and went to the dead-letter topic, by reason.",
    {"reason": DEAD_LETTER_REASONS},
)  # fmt: skip
DATES_REFUSED = MetricSpec(
    "newsfold_dates_refused", Kind.COUNTER, "dates",
    "Dates of articles that could not be read or believed; the article is taken as undated.",
)  # fmt: skip
FIELDS_REFUSED = MetricSpec(
    "newsfold_fields_refused", Kind.COUNTER, "fields",
    "Fields of articles that were left out because of their type, such as a number in place of text.",
)  # fmt: skip
LANGUAGES_OVERRULED = MetricSpec(
    "newsfold_languages_overruled", Kind.COUNTER, "articles",
    "Articles whose text is clearly in another language than their tag says; the text decides.",
)  # fmt: skip
STORY_EVENTS = MetricSpec(
    "newsfold_story_events", Kind.COUNTER, "records",
    "Records committed to the stories topic, by type; `expired` is a tombstone. An update that a later one of the "
    "same transaction overtook is never sent and not counted.",
    {"type": tuple(StoryEventType)},
)  # fmt: skip
STORY_SPLITS = MetricSpec(
    "newsfold_story_splits", Kind.COUNTER, "stories",
    "Stories that split off from another one; each is also counted as `created`.",
)  # fmt: skip
STORYLINE_EVENTS = MetricSpec(
    "newsfold_storyline_events", Kind.COUNTER, "records",
    "Records committed to the storylines topic, by type; `expired` is a tombstone. An update that a later one of the "
    "same transaction overtook is never sent and not counted.",
    {"type": tuple(StorylineEventType)},
)  # fmt: skip
END_TO_END = MetricSpec(
    "newsfold_end_to_end_seconds", Kind.HISTOGRAM, "seconds",
    "From the ingestion of an article (its timestamp on the articles topic) to the commit of its assignment.",
    buckets=LATENCY_BUCKETS,
)  # fmt: skip
CLUSTERING_LATENCY = MetricSpec(
    "newsfold_clustering_latency_seconds", Kind.HISTOGRAM, "seconds",
    "From the publication of an article, by its source's word, to the commit of its assignment. Old articles of a "
    "backfill count with their full age.",
    buckets=LATENCY_BUCKETS,
)  # fmt: skip
STEP_SECONDS = MetricSpec(
    "newsfold_stage_seconds", Kind.HISTOGRAM, "seconds",
    "Time a batch spends in one step: clean, encode and append in the embed stage; fold and commit in the fold "
    "stage; checkpoint is the writing of one.",
    {"stage": STEPS}, STEP_BUCKETS,
)  # fmt: skip
BATCH_SIZE = MetricSpec(
    "newsfold_encode_batch_articles", Kind.HISTOGRAM, "articles",
    "Articles encoded together.",
    buckets=SIZE_BUCKETS,
)  # fmt: skip
VECTORS_REUSED = MetricSpec(
    "newsfold_vectors_reused", Kind.COUNTER, "articles",
    "Articles that were not encoded because a transformer encoded the same text shortly before.",
)  # fmt: skip
LAG = MetricSpec(
    "newsfold_consumer_lag_records", Kind.GAUGE, "records",
    "Offsets between what a stage has done and the end of the partition; exported only by the worker that owns it. "
    "On a topic written in transactions the markers leave 1 for ever.",
    {"stage": (), "topic": (), "partition": ()},
)  # fmt: skip
REBALANCES = MetricSpec(
    "newsfold_rebalances", Kind.COUNTER, "rebalances",
    "Times the consumer group gave this worker partitions anew.",
    {"stage": STAGES},
)  # fmt: skip
LAST_PROCESSED = MetricSpec(
    "newsfold_last_processed_timestamp_seconds", Kind.GAUGE, "seconds since 1970",
    "When this worker last committed a folded batch; 0 before the first.",
)  # fmt: skip
TRANSACTIONS_FAILED = MetricSpec(
    "newsfold_transactions_failed", Kind.COUNTER, "transactions",
    "Transactions of the fold that were aborted or fenced; the batch is folded again, by this worker or another.",
)  # fmt: skip
SHARDS = MetricSpec(
    "newsfold_shards", Kind.GAUGE, "shards",
    "Shards assigned to this worker: open, being rebuilt from checkpoint and log, or waiting after being fenced.",
    {"state": SHARD_STATES},
)  # fmt: skip
REBUILD_REMAINING = MetricSpec(
    "newsfold_rebuild_remaining_records", Kind.GAUGE, "records",
    "Offsets a shard that is being rebuilt has still to replay; 0 once it is open.",
    SHARD,
)  # fmt: skip
STATE_ENTRIES = MetricSpec(
    "newsfold_state_entries", Kind.GAUGE, "entries",
    "What the shards of this worker hold: articles by id, leaders of copies, open stories, open storylines.",
    {"kind": STATE_KINDS},
)  # fmt: skip
STATE_BYTES = MetricSpec(
    "newsfold_state_bytes", Kind.GAUGE, "bytes",
    "Memory of the tables behind those entries. What readers see of a story (`newsfold_state_entries` of `stories`) "
    "lies in Python objects and is only part of `process_resident_memory_bytes`.",
    {"kind": STATE_KINDS},
)  # fmt: skip
FORCED_EVICTIONS = MetricSpec(
    "newsfold_copies_forced_evictions", Kind.COUNTER, "postings",
    "Postings of the copy index overwritten although their text was within the window: copies may be missed. Raise "
    "NEWSFOLD_COPIES__CAPACITY.",
)  # fmt: skip
OVERFLOWS = MetricSpec(
    "newsfold_copies_overflows", Kind.COUNTER, "texts",
    "Distinct texts forgotten within the window because more came than NEWSFOLD_COPIES__CAPACITY.",
)  # fmt: skip
STREAM_TIME = MetricSpec(
    "newsfold_stream_time_timestamp_seconds", Kind.GAUGE, "seconds since 1970",
    "The stream time of a shard: the latest event time it has folded. `time() - ...` is how far it lies behind the "
    "wall clock; large in a backfill, or where no article comes.",
    SHARD,
)  # fmt: skip
THRESHOLD_SHIFT = MetricSpec(
    "newsfold_threshold_shift", Kind.GAUGE, "logits",
    "How far the stream has moved a shard's threshold of joining: above 0 it joins less readily (few articles are "
    "sure of a story), below 0 more readily.",
    SHARD,
)  # fmt: skip
CLOCK_SKEW = MetricSpec(
    "newsfold_clock_skew_seconds", Kind.GAUGE, "seconds",
    "How far the broker's clock is ahead of this worker's (below 0: behind), as its timestamps of the latest batch "
    "show; 0 where they lie between sending and acknowledgement.",
)  # fmt: skip
CHECKPOINTS = MetricSpec(
    "newsfold_checkpoints", Kind.COUNTER, "checkpoints",
    "Checkpoints by what became of them.",
    {"outcome": CHECKPOINT_FATES},
)  # fmt: skip
STATE_LOST = MetricSpec(
    "newsfold_state_lost", Kind.COUNTER, "shards",
    "Shards opened without part of their past, as NEWSFOLD_SHARD__ALLOW_STATE_LOSS allowed; stories from before may "
    "appear again under another id.",
    panel=False,
)  # fmt: skip
OTHER_MODEL = MetricSpec(
    "newsfold_other_model_records", Kind.COUNTER, "records",
    "Records of another encoder than the shard's, read past as NEWSFOLD_SHARD__SKIP_OTHER_MODELS asks; a record that "
    "is replayed counts again.",
    panel=False,
)  # fmt: skip
CHECKPOINT_TIME = MetricSpec(
    "newsfold_checkpoint_timestamp_seconds", Kind.GAUGE, "seconds since 1970",
    "When the last checkpoint of a shard was written by this worker, or the shard was opened.",
    SHARD,
)  # fmt: skip
CHECKPOINT_INTERVAL = MetricSpec(
    "newsfold_checkpoint_interval_seconds", Kind.GAUGE, "seconds",
    "NEWSFOLD_CHECKPOINTS__INTERVAL_SECONDS, to compare the age of checkpoints with.",
    panel=False,
)  # fmt: skip
UNSAVED = MetricSpec(
    "newsfold_unsaved_records", Kind.GAUGE, "records",
    "Records since a shard's last checkpoint: what a restart has to replay.",
    SHARD,
)  # fmt: skip
CHECKPOINT_QUEUE = MetricSpec(
    "newsfold_checkpoint_queue_shards", Kind.GAUGE, "shards",
    "Shards whose checkpoint is due or being written; they are written one at a time.",
)  # fmt: skip
BUILD = MetricSpec(
    "newsfold_build", Kind.INFO, "",
    "What runs here; always 1.",
    {"version": (), "model": (), "stages": ()},
)  # fmt: skip

CATALOGUE = (
    CONSUMED, PROCESSED, DEAD_LETTERS, DATES_REFUSED, FIELDS_REFUSED, LANGUAGES_OVERRULED, STORY_EVENTS, STORY_SPLITS,
    END_TO_END, CLUSTERING_LATENCY, STEP_SECONDS, BATCH_SIZE, VECTORS_REUSED, LAG, REBALANCES, LAST_PROCESSED,
    TRANSACTIONS_FAILED, SHARDS, STORYLINE_EVENTS,
    REBUILD_REMAINING, STATE_ENTRIES, STATE_BYTES, FORCED_EVICTIONS, OVERFLOWS, STREAM_TIME, THRESHOLD_SHIFT,
    CLOCK_SKEW, CHECKPOINTS, STATE_LOST, OTHER_MODEL, CHECKPOINT_TIME, CHECKPOINT_INTERVAL, UNSAVED,
    CHECKPOINT_QUEUE, BUILD,
)  # fmt: skip

# Of `newsfold board`, on a page of its own. It reads the public topics alone.
BOARD_MESSAGES = MetricSpec(
    "newsfold_board_messages", Kind.COUNTER, "records", "Messages of the topics that were read.", {"kind": ()}
)
BOARD_REFUSED = MetricSpec(
    "newsfold_board_messages_refused",
    Kind.COUNTER,
    "records",
    "Messages of the topics that could not be read.",
)
BOARD_LAG = MetricSpec(
    "newsfold_board_lag_records", Kind.GAUGE, "records",
    "Offsets between what the board shows and the end of the partition.",
    {"topic": (), "partition": ()},
)  # fmt: skip
BOARD_LOADED = MetricSpec(
    "newsfold_board_loaded", Kind.GAUGE, "", "Whether the end of the topics was reached: 1 or 0."
)
BOARD_BROKER_AWAY = MetricSpec(
    "newsfold_board_broker_away", Kind.GAUGE, "", "Whether no broker answers at the moment: 1 or 0."
)
BOARD_WORKER_BEHIND = MetricSpec(
    "newsfold_board_worker_behind_seconds", Kind.GAUGE, "seconds",
    "Age of the oldest article that the worker has not folded.",
)  # fmt: skip
BOARD_STORIES = MetricSpec("newsfold_board_stories", Kind.GAUGE, "stories", "Stories in the store.")
BOARD_OPEN_PAGES = MetricSpec(
    "newsfold_board_open_pages", Kind.GAUGE, "pages", "Pages that are open and get updates."
)
BOARD_BATCH_SECONDS = MetricSpec(
    "newsfold_board_batch_seconds", Kind.HISTOGRAM, "seconds", "Time to write a batch to the store.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0),
)  # fmt: skip
BOARD = (
    BOARD_MESSAGES, BOARD_REFUSED, BOARD_LAG, BOARD_LOADED, BOARD_BROKER_AWAY, BOARD_WORKER_BEHIND, BOARD_STORIES,
    BOARD_OPEN_PAGES, BOARD_BATCH_SECONDS,
)  # fmt: skip

# Of the process, as every Prometheus client exports them (Linux only).
PROCESS = {
    "process_resident_memory_bytes": "Memory in use, as the kernel counts it.",
    "process_cpu_seconds_total": "CPU time, user and system.",
    "process_start_time_seconds": "When the process started; a change is a restart.",
    "process_open_fds": "Open files and sockets.",
}
