"""The language of a short text. Script first: every statistical detector calls kanji-only Japanese Chinese."""

from __future__ import annotations

import re

_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CHINESE_WORDS = re.compile(r"怎么|怎麼|什么|什麼|吗|嗎|请|請问|我的|你们|可以.*[吗么]|在哪|哪里|多少钱|不见|丢了|办理")
_VIETNAMESE = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_PORTUGUESE = re.compile(r"[ãõç]|\b(?:meu|minha|perdi|como|onde|cartão|preciso|não|quero)\b", re.IGNORECASE)
_TAGALOG = re.compile(r"\b(?:ang|ng|mga|paano|saan|nawala|ko|po|kailangan|gusto)\b", re.IGNORECASE)
_LATIN = re.compile(r"[a-zA-Z]{2,}")


def language_of(text: str) -> str:
    """`ja`, `en`, `zh`, `ko`, `vi`, `pt`, `tl` or `ne`; `ja` when nothing speaks against it."""
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    if _DEVANAGARI.search(text):
        return "ne"
    if _HAN.search(text):
        return "zh" if _is_chinese(text) else "ja"
    return _latin(text)


def _is_chinese(text: str) -> bool:
    """Chinese function words, or a simplified character that Japanese encodings don't have."""
    if _CHINESE_WORDS.search(text):
        return True
    return any("\u4e00" <= c <= "\u9fff" and not _is_japanese(c) for c in text)


def _is_japanese(character: str) -> bool:
    try:
        character.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def _latin(text: str) -> str:
    if _VIETNAMESE.search(text):
        return "vi"
    words = _LATIN.findall(text)
    if len(words) < 2:
        return "ja"
    if _PORTUGUESE.search(text):
        return "pt"
    return "tl" if len(_TAGALOG.findall(text)) >= 2 else "en"
