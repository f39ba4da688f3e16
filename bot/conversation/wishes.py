"""How somebody wants to be answered, said in a word: 「大きい字で」「やさしい日本語」「English」. As easily undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.intents.normalising import compact
from bot.responses.compose import Style

_LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "ja": ("日本語", "日本語で", "日本語にもどして", "日本語にして", "japanese"),
    "easy": ("やさしい日本語", "やさしい日本語で", "やさしいにほんご", "ひらがなで", "ひらがな", "ひらがなで教えて"),
    "en": ("english", "in english", "english please", "英語", "英語で"),
    "zh": ("中文", "简体中文", "中国語", "中国語で"),
    "ko": ("한국어", "韓国語", "韓国語で"),
    "vi": ("tiếng việt", "tieng viet", "ベトナム語", "ベトナム語で"),
    "pt": ("português", "portugues", "ポルトガル語", "ポルトガル語で"),
    "tl": ("tagalog", "filipino", "タガログ語", "タガログ語で"),
    "ne": ("नेपाली", "nepali", "ネパール語", "ネパール語で"),
}
_LARGE = ("大きい字で", "大きい字", "大きな字で", "字を大きく", "字を大きくして", "もっと大きい字で", "おおきいじで")
_NORMAL = ("ふつうの字で", "ふつうの字", "普通の字で", "字を小さく", "もとの字で", "元に戻して", "もとにもどして")


def _by_text() -> dict[str, tuple[str, str]]:
    wishes = {compact(text): ("language", language) for language, texts in _LANGUAGES.items() for text in texts}
    wishes |= {compact(text): ("size", "large") for text in _LARGE}
    return wishes | {compact(text): ("size", "normal") for text in _NORMAL}


_WISHES = _by_text()


def wished_style(text: str, style: Style) -> Style | None:
    """The style that `text` asks for; None when it is not such a wish. 「ふつうの字で」 also ends easy Japanese."""
    wish = _WISHES.get(compact(text))
    if wish is None:
        return None
    kind, value = wish
    if kind == "language":
        return replace(style, language=value)
    if value == "large":
        return replace(style, large=True)
    return replace(style, large=False, language="ja" if style.language == "easy" else style.language)
