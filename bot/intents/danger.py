"""Danger to life: words that need no weighing. Whoever writes them is shown the emergency numbers at once.

A false alarm costs a look at three telephone numbers; a miss may cost a life. So these patterns are broad.
"""

from __future__ import annotations

import re

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
DANGER = "|".join((_DESPAIR, _ILLNESS, _FIRE, _CRIME))
"""All of it as one regular expression, which devices without a network use as well."""
_DANGER = re.compile(DANGER)


def is_dangerous(text: str) -> bool:
    """Whether somebody's life may be in danger."""
    return _DANGER.search(text) is not None
