"""Spans by OpenTelemetry. This module is imported only where tracing is switched on: its library is optional."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PREFIX = "madoguchi."


class OpenTelemetryTracer:
    """Spans by OpenTelemetry. An exception gives its type to the span, never its message, which may quote a text.

    Its provider is never the global one: libraries that make spans of their own (of whole addresses) make none.
    """

    def __init__(self, processor: SpanProcessor) -> None:
        resource = Resource({"service.name": "madoguchi"}).merge(OTELResourceDetector().detect())
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(processor)
        self._tracer = provider.get_tracer("madoguchi")
        self._w3c = TraceContextTextMapPropagator()

    @contextmanager
    def span(
        self, name: str, parent: str | None, told: Mapping[str, object], links: Sequence[str] = ()
    ) -> Iterator[None]:
        """A span around the block; it ends with an error's type when the block does."""
        with self._tracer.start_as_current_span(
            name,
            self._context(parent) if parent else None,
            attributes=_named(told),
            links=[self._link(link) for link in links],
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    def _context(self, traceparent: str) -> Context:
        """What W3C's notation says; an empty one when it is none."""
        return self._w3c.extract({"traceparent": traceparent}, Context())

    def _link(self, traceparent: str) -> Link:
        return Link(get_current_span(self._context(traceparent)).get_span_context())

    def tell(self, told: Mapping[str, object]) -> None:
        """Adds to the span at hand."""
        get_current_span().set_attributes(_named(told))

    def traceparent(self) -> str | None:
        """The span at hand; None outside of spans."""
        carrier: dict[str, str] = {}
        self._w3c.inject(carrier)
        return carrier.get("traceparent")


def _named(told: Mapping[str, object]) -> dict[str, Any]:
    return {f"{_PREFIX}{name}": value for name, value in told.items()}


def exporting_tracer() -> OpenTelemetryTracer:
    """A tracer that sends its spans in the background to where OpenTelemetry's own variables say."""
    return OpenTelemetryTracer(BatchSpanProcessor(OTLPSpanExporter()))
