"""What somebody's situation with the card is: the slot of questions about the My Number card, as a pure value.

A question may name several (「子どものカードをなくした」), one or none. Topics have the situations they are
written for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Flag, auto

from bot.intents.normalising import normalise


class Situation(Flag):
    """Situations with the card; `Situation(0)` is none."""

    NEW = auto()
    WAITING = auto()
    COLLECT = auto()
    RENEW = auto()
    LOST = auto()
    PIN = auto()
    MOVING = auto()
    NAME = auto()
    PROXY = auto()
    CHILD = auto()
    FOREIGN = auto()
    USE = auto()
    WORRY = auto()


NOWHERE = Situation(0)
_SAID: Mapping[Situation, re.Pattern[str]] = {
    situation: re.compile(pattern)
    for situation, pattern in {
        Situation.NEW: r"作(?:り|る|ろ|っ|れ)|つく(?:り|る|ろ|っ)|申し?込|申請|発行|持っていない|持ってない|初めて"
        r"|欲しい|しんせい|もうしこ",
        Situation.WAITING: r"まだ(?:来|こ|届)|届か|とどか|いつ(?:届|来|でき|出来)|来ない|こない"
        r"|何(?:日|週間|[かヶカケ]月)|どのくらい(?:で|かか)|できあが|出来上が|待って",
        Situation.COLLECT: r"受け?取|うけと|取りに行|とりに(?:い|行)|引き?取|交付通知|はがきが(?:来|届)|もらいに",
        Situation.RENEW: r"更新|期限|切れ|こうしん|有効|きげん|十年|10年|五年|5年|延長|新しくし",
        Situation.LOST: r"(?:無|な)く(?:し|な)|失く|紛失|落と|おと(?:し|す)|盗|見(?:つ|当た)から?|置き忘れ|忘れてき"
        r"|行方",
        Situation.PIN: r"暗証|あんしょう|パスワード|ぱすわーど|pin|ロック|4桁|四桁",
        Situation.MOVING: r"引っ?越|ひっこ|転(?:入|出|居)|住所|越して|移っ",
        Situation.NAME: r"名前|氏名|名字|苗字|姓|結婚|離婚|旧姓",
        Situation.PROXY: r"代わり|代理|かわりに|本人以外|家族が|寝たきり|入院|施設に|行けない|行かれ",
        Situation.CHILD: r"子ども|子供|こども|赤ちゃん|赤ん坊|孫|中学生|小学生|高校生|[0-9一二三]歳|生まれ"
        r"|未成年|息子|娘",
        Situation.FOREIGN: r"外国|在留|ビザ|国籍|留学|技能実習|永住",
        Situation.USE: r"使(?:え|い|う)|保険証|コンビニ|証明書を|できる(?:こと|の)|便利|得|ポイント|病院|医者|免許証",
        Situation.WORRY: r"心配|不安|怖|こわ|危な|あぶな|漏|悪用|安全|大丈夫|平気|義務|必ず|見られ|知られ|ばれ",
    }.items()
}
_OF_TOPIC: Mapping[str, Situation] = {
    f"mynumber-card/{name}": situation
    for names, situation in (
        ("apply-online apply-by-mail apply-photo-booth apply-support-counter", Situation.NEW),
        ("application-form-lost photo-rules express-issue fees", Situation.NEW),
        ("how-long", Situation.WAITING),
        ("receive-holiday receive-what-to-bring receive-by-post receive-missed-deadline", Situation.COLLECT),
        ("renew-card renew-certificate expired-already card-expiry next-card", Situation.RENEW),
        ("lost-card found-after-lost", Situation.LOST),
        ("pin-forgotten-or-locked pin-change pin-types pin-reset-convenience face-authentication-card", Situation.PIN),
        ("address-change going-abroad", Situation.MOVING),
        ("name-change", Situation.NAME),
        ("outreach-application", Situation.PROXY),
        ("receive-by-proxy", Situation.PROXY | Situation.COLLECT),
        ("baby-under-one child-apply", Situation.CHILD | Situation.NEW),
        ("foreign-resident", Situation.FOREIGN),
        ("convenience-store-certificates health-insurance-use smartphone-card drivers-license", Situation.USE),
        ("point-campaign-ended public-money-account emergency-medical no-card-medical", Situation.USE),
        ("safety-of-chip number-known-by-others is-it-mandatory", Situation.WORRY),
    )
    for name in names.split()
}


def situations_in(utterance: str) -> Situation:
    """The situations that a question names, in Japanese. Normalises by itself; never raises for any text."""
    text = normalise(utterance)
    found = NOWHERE
    for situation, pattern in _SAID.items():
        if pattern.search(text):
            found |= situation
    return found


def situation_of(topic: str) -> Situation:
    """The situations that a topic is written for; none for topics that are not about having a card."""
    return _OF_TOPIC.get(topic, NOWHERE)
