"""The columns of the three lists: their order in both layouts, and every name under which a field is found.

One table of names serves both ways: a column that is written belongs to the field under which it is read.

v2 is the order of the older recommended list. v3 follows the columns that are common to the sheets in force; the
order of the v3 event list is put together from them, because its sheet was not at hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal

Layout = Literal["v2", "v3"]
Names = Mapping[str, tuple[str, ...]]
"""Field → its column names, the preferred one first."""

_V2_BODY = ("都道府県コード又は市区町村コード", "NO", "都道府県名", "市区町村名")
_V3_BODY = ("全国地方公共団体コード", "ID", "地方公共団体名")
_V3_SEAT = (
    "所在地_全国地方公共団体コード", "町字ID", "所在地_連結表記", "所在地_都道府県", "所在地_市区町村", "所在地_町字",
    "所在地_番地以下", "建物名等(方書)", "緯度", "経度",
)  # fmt: skip
_V3_CONTACT = (
    "電話番号", "内線番号", "連絡先メールアドレス", "連絡先FormURL", "連絡先備考（その他、SNSなど）",
)  # fmt: skip

EVENT_COLUMNS: Mapping[Layout, tuple[str, ...]] = {
    "v2": (
        *_V2_BODY, "イベント名", "イベント名_カナ", "イベント名_英語", "開始日", "終了日", "開始時間", "終了時間",
        "開始日時特記事項", "説明", "料金(基本)", "料金(詳細)", "連絡先名称", "連絡先電話番号", "連絡先内線番号",
        "主催者", "場所名称", "住所", "方書", "緯度", "経度", "アクセス方法", "駐車場情報", "定員", "参加申込終了日",
        "参加申込終了時間", "参加申込方法", "URL", "備考",
    ),
    "v3": (
        *_V3_BODY, "イベント名", "イベント名_カナ", "イベント名_英字", "開始日", "終了日", "開始時間", "終了時間",
        "開始日時特記事項", "説明", "イベント種類", "料金種別", "料金(基本)", "料金(詳細)", "連絡先名称", *_V3_CONTACT,
        "主催者", "場所名称", *_V3_SEAT, "アクセス方法", "駐車場情報", "定員", "参加申込終了日", "参加申込終了時間",
        "参加申込方法", "URL", "備考",
    ),
}  # fmt: skip
WIFI_COLUMNS: Mapping[Layout, tuple[str, ...]] = {
    "v2": (
        *_V2_BODY, "名称", "名称_カナ", "名称_英語", "住所", "方書", "緯度", "経度", "設置者", "電話番号", "内線番号",
        "SSID", "提供エリア", "URL", "備考",
    ),
    "v3": (
        *_V3_BODY, "名称", "名称_カナ", "名称_英語", *_V3_SEAT, "設置者", *_V3_CONTACT, "郵便番号", "SSID",
        "提供エリア", "URL", "備考",
    ),
}  # fmt: skip
FACILITY_COLUMNS: Mapping[Layout, tuple[str, ...]] = {
    "v2": (
        *_V2_BODY, "名称", "名称_カナ", "名称_通称", "POIコード", "住所", "方書", "緯度", "経度", "電話番号",
        "内線番号", "法人番号", "団体名", "利用可能曜日", "開始時間", "終了時間", "利用可能日時特記事項", "説明",
        "バリアフリー情報", "URL", "備考",
    ),
    "v3": (
        *_V3_BODY, "名称", "名称_カナ", "名称_英字", *_V3_SEAT, "種別", *_V3_CONTACT, "郵便番号", "利用可能曜日",
        "開始時間", "終了時間", "利用可能日時特記事項", "URL", "画像", "備考",
    ),
}  # fmt: skip

BODY_FIELDS = frozenset({"id", "code", "body", "body_prefecture", "body_city", "seat_code", "prefecture", "city"})
"""Fields that templates come with filled in: a row that has no other is blank."""

_COMMON_NAMES: Names = {
    "id": ("ID", "NO"),
    "code": ("全国地方公共団体コード", "都道府県コード又は市区町村コード"),
    "body": ("地方公共団体名",),
    "body_prefecture": ("都道府県名",),
    "body_city": ("市区町村名",),
    "address": ("所在地_連結表記", "所在地_連結標記", "所在地_連結表示", "住所", "所在地"),
    "seat_code": ("所在地_全国地方公共団体コード",),
    "prefecture": ("所在地_都道府県",),
    "city": ("所在地_市区町村",),
    "town": ("所在地_町字",),
    "block": ("所在地_番地以下",),
    "building": ("建物名等(方書)", "建物名等(肩書)", "方書", "肩書", "建物名等"),
    "latitude": ("緯度",),
    "longitude": ("経度",),
    "tel": ("連絡先電話番号", "電話番号", "TEL"),
    "extension": ("連絡先内線番号", "内線番号"),
    "url": ("URL", "コンテンツURL", "イベントURL"),
    "note": ("備考",),
}
EVENT_NAMES: Names = {
    **_COMMON_NAMES,
    "title": ("イベント名", "イベント名称", "行事名"),
    "start_date": ("開始日", "開催日"),
    "end_date": ("終了日",),
    "start_time": ("開始時間", "開始時刻"),
    "end_time": ("終了時間", "終了時刻"),
    "when": ("開始日時特記事項",),
    "content": ("説明",),
    "fee": ("料金(基本)", "料金"),
    "fee_kind": ("料金種別",),
    "fee_detail": ("料金(詳細)",),
    "contact": ("連絡先名称",),
    "organiser": ("主催者",),
    "place": ("場所名称", "開催場所"),
    "access": ("アクセス方法",),
    "parking": ("駐車場情報",),
    "capacity": ("定員",),
    "apply_until": ("参加申込終了日",),
    "apply_time": ("参加申込終了時間",),
    "apply": ("参加申込方法",),
}
WIFI_NAMES: Names = {
    **_COMMON_NAMES,
    "name": ("名称", "施設名", "施設名称"),
    "owner": ("設置者",),
    "ssid": ("SSID",),
    "area": ("提供エリア",),
}
FACILITY_NAMES: Names = {
    **_COMMON_NAMES,
    "name": ("名称", "施設名", "施設名称"),
    "nickname": ("名称_通称",),
    "sort": ("種別",),
    "days": ("利用可能曜日",),
    "opens": ("開始時間", "利用開始時間"),
    "closes": ("終了時間", "利用終了時間"),
    "hours_note": ("利用可能日時特記事項", "利用可能時間特記事項"),
    "content": ("説明",),
    "barrier_free": ("バリアフリー情報",),
}


def column_key(column: str) -> str:
    """What is left of a column's name without width, case, spaces, line breaks and punctuation.

    Empty for a column that catalogues put in front themselves (`_id`): it numbers rows, it names nothing.
    """
    text = unicodedata.normalize("NFKC", column).strip()
    return "" if text.startswith("_") else re.sub(r"[\W_]+", "", text).casefold()


def fields_by_key(names: Names) -> dict[str, str]:
    """The field of every name, by its `column_key`."""
    return {column_key(name): field for field, known in names.items() for name in known}
