"""What can go wrong with rich menus. Each message is a Japanese sentence that says what to do next.

RichMenuError
├── FontMissing          no Japanese font, or the chosen one can't be used
└── LineFault            LINE did not do what was asked
    ├── LineUnreachable  no answer: network, name, certificate, time-out
    ├── TokenRefused     401, 403: the access token
    ├── TooManyRequests  429: too many requests for now
    ├── LineUnwell       5xx: LINE's own trouble
    └── MenuRefused      every other answer: the menu, its image or an alias
"""

from __future__ import annotations


class RichMenuError(Exception):
    """The rich menus can't be drawn or deployed; the message is a Japanese sentence for the operator."""


class FontMissing(RichMenuError):
    """There is no Japanese font to draw with."""


class LineFault(RichMenuError):
    """LINE did not do what was asked. What was done before stays; the same command goes on from there."""


class LineUnreachable(LineFault):
    """No answer from LINE."""


class TokenRefused(LineFault):
    """LINE does not accept the access token (401, 403)."""


class TooManyRequests(LineFault):
    """LINE takes no more requests for now (429)."""


class LineUnwell(LineFault):
    """LINE answers with an error of its own (5xx)."""


class MenuRefused(LineFault):
    """LINE refuses a menu, an image or an alias (another 4xx)."""


_AGAIN = "もう一度同じ命令を実行すると、続きから行います。"


def fault_of(status: int | None, detail: str, request_id: str) -> LineFault:
    """The fault that an answer of LINE means. `status` is None or 0 when there was no answer."""
    if not status:
        return LineUnreachable(f"LINE につながりません（{detail}）。通信を確かめてください。{_AGAIN}")
    seen = f"HTTP {status}、番号 {request_id}"
    if status in (401, 403):
        return TokenRefused(
            f"LINE がアクセストークンを受け付けません（{seen}）。期限と、どの市のものかを確かめてください。"
        )
    if status == 429:
        return TooManyRequests(f"LINE への要求が多すぎます（{seen}）。1 時間ほど待ってください。{_AGAIN}")
    if status >= 500:
        return LineUnwell(f"LINE の側で不具合が起きています（{seen}）。しばらく待ってください。{_AGAIN}")
    return MenuRefused(f"LINE がメニューを受け付けません（{seen}: {detail or '理由の記載なし'}）。")
