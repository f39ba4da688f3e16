"""The simulator: what is typed becomes a real, signed webhook; what the bot sends is read from the stand-in."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.line.standin import StandIn
from bot.simulator.delivery import Deliver
from bot.simulator.events import build_event, sign, webhook_body
from bot.web.static import templates

_HERE = Path(__file__).parent
_USER = re.compile(r"U[0-9a-f]{32}")
_pages = templates(_HERE / "templates")
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class SimulatedChannel:
    """A municipality's channel as LINE knows it."""

    name: str
    secret: str


def create_simulator(*, standin: StandIn, channels: Mapping[str, SimulatedChannel], deliver: Deliver) -> Starlette:
    """The application to be mounted at `/simulator`."""

    async def page(request: Request) -> Response:
        names = [(city, channel.name) for city, channel in channels.items()]
        chosen = request.query_params.get("city", "")
        return _pages.TemplateResponse(request, "simulator.html", {"channels": names, "chosen": chosen})

    return Starlette(
        routes=[
            Route("/", page),
            Route("/api/{city}/events", _send(standin, channels, deliver), methods=["POST"]),
            Route("/api/{city}/messages", _messages(standin)),
            Route("/api/{city}/rich-menu", _rich_menu(standin)),
            Route("/api/rich-menu/{menu}/image", _rich_menu_image(standin)),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]
    )


def _send(standin: StandIn, channels: Mapping[str, SimulatedChannel], deliver: Deliver) -> Endpoint:
    async def send(request: Request) -> Response:
        channel = channels.get(request.path_params["city"])
        try:
            wish = json.loads(await request.body())
            user = str(wish["user"])
        except (ValueError, TypeError, KeyError):
            return JSONResponse({"error": "bad request"}, 400)
        if channel is None or not _USER.fullmatch(user):
            return JSONResponse({"error": "unknown channel or user"}, 400)
        return await _deliver_wish(standin, request.path_params["city"], channel, wish, user, deliver)

    return send


async def _deliver_wish(
    standin: StandIn, city: str, channel: SimulatedChannel, wish: dict[str, str], user: str, deliver: Deliver
) -> Response:
    token = standin.issue_reply_token(city, user_id=user)
    try:
        event = build_event(wish, user, token)
    except ValueError as error:
        return JSONResponse({"error": str(error)}, 400)
    body = webhook_body([event])
    status = await run_in_threadpool(deliver, city, body, sign(channel.secret, body))
    return JSONResponse({"status": status, "message": event.get("message", {}).get("id"), "webhook": event})


def _messages(standin: StandIn) -> Endpoint:
    async def messages(request: Request) -> Response:
        after = request.query_params.get("after", "0")
        user = request.query_params.get("user", "")
        sent = standin.sent_to(request.path_params["city"], user, int(after) if after.isdigit() else 0)
        found: list[dict[str, Any]] = [{"number": s.number, "messages": s.messages} for s in sent]
        return JSONResponse(found)

    return messages


def _rich_menu(standin: StandIn) -> Endpoint:
    async def rich_menu(request: Request) -> Response:
        city = request.path_params["city"]
        alias = request.query_params.get("alias", "")
        menu = standin.rich_menu_aliases.get(f"{city}/{alias}") if alias else standin.default_rich_menu.get(city)
        found = standin.rich_menus.get(menu or "")
        return JSONResponse({**found, "aliases": _aliases(standin, city, found["richMenuId"])} if found else None)

    return rich_menu


def _aliases(standin: StandIn, city: str, menu: str) -> list[str]:
    """The aliases of a menu: they tell which of its tabs is in front."""
    known = standin.rich_menu_aliases.items()
    return [key.removeprefix(f"{city}/") for key, target in known if target == menu and key.startswith(f"{city}/")]


def _rich_menu_image(standin: StandIn) -> Endpoint:
    async def image(request: Request) -> Response:
        content = standin.rich_menu_images.get(request.path_params["menu"])
        return Response(content, media_type="image/png") if content else Response(status_code=404)

    return image
