"""What may be wrong with a set-up: settings, encoder, store, Kafka, topics, permissions, log, clock, one by one.

Each check gives findings. Nothing is changed but for a probe in the checkpoint store, which is taken away again.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from time import time

import fsspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from embeddings.encoder import load_encoder
from stream.embed.record import decode_record
from stream.errors import BrokerUnavailableError, LogFormatError, operator_action
from stream.kafka.broker_topics import describe, differences
from stream.kafka.clients import connected, connected_admin, connection
from stream.kafka.permissions import Allowed, Operation
from stream.kafka.topics import topic_shapes
from stream.settings import Settings

MOST_SKEW = 5.0  # seconds; as the alert NewsfoldClockSkew
PATIENCE = 15.0  # seconds for one question to the broker


class Verdict(StrEnum):
    """How a check came out."""

    GOOD = "ok"
    DOUBTFUL = "warning"
    BAD = "problem"


@dataclass(frozen=True)
class Finding:
    """What one check found. `mend` says what to do, where something is wrong."""

    check: str
    verdict: Verdict
    what: str
    mend: str = ""


async def diagnose(settings: Settings) -> AsyncIterator[Finding]:
    """Check the set-up; stop asking Kafka where it does not answer."""
    yield check_windows(settings)
    finding, model = check_encoder(settings)
    yield finding
    yield check_store(settings)
    try:
        async with connected_admin(settings.kafka) as admin:
            yield Finding("kafka", Verdict.GOOD, f"a broker answers at {settings.kafka.bootstrap_servers}")
            missing = False
            async for finding in _check_topics(admin, settings):
                missing = missing or "does not exist" in finding.what
                yield finding
            async for finding in _check_permissions(admin, settings):
                yield finding
            if not missing:
                yield await _check_places(admin, settings)
                async for finding in _check_records(settings, model):
                    yield finding
    except BrokerUnavailableError as error:
        yield Finding("kafka", Verdict.BAD, str(error), operator_action(error))
    except (KafkaError, OSError, TimeoutError) as error:
        mend = "see the findings above, and the broker's log"
        yield Finding("kafka", Verdict.BAD, f"the broker did not answer a question: {error!r}", mend)


def check_windows(settings: Settings) -> Finding:
    """Settings that are each allowed, and contradict one another."""
    register, copies = settings.fold.register_hours, settings.copies.window_hours
    stories, kept = settings.stories.window_hours, settings.topics.embedded_retention_hours
    check = "settings"
    if register < max(copies, stories):
        what = f"articles are remembered for {register} h, copies for {copies} h and stories for {stories} h"
        return Finding(check, Verdict.BAD, what, "raise NEWSFOLD_FOLD__REGISTER_HOURS to the longest of them")
    if kept < register:
        what = f"articles.embedded is kept for {kept} h, but a rebuild may need {register} h of it"
        return Finding(check, Verdict.BAD, what, "raise NEWSFOLD_TOPICS__EMBEDDED_RETENTION_HOURS above it")
    return Finding(check, Verdict.GOOD, "the windows fit each other")


def check_encoder(settings: Settings) -> tuple[Finding, str | None]:
    """Whether the encoder can be loaded, and the model that records would carry."""
    check = "encoder"
    try:
        encoder = load_encoder(settings.encoder)
    except Exception as error:  # noqa: BLE001 - whatever it is, the worker would not start
        mend = operator_action(error) or "set NEWSFOLD_ENCODER__MODEL to one that is there"
        what = f"{settings.encoder.model} cannot be loaded: {error}"
        return Finding(check, Verdict.BAD, what, mend), None
    model = f"{encoder.name}@{encoder.version}"
    return Finding(check, Verdict.GOOD, f"{model} is loaded"), model


def check_store(settings: Settings) -> Finding:
    """Whether a checkpoint could be written, read and removed."""
    mend = "check NEWSFOLD_CHECKPOINTS__URL, the permissions, and the extra that the store needs"
    try:
        files, root = fsspec.core.url_to_fs(settings.checkpoints.url)
        probe = f"{root}/doctor-{uuid.uuid4().hex}"
        files.makedirs(root, exist_ok=True)
        files.pipe_file(probe, b"newsfold")
        is_whole = files.cat_file(probe) == b"newsfold"
        files.rm(probe)
    except Exception as error:  # noqa: BLE001 - each kind of store has errors of its own
        what = f"nothing can be written to the store of checkpoints: {type(error).__name__}: {error}"
        return Finding("checkpoints", Verdict.BAD, what, mend)
    if not is_whole:
        return Finding("checkpoints", Verdict.BAD, "the store gives back other bytes than were written", mend)
    return Finding("checkpoints", Verdict.GOOD, "a file can be written to the store and read again")


async def _check_topics(admin: AIOKafkaAdminClient, settings: Settings) -> AsyncIterator[Finding]:
    shapes = topic_shapes(settings)
    cluster = await describe(admin, shapes)
    found = [one for shape in shapes for one in differences(shape, cluster)]
    for one in found:
        verdict = Verdict.BAD if one.fatal else Verdict.DOUBTFUL
        yield Finding("topics", verdict, f"{one.topic} {one.problem}", one.mend)
    if not found:
        yield Finding("topics", Verdict.GOOD, f"all {len(shapes)} are as the settings ask")


async def _check_permissions(admin: AIOKafkaAdminClient, settings: Settings) -> AsyncIterator[Finding]:
    topics, denied = settings.topics, []
    names = [shape.name for shape in topic_shapes(settings)]
    existing = set(await admin.list_topics())
    allowed = await Allowed.on_topics(admin, names)
    for name in names:
        needs = [Operation.READ] if name == topics.articles else [Operation.WRITE]
        if name == topics.embedded:
            needs.append(Operation.READ)
        if name in existing:
            denied += [
                f"{need.name.title()} on topic {name}" for need in needs if not allowed.may(need, name)
            ]
    for group in (settings.intake.group, settings.shard.group):
        if not (await Allowed.on_group(admin, group)).may(Operation.READ, group):
            denied.append(f"Read on group {group}")
    if not await _may_use_transactions(settings):
        denied.append(f"Write on transactional ids that begin with {settings.shard.transactional_id_prefix}")
    for one in denied:
        mend = "grant it: kafka-acls.sh --add, with --allow-principal"
        yield Finding("permissions", Verdict.BAD, f"not allowed: {one}", mend)
    if not denied:
        yield Finding("permissions", Verdict.GOOD, "topics, groups and transactional ids may be used")


async def _may_use_transactions(settings: Settings) -> bool:
    probe = f"{settings.shard.transactional_id_prefix}-doctor"
    producer = AIOKafkaProducer(**connection(settings.kafka), transactional_id=probe)
    try:
        async with asyncio.timeout(PATIENCE):
            await producer.start()
    except Exception:  # noqa: BLE001 - that Kafka answers was seen before
        return False
    finally:
        await producer.stop()
    return True


async def _check_places(admin: AIOKafkaAdminClient, settings: Settings) -> Finding:
    """Whether what the fold comes to next is still in the log."""
    topic, check = settings.topics.embedded, "log"
    committed = await admin.list_consumer_group_offsets(settings.shard.group)
    consumer = AIOKafkaConsumer(**connection(settings.kafka))
    async with connected(consumer, settings.kafka) as reader:
        beginnings = await reader.beginning_offsets([*_sources(settings)])
    for source, beginning in beginnings.items():
        place = committed[source].offset if source in committed else -1
        if 0 <= place < beginning:
            what = f"the fold has come to {place} of {topic}-{source.partition}, which begins at {beginning}"
            mend = "records were deleted unread: raise the retention; the fold goes on where the log begins"
            return Finding(check, Verdict.DOUBTFUL, what, mend)
    return Finding(check, Verdict.GOOD, "the fold can go on where it is")


async def _check_records(settings: Settings, model: str | None) -> AsyncIterator[Finding]:
    """Whether the newest records can be read, are of this encoder, and lie in the past."""
    latest = 0
    for place, record in (await _newest_records(settings)).items():
        latest = max(latest, record.timestamp)
        try:
            found = decode_record(record.value or b"").model
        except LogFormatError as error:
            yield Finding("log", Verdict.BAD, f"{place}: {error}", operator_action(error))
            continue
        if found and model and found != model:
            what = f"{place} was encoded by {found}, and the settings name {model}"
            mend = "go back to that model, or change it as docs/operating.md says, Changing the encoder"
            yield Finding("encoder", Verdict.BAD, what, mend)
    ahead = latest / 1000 - time()
    if ahead > MOST_SKEW:
        what = f"the newest record was logged {ahead:.0f} s from now"
        yield Finding(
            "clock", Verdict.BAD, what, "mend the time synchronisation of this machine and the brokers"
        )
    else:  # a clock that runs ahead of the broker's shows in newsfold_clock_skew_seconds alone
        yield Finding("clock", Verdict.GOOD, "no record lies in the future")


async def _newest_records(settings: Settings) -> dict[str, ConsumerRecord]:
    consumer = AIOKafkaConsumer(**connection(settings.kafka), auto_offset_reset="earliest")
    records = {}
    async with connected(consumer, settings.kafka) as reader:
        sources = [*_sources(settings)]
        beginnings, ends = await reader.beginning_offsets(sources), await reader.end_offsets(sources)
        for source in sources:
            if ends[source] > beginnings[source]:
                reader.assign([source])
                reader.seek(source, ends[source] - 1)
                async with asyncio.timeout(PATIENCE):
                    record = await reader.getone(source)
                records[f"{source.topic}-{source.partition}@{record.offset}"] = record
    return records


def _sources(settings: Settings) -> Iterator[TopicPartition]:
    return (TopicPartition(settings.topics.embedded, number) for number in range(settings.topics.shards))
