"""The dashboard of the web board: does it show what the topics hold, is it read, what does it need?"""

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

COUNT = "short"

NOW = Section(
    "Now",
    (
        Figure("Stories", "Stories in the store.", COUNT, value("newsfold_board_stories", "max")),
        Figure("Open pages", "Pages that are open and get updates.", COUNT, value("newsfold_board_open_pages")),
        Figure(
            "Behind the topics", "Records between what the board shows and the end of the topics.", COUNT,
            value("newsfold_board_lag_records"), warn=1_000, alarm=100_000,
        ),
        Figure(
            "Worker behind", "Age of the oldest article that the worker has not folded.", "s",
            value("newsfold_board_worker_behind_seconds", "max"), warn=60, alarm=600,
        ),
        Figure(
            "Broker away", "Boards that no broker answers at the moment.", COUNT,
            value("newsfold_board_broker_away"), warn=1,
        ),
        Figure(
            "Still loading", "Boards that have not reached the end of the topics since they started.", COUNT,
            f"count (newsfold_board_loaded{{{SELECTED}}} == 0) or vector(0)", warn=1,
        ),
    ),
)  # fmt: skip
READING = Section(
    "Reading the topics",
    (
        Panel(
            "Messages", "Messages read, by what they are.", "suffix: /s",
            [Query(rate("newsfold_board_messages_total", "kind"), "{{kind}}")], 8,
        ),
        Panel(
            "Lag by partition", "Records between what the board shows and the end of the partition.", COUNT,
            [Query(value("newsfold_board_lag_records", by="topic, partition"), "{{topic}}/{{partition}}")], 8,
        ),
        Panel(
            "Messages refused", "Messages that could not be read: of a newer version, or not by Newsfold.", COUNT,
            [Query(increase("newsfold_board_messages_refused_total"), "refused")], 8,
        ),
        Panel(
            "Time to write a batch", "How long a batch takes to be in the store.", "s",
            [
                Query(quantile(share, "newsfold_board_batch_seconds"), f"p{share * 100:.0f}")
                for share in (0.5, 0.95, 0.99)
            ], 12,
        ),
        Panel(
            "Worker behind", "Age of the oldest article that the worker has not folded.", "s",
            [Query(value("newsfold_board_worker_behind_seconds", "max", "instance"), "{{instance}}")], 12,
        ),
    ),
)  # fmt: skip
PROCESS = Section(
    "Process",
    (
        Panel(
            "Open pages", "Pages that are open and get updates.", COUNT,
            [Query(value("newsfold_board_open_pages", by="instance"), "{{instance}}")], 8,
        ),
        Panel(
            "Memory", "Memory in use, as the kernel counts it.", "bytes",
            [Query(value("process_resident_memory_bytes", by="instance"), "{{instance}}")], 8,
        ),
        Panel(
            "CPU", "Cores in use.", COUNT, [Query(rate("process_cpu_seconds_total", "instance"), "{{instance}}")], 8,
        ),
    ),
)  # fmt: skip

READERS = Board(
    "newsfold-board",
    "Newsfold / Board",
    f"Whether the web board shows what the topics hold. Rates are over {WINDOW}.",
    (NOW, READING, PROCESS),
    presence="newsfold_board_loaded",
)
