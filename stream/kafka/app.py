"""One worker: the Faust app with the embed agent, the fold stage beside it, and the web pages."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from tempfile import gettempdir
from threading import Timer

import faust
from faust.app.base import BootStrategy
from faust.exceptions import ConsumerNotStarted
from faust.types import TP, StreamT
from mode import Service

from stream.garbage import look_once
from stream.kafka.clients import METADATA_MAX_AGE_MS, faust_credentials, group_request_timeout_ms
from stream.kafka.embed_service import EmbedService
from stream.kafka.failure import end_overdue
from stream.kafka.fold_service import FoldService
from stream.kafka.intake_transport import paced_transport
from stream.observability.http import add_pages
from stream.observability.metrics import Metrics
from stream.observability.tracing import load_tracing
from stream.settings import Settings


class Stage(StrEnum):
    """A part of the work that a worker can do alone."""

    EMBED = "embed"
    FOLD = "fold"


class _Worker(faust.Worker):
    """A worker whose stop has a deadline: with its broker away Faust would wait for it without end."""

    stop_seconds = 8.0  # a graceful stop takes 2 to 4 s, and 10 s are promised

    async def on_startup_finished(self) -> None:
        await super().on_startup_finished()
        look_once()

    async def stop(self) -> None:
        deadline = Timer(self.stop_seconds, end_overdue, [self.stop_seconds])
        deadline.daemon = True
        deadline.start()
        await super().stop()


# Faust's buffer takes what one fetch brought: longer than that takes a few milliseconds, and nothing else is to come.
TAKE_SECONDS = 0.01


class _FoldOnly(BootStrategy):
    """Without the embed stage Faust has nothing to consume: only its web server runs."""

    enable_kafka_consumer = False
    enable_kafka_producer = False


def new_worker(settings: Settings, stages: Iterable[Stage], loop: asyncio.AbstractEventLoop) -> faust.Worker:
    """The Faust worker of the chosen stages; `execute_from_commandline()` runs it.

    The web server starts first: /ready answers while the encoder is loaded and the kernels are compiled. The stages'
    services start before the app and stop after it, so that the agent never lacks its producer.
    """
    chosen = frozenset(stages)
    metrics, tracing = Metrics(), load_tracing(settings.tracing)
    app = _new_app(settings, chosen, loop)
    services: list[Service] = [app.web]
    intake = fold_stage = None
    if Stage.EMBED in chosen:
        intake = EmbedService(settings, metrics, tracing)
        _add_agent(app, settings, intake)
        services.append(intake)
    if Stage.FOLD in chosen:
        fold_stage = FoldService(settings, metrics, tracing)
        services.append(fold_stage)

    def readiness() -> dict[str, bool]:
        answers = {}
        if intake is not None:
            answers["encoder"] = intake.ready
            answers["articles"] = bool(app.started and not app.rebalancing)
        if fold_stage is not None:
            answers["shards"] = fold_stage.ready
            answers["checkpoints"] = fold_stage.saves
        return answers

    def refresh() -> None:
        metrics.forget_partitions()
        if intake is not None and app.started:
            with suppress(
                ConsumerNotStarted
            ):  # a scrape in the moment before Faust's consumer has its thread
                intake.observe_lag(app.consumer)
        if fold_stage is not None:
            fold_stage.observe()

    metrics.describe_build(settings.encoder.model, "+".join(sorted(chosen)))
    add_pages(app, settings.web, metrics, readiness, refresh)
    worker = _Worker(
        app,
        *services,
        loop=loop,
        override_logging=False,
        redirect_stdouts=False,
        quiet=True,
    )
    worker.stop_seconds = settings.checkpoints.stop_seconds
    return worker


def _new_app(settings: Settings, stages: frozenset[Stage], loop: asyncio.AbstractEventLoop) -> faust.App:
    kafka, web = settings.kafka, settings.web
    app = faust.App(
        settings.intake.group,
        broker=[f"aiokafka://{server.strip()}" for server in kafka.bootstrap_servers.split(",")],
        broker_credentials=faust_credentials(kafka),
        broker_session_timeout=kafka.session_timeout_ms / 1000,
        broker_heartbeat_interval=kafka.session_timeout_ms / 5000,
        broker_request_timeout=group_request_timeout_ms(kafka) / 1000,
        broker_commit_interval=1.0,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=METADATA_MAX_AGE_MS,
        consumer_max_fetch_size=settings.intake.max_message_bytes,
        producer_request_timeout=kafka.request_timeout_ms / 1000,
        stream_wait_empty=True,
        stream_buffer_maxsize=2 * settings.intake.batch_size,
        topic_disable_leader=True,
        topic_allow_declare=False,
        table_standby_replicas=0,
        store="memory://",
        datadir=Path(gettempdir()) / "newsfold-faust",
        web_bind=web.host,
        web_port=web.port,
        web_host=web.host,
        web_tables_enabled=False,
        web_stats_enabled=False,
        web_graph_enabled=False,
        web_router_enabled=False,
        web_metrics_enabled=False,
        loop=loop,
    )
    app.transport = paced_transport(app, settings.intake.batch_wait_seconds)
    if Stage.EMBED not in stages:
        app.boot_strategy = _FoldOnly(app)
    return app


def _add_agent(app: faust.App, settings: Settings, intake: EmbedService) -> None:
    articles = app.topic(
        settings.topics.articles,
        key_type=bytes,
        key_serializer="raw",
        value_type=bytes,
        value_serializer="raw",
    )
    batch = settings.intake

    @app.agent(articles, concurrency=1, name="embed")
    async def embed(stream: StreamT[bytes]) -> None:
        async for events in stream.take_events(batch.batch_size, within=TAKE_SECONDS):
            await intake.take(events)

    @app.on_partitions_assigned.connect
    async def note_assignment(_: faust.App, assigned: set[TP], **__: object) -> None:
        intake.assigned(assigned)
