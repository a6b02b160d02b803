"""One trace from the producer of an article to its story: through both stages, on a real Kafka."""

import subprocess
import sys
from types import SimpleNamespace

from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import format_trace_id

from stream.kafka.clients import connected, connection
from stream.kafka.embed_service import EmbedService
from stream.kafka.fold_service import FoldService
from stream.observability.metrics import Metrics
from stream.observability.opentelemetry import open_telemetry
from stream.observability.settings import TracingSettings
from stream.observability.tracing import OFF, load_tracing
from tests.support.newsroom import Newsroom, article

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PRODUCER = f"00-{TRACE}-00f067aa0ba902b7-01".encode()


def events_of(records: list[ConsumerRecord]) -> list[SimpleNamespace]:
    """The records as Faust hands them to the agent."""
    return [
        SimpleNamespace(message=SimpleNamespace(
            key=record.key, value=record.value, partition=record.partition, offset=record.offset,
            timestamp=record.timestamp / 1000, headers=list(record.headers), topic=record.topic,
        ))
        for record in records
    ]  # fmt: skip


def trace_of(record: ConsumerRecord) -> str | None:
    header = dict(record.headers).get("traceparent")
    return header.decode().split("-")[1] if header else None


async def test_an_article_is_followed_from_its_producer_to_its_story(newsroom: Newsroom):
    exporter = InMemorySpanExporter()
    tracing = open_telemetry(TracingSettings(enabled=True, sample_share=0.0), SimpleSpanProcessor(exporter))
    topics, kafka = newsroom.settings.topics, newsroom.settings.kafka
    async with connected(AIOKafkaProducer(**connection(kafka)), kafka) as producer:
        traced = article("traced", "Ferry returns to the strait", "The night ferry crosses again.")
        other = article("other", "Glacier retreats", "The ice is thin this year.")
        headers = [("traceparent", PRODUCER)]
        await producer.send_and_wait(topics.articles, traced, key=b"traced", partition=0, headers=headers)
        await producer.send_and_wait(topics.articles, other, key=b"other", partition=0)

    embed = EmbedService(newsroom.settings, Metrics(), tracing)
    await embed.on_start()
    await embed.take(events_of(await newsroom.read(topics.articles)))  # type: ignore[arg-type]
    await embed.on_stop()
    embedded = await newsroom.read(topics.embedded)
    assert trace_of(embedded[0]) == TRACE

    fold = FoldService(newsroom.settings, Metrics(), tracing)
    await fold.on_start()
    source = TopicPartition(topics.embedded, 0)
    while not fold.shards:
        await fold.consumer.getmany(timeout_ms=200)  # joins the group
        await fold.open_wanted()
    records: list[ConsumerRecord] = []
    while len(records) < len(embedded):
        for batch in (await fold.consumer.getmany(timeout_ms=200)).values():
            records += batch
    await fold.take(source, records)
    await fold.on_stop()

    (assigned,) = [one for one in await newsroom.read(topics.assignments) if one.key == b"traced"]
    assert trace_of(assigned) == TRACE
    stories = [one for one in await newsroom.read(topics.stories) if trace_of(one) == TRACE]
    assert len(stories) == 1

    spans: dict[str, ReadableSpan] = {span.name: span for span in exporter.get_finished_spans()}
    assert spans.keys() == {
        "newsfold embed", "encode", "append", "newsfold fold", "fold", "transaction",
    }, "of the article that came with a trace; of the others, a share of none is sampled"  # fmt: skip
    assert all(format_trace_id(span.context.trace_id) == TRACE for span in spans.values())  # type: ignore[union-attr]
    ids = {span.context.span_id: name for name, span in spans.items()}  # type: ignore[union-attr]
    parents = {name: ids.get(span.parent.span_id) for name, span in spans.items() if span.parent}
    assert parents == {
        "newsfold embed": None,  # the producer's
        "encode": "newsfold embed",
        "append": "newsfold embed",
        "newsfold fold": "newsfold embed",
        "fold": "newsfold fold",
        "transaction": "newsfold fold",
    }


def test_nothing_is_loaded_while_tracing_is_off():
    assert load_tracing(TracingSettings()) is OFF
    code = "import sys, stream.kafka.app; sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True)
