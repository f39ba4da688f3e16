"""The do-nothing bound: the pattern of line-bot-sdk's own examples, verify the signature and reply inside the request.

`sync` is the usual one, the SDK's blocking client in the thread pool of FastAPI; `async` is the SDK's asynchronous
client. Both keep one pooled client, which is quicker than a new one for every request as some examples have it. Nothing
is stored, nothing is recognised; what was said is said back. Usage: echo.py KIND PORT API SECRET TOKEN
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import (
    ApiClient,
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    MessagingApi,
    ReplyMessageRequest,
    TextMessage,
)
from linebot.v3.webhook import WebhookParser
from linebot.v3.webhooks import MessageEvent, TextMessageContent
from starlette.concurrency import run_in_threadpool

THREADS = 40
"""As many as FastAPI's thread pool has, so that no connection is thrown away."""


def replies(parser: WebhookParser, body: str, signature: str) -> list[ReplyMessageRequest]:
    """What to send for the events of a webhook: what was said. 400 for a wrong signature."""
    try:
        events = parser.parse(body, signature)
    except InvalidSignatureError:
        raise HTTPException(400, "Invalid signature") from None
    return [
        ReplyMessageRequest(
            replyToken=event.reply_token,
            messages=[TextMessage(text=event.message.text, quickReply=None, quoteToken=None)],
            notificationDisabled=False,
        )
        for event in events
        if isinstance(event, MessageEvent) and isinstance(event.message, TextMessageContent)
    ]


def sync_app(configuration: Configuration, parser: WebhookParser) -> FastAPI:
    """The blocking client, in the thread pool."""
    configuration.connection_pool_maxsize = THREADS
    api = MessagingApi(ApiClient(configuration))
    app = FastAPI()

    def handle(body: str, signature: str) -> None:
        for request in replies(parser, body, signature):
            api.reply_message(request)

    @app.post("/line/{city}/webhook")
    async def callback(city: str, request: Request) -> str:  # noqa: ARG001 - one bot for all
        body = (await request.body()).decode()
        await run_in_threadpool(handle, body, request.headers["X-Line-Signature"])
        return "OK"

    return app


def async_app(configuration: Configuration, parser: WebhookParser) -> FastAPI:
    """The asynchronous client, in the event loop."""
    made: list[AsyncMessagingApi] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncApiClient(configuration) as client:
            made.append(AsyncMessagingApi(client))
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/line/{city}/webhook")
    async def callback(city: str, request: Request) -> str:  # noqa: ARG001 - one bot for all
        body = (await request.body()).decode()
        for reply in replies(parser, body, request.headers["X-Line-Signature"]):
            await made[0].reply_message(reply)
        return "OK"

    return app


def main(kind: str, port: str, api: str, secret: str, token: str) -> None:
    """Serves until told to stop."""
    configuration, parser = Configuration(host=api, access_token=token), WebhookParser(secret)
    app = {"sync": sync_app, "async": async_app}[kind](configuration, parser)

    @app.get("/readyz")
    async def ready() -> str:
        return "OK"

    uvicorn.run(app, host="127.0.0.1", port=int(port), access_log=False, log_level="error")


if __name__ == "__main__":
    main(*sys.argv[1:])
