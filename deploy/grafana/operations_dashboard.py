"""The dashboard for those who run it: is it alive, does it keep up, is it safe, what does it need?"""

from deploy.grafana.panels import (
    SELECTED,
    WINDOW,
    Board,
    Figure,
    Panel,
    Query,
    Section,
    increase,
    quantile,
    rate,
    value,
)

LAG = "newsfold_consumer_lag_records"
CHECKPOINT = "newsfold_checkpoint_timestamp_seconds"
BATCH = "newsfold_encode_batch_articles"
LAST = "newsfold_last_processed_timestamp_seconds"
COUNT = "short"

HEALTH = Section(
    "Health",
    (
        Figure("Workers", "Workers that answer a scrape.", COUNT, f"count (newsfold_build_info{{{SELECTED}}})"),
        Figure(
            "Lag", "Records waiting, over all stages and partitions.", COUNT, value(LAG), warn=5_000, alarm=50_000
        ),
        Figure(
            "Last commit", "Time since a folded batch was committed. It grows where no article comes.", "s",
            f"time() - {value(LAST, 'max')}",
        ),
        Figure(
            "Oldest checkpoint", "Age of the oldest shard's last checkpoint; a restart replays what came since.", "s",
            f"time() - {value(CHECKPOINT, 'min')}", warn=900, alarm=3_600,
        ),
        Figure(
            "Shards not open", "Shards being rebuilt or fenced: their articles wait.", COUNT,
            value("newsfold_shards", where='state!="open"'), warn=1,
        ),
        Figure(
            "Restarts", "Workers that started within the last hour.", COUNT,
            f"sum (time() - process_start_time_seconds{{{SELECTED}}} < bool 3600)", warn=2, alarm=4,
        ),
    ),
)  # fmt: skip
FLOW = Section(
    "Does it keep up?",
    (
        Panel(
            "Lag by partition", "Records between what a stage has done and the end of the partition.", COUNT,
            [Query(value(LAG, by="stage, topic, partition"), "{{stage}} {{topic}}/{{partition}}")], 12,
        ),
        Panel(
            "Throughput", "Records read by each stage.", "suffix: /s",
            [Query(rate("newsfold_consumed_total", "stage"), "{{stage}}")], 12,
        ),
        Panel(
            "Step times, p95", "How long a batch spends in each step; 95 % are faster.", "s",
            [Query(quantile(0.95, "newsfold_stage_seconds", "stage"), "{{stage}}")],
        ),
        Panel(
            "Busy", "Share of the time that each step is at work, over all workers: what is near the number of "
            "workers is the bottleneck.", "percentunit",
            [Query(rate("newsfold_stage_seconds_sum", "stage"), "{{stage}}")],
        ),
        Panel(
            "Batch size", "Articles encoded together, and texts among them whose vector was at hand. Batches fill "
            "up where articles wait.", COUNT,
            [
                Query(quantile(0.95, BATCH), "p95"),
                Query(f"{rate(f'{BATCH}_sum')} / {rate(f'{BATCH}_count')}", "mean"),
                Query(f"{rate('newsfold_vectors_reused_total')} / {rate(f'{BATCH}_count')}", "known texts, mean"),
            ],
        ),
    ),
)  # fmt: skip
TROUBLE = Section(
    "Trouble",
    (
        Panel(
            "Dead letters by reason", "Messages that could not be read.", "suffix: /s",
            [Query(rate("newsfold_dead_letters_total", "reason"), "{{reason}}")], stacked=True,
        ),
        Panel(
            "Transactions failed, rebalances", "Aborted or fenced transactions, and times a group gave out its "
            "partitions anew.", COUNT,
            [
                Query(increase("newsfold_transactions_failed_total"), "transactions failed"),
                Query(increase("newsfold_rebalances_total", "stage"), "rebalances {{stage}}"),
            ],
        ),
        Panel(
            "Clock skew", "How far the broker's clock is ahead of each worker's; below zero, behind.", "s",
            [Query(value("newsfold_clock_skew_seconds", "max", "instance"), "{{instance}}")], floor=None,
        ),
    ),
)  # fmt: skip
SAFETY = Section(
    "Recovery",
    (
        Panel(
            "Shards", "Open, being rebuilt, or waiting after being fenced.", COUNT,
            [Query(value("newsfold_shards", by="state"), "{{state}}")], 6, stacked=True,
        ),
        Panel(
            "Rebuild: records to go", "What shards that are being rebuilt have still to replay.", COUNT,
            [Query(value("newsfold_rebuild_remaining_records", by="partition"), "shard {{partition}}")], 6,
        ),
        Panel(
            "Unsaved records", "Records since the last checkpoint: what a restart replays.", COUNT,
            [Query(value("newsfold_unsaved_records", by="partition"), "shard {{partition}}")], 6,
        ),
        Panel(
            "Checkpoint age", "Since each shard's last checkpoint.", "s",
            [Query(f"time() - {value(CHECKPOINT, 'max', 'partition')}", "shard {{partition}}")], 6,
        ),
        Panel(
            "Checkpoints", "Written, failed, restored at a start, refused as damaged.", COUNT,
            [Query(increase("newsfold_checkpoints_total", "outcome"), "{{outcome}}")], 12,
        ),
        Panel(
            "Checkpoint queue", "Shards whose checkpoint is due or being written, one at a time.", COUNT,
            [Query(value("newsfold_checkpoint_queue_shards", by="instance"), "{{instance}}")], 12,
        ),
    ),
)  # fmt: skip
STATE = Section(
    "State and decisions",
    (
        Panel(
            "State, entries", "Articles by id, leaders of copies, open stories.", COUNT,
            [Query(value("newsfold_state_entries", by="kind"), "{{kind}}")],
        ),
        Panel(
            "State, bytes", "Memory of the tables behind them.", "bytes",
            [Query(value("newsfold_state_bytes", by="kind"), "{{kind}}")], stacked=True,
        ),
        Panel(
            "Copy index full", "Texts and postings given up within the window: copies may be missed. Raise "
            "NEWSFOLD_COPIES__CAPACITY.", "suffix: /s",
            [
                Query(rate("newsfold_copies_overflows_total"), "texts"),
                Query(rate("newsfold_copies_forced_evictions_total"), "postings"),
            ],
        ),
        Panel(
            "Threshold shift", "Logits by which each shard's stream has moved the threshold of joining; above zero "
            "it joins less readily.", COUNT,
            [Query(value("newsfold_threshold_shift", "max", "partition"), "shard {{partition}}")], floor=None,
        ),
        Panel(
            "Stream time behind the clock", "Age of the newest article folded, by shard.", "s",
            [
                Query(f"time() - {value('newsfold_stream_time_timestamp_seconds', 'max', 'partition')}",
                      "shard {{partition}}"),
            ],
        ),
        Panel(
            "Fields set aside", "Dates that could not be read or believed, fields of the wrong type, and languages "
            "that the text contradicts.", "suffix: /s",
            [
                Query(rate("newsfold_dates_refused_total"), "dates"),
                Query(rate("newsfold_fields_refused_total"), "fields of another type"),
                Query(rate("newsfold_languages_overruled_total"), "languages"),
            ],
        ),
    ),
)  # fmt: skip
PROCESS = Section(
    "Process",
    (
        Panel(
            "Memory", "Resident memory of each worker.", "bytes",
            [Query(value("process_resident_memory_bytes", "max", "instance"), "{{instance}}")], 6,
        ),
        Panel(
            "CPU", "Cores in use by each worker.", COUNT,
            [Query(rate("process_cpu_seconds_total", "instance"), "{{instance}}")], 6,
        ),
        Panel(
            "Open files", "Files and sockets of each worker.", COUNT,
            [Query(value("process_open_fds", "max", "instance"), "{{instance}}")], 6,
        ),
        Panel(
            "Encoder and version", "What runs where: a change of model or version shows as a change of line.", COUNT,
            [
                Query(f"count by (version, model, stages) (newsfold_build_info{{{SELECTED}}})",
                      "{{model}} {{version}} ({{stages}})"),
            ], 6,
        ),
    ),
)  # fmt: skip

OPERATIONS = Board(
    "newsfold-operations",
    "Newsfold / Operations",
    f"Whether it is alive, keeps up, and is safe. Rates are over {WINDOW}.",
    (HEALTH, FLOW, TROUBLE, SAFETY, STATE, PROCESS),
)
