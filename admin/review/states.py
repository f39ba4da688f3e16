"""Where a group stands, its causes, and what both are called."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a group stands. "Nobody has looked" and "we don't answer this" are two things."""

    NEW = "new"
    LOOKED_AT = "looked-at"
    BACK = "back"
    PENDING = "pending"
    POSTPONED = "postponed"
    DECLINED = "no-answer"
    RESOLVED = "resolved"


class Cause(StrEnum):
    """Why a question was not answered."""

    NO_ENTRY = "no-entry"
    WORDING = "wording"
    WRONG_ENTRY = "wrong-entry"
    OUT_OF_SCOPE = "out-of-scope"
    TYPING = "typing"


class Feed(StrEnum):
    """How a question came among those that were asked in vain."""

    FALLBACK = "fallback"
    NONE_OF_THESE = "none of these"
    NOT_SOLVED = "not solved"
    REPORT = "report"
    RETRY = "retry"


STATES: Mapping[State, str] = {
    State.NEW: "まだ見ていない",
    State.LOOKED_AT: "見た",
    State.BACK: "もどってきた",
    State.PENDING: "公開待ち",
    State.POSTPONED: "先送り",
    State.DECLINED: "答えないと決めた",
    State.RESOLVED: "解決",
}
CAUSES: Mapping[Cause, str] = {
    Cause.NO_ENTRY: "項目がない",
    Cause.WORDING: "項目はあるが、この聞き方を知らない",
    Cause.WRONG_ENTRY: "ちがう項目を答えた",
    Cause.OUT_OF_SCOPE: "ここでは答えない用件",
    Cause.TYPING: "入力につまずいた",
}
FEEDS: Mapping[Feed, str] = {
    Feed.FALLBACK: "答えがなかった",
    Feed.NONE_OF_THESE: "「この中にない」",
    Feed.NOT_SOLVED: "「解決しなかった」",
    Feed.REPORT: "教室からの知らせ",
    Feed.RETRY: "くり返し聞いた",
}
REASONS: Mapping[str, str] = {
    "wrong": "聞きたいことと違った",
    "hard": "分かりにくかった",
    "old": "情報が古かった",
    "more": "もっと知りたかった",
}
"""Why an answer did not help, as the buttons under it send it."""
CHANNELS: Mapping[str, str] = {"line": "LINE", "lookup": "調べるページ", "class": "教室"}
OPEN = (State.BACK, State.NEW, State.LOOKED_AT)
"""What waits for somebody."""
TABS: Mapping[str, tuple[str, tuple[State, ...]]] = {
    "open": ("これから", OPEN),
    "pending": ("公開待ち", (State.PENDING,)),
    "postponed": ("先送り", (State.POSTPONED,)),
    "declined": ("答えない", (State.DECLINED,)),
    "resolved": ("解決", (State.RESOLVED,)),
}
