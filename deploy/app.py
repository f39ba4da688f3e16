"""The web application, put together from its parts: LINE's webhook, the look-up page, the admin, the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse, RedirectResponse
from sqlalchemy.exc import DataError, DBAPIError
from starlette.types import ASGIApp

from admin import web as admin
from admin.accounts.oidc import IdentityProvider
from admin.accounts.settings import AccountSettings
from admin.jobs.runner import Runner
from admin.tasks import CHORES, TASKS
from bot.channels.line.channel import LineChannel
from bot.channels.line.courtesy import Courtesy
from bot.channels.line.sender import LineSender
from bot.channels.line.webhook import WebhookParts, webhook_router
from bot.library import Library
from bot.lookup import web as lookup
from bot.observing.request_ids import RequestIds
from bot.observing.requests import RequestMeasures
from bot.pseudonyms import Pseudonyms
from bot.web.headers import SecurityHeaders
from bot.web.hosts import KnownHosts
from bot.web.licences import licence_of
from bot.web.state import WebParts
from bot.web.static import static_files
from bot.worker import Worker
from deploy import clock
from deploy.background import Background, works_of
from deploy.operations import PATHS, Operation, operation_routes
from deploy.settings import Settings, read_line_ids
from deploy.words import lexicon
from knowledge.database import Database, is_unavailable

GRACE_SECONDS = 10
"""How long replies and work under way may take when the process is told to stop."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What one process works with."""

    database: Database
    library: Library
    worker: Worker
    runner: Runner
    senders: Mapping[str, LineSender]
    courtesy: Courtesy
    channels: Mapping[str, LineChannel]
    hash_key: str
    settings: Settings


def build_parts(settings: Settings, database: Database, channels: Mapping[str, LineChannel], hash_key: str) -> Parts:
    """Connects database, knowledge, channels and worker."""
    words, samples = lexicon(settings.semantic), settings.is_development
    library = Library(words, clock.today, with_samples=samples, most_cities=settings.cities_kept)
    senders = {city: LineSender(channel.access_token, settings.line_api) for city, channel in channels.items()}
    worker = Worker(database, library, senders, clock.now)
    runner = Runner(database, library, clock.now, TASKS, CHORES)
    return Parts(database, library, worker, runner, senders, Courtesy(database, senders), channels, hash_key, settings)


def create_app(parts: Parts, *, simulator: ASGIApp | None = None, with_worker: bool = True) -> FastAPI:
    """The application. With `with_worker` this process also answers what is in the inbox and does staff's long work."""
    app = FastAPI(
        title="まどぐち", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(parts, with_worker)
    )
    app.state.web = _web_parts(parts)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(OverflowError, _unusable)
    app.include_router(webhook_router(_webhook_parts(parts)))
    lookup.install(app)
    admin.install(app, account_settings(parts.settings, parts.hash_key))
    app.include_router(_home())
    app.include_router(operation_routes(_operation(parts, answers=with_worker)))
    app.mount("/static", static_files())
    _wrap(app, parts.settings)
    if simulator is not None:
        app.mount("/simulator", simulator)
    return app


def _web_parts(parts: Parts) -> WebParts:
    settings = parts.settings
    return WebParts(
        parts.database,
        parts.library,
        clock.now,
        secure_cookies=not settings.is_development,
        store_questions=settings.lookup_store_questions,
        public_url=settings.public_url,
        licence=licence_of(settings.open_data_licence),
        line_ids=read_line_ids(),
    )


def account_settings(settings: Settings, key: str) -> AccountSettings:
    """What the operator set about staff's accounts."""
    secret = settings.oidc_client_secret.get_secret_value()
    provider = IdentityProvider(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_trust_email)
    needed = settings.require_second_factor
    return AccountSettings(
        key,
        settings.hash_key_old.get_secret_value(),
        require_second_factor=not settings.is_development if needed is None else needed,
        address_header=settings.client_address_header,
        provider=provider if settings.oidc_issuer else None,
    )


def _webhook_parts(parts: Parts) -> WebhookParts:
    known = Pseudonyms(parts.hash_key, parts.settings.hash_key_old.get_secret_value())
    wake = parts.worker.wake.set
    return WebhookParts(parts.database, parts.channels, known, clock.now, wake, parts.courtesy, formerly=known.formerly)


def _lifespan(parts: Parts, with_worker: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        background = background_of(parts, answering=with_worker)
        background.start()
        yield
        background.stop(GRACE_SECONDS)
        parts.courtesy.close()
        for sender in parts.senders.values():
            sender.close()
        parts.database.close()

    return lifespan


def background_of(parts: Parts, *, answering: bool) -> Background:
    """The threads of this process that work outside requests."""
    works = works_of(parts.database, parts.library, parts.worker, parts.runner, answering=answering)
    return Background(works)


def _wrap(app: FastAPI, settings: Settings) -> None:
    """What every request passes through; the last that is added is the outermost."""
    if settings.hosts:
        app.add_middleware(KnownHosts, hosts=settings.hosts, exempt=PATHS)
    app.add_middleware(SecurityHeaders, transport="" if settings.is_development else settings.transport_security)
    app.add_middleware(RequestMeasures)
    app.add_middleware(RequestIds)


def _operation(parts: Parts, *, answers: bool) -> Operation:
    settings = parts.settings
    return Operation(
        parts.database,
        parts.library,
        clock.now,
        token=settings.metrics_token.get_secret_value(),
        open_metrics=settings.is_development,
        longest_backlog=settings.ready_backlog_seconds,
        answers=answers,
    )


def create_worker_app(parts: Parts) -> FastAPI:
    """Health and measures of a process that only answers."""
    app = FastAPI(title="まどぐち", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(operation_routes(_operation(parts, answers=True)))
    _wrap(app, parts.settings)
    return app


def _home() -> APIRouter:
    router = APIRouter()

    @router.get("/")
    def home() -> RedirectResponse:
        return RedirectResponse("/lookup")

    return router


async def _database_error(request: Request, error: Exception) -> PlainTextResponse:
    """503 when the database is away or full: a client, or LINE, tries again. 400 for what no database takes."""
    if isinstance(error, DataError):
        return await _unusable(request, error)
    away = isinstance(error, DBAPIError) and is_unavailable(error)
    text = "ただいま混み合っています。少し待ってから、もう一度お試しください。"
    return PlainTextResponse(text, status_code=503 if away else 500, headers={"Retry-After": "5"} if away else {})


async def _unusable(_: Request, __: Exception) -> PlainTextResponse:
    """400 for numbers beyond all numbers, and texts with characters that aren't any (NUL)."""
    return PlainTextResponse("送られたものを読めませんでした。前のページにもどって、もう一度お試しください。", 400)
