"""What a check found, as a line: ○ good, × to be mended, ー not checked or good to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.channels.line.account import Bot, LineFault, Quota, WebhookEndpoint, WebhookTest

GOOD, BAD, NOTE = "○", "×", "ー"
ENDING_SOON = timedelta(days=14)
"""Certificates renew themselves a month before their end; two weeks before it nobody may wait."""
_CONSOLE = "LINE Developers の「Messaging API設定」"
_MANAGER = "LINE Official Account Manager の「設定」→「応答設定」"
_UNREACHED = {
    "COULD_NOT_CONNECT": "つながりません。サーバーの名前（DNS）、443番の通信、証明書を確かめてください",
    "REQUEST_TIMEOUT": "時間内に返事がありません。サーバーが動いているか、重くないかを確かめてください",
}
_ANSWERED = {
    401: "署名が合いません（401）。チャネルシークレットが LINE Developers のものと同じか確かめてください",
    404: "その URL には受け口がありません（404）。URL と市の id を確かめてください",
    503: "データベースが使えません（503）。madoguchi db check を実行してください",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: a mark and a sentence, which says what to do when the mark is ×."""

    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.mark} {self.text}"


def token_finding(bot: Bot) -> Finding:
    """The token is good."""
    return Finding(GOOD, f"アクセストークンは有効です（{bot.name} {bot.basic_id}）")


def fault_finding(fault: LineFault, city: str) -> Finding:
    """LINE refused, or was not there."""
    if fault.status is None:
        return Finding(
            BAD, f"LINE につながりません（{fault}）。この機械から外への通信（443番）が許されているか確かめてください"
        )
    if fault.status == 401:
        return Finding(
            BAD,
            f"アクセストークンが無効です。{_CONSOLE}で発行し、{_variable(city)}_ACCESS_TOKEN を置きかえてください",
        )
    if fault.status == 429:
        return Finding(BAD, "LINE への問い合わせが多すぎます（429）。1時間ほど待って、もう一度実行してください")
    if fault.status >= 500:
        return Finding(BAD, f"LINE の側で問題が起きています（{fault.status}）。少し待って、もう一度実行してください")
    return Finding(BAD, f"LINE が断りました（{fault.status} {fault}）。チャネルの権限とプランを確かめてください")


def channel_finding(city: str) -> Finding:
    """There is no channel for the city."""
    return Finding(
        BAD,
        f"{city} の LINE の設定がありません。"
        f"{_variable(city)}_CHANNEL_SECRET と {_variable(city)}_ACCESS_TOKEN を設定してください",
    )


def endpoint_finding(endpoint: WebhookEndpoint | None, city: str) -> Finding:
    """Whether LINE's events come to this city's webhook."""
    path = f"/line/{city}/webhook"
    if endpoint is None:
        return Finding(
            BAD, f"Webhook URL がまだありません。{_CONSOLE}に https://（サーバーの名前）{path} を入れてください"
        )
    if not urlsplit(endpoint.url).path.endswith(path):
        return Finding(
            BAD, f"Webhook URL（{endpoint.url}）の終わりが {path} ではありません。{_CONSOLE}で直してください"
        )
    if not endpoint.active:
        return Finding(BAD, f"Webhook が使われない設定です。{_CONSOLE}の「Webhookの利用」をオンにしてください")
    return Finding(GOOD, f"Webhook URL は {endpoint.url} で、使われています")


def reach_finding(test: WebhookTest) -> Finding:
    """Whether LINE's own call got through."""
    if test.success:
        return Finding(GOOD, "LINE から Webhook に届きました")
    said = _UNREACHED.get(test.reason) or _ANSWERED.get(test.status)
    return Finding(BAD, f"LINE から Webhook に届きません: {said or f'{test.reason}（{test.status}）'}")


def chat_findings(bot: Bot) -> list[Finding]:
    """What else may answer in the same talk room. LINE tells of the chat only; automatic messages can't be seen."""
    chat = (
        Finding(
            NOTE,
            f"チャットがオンです。職員が手で返さないなら、{_MANAGER}で「チャット」をオフにしてください"
            "（オンのままでも、まどぐちは答えます）",
        )
        if bot.chat_mode == "chat"
        else Finding(GOOD, "チャットはオフです（まどぐちだけが答えます）")
    )
    automatic = f"応答メッセージはここから見えません。{_MANAGER}で「応答メッセージ」と「あいさつメッセージ」をオフに"
    return [chat, Finding(NOTE, f"{automatic}してください（オンだと、二重に返事が届きます）")]


def quota_finding(quota: Quota) -> Finding:
    """How much of the month's messages is used; the bot's replies are free and don't count."""
    limit = "上限なし" if quota.limit is None else f"{quota.limit} 通"
    return Finding(GOOD, f"今月の配信数: {limit}のうち {quota.used} 通（まどぐちの返事は無料で、数えません）")


def menu_finding(menu: str | None, city: str) -> Finding:
    """Whether everybody sees a rich menu. One made in LINE's manager can't be seen from here."""
    if menu is None:
        return Finding(
            NOTE,
            f"みんなに出るリッチメニューが、まだありません。madoguchi line richmenu deploy --city {city} で作れます"
            "（LINE Official Account Manager で作ったものは、ここから見えません）",
        )
    return Finding(GOOD, "リッチメニューがみんなに出ています")


def certificate_finding(until: datetime, now: datetime) -> Finding:
    """Whether the certificate lasts."""
    day = f"{until.year}年{until.month}月{until.day}日"
    if until - now < ENDING_SOON:
        return Finding(BAD, f"証明書が {day} に切れます。新しい証明書に替え、自動の更新を確かめてください")
    return Finding(GOOD, f"証明書は正しく、{day}まで使えます")


def found(check: Callable[[], Finding], city: str) -> Finding:
    """The finding of a check that asks LINE, whatever LINE says."""
    try:
        return check()
    except LineFault as fault:
        return fault_finding(fault, city)


def _variable(city: str) -> str:
    return f"MADOGUCHI_LINE_{city.upper().replace('-', '_')}"
