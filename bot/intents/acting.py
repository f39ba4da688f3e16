"""Whether somebody asks to have something done for them instead of asking how: this service answers, it never acts."""

from __future__ import annotations

import re

_DEEDS = (
    "申請|申込|申し込ん|予約|登録|取り?消|取っ|印刷|送信|送っ|頼ん|直し|書い|作っ|調べ|探し|払っ|支払っ|変え|かえ|消し"
    "|伝え|出し|届け|考え|決め|入れ|買っ|連絡|計算|翻訳|訳し|貸し|見|行っ"
)
_END = r"(?:か|ね|や|な|よ)?[。.!！?？\s]*$"
_ACTING = re.compile(
    # しておいて, しといてくれる: nobody asks so who wants to know how.
    r"(?:[てで]おい|[とど]い)て(?:ください|下さい|(?:くれ|もらえ|もらい|ほし|欲し)\S{0,6}|ちょうだい)?" + _END + "|"
    # An order at the end: 申請して, 予約してください. A wish (送ってほしい) or a question (送ってくれますか) is none.
    rf"(?:{_DEEDS})(?:し)?[てで](?:きて)?(?:ください|下さい|くれや?|ちょうだい)?" + _END + "|"
    r"\bfor me\b|帮我|幫我|대신|para mim",
    re.IGNORECASE,
)


def asks_to_act(text: str) -> bool:
    """Whether `text` asks this service to do something: to apply, to book, to look something up in a register."""
    return _ACTING.search(text.strip()) is not None
