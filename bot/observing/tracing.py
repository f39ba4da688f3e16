"""Spans: how long the steps from a webhook to the reply took, for a tracing system that the operator runs.

Off unless a process is given a tracer (deploy/tracing.py): then a span costs one comparison and nothing is imported.
What a span may tell is closed: names, numbers and states, never texts or ids of people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol, TypedDict, Unpack

from bot.observing import request_ids

Name = Literal["webhook", "store", "reply"]


class Told(TypedDict, total=False):
    """What a span tells. The request id is added by itself."""

    municipality: str
    events: int
    new: int
    delivery: str


class Tracer(Protocol):
    """The port to a tracing system."""

    def span(
        self, name: str, parent: str | None, told: Mapping[str, object], links: Sequence[str] = ()
    ) -> AbstractContextManager[object]:
        """A span around a block, below the one of the traceparent `parent`, else below the one around it. `links` are
        traceparents too."""
        ...

    def tell(self, told: Mapping[str, object]) -> None:
        """Adds to the span at hand."""
        ...

    def traceparent(self) -> str | None:
        """The span at hand, in W3C's notation."""
        ...


_tracer: Tracer | None = None


def use(tracer: Tracer | None) -> None:
    """From now on spans of this process go there; None: nowhere."""
    global _tracer  # noqa: PLW0603 - one per process, like the log
    _tracer = tracer


def span(name: Name, parent: str | None = None, **told: Unpack[Told]) -> AbstractContextManager[object]:
    """A span around a block. `parent` is a stored traceparent; without one it belongs to the span around it."""
    if _tracer is None:
        return nullcontext()
    request_id = request_ids.current()
    return _tracer.span(name, parent, {**told, **({"request_id": request_id} if request_id else {})})


def answering(traces: Sequence[str | None]) -> AbstractContextManager[object]:
    """A span around answering several events at once: it belongs to none of their requests and names all of them."""
    if _tracer is None:
        return nullcontext()
    links = sorted({trace for trace in traces if trace})
    return _tracer.span("answer", None, {"events": len(traces)}, links)


def tell(**told: Unpack[Told]) -> None:
    """Adds to the span at hand what was not known when it began."""
    if _tracer is not None:
        _tracer.tell(told)


def traceparent() -> str | None:
    """The span at hand as it is stored with an event; None when tracing is off."""
    return _tracer.traceparent() if _tracer is not None else None
