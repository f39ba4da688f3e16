"""Events from LINE that nobody got a reply to: for the operator, with the ids that the log knows and without words."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Response

from admin.pages.visit import AdminReads
from admin.reports.deliveries import SHOWN, deliveries
from bot.inbox import ATTEMPTS, REPLY_DEADLINE, State

router = APIRouter(prefix="/admin/{municipality}/deliveries")

_SECONDS = round(REPLY_DEADLINE.total_seconds())
LABELS: Mapping[State, tuple[str, str]] = {
    State.FAILED: (
        "答えを作れなかった",
        f"{ATTEMPTS} 回ためして、だめだったものです。プログラムか知識ベースの不具合です。"
        "わけと番号を、保守をする人に伝えてください。",
    ),
    State.UNDELIVERED: (
        "LINE に渡せなかった",
        f"LINE が受け取らなかったか、{_SECONDS} 秒のあいだ LINE につながりませんでした。"
        "続くときは、LINE の障害情報と、チャネルの設定（アクセストークン）を確かめてください。",
    ),
    State.EXPIRED: (
        "返信の期限に間に合わなかった",
        f"LINE の返信には期限があり、{_SECONDS} 秒をすぎたものは送りません。"
        "止まっていたあいだに届いたものは、こうなります。続くときは、応答のプロセスを増やしてください。",
    ),
}
"""How an event ended, and what that means for the operator."""


@router.get("")
def overview(visit: AdminReads) -> Response:
    """What waits, what ended without a reply, and why."""
    found = deliveries(visit.session, visit.municipality)
    return visit.show("reports/deliveries.html", found=found, labels=LABELS, most=SHOWN)
