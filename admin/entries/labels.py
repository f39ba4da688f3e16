"""What the fields and values of an entry are called on the pages of the admin."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.schema import COMMON

FIELDS: Mapping[str, str] = {
    "topic": "話題",
    "question": "質問",
    "answer": "答え",
    "steps": "手順",
    "phrasings": "聞き方",
    "actions": "ボタンと関連する質問",
    "sources": "出典",
    "state": "サービスの状態",
    "audience": "だれ向け",
    "section": "担当課",
    "as_of": "情報の日付",
    "review_by": "見直し期限",
    "valid_from": "公開の始まり",
    "valid_until": "公開の終わり",
    "to_fill": "市が書き足すこと",
    "variants": "やさしい日本語とほかの言語",
    "made_from": "日本語との合わせ",
    "kind": "種類",
    "label": "文字",
    "value": "行き先",
}
LANGUAGES: Mapping[str, str] = {
    "easy": "やさしい日本語",
    "en": "英語",
    "zh": "中国語",
    "ko": "韓国語",
    "vi": "ベトナム語",
    "pt": "ポルトガル語",
    "tl": "タガログ語",
    "ne": "ネパール語",
}
AUDIENCES: Mapping[str, str] = {"citizen": "市民", "helper": "教室の手伝いの人", "staff": "職員"}
SERVICE_STATES: Mapping[str, str] = {
    "in-service": "行っている",
    "planned": "計画している",
    "ended": "終わった",
    "policy": "方針・きまり",
}
ACTION_KINDS: Mapping[str, str] = {"tel": "電話", "link": "リンク", "ask": "関連する質問"}


def field_label(field: str) -> str:
    """The name of a dotted field: `variants.en.answer` is 「英語の答え」."""
    parts = field.split(".")
    if parts[0] == "variants" and len(parts) > 1:
        language = LANGUAGES.get(parts[1], parts[1])
        return f"{language}の{FIELDS.get(parts[2], parts[2])}" if len(parts) > 2 else language
    return FIELDS.get(field, field)


def pack_name(pack: str, city: str) -> str:
    """The name of an entry's pack beside a city's pages: 共通, or the city itself."""
    return "共通" if pack == COMMON else city
