"""What the three catalogues have in common, and what their forms ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from knowledge.listings import PackListings, Place, Procedure, SmartphoneClass
from knowledge.open_data.procedures import EVENT_LABELS, ONLINE_LABELS, STATE_LABELS

Item = Procedure | Place | SmartphoneClass
Input = Literal["text", "area", "lines", "date", "time", "number", "tel", "url", "choice", "choices", "tick"]
PLACE_KINDS: Mapping[str, str] = {
    "counter": "窓口",
    "terminal": "端末",
    "wifi": "Wi-Fi",
    "class": "教室の会場",
    "facility": "施設",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. `most` is the greatest number of characters; `options` are codes and labels."""

    name: str
    label: str
    input: Input = "text"
    hint: str = ""
    required: bool = False
    most: int = 200
    options: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A catalogue: its part of the address, its names, its model, its form, and the lists that can be brought in."""

    path: str
    title: str
    noun: str
    model: type[Procedure] | type[Place] | type[SmartphoneClass]
    fields: tuple[Field, ...]
    lists: Mapping[str, str]

    def items(self, listings: PackListings) -> tuple[Item, ...]:
        """The catalogue's items among a pack's listings."""
        shelves: Mapping[str, tuple[Item, ...]] = {
            "procedures": listings.procedures,
            "places": listings.places,
            "classes": listings.classes,
        }
        return shelves[self.path]


_LATITUDE = Field("latitude", "緯度", hint="例 35.7102（地図にのせるとき）", most=20)
_LONGITUDE = Field("longitude", "経度", hint="例 139.4622", most=20)

SHELVES: Mapping[str, Shelf] = {
    "classes": Shelf(
        "classes",
        "スマホ教室",
        "教室",
        SmartphoneClass,
        (
            Field("title", "教室の名前", required=True),
            Field("date", "日にち", "date", required=True),
            Field("start", "始まり", "time", required=True),
            Field("end", "終わり", "time", hint="分からなければ空のまま"),
            Field("place", "会場", required=True),
            Field("address", "住所"),
            Field("content", "内容", "area", most=1000),
            Field("capacity", "定員（人）", "number"),
            Field("fee", "費用（円）", "number", hint="無料は 0。分からなければ空のまま"),
            Field("apply", "申し込みのしかた", "area", most=300),
            Field("apply_until", "申し込みの締め切り", "date"),
            Field("contact", "問い合わせ先"),
            Field("tel", "電話", "tel", most=20),
            Field("url", "くわしいページ", "url", most=1000),
            Field("note", "備考", "area", most=500),
            _LATITUDE,
            _LONGITUDE,
            Field("cancelled", "この回は中止（市民には「中止」と出ます）", "tick"),
        ),
        {"events": "イベント一覧"},
    ),
    "places": Shelf(
        "places",
        "場所",
        "場所",
        Place,
        (
            Field("name", "名前", required=True, most=60),
            Field("kind", "種類", "choice", required=True, options=PLACE_KINDS),
            Field("address", "住所"),
            Field("tel", "電話", "tel", most=20),
            Field("hours", "開いている日と時間"),
            Field("note", "備考", "area", most=200),
            Field("url", "くわしいページ", "url", most=1000),
            Field("as_of", "いつの情報か", "date", required=True),
            _LATITUDE,
            _LONGITUDE,
            Field("sources", "出典の番号", "lines", hint="1 行に 1 つ。なければ空のまま"),
        ),
        {"facilities": "公共施設一覧", "wifi": "公衆無線LANアクセスポイント一覧"},
    ),
    "procedures": Shelf(
        "procedures",
        "手続",
        "手続",
        Procedure,
        (
            Field("name", "手続の名前", required=True, most=60),
            Field("words", "ほかの言い方", "lines", hint="1 行に 1 つ。市民の言葉のまま"),
            Field("events", "暮らしの出来事", "choices", required=True, options={**EVENT_LABELS}),
            Field("online", "オンラインでできるか", "choice", required=True, options={**ONLINE_LABELS}),
            Field("entrance", "入口", required=True, most=60, hint="例 マイナポータル、市役所の窓口"),
            Field("needs", "要るもの", "lines", hint="1 行に 1 つ"),
            Field("visit", "市役所に行く必要があるか", required=True, most=80),
            Field("state", "状態", "choice", required=True, options={**STATE_LABELS}),
            Field("topic", "くわしい答えの項目", most=80, hint="例 mynumber-card/lost-card。なければ空のまま"),
            Field("sources", "出典の番号", "lines", required=True, hint="1 行に 1 つ"),
        ),
        {"procedures": "手続の一覧"},
    ),
}
