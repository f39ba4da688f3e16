"""Counters and histograms of this process, for Prometheus. Labels are of few values and never of a person.

What can be counted in the database (rows that wait, the release) is read there when somebody asks: deploy/metrics.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector, ProcessCollector

REGISTRY = CollectorRegistry()
"""This process's measures."""
PlatformCollector(registry=REGISTRY)
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_WAITING = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0)

WEBHOOKS = Counter(
    "madoguchi_webhooks_total",
    "Webhook requests by municipality and outcome.",
    ("channel", "outcome"),
    registry=REGISTRY,
)
EVENTS = Counter(
    "madoguchi_webhook_events_total",
    "Webhook events by municipality and outcome: new, or repeated (already stored).",
    ("channel", "outcome"),
    registry=REGISTRY,
)
RECOGNITION = Histogram(
    "madoguchi_recognition_seconds",
    "Time to recognise what was asked and to find the answer.",
    ("channel",),
    buckets=_QUICK,
    registry=REGISTRY,
)
DECISIONS = Counter(
    "madoguchi_decisions_total", "What was decided about questions.", ("channel", "decision"), registry=REGISTRY
)
REPLIES = Counter("madoguchi_replies_total", "Events by how they ended, or went on.", ("outcome",), registry=REGISTRY)
ANSWER_DELAY = Histogram(
    "madoguchi_answer_delay_seconds",
    "From a webhook's arrival until LINE took the reply.",
    buckets=_WAITING,
    registry=REGISTRY,
)
LINE_REQUESTS = Counter(
    "madoguchi_line_requests_total",
    "Requests to LINE by kind and class of status (2xx, 4xx, 429, 5xx, none).",
    ("request", "status"),
    registry=REGISTRY,
)
HTTP_REQUESTS = Counter(
    "madoguchi_http_requests_total",
    "Requests that were answered, by area, method and class of status.",
    ("area", "method", "status"),
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    "madoguchi_http_request_seconds", "Time until a response began.", ("area",), buckets=_QUICK, registry=REGISTRY
)


@contextmanager
def timed(channel: str) -> Iterator[None]:
    """Measures how long recognising takes inside of the block. `channel`: line or lookup."""
    start = time.perf_counter()
    try:
        yield
    finally:
        RECOGNITION.labels(channel).observe(time.perf_counter() - start)


def status_class(status: int | None) -> str:
    """2xx, 4xx, … of an HTTP status; 429 by itself, for LINE asks to slow down; none when there was no answer."""
    if not status:
        return "none"
    return "429" if status == 429 else f"{status // 100}xx"
