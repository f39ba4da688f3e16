"""Spans lead from a webhook to LINE's answer, carry nothing that people wrote, and cost nothing when they are off."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlmodel import select
from starlette.testclient import TestClient

from bot.channels.line.channel import LineChannel
from bot.channels.line.sender import LineSender
from bot.channels.line.standin import StandIn
from bot.observing import tracing
from bot.simulator.events import sign, text_event, webhook_body
from bot.tables import InboxRow
from deploy.app import Parts, build_parts, create_app
from deploy.opentelemetry_tracer import OpenTelemetryTracer
from deploy.settings import Settings, SettingsError
from deploy.tracing import switch_on
from knowledge.database import Database

SECRET = "0123456789abcdef0123456789abcdef"
USER = "U" + "5ec2e7" * 5 + "aa"
WORDS = "むらさきの金平糖"
REQUEST = "from-outside-0001"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Where the spans of this process go."""
    exporter = InMemorySpanExporter()
    tracing.use(OpenTelemetryTracer(SimpleSpanProcessor(exporter)))
    yield exporter
    tracing.use(None)


@pytest.fixture
def parts(filled: Database, standin: tuple[StandIn, str]) -> Iterator[Parts]:
    """A service with a stand-in for LINE behind a socket."""
    settings = Settings.model_validate({"hash_key": "k" * 32, "line_api": standin[1]})
    parts = build_parts(settings, filled, {"kokubunji": LineChannel((SECRET,), "t")}, "k" * 32)
    yield parts
    parts.courtesy.close()


def post(parts: Parts, *texts: str) -> int:
    body = webhook_body([text_event(text, USER, f"token-{number}") for number, text in enumerate(texts)])
    headers = {"x-line-signature": sign(SECRET, body), "x-request-id": REQUEST}
    client = TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False)
    return client.post("/line/kokubunji/webhook", content=body, headers=headers).status_code


def told(span: ReadableSpan) -> Mapping[str, Any]:
    return dict(span.attributes or {})


def number(span: ReadableSpan) -> tuple[int, int]:
    assert span.context is not None
    return span.context.trace_id, span.context.span_id


def above(span: ReadableSpan) -> tuple[int, int] | None:
    return (span.parent.trace_id, span.parent.span_id) if span.parent else None


def test_one_trace_leads_from_the_webhook_to_lines_answer(parts: Parts, spans: InMemorySpanExporter) -> None:
    assert post(parts, "カードをなくした") == 200
    parts.worker.run_once()
    found = {span.name: span for span in spans.get_finished_spans()}
    assert set(found) == {"webhook", "store", "answer", "reply"}
    assert above(found["webhook"]) is None
    assert above(found["store"]) == number(found["webhook"])
    assert above(found["reply"]) == number(found["store"]), "by the traceparent on the row"
    (link,) = found["answer"].links
    assert (link.context.trace_id, link.context.span_id) == number(found["store"])
    request = {"madoguchi.request_id": REQUEST}
    assert told(found["webhook"]) == {"madoguchi.municipality": "kokubunji", **request}
    assert told(found["store"]) == {"madoguchi.events": 1, "madoguchi.new": 1, **request}
    assert told(found["answer"]) == {"madoguchi.events": 1}
    assert told(found["reply"]).keys() == {"madoguchi.municipality", "madoguchi.delivery", *request}


def test_no_span_has_what_people_wrote_or_who_they_are(
    parts: Parts, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(f"LINE did not like {WORDS} of {USER}")

    monkeypatch.setattr(LineSender, "send", broken)
    assert post(parts, WORDS, "山田花子です 090-1234-5678") == 200
    parts.worker.run_once()
    parts.worker.run_once()
    body = webhook_body([text_event(WORDS, USER, "token")])
    wrong = {"x-line-signature": "wrong"}
    client = TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False)
    assert client.post("/line/kokubunji/webhook", content=body, headers=wrong).status_code == 401
    finished = spans.get_finished_spans()
    assert [told(span).get("error.type") for span in finished if span.name == "reply"] == ["ValueError"] * 2
    everything = "\n".join(span.to_json() for span in finished)
    with parts.database.reading() as session:
        people = {row.person for row in session.exec(select(InboxRow)).all() if row.person}
    assert people
    for planted in (WORDS, USER, "山田花子", "090-1234-5678", "token-0", SECRET, *people):
        assert planted not in everything
        assert planted not in everything.encode().decode("unicode-escape", "replace"), "nor escaped"


def test_an_event_without_a_trace_or_with_a_broken_one_begins_its_own(spans: InMemorySpanExporter) -> None:
    for parent in (None, "nonsense"):
        with tracing.span("reply", parent):
            assert tracing.traceparent() is not None
    with tracing.answering([None, "nonsense"]):
        pass
    assert [span.parent for span in spans.get_finished_spans()] == [None, None, None]
    assert tracing.traceparent() is None


def test_without_a_tracer_nothing_happens_and_nothing_is_imported() -> None:
    with tracing.span("store", events=1), tracing.answering(["x"]):
        tracing.tell(new=1)
        assert tracing.traceparent() is None
    program = "import sys, deploy.cli, bot.worker; print([*filter(lambda m: 'telemetry' in m, sys.modules)])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    # The bare interface comes with another library; what does the work does not.
    assert not any(part in done.stdout for part in ("opentelemetry.sdk", "opentelemetry.exporter", "deploy"))


def test_it_is_switched_on_by_a_setting_and_a_missing_part_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "deploy.opentelemetry_tracer", None)
    switch_on(Settings())
    with pytest.raises(SettingsError, match=r"\[tracing\]"):
        switch_on(Settings(tracing=True))
    assert tracing.traceparent() is None


class _Collector(BaseHTTPRequestHandler):
    received: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_spans_reach_the_collector_before_the_process_ends() -> None:
    received: list[tuple[str, bytes]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Collector", (_Collector,), {"received": received}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    program = (
        "from bot.observing import tracing; from deploy.settings import read_settings;"
        "from deploy.tracing import switch_on; switch_on(read_settings())\n"
        "with tracing.span('store', events=3): pass"
    )
    where = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "MADOGUCHI_TRACING": "1"}
    subprocess.run([sys.executable, "-c", program], env={**os.environ, **where}, check=True)
    server.shutdown()
    thread.join(5)
    server.server_close()
    ((path, body),) = received
    assert path == "/v1/traces"
    assert b"madoguchi.events" in body
