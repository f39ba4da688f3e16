"""Danger to life: words that need no weighing. Whoever writes them is shown the emergency numbers at once.

A false alarm costs a look at three telephone numbers; a miss may cost a life. So these patterns are broad.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_WHO = (
    "人|父|母|夫|妻|主人|家内|旦那|嫁|子|息子|娘|孫|兄|姉|弟|妹|家族|祖父|祖母|じい|ばあ|爺|婆|とうさん|かあさん|"
    "お年寄り|老人|近所の|隣の|友|彼|誰か|だれか"
)
_IF = r"(?!.{0,4}(?:たら|とき|時|場合))"
"""「倒れたときに飲み薬を伝える」 asks about a card."""
_DESPAIR = (
    r"死にたい|しにたい|死のう|自殺|消えてしまいたい|消えてなくなりたい|生きていたくない|生きるのがつら|首をつ[るりろ]"
)
_ILLNESS = (
    rf"救急車.{{0,4}}(?:呼|よ|お願|たの)(?!ぶほどでは)|(?:{_WHO}).{{0,12}}(?:倒れ{_IF}|意識{_IF}|息をし|呼吸|けいれん|返事をし|泡をふ|おぼれ|溺れ)"
    rf"|意識(?:が|を)(?:な|失|も){_IF}|心臓が止|血が止まら|息ができ|息が苦し|胸が(?:痛く|苦しく|締め付け)|溺れて|おぼれて"
)
_FIRE = r"(?:火事|かじ)(?:です|だ|や|になっ|が起き|発生)|家が(?:燃え|火)|燃えてい?る|煙が(?:出て|すご)"
_CRIME = r"殺され|刺され|殴られ|襲われ|首をしめ|(?:泥棒|どろぼう|強盗)が|知らない人が(?:家|部屋)に"
_JAPANESE = "|".join((_DESPAIR, _ILLNESS, _FIRE, _CRIME))
_FOREIGN: Mapping[str, str] = {
    "en": r"^(?:help me|fire|sos|emergency)\W*$|call.{0,8}ambulance|on fire\b|there(?:'?s| is) a fire"
    r"|can'?t breathe|not breathing|(?:want|going) to (?:die|kill myself)|kill myself|suicid|collapsed|unconscious"
    r"|heart attack"
    r"|(?:being|was|got) (?:attacked|stabbed|beaten)",
    "zh": r"着火|起火了|救命(?![講士胴処措法救])|叫救护车|不想活|想死|自杀|晕倒|昏倒|没有?呼吸|喘不过气|有人打我|抢劫",
    "ko": r"살려|불이 ?났|불났|구급차|죽고 ?싶|자살|쓰러졌|숨을 ?(?:못|안)|때려요|강도가",
    "vi": r"cháy (?:nhà|rồi)|chay nha|cứu (?:tôi|với)|cuu toi|(?:gọi|goi).{0,5}(?:cấp cứu|cap cuu)"
    r"|^(?:cấp cứu|cap cuu)\W*$|(?:muốn|muon) (?:chết|chet)"
    r"|(?:không|khong) (?:muốn|muon) (?:sống|song)|tự tử|bất tỉnh|không thở|bị đánh",
    "pt": r"socorro|(?:cham|preciso d).{0,10}ambul[âa]ncia|pegando fogo|^inc[êe]ndio|quero (?:morrer|me matar)"
    r"|suic[íi]d|desmai(?:ou|ado|ada)|n[ãa]o.{0,8}respira|me batendo|infart",
    "tl": r"saklolo|may sunog|nasusunog|ambulansya|(?:gusto|ayoko|ayaw).{0,10}(?:mamatay|mabuhay)|magpakamatay"
    r"|nahimatay|walang malay|hindi.{0,8}makahinga|sinasaktan|^sunog\W*$",
    "ne": r"बचाउनुहोस्|आगो लाग|आगलागी|एम्बुलेन्स|ambulance bola|मर्न (?:मन|चाह)|marna man"
    r"|बाँच्न मन छैन|आत्महत्या|बेहोस|सास फेर्न|कुट्दै",
}
DANGER = "|".join((_JAPANESE, *_FOREIGN.values()))
"""All of it as one regular expression, which devices without a network use as well."""
_COMPILED = {
    language: re.compile(pattern, re.IGNORECASE) for language, pattern in {"ja": _JAPANESE, **_FOREIGN}.items()
}


def is_dangerous(text: str) -> bool:
    """Whether somebody's life may be in danger, in whatever language they say so."""
    return language_of_danger(text) is not None


def language_of_danger(text: str) -> str | None:
    """The language in which somebody says that a life may be in danger; None when nobody does.

    Told by the pattern that fits: 「着火了」 and "socorro" are too short for the detection of languages.
    """
    return next((language for language, pattern in _COMPILED.items() if pattern.search(text)), None)
