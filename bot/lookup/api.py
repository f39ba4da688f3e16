"""The read-only JSON API: the same answers and lists for programs. Nothing that is asked here is written down.

It is an application of its own below /api: errors there are problem JSON (RFC 9457), and pages of any site may read
it (CORS), which no other part of the house allows.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.cors import CORSMiddleware

from bot.conversation.classes import upcoming
from bot.library import UnknownMunicipality
from bot.lookup import asking, contents, shapes
from bot.lookup.asking import LANGUAGES, style_of
from bot.lookup.links import Links
from bot.lookup.view import kept, show, standing_of
from bot.web.freshness import PRIVATE
from bot.web.limits import Limit, address_of, too_many
from bot.web.state import Reading, Web, WebParts

CALLS = Limit("api", 300, 60)
PROBLEM = "application/problem+json"


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


_SAYINGS = {
    404: ("見つかりません", "その市や項目はありません。"),
    405: ("読むことだけできます", "この API は GET だけを受け付けます。"),
    429: ("回数が多すぎます", f"一分に {CALLS.times} 回までです。Retry-After の秒数だけ待ってください。"),
    503: ("混み合っています", "少し待ってから、もう一度お試しください。"),
}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {PROBLEM: {}}, "description": _SAYINGS[status][0]} for status in (404, 429)
}
_PROBLEMS[422] = {"model": Problem, "content": {PROBLEM: {}}, "description": "指定の形が正しくありません"}

Question = Annotated[
    str, Query(min_length=1, max_length=asking.QUESTION_LIMIT, description="質問の文。個人の情報は書かないでください")
]
Lang = Annotated[str, Query(description=f"言語: {' '.join(LANGUAGES)}", pattern=f"^({'|'.join(LANGUAGES)})$")]


def _counted(request: Request, web: Web) -> None:
    if wait := web.limits.wait(CALLS, address_of(request)):
        raise too_many(wait)


def api(parts: WebParts) -> FastAPI:
    """The API as an application to mount."""
    app = FastAPI(
        title="まどぐち API",
        version="1",
        description="市の質問と答え、手続、スマホ教室、場所を読みます。読むことだけができ、聞かれた文は保存しません。",
        docs_url=None,
        redoc_url=None,
        responses=_PROBLEMS,
        dependencies=[Depends(_counted)],
    )
    app.state.web = parts
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"], expose_headers=["ETag"])
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(UnknownMunicipality, _unknown)
    app.add_exception_handler(DBAPIError, _away)
    app.add_api_route("/", _guide, include_in_schema=False)
    app.get("/{municipality}/answers", response_model=shapes.Answer, summary="質問に答える")(answers)
    app.get("/{municipality}/entries", response_model=shapes.Listing[shapes.Entry], summary="項目の一覧")(entries)
    app.get("/{municipality}/entries/{group}/{name}", response_model=shapes.Entry, summary="項目を一つ")(entry)
    app.get("/{municipality}/classes", response_model=shapes.Listing[shapes.ClassItem], summary="これからの教室")(
        classes
    )
    app.get("/{municipality}/places", response_model=shapes.Listing[shapes.PlaceItem], summary="場所")(places)
    app.get("/{municipality}/procedures", response_model=shapes.Listing[shapes.ProcedureItem], summary="手続")(
        procedures
    )
    return app


def _guide(request: Request) -> Response:
    return show(request, "api.html", languages_known=LANGUAGES, limit=CALLS)


def answers(
    request: Request, web: Web, session: Reading, municipality: str, q: Question, lang: Lang = "ja"
) -> Response:
    """LINE や調べるページと同じ答えを返します。"""
    city = web.library.city(session, municipality)
    standing = standing_of(session, web, city)
    told = asking.asked(q, city, style_of(lang), "", web.clock(), standing)
    return _json(shapes.answer_of(told.reply, city, request), {"cache-control": PRIVATE})


def entries(request: Request, web: Web, session: Reading, municipality: str, lang: Lang = "ja") -> Response:
    """公開している項目のすべて。その言語で書かれているものだけを返します。"""
    links = Links(web.library.city(session, municipality), lang)
    return _kept(request, session, links, lambda: contents.entries_of(links.city, request, (lang,)))


def entry(
    request: Request, web: Web, session: Reading, municipality: str, group: str, name: str, lang: Lang = "ja"
) -> Response:
    """項目を一つ。その言語で書かれていなければ、日本語で返します。"""
    links = Links(web.library.city(session, municipality), lang)
    visible = links.city.entries.get(f"{group}/{name}")
    if visible is None:
        raise HTTPException(404)
    standing = standing_of(session, web, links.city)
    return kept(request, links, standing, lambda: _json(shapes.entry_of(visible, links.city, request, lang)))


def classes(request: Request, web: Web, session: Reading, municipality: str) -> Response:
    """これから開かれるスマホ教室。近いものから順に並びます。"""
    links = Links(web.library.city(session, municipality))
    coming = upcoming(contents.real_classes(links.city), web.clock())
    return _kept(request, session, links, lambda: contents.classes_of(coming, links.city, request), len(coming))


def places(request: Request, web: Web, session: Reading, municipality: str) -> Response:
    """窓口・端末・Wi-Fi・教室の会場・施設。"""
    links = Links(web.library.city(session, municipality))
    return _kept(request, session, links, lambda: contents.places_of(links.city))


def procedures(request: Request, web: Web, session: Reading, municipality: str) -> Response:
    """手続のすべて。"""
    links = Links(web.library.city(session, municipality))
    return _kept(request, session, links, lambda: contents.procedures_of(links.city))


def _kept(request: Request, session: Reading, links: Links, items: Callable[[], list[Any]], *also: object) -> Response:
    standing = standing_of(session, request.app.state.web, links.city)
    return kept(request, links, standing, lambda: _json(contents.listing(items(), links.city, request)), *also)


def _json(found: BaseModel, headers: dict[str, str] | None = None) -> Response:
    return Response(found.model_dump_json(), media_type="application/json", headers=headers)


def _problem(status: int, title: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    problem = Problem(title=title, status=status, detail=detail)
    return JSONResponse(
        problem.model_dump(), status, headers={"content-language": "ja", **(headers or {})}, media_type=PROBLEM
    )


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, StarletteHTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, StarletteHTTPException) else {}
    title, detail = _SAYINGS.get(status, (HTTPStatus(status).phrase, "この求めには応えられません。"))
    return _problem(status, title, detail, headers)


async def _malformed(_: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    names = "、".join(dict.fromkeys(str(fault["loc"][-1]) for fault in faults))
    return _problem(422, "指定の形が正しくありません", f"{names} を確かめてください（書き方は /api/ にあります）。")


async def _unknown(_: Request, __: Exception) -> Response:
    return _problem(404, *_SAYINGS[404])


async def _away(_: Request, __: Exception) -> Response:
    return _problem(503, *_SAYINGS[503], {"retry-after": "5"})
