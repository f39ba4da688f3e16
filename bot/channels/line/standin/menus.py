"""Rich menus of the stand-in: objects, images, aliases, defaults."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.channels.line.standin.refusal import LineRefusal, checked_body
from bot.channels.line.standin.rich_menu import (
    ALIAS,
    ALIAS_CHANGE,
    IMAGE_BYTES,
    image_size,
    image_type,
    validate_rich_menu,
)
from bot.channels.line.standin.state import StandIn

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(standin: StandIn) -> list[tuple[str, str, Endpoint]]:
    """Method, path and endpoint of everything about rich menus."""
    return [*_menu_routes(standin), *_image_routes(standin), *_alias_routes(standin), *_default_routes(standin)]


async def _checked_menu(request: Request) -> dict[str, object]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise LineRefusal(400, "The request body could not be parsed as JSON") from None
    if details := validate_rich_menu(body):
        raise LineRefusal(400, f"The request body has {len(details)} error(s)", details)
    return dict(body)


def _known(standin: StandIn, request: Request) -> str:
    menu: str = request.path_params["menu"]
    return _own_menu(standin, request, menu)


def _own_menu(standin: StandIn, request: Request, menu: str) -> str:
    """The id, if this channel has such a menu: another channel's menus don't exist for it."""
    known = standin.rich_menus.get(menu)
    if known is None or known["channel"] != request.state.channel:
        raise LineRefusal(404, "richmenu not found")
    return menu


def _menu_routes(standin: StandIn) -> list[tuple[str, str, Endpoint]]:
    async def create(request: Request) -> Response:
        body = await _checked_menu(request)
        menu = f"richmenu-{secrets.token_hex(16)}"
        standin.rich_menus[menu] = {**body, "richMenuId": menu, "channel": request.state.channel}
        return JSONResponse({"richMenuId": menu})

    async def validate(request: Request) -> Response:
        await _checked_menu(request)
        return JSONResponse({})

    async def listing(request: Request) -> Response:
        own = [m for m in standin.rich_menus.values() if m["channel"] == request.state.channel]
        return JSONResponse({"richmenus": [{k: v for k, v in m.items() if k != "channel"} for m in own]})

    async def delete(request: Request) -> Response:
        menu = _known(standin, request)
        del standin.rich_menus[menu]
        standin.rich_menu_images.pop(menu, None)
        return JSONResponse({})

    return [
        ("POST", "/v2/bot/richmenu", create),
        ("POST", "/v2/bot/richmenu/validate", validate),
        ("GET", "/v2/bot/richmenu/list", listing),
        ("DELETE", "/v2/bot/richmenu/{menu}", delete),
    ]


def _image_routes(standin: StandIn) -> list[tuple[str, str, Endpoint]]:
    async def upload(request: Request) -> Response:
        menu = _known(standin, request)
        image = await request.body()
        if len(image) > IMAGE_BYTES:
            raise LineRefusal(413, "Request Entity Too Large")
        if request.headers.get("content-type") != image_type(image):
            raise LineRefusal(415, "The media type does not fit the image")
        if menu in standin.rich_menu_images:
            raise LineRefusal(400, "An image has already been uploaded to the richmenu")
        size = standin.rich_menus[menu]["size"]
        if image_size(image) != (size["width"], size["height"]):
            raise LineRefusal(400, "The image size is invalid")
        standin.rich_menu_images[menu] = image
        return JSONResponse({})

    async def download(request: Request) -> Response:
        image = standin.rich_menu_images.get(_known(standin, request))
        if image is None:
            raise LineRefusal(404, "image not found")
        return Response(image, media_type="image/png" if image.startswith(b"\x89PNG") else "image/jpeg")

    path = "/v2/bot/richmenu/{menu}/content"
    return [("POST", path, upload), ("GET", path, download)]


def _alias_routes(standin: StandIn) -> list[tuple[str, str, Endpoint]]:
    async def create(request: Request) -> Response:
        body = await checked_body(request, ALIAS)
        key = f"{request.state.channel}/{body['richMenuAliasId']}"
        if key in standin.rich_menu_aliases:
            raise LineRefusal(400, "conflict richmenu alias id")
        standin.rich_menu_aliases[key] = _own_menu(standin, request, body["richMenuId"])
        return JSONResponse({})

    async def change(request: Request) -> Response:
        body = await checked_body(request, ALIAS_CHANGE)
        key = f"{request.state.channel}/{request.path_params['alias']}"
        if key not in standin.rich_menu_aliases:
            raise LineRefusal(404, "richmenu alias not found")
        standin.rich_menu_aliases[key] = _own_menu(standin, request, body["richMenuId"])
        return JSONResponse({})

    async def listing(request: Request) -> Response:
        prefix = f"{request.state.channel}/"
        own = {k.removeprefix(prefix): v for k, v in standin.rich_menu_aliases.items() if k.startswith(prefix)}
        return JSONResponse({"aliases": [{"richMenuAliasId": k, "richMenuId": v} for k, v in own.items()]})

    async def delete(request: Request) -> Response:
        key = f"{request.state.channel}/{request.path_params['alias']}"
        if standin.rich_menu_aliases.pop(key, None) is None:
            raise LineRefusal(404, "richmenu alias not found")
        return JSONResponse({})

    return [
        ("POST", "/v2/bot/richmenu/alias", create),
        ("GET", "/v2/bot/richmenu/alias/list", listing),
        ("POST", "/v2/bot/richmenu/alias/{alias}", change),
        ("DELETE", "/v2/bot/richmenu/alias/{alias}", delete),
    ]


def _default_routes(standin: StandIn) -> list[tuple[str, str, Endpoint]]:
    async def choose(request: Request) -> Response:
        menu = _known(standin, request)
        if menu not in standin.rich_menu_images:
            raise LineRefusal(400, "must upload richmenu image before applying it to user")
        standin.default_rich_menu[request.state.channel] = menu
        return JSONResponse({})

    async def current(request: Request) -> Response:
        menu = standin.default_rich_menu.get(request.state.channel)
        if menu not in standin.rich_menus:
            raise LineRefusal(404, "no default richmenu")
        return JSONResponse({"richMenuId": menu})

    async def clear(request: Request) -> Response:
        standin.default_rich_menu.pop(request.state.channel, None)
        return JSONResponse({})

    return [
        ("POST", "/v2/bot/user/all/richmenu/{menu}", choose),
        ("GET", "/v2/bot/user/all/richmenu", current),
        ("DELETE", "/v2/bot/user/all/richmenu", clear),
    ]
