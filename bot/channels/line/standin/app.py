"""The stand-in as an ASGI application with LINE's paths, statuses and error bodies."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.line.standin import contract, menus
from bot.channels.line.standin.refusal import LineRefusal, checked_body
from bot.channels.line.standin.state import StandIn

Endpoint = Callable[[Request], Awaitable[Response]]


def create_standin_app(standin: StandIn) -> Starlette:
    """The application for this state."""
    routes = [
        Route(path, _guarded(standin, endpoint), methods=[method])
        for method, path, endpoint in (*_message_routes(standin), *menus.routes(standin))
    ]
    return Starlette(routes=routes, exception_handlers={404: _not_found, 405: _not_found})


async def _not_found(_: Request, __: Exception) -> Response:
    return JSONResponse({"message": "Not found"}, 404)


def _guarded(standin: StandIn, endpoint: Endpoint) -> Endpoint:
    """Checks the token, applies ordered faults, turns refusals into answers, and logs the request."""

    async def guarded(request: Request) -> Response:
        fault = standin.next_fault()
        try:
            if fault.status is not None:
                raise LineRefusal(fault.status, "Too many requests" if fault.status == 429 else "Internal error")
            request.state.channel = _channel(standin, request)
            response = await endpoint(request)
        except LineRefusal as refusal:
            response = JSONResponse(refusal.body, refusal.status)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.retry_after:
            response.headers["retry-after"] = fault.retry_after
        request_id = secrets.token_hex(16)
        response.headers["x-line-request-id"] = request_id
        standin.log(request.method, request.url.path, response.status_code, request_id)
        return response

    return guarded


def _channel(standin: StandIn, request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    channel = standin.channel_of(token) if scheme == "Bearer" else None
    if channel is None:
        raise LineRefusal(401, "Authentication failed. Confirm that the access token is valid.")
    return channel


def _message_routes(standin: StandIn) -> list[tuple[str, str, Endpoint]]:
    async def reply(request: Request) -> Response:
        body = await checked_body(request, contract.REPLY)
        if not standin.take_reply(request.state.channel, body["replyToken"], body["messages"]):
            raise LineRefusal(400, "Invalid reply token")
        sent = [{"id": str(secrets.randbits(60)), "quoteToken": secrets.token_hex(8)} for _ in body["messages"]]
        return JSONResponse({"sentMessages": sent})

    async def push(request: Request) -> Response:
        body = await checked_body(request, contract.PUSH)
        key = request.headers.get("x-line-retry-key", "")
        if not standin.take_push(request.state.channel, body["to"], body["messages"], key):
            raise LineRefusal(409, "The retry key is already accepted")
        return JSONResponse({"sentMessages": [{"id": str(secrets.randbits(60))} for _ in body["messages"]]})

    async def validate(request: Request) -> Response:
        await checked_body(request, contract.VALIDATE)
        return JSONResponse({})

    async def loading(request: Request) -> Response:
        body = await checked_body(request, contract.LOADING)
        standin.loading.append(body["chatId"])
        return JSONResponse({}, 202)

    async def mark_as_read(request: Request) -> Response:
        body = await checked_body(request, contract.MARK_AS_READ)
        standin.marked_as_read.append(body["markAsReadToken"])
        return JSONResponse({})

    return [
        ("POST", "/v2/bot/message/reply", reply),
        ("POST", "/v2/bot/message/push", push),
        ("POST", "/v2/bot/message/validate/reply", validate),
        ("POST", "/v2/bot/message/validate/push", validate),
        ("POST", "/v2/bot/chat/loading/start", loading),
        ("POST", "/v2/bot/chat/markAsRead", mark_as_read),
        *_account_routes(standin),
    ]


def _account_routes(standin: StandIn) -> list[tuple[str, str, Endpoint]]:
    async def info(request: Request) -> Response:
        channel = request.state.channel
        mode = standin.chat_modes.get(channel, "bot")
        return JSONResponse(
            {
                "userId": "U" + "0" * 32,
                "basicId": f"@{channel}",
                "displayName": channel,
                "chatMode": mode,
                "markAsReadMode": "auto" if mode == "bot" else "manual",
            }
        )

    async def quota(_: Request) -> Response:
        return JSONResponse({"type": "limited", "value": 200})

    async def consumption(request: Request) -> Response:
        pushed = [s for s in standin.sent if s.channel == request.state.channel and not s.reply_token]
        return JSONResponse({"totalUsage": len(pushed)})

    return [
        ("GET", "/v2/bot/info", info),
        ("GET", "/v2/bot/message/quota", quota),
        ("GET", "/v2/bot/message/quota/consumption", consumption),
        *_webhook_routes(standin),
    ]


def _webhook_routes(standin: StandIn) -> list[tuple[str, str, Endpoint]]:
    async def endpoint(request: Request) -> Response:
        channel = request.state.channel
        if request.method == "PUT":
            body = await checked_body(request, contract.ENDPOINT)
            standin.webhook_endpoints[channel] = body["endpoint"]
            return JSONResponse({})
        return JSONResponse({"endpoint": known(channel), "active": channel not in standin.webhooks_off})

    async def test(request: Request) -> Response:
        channel = request.state.channel
        # The body is optional here, and here only.
        body = await checked_body(request, contract.WEBHOOK_TEST) if await request.body() else {}
        tested = body.get("endpoint") or known(channel)
        return JSONResponse(_tested(tested, standin.webhook_statuses.get(channel, 200)))

    def known(channel: str) -> str:
        if channel not in standin.webhook_endpoints:
            raise LineRefusal(404, "The webhook endpoint is not set")
        return standin.webhook_endpoints[channel]

    return [
        ("GET", "/v2/bot/channel/webhook/endpoint", endpoint),
        ("PUT", "/v2/bot/channel/webhook/endpoint", endpoint),
        ("POST", "/v2/bot/channel/webhook/test", test),
    ]


def _tested(endpoint: str, status: int) -> dict[str, object]:
    """The result of a webhook test in LINE's words. Nothing is called: what is found was ordered beforehand."""
    reason = "COULD_NOT_CONNECT" if status == 0 else "OK" if status == 200 else "ERROR_STATUS_CODE"
    return {
        "success": status == 200,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "statusCode": status,
        "reason": reason,
        "detail": f"{endpoint}: {status}",
    }
