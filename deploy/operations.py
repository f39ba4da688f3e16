"""Routes for operators and their machines: is it alive, is it ready, how is it going.

`/healthz` looks at nothing: what it tells is that the process answers. `/readyz` looks at what the process needs, and
waits until the knowledge is prepared: from then on the first question is answered as quickly as any. The backlog counts
only for a process that answers people itself: to take the others out of rotation would help nobody.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from bot.library import Library
from deploy import schema
from deploy.metrics import ServiceState, exposition, oldest_unanswered
from knowledge.database import Database

PATHS = ("/healthz", "/readyz", "/metrics")
"""What machines ask for by the address of this process, whatever name they use."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What the routes work with. `token`: who sends it as bearer may see `/metrics`; empty: nobody, or with
    `open_metrics` (trial runs) everybody. `longest_backlog`: seconds; `answers`: whether this process answers people.
    """

    database: Database
    library: Library
    clock: Callable[[], datetime]
    token: str
    open_metrics: bool
    longest_backlog: float
    answers: bool


def operation_routes(operation: Operation) -> APIRouter:
    """The routes."""
    router = APIRouter()
    state = ServiceState(operation.database, operation.library, operation.clock)

    @router.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @router.get("/readyz")
    def readyz() -> JSONResponse:
        ready, parts = readiness(operation)
        return JSONResponse({"ready": ready, **parts}, 200 if ready else 503, headers={"cache-control": "no-store"})

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not _may_see(operation, request.headers.get("authorization", "")):
            raise HTTPException(404)
        return Response(await run_in_threadpool(exposition, state), media_type=CONTENT_TYPE_LATEST)

    return router


def readiness(operation: Operation) -> tuple[bool, dict[str, object]]:
    """Whether the process can do its work, and the parts of the answer: database, schema, backlog."""
    try:
        behind = schema.is_behind(operation.database)
        with operation.database.reading() as session:
            backlog = oldest_unanswered(session, operation.clock()) if not behind else 0.0
    except DBAPIError:
        return False, {"database": "unreachable"}
    late, warm = backlog > operation.longest_backlog, operation.library.is_warm
    parts = {
        "database": "ok",
        "schema": "behind" if behind else "ok",
        "knowledge": "ok" if warm else "preparing",
        "backlog": "late" if late else "ok",
    }
    return not behind and warm and not (late and operation.answers), {**parts, "backlog_seconds": round(backlog, 1)}


def _may_see(operation: Operation, authorization: str) -> bool:
    if not operation.token:
        return operation.open_metrics
    return hmac.compare_digest(authorization.encode(), f"Bearer {operation.token}".encode())
