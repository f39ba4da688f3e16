"""What somebody reads when a look-up page can't be shown: in Japanese, with the way on."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from bot.library import UnknownMunicipality
from bot.lookup.view import show

PATHS = ("/lookup", "/open-data")
_SENTENCES: Mapping[int, tuple[str, str]] = {
    400: ("送られたものを読めませんでした", "前のページにもどって、もう一度お試しください。"),
    403: ("この送り方は受け取れません", "はじめのページから、もう一度お試しください。"),
    404: ("そのページはありません", "市のページから、もう一度探してください。"),
    405: ("この開き方はできません", "はじめのページから、もう一度お試しください。"),
    429: ("続けてたくさん届いたので、少し休んでいます", "一分ほど待ってから、もう一度お試しください。"),
}


def install(app: FastAPI) -> None:
    """Pages for refusals below the look-up page's addresses; elsewhere they stay what they were."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(UnknownMunicipality, _unknown)


def _is_ours(request: Request) -> bool:
    return request.url.path.startswith(PATHS)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if not _is_ours(request):
        return await http_exception_handler(request, error)
    page = _page(request, error.status_code)
    page.headers.update(error.headers or {})
    return page


async def _malformed(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return _page(request, 400) if _is_ours(request) else await request_validation_exception_handler(request, error)


async def _unknown(request: Request, _: Exception) -> Response:
    return _page(request, 404) if _is_ours(request) else PlainTextResponse("この市のページはありません。", 404)


def _page(request: Request, status: int) -> Response:
    title, advice = _SENTENCES.get(status, _SENTENCES[400])
    page = show(request, "fault.html", title=title, advice=advice)
    page.status_code = status
    page.headers["cache-control"] = "no-store"
    return page
