"""What people do on LINE, and how LINE tells of it: signed, and again until it is acknowledged."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import urllib3

from bot.channels.line.standin import StandIn
from bot.responses.signals import Signal, Tap
from bot.simulator.events import build_event, sign, webhook_body

CITY = "kokubunji"
SECRET = "0123456789abcdef0123456789abcdef"
PATIENCE = 90.0
"""Seconds for which LINE goes on telling what was not acknowledged."""
AGAIN_SECONDS = 0.25
TOKEN_LIFE = 600.0
"""Tokens outlive everything here: whatever is sent twice is refused because it was sent twice."""

QUESTIONS = (
    "カードをなくした",
    "マイナンバーカードを落としました どうすれば",
    "スマホ教室はいつありますか",
    "職員と話したい",
    "住民票がほしい",
    "ありがとう",
    "見つかったカードをまた使いたい",
    "I lost my card",
)
_DONE = (
    *({"kind": "text", "text": question} for question in QUESTIONS),
    {"kind": "sticker"},
    {"kind": "image"},
    {"kind": "location"},
    {"kind": "follow"},
    {"kind": "unfollow"},
    {"kind": "postback", "data": Tap(Signal.MENU).encode()},
    {"kind": "postback", "data": Tap(Signal.FREQUENT).encode()},
)


@dataclass
class Told:
    """An event that LINE tells of, and what became of telling."""

    event: dict[str, Any]
    user: str
    token: str | None
    statuses: list[int] = field(default_factory=list)

    @property
    def id(self) -> str:
        """LINE's id of the event."""
        return str(self.event["webhookEventId"])

    @property
    def acknowledged(self) -> bool:
        """Whether LINE was told that we have it."""
        return 200 in self.statuses

    def again(self) -> dict[str, Any]:
        """The event as LINE tells it now."""
        return {**self.event, "deliveryContext": {"isRedelivery": bool(self.statuses)}}


class Citizens:
    """People of one city. `urls` are the web processes that LINE reaches, one at a time."""

    def __init__(self, standin: StandIn, urls: Sequence[str], seed: int) -> None:
        self._standin = standin
        self._urls = tuple(urls)
        self._chance = random.Random(seed)
        self._seed = seed
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)
        self.told: list[Told] = []

    def happen(self, done: dict[str, str] | None = None) -> Told:
        """Somebody does something; LINE has not told yet."""
        with self._lock:
            number = len(self.told)
            user = f"U{self._seed:08x}{number // 2:024x}"  # most people do two things
            done = done or self._chance.choice(_DONE)
            token = (
                None
                if done["kind"] == "unfollow"
                else self._standin.issue_reply_token(CITY, user_id=user, life=TOKEN_LIFE)
            )
            told = Told(build_event(done, user, token or ""), user, token)
            self.told.append(told)
        return told

    def tell(self, tolds: Sequence[Told], url: str | None = None) -> int:
        """LINE tells once. The status; 0 when nobody answers."""
        body = webhook_body([told.again() for told in tolds])
        url = url or self._urls[hash(tolds[0].id) % len(self._urls)]
        headers = {"x-line-signature": sign(SECRET, body)}
        try:
            where = f"{url}/line/{CITY}/webhook"
            status = self._pool.request("POST", where, body=body, headers=headers, timeout=15.0).status
        except urllib3.exceptions.HTTPError:
            status = 0
        for told in tolds:
            told.statuses.append(status)
        return status

    def tell_until_heard(self, told: Told, patience: float = PATIENCE) -> None:
        """LINE tells again until it is acknowledged, each time another process."""
        deadline = time.monotonic() + patience
        turn = hash(told.id)
        while self.tell([told], self._urls[turn % len(self._urls)]) != 200 and time.monotonic() < deadline:
            turn += 1
            if self._stop.wait(AGAIN_SECONDS):
                return

    @contextmanager
    def talking(self, count: int, rate: float, *, threads: int = 12) -> Iterator[Callable[[], bool]]:
        """`count` things happen, `rate` a second, while the block runs; its end waits until LINE has told all.

        Gives a function that says whether they go on."""
        with ThreadPoolExecutor(threads) as pool:
            clerk: Future[list[Future[None]]] = pool.submit(self._clerk, pool, count, rate)
            try:
                yield lambda: not clerk.done()
            except BaseException:
                self._stop.set()
                raise
            for told in clerk.result():
                told.result()

    def _clerk(self, pool: ThreadPoolExecutor, count: int, rate: float) -> list[Future[None]]:
        began, futures = time.monotonic(), []
        for number in range(count):
            if self._stop.wait(max(0.0, began + number / rate - time.monotonic())):
                break
            futures.append(pool.submit(self.tell_until_heard, self.happen()))
        return futures

    def close(self) -> None:
        """Closes connections."""
        self._pool.clear()
