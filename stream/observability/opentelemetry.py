"""Tracing with OpenTelemetry (the extra `otel`): spans to a collector by OTLP over HTTP."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from time import time_ns

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace import Span, SpanKind, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from stream.observability.settings import TracingSettings
from stream.observability.tracing import BatchTrace, Headers, Tracing

W3C = TraceContextTextMapPropagator()
FIELDS = frozenset(W3C.fields)  # traceparent, tracestate


def open_telemetry(settings: TracingSettings, processor: SpanProcessor | None = None) -> Tracing:
    """Tracing to the collector of the settings, or to a processor of the caller's."""
    resource = Resource.create(
        {"service.name": settings.service_name, "service.version": version("newsfold")}
    )
    provider = TracerProvider(sampler=ParentBasedTraceIdRatio(settings.sample_share), resource=resource)
    if processor is None:
        processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.endpoint))
    provider.add_span_processor(processor)
    return _OpenTelemetry(provider)


class _OpenTelemetry(Tracing):
    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("newsfold")

    def begin(self, stage: str, topic: str, parents: Sequence[Headers | None]) -> BatchTrace:
        spans = []
        for headers in parents:
            carrier = {
                name: value.decode(errors="replace") for name, value in headers or () if name in FIELDS
            }
            span = self._tracer.start_span(f"newsfold {stage}", W3C.extract(carrier), SpanKind.CONSUMER)
            if span.is_recording():
                facts = {"messaging.system": "kafka", "messaging.destination.name": topic}
                span.set_attributes({**facts, "messaging.batch.message_count": len(parents)})
            spans.append(span)
        return _Spans(self, spans)

    def start_step(self, name: str, parent: Span, begin: int) -> Span:
        return self._tracer.start_span(name, set_span_in_context(parent), start_time=begin)


class _Spans(BatchTrace):
    def __init__(self, tracing: _OpenTelemetry, spans: list[Span]) -> None:
        self._tracing = tracing
        self._spans = spans

    def headers(self, position: int) -> Headers:
        carrier: dict[str, str] = {}
        W3C.inject(carrier, set_span_in_context(self._spans[position]))
        return [(name, value.encode()) for name, value in carrier.items()]

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A child of every message's span: the batch goes through the step together."""
        begin = time_ns()
        try:
            yield
        finally:
            for span in self._spans:
                if span.is_recording():
                    self._tracing.start_step(name, span, begin).end()

    def end(self) -> None:
        for span in self._spans:
            span.end()
