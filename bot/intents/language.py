"""The language of a short text. Script first: every statistical detector calls kanji-only Japanese Chinese."""

from __future__ import annotations

import re

_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_KATAKANA = re.compile(r"[ァ-ヺー]")
_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CHINESE_WORDS = re.compile(
    r"怎么|怎麼|什么|什麼|吗|嗎|请|請問|我的|你们|可以.*[吗么]|在哪|哪里|多少钱|不见|丢了|办理|想要|如何|需要"
    r"|我[要想不]|有没有|不想|想拿|几[天点个]"
)
_CHINESE_BESIDE_KATAKANA = re.compile(r"怎么|什么|吗|请|你们|哪里|是啥")
"""Words that no Japanese sentence has, even one without hiragana (サービス需要調査)."""
_VIETNAMESE = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_PORTUGUESE = re.compile(r"[ãõç]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]{2,}")
_WORDS = {
    "en": "the is my how can what where do to for have you lost apply card get need i a of when please which does with "
    "help new are it renew without about",
    "pt": "o meu minha perdi como onde preciso quero de do da para posso fazer um uma seguro saúde tenho cartao "
    "mudança novo que onde fica é",
    "tl": "ang ng mga paano saan nawala ko po kailangan gusto ba yung sa aking pwede mag ano bang nang",
    "vi": "toi bi mat the lam sao o dau nhu nao khong muon can duoc cho gi doi quen",
    "ne": "mero kasari kaha cha chha haraayo harayo ho garne ke bhayo lagi chahincha kati",
}
"""Small words that give a language away; of Vietnamese and Nepali as they are typed without their own letters."""
_TELLING = {language: frozenset(words.split()) for language, words in _WORDS.items()}


def language_of(text: str) -> str:
    """`ja`, `en`, `zh`, `ko`, `vi`, `pt`, `tl` or `ne`; `ja` when nothing speaks against it."""
    if _HIRAGANA.search(text):
        return "ja"
    if _KATAKANA.search(text):  # people write Chinese around the name マイナンバーカード
        return "zh" if _CHINESE_BESIDE_KATAKANA.search(text) or _has_simplified(text) else "ja"
    if _HANGUL.search(text):
        return "ko"
    if _DEVANAGARI.search(text):
        return "ne"
    if _HAN.search(text):
        return "zh" if _is_chinese(text) else "ja"
    return _latin(text)


def _is_chinese(text: str) -> bool:
    """Chinese function words, or a simplified character that Japanese encodings don't have."""
    return bool(_CHINESE_WORDS.search(text)) or _has_simplified(text)


def _has_simplified(text: str) -> bool:
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
    if len(text.split()) < 2 or not _LATIN.search(text.casefold()):
        return "ja"
    if _PORTUGUESE.search(text):
        return "pt"
    words = text.casefold().replace("?", " ").replace(",", " ").split()
    hits = {language: sum(word in telling for word in words) for language, telling in _TELLING.items()}
    best = max(hits, key=lambda language: (hits[language], language == "en"))
    return best if hits[best] else "en"
