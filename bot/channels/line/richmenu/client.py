"""Rich menus at LINE, through the SDK's own client. One object for one channel; every fault becomes a `LineFault`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import urllib3
from linebot.v3.messaging import ApiException, MessagingApi, MessagingApiBlob
from linebot.v3.messaging.models import CreateRichMenuAliasRequest, RichMenuRequest, UpdateRichMenuAliasRequest

from bot.channels.line.richmenu.errors import fault_of
from bot.channels.line.richmenu.state import AtLine, Existing
from bot.channels.line.sender import LINE_API, open_client

log = logging.getLogger("madoguchi.line")

LINE_IMAGES = "https://api-data.line.me"
"""LINE takes images at another address. The SDK forgets it as soon as a host is configured."""
TIMEOUT = (5.0, 30.0)
"""Seconds to connect and to wait for the answer; an image goes up in this time."""


class RichMenuClient:
    """A channel's rich menus, aliases and default. Close it, or use it in a `with` block."""

    def __init__(self, access_token: str, host: str = LINE_API) -> None:
        self._client = open_client(access_token, host)
        self._image_client = open_client(access_token, LINE_IMAGES if host == LINE_API else host)
        self._api = MessagingApi(self._client)
        self._images = MessagingApiBlob(self._image_client)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes connections."""
        self._client.close()
        self._image_client.close()

    def state(self) -> AtLine:
        """All menus, aliases and the default of this channel."""
        menus = _asked("GET /v2/bot/richmenu/list", self._api.get_rich_menu_list_with_http_info)
        aliases = _asked("GET /v2/bot/richmenu/alias/list", self._api.get_rich_menu_alias_list_with_http_info)
        default = _found("GET /v2/bot/user/all/richmenu", self._api.get_default_rich_menu_id_with_http_info)
        return AtLine(
            menus=tuple(Existing(m.rich_menu_id, m.name, m.size.width, m.size.height) for m in menus.richmenus),
            aliases={a.rich_menu_alias_id: a.rich_menu_id for a in aliases.aliases},
            default=default.rich_menu_id if default else None,
        )

    def create(self, menu: dict[str, Any]) -> str:
        """Makes a menu, still without its image. Returns LINE's id."""
        request = RichMenuRequest.from_dict(menu)
        made = _asked("POST /v2/bot/richmenu", self._api.create_rich_menu_with_http_info, request)
        return str(made.rich_menu_id)

    def has_image(self, menu_id: str) -> bool:
        """Whether the menu's image was uploaded."""
        content = "GET /v2/bot/richmenu/{id}/content"
        return _found(content, self._images.get_rich_menu_image_with_http_info, menu_id) is not None

    def upload(self, menu_id: str, png: bytes) -> None:
        """Uploads the image; LINE takes one per menu."""
        send = self._images.set_rich_menu_image_with_http_info
        _asked("POST /v2/bot/richmenu/{id}/content", send, menu_id, body=png, _headers={"Content-Type": "image/png"})

    def add_alias(self, alias: str, menu_id: str) -> None:
        """Makes an alias."""
        request = CreateRichMenuAliasRequest(richMenuAliasId=alias, richMenuId=menu_id)
        _asked("POST /v2/bot/richmenu/alias", self._api.create_rich_menu_alias_with_http_info, request)

    def move_alias(self, alias: str, menu_id: str) -> None:
        """Points an alias to another menu."""
        request = UpdateRichMenuAliasRequest(richMenuId=menu_id)
        _asked("POST /v2/bot/richmenu/alias/{id}", self._api.update_rich_menu_alias_with_http_info, alias, request)

    def remove_alias(self, alias: str) -> None:
        """Removes an alias; one that is gone already is no fault."""
        _found("DELETE /v2/bot/richmenu/alias/{id}", self._api.delete_rich_menu_alias_with_http_info, alias)

    def set_default(self, menu_id: str) -> None:
        """Shows this menu to everybody who has not chosen a tab."""
        _asked("POST /v2/bot/user/all/richmenu/{id}", self._api.set_default_rich_menu_with_http_info, menu_id)

    def clear_default(self) -> None:
        """Shows no menu by default."""
        _asked("DELETE /v2/bot/user/all/richmenu", self._api.cancel_default_rich_menu_with_http_info)

    def remove(self, menu_id: str) -> None:
        """Removes a menu; one that is gone already is no fault."""
        _found("DELETE /v2/bot/richmenu/{id}", self._api.delete_rich_menu_with_http_info, menu_id)


def _found(what: str, call: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - the SDK has no types
    """The answer, or None where LINE says that there is no such thing (404)."""
    try:
        return _answer(what, call, *arguments)
    except ApiException as error:
        if error.status == 404:
            return None
        raise _fault(error) from None


def _asked(what: str, call: Callable[..., Any], *arguments: object, **options: object) -> Any:  # noqa: ANN401 - same
    """The answer. Raises a LineFault."""
    try:
        return _answer(what, call, *arguments, **options)
    except ApiException as error:
        raise _fault(error) from None


def _answer(what: str, call: Callable[..., Any], *arguments: object, **options: object) -> Any:  # noqa: ANN401 - same
    """Asks, and writes the request log that LINE's guidelines ask for."""
    try:
        answer = call(*arguments, _request_timeout=TIMEOUT, **options)
    except ApiException as error:
        log.info("%s status=%s request_id=%s", what, error.status, _request_id(error))
        raise
    except urllib3.exceptions.HTTPError as error:
        log.info("%s failed: %s", what, type(error).__name__)
        raise fault_of(None, type(error).__name__, "") from None
    log.info("%s status=%s request_id=%s", what, answer.status_code, (answer.headers or {}).get("x-line-request-id"))
    return answer.data if answer.data is not None else True


def _fault(error: ApiException) -> Exception:
    return fault_of(error.status, _said(error) or str(error.reason or ""), _request_id(error))


def _request_id(error: ApiException) -> str:
    return str((error.headers or {}).get("x-line-request-id", "-"))


def _said(error: ApiException) -> str:
    """LINE's own words, with the places that it names."""
    try:
        body = json.loads(error.body or "{}")
        places = [f"{d.get('property')}: {d.get('message')}" for d in body.get("details", ())]
        return "、".join([str(body.get("message", "")), *places])
    except (ValueError, AttributeError, TypeError):
        return ""
