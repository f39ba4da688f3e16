"""Whose thing a question speaks of, when it is not the city's: a bank, an employer, a shop, another office.

Such a word decides nothing by itself (an entry may speak of banks). It is a sign against an entry that is never asked
for with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMED = """
銀行 信金 信用 証券 保険 クレジット クレカ パスポート 旅券 時給 給料 月給 日給 賃金 報酬 謝礼 求人 アルバイト
バイト 就職 採用 転職 株 株価 会員 ポイント 電気 ガス 家賃 賃貸 大家 宅配 宅急 通販 病院 薬局 歯医者 医者 学校
大学 高校 会社 勤務 勤め 職場 店 スーパー 百貨 ホテル 電車 駅 バス 新幹線 切符 定期 免許 車検 年金 図書 郵便
新聞 テレビ 弁護 税理 司法 警察 裁判 塾 レンタル 買う 売る 安い 機種 中古 修理 仕事 働く
"""
_OWNERS = frozenset(_NAMED.split())
"""Words as the dictionary normalises them."""
_FOREIGN = re.compile(
    r"\bbank|credit card|driver|licen[sc]e|passport|insurance company|employer|salary|银行|銀行|信用卡|驾照|駕照"
    r"|护照|護照"
    r"|은행|신용카드|운전면허|여권|\bbanco|cart[aã]o de cr[eé]dito|passaporte|carteira de motorista|ng[aâ]n h[aà]ng"
    r"|hộ chiếu|ho chieu|bằng lái|bang lai|bangko|\batm\b|pasaporte|lisensya|बैंक|राहदानी|लाइसेन्स",
    re.IGNORECASE,
)


def names_owner(words: Iterable[str]) -> bool:
    """Whether one of these Japanese words (normalised) names another owner."""
    return not _OWNERS.isdisjoint(words)


def names_foreign_owner(text: str) -> bool:
    """Whether a text in another language names one."""
    return _FOREIGN.search(text) is not None
