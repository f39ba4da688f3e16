"""What a question names: when, where, about what. Values only: without a clock 「来週」 stays 「来週」."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from bot.intents.normalising import normalise
from bot.intents.tokenising import analyse

WEEKDAYS = "月火水木金土日"
"""In Python's order: Monday is 0."""


class DayPart(StrEnum):
    """A part of the day."""

    MORNING = "午前"
    NOON = "昼"
    AFTERNOON = "午後"
    EVENING = "夕方"
    NIGHT = "夜"


@dataclass(frozen=True, slots=True)
class When:
    """A date expression as it was said. `…_on` count days, weeks, months and years on from today (今日 0, 来週 1).

    `weekdays` count from Monday 0; `holidays` says whether public holidays count too (True), are left out (False:
    平日) or do not matter. `soonest` is the 「今度の」 of 「今度の土曜」. It is false when nothing was said.
    """

    days_on: int | None = None
    weeks_on: int | None = None
    months_on: int | None = None
    years_on: int | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekdays: frozenset[int] = frozenset()
    holidays: bool | None = None
    soonest: bool = False
    parts: frozenset[DayPart] = frozenset()

    def __bool__(self) -> bool:
        return any(getattr(self, f.name) != f.default for f in fields(self) if f.name != "soonest")


@dataclass(frozen=True, slots=True)
class Slots:
    """What was named. `places` and `contents` are words that must be met; `words` are what else was said, which may
    narrow but never rules out. `says_class` tells that a class or learning was spoken of."""

    when: When = When()
    places: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    says_class: bool = False

    @property
    def only_when(self) -> bool:
        """Whether a date expression is all that was said (「来週は？」)."""
        return bool(self.when) and not (self.places or self.contents or self.words or self.says_class)


_N = r"([0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_ALONE = r"(?=[のはもにを、。,.?!\s]|$)"
"""After a kana word that is also the beginning or the end of others (きょうしつ, かよう)."""
_NO_KANA = r"(?<![ぁ-ん])"
_WEEKEND = frozenset({5, 6})
_WORKING = frozenset(range(5))
_Rule = tuple[re.Pattern[str], Mapping[str, Any]]


def _rule(pattern: str, **said: int | bool | frozenset[int] | frozenset[DayPart]) -> _Rule:
    return re.compile(pattern), said


_RULES: tuple[_Rule, ...] = (
    _rule(r"しあさって|明々後日", days_on=3),
    _rule(r"明後日|あさって", days_on=2),
    _rule(r"明晩", days_on=1, parts=frozenset({DayPart.NIGHT})),
    _rule(rf"明日|あした|みょうにち|{_NO_KANA}あす{_ALONE}", days_on=1),
    _rule(r"今夜|今晩", days_on=0, parts=frozenset({DayPart.NIGHT})),
    _rule(rf"今日|本日|ほんじつ|{_NO_KANA}きょう{_ALONE}", days_on=0),
    _rule(r"再来週末", weeks_on=2, weekdays=_WEEKEND),
    _rule(r"再来週|さ来週|さらいしゅう", weeks_on=2),
    _rule(r"来週末", weeks_on=1, weekdays=_WEEKEND),
    _rule(r"来週|翌週|次の週(?!末)|らいしゅう", weeks_on=1),
    _rule(r"今週末|こんしゅうまつ", weeks_on=0, weekdays=_WEEKEND),
    _rule(r"今週|こんしゅう", weeks_on=0),
    _rule(r"再来月|さ来月|さらいげつ", months_on=2),
    _rule(r"来月|翌月|らいげつ", months_on=1),
    _rule(r"今月|こんげつ", months_on=0),
    _rule(r"再来年|さらいねん", years_on=2),
    _rule(r"来年|翌年|らいねん", years_on=1),
    _rule(r"今年(?!度)|ことし", years_on=0),
    _rule(r"土日祝日?|土日と祝日|休みの日|休日|祭日|やすみのひ", weekdays=_WEEKEND, holidays=True),
    _rule(r"土・?日|どにち|週末|しゅうまつ", weekdays=_WEEKEND),
    _rule(r"平日|へいじつ", weekdays=_WORKING, holidays=False),
    _rule(r"祝日|しゅくじつ", holidays=True),
    _rule(rf"午前中?|ごぜん|朝(?!日|鮮)|{_NO_KANA}あさ{_ALONE}", parts=frozenset({DayPart.MORNING})),
    _rule(r"午後|ごご(?!ろ)", parts=frozenset({DayPart.AFTERNOON})),
    _rule(r"夕方|夕刻|ゆうがた", parts=frozenset({DayPart.EVENING})),
    _rule(rf"夜間?|晩|{_NO_KANA}よる{_ALONE}", parts=frozenset({DayPart.NIGHT})),
    _rule(r"昼間?(?!寝|食|ご飯)", parts=frozenset({DayPart.NOON})),
)
_AFTER_DAYS = re.compile(rf"{_N}日後")
_AFTER_WEEKS = re.compile(rf"{_N}週間後")
_YEAR = re.compile(r"(20[0-9]{2})(?:年|/|-)")
_DATE = re.compile(rf"(?<![0-9]){_N}(?:月の?|/){_N}(?:日(?![間前後目])|(?![0-9/]))")
_MONTH = re.compile(rf"(?<![0-9毎]){_N}月(?!間|額|謝)")
_DAY = re.compile(rf"(?<![0-9/]){_N}日(?!間|前|後|以内|目|程|本|常|中|曜)")
_WEEKDAY = re.compile(r"(?<!毎)((?:[月火水木金土日][・、,か]?){1,7})曜日?")
_KANA_WEEKDAYS = ("げつようび?", "かようび", "すいようび?", "もくようび?", "きんようび?", "どようび?", "にちようび?")
_KANA_WEEKDAY = tuple(re.compile(rf"{_NO_KANA}{kana}{_ALONE}") for kana in _KANA_WEEKDAYS)
_SOONEST = re.compile(r"(?:今度|次|こんど|つぎ)の?(?=\s)")

_RUN = r"[一-龥々ヶァ-ヺーa-z0-9]"
_PLACE = re.compile(
    rf"{_RUN}{{0,12}}(?:公民館|図書館|センター|会館|市民館|地域館|ホール|プラザ|市役所|支所|出張所|学校|団地|駅前|駅)"
    rf"|{_RUN}{{1,12}}(?=の近く|の近所|付近|周辺|の辺|のあたり|方面|地区)"
)
_NOT_A_PLACE = frozenset({"家", "自宅", "私", "自分", "実家", "我家"})

_CLASS = re.compile(
    r"教室|講座|講習|勉強会|セミナー|レッスン|相談会|体験会|サロン|教えてくれる|習い|習う|習え|習わ|習っ|教わ"
    r"|きょうしつ|こうざ|こうしゅう|べんきょうかい|\bclass|lesson"
)
SUBJECTS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "LINE": r"line|(?<![ァ-ヶ])ライン(?![ァ-ヶ])",
        "QR": r"qr",
        "地図": r"地図|マップ|乗り?換え?",
        "写真": r"写真|カメラ|動画",
        "メール": r"メール",
        "マイナ": r"マイナ|ポータル",
        "オンライン手続": r"(?:オンライン|電子)(?:申請|手続)",
        "キャッシュレス": r"キャッシュレス|paypay|ペイペイ|電子マネー|スマホ決済",
        "安全": r"詐欺|さぎ|安全|セキュリティ|迷惑",
        "アプリ": r"アプリ",
        "ビデオ通話": r"ビデオ通話|テレビ電話|zoom|ズーム|オンライン会議",
        "診療": r"オンライン診療",
        "防災": r"防災|災害",
        "文字入力": r"入力",
        "インターネット": r"インターネット|検索",
        "パソコン": r"パソコン|(?<![a-z])pc(?![a-z])",
        "タブレット": r"タブレット|ipad",
        "SNS": r"sns|インスタ|フェイスブック",
        "AI": r"生成ai|chatgpt|人工知能",
    }.items()
}
"""What classes teach, with the words by which it is known: in a question as in a class."""

_SAID_ANYWAY = """
スマホ スマートフォン スマート フォン 携帯 電話 教室 講座 講習 講習会 会 勉強 勉強会 セミナー 習う 教える 教わる 教え
習い 使い方 使う 有る 無い 行く 出る 受ける 参加 申し込む 申し込み 申込 予約 開く 開催 遣る 為る 知る 聞く 下さる 来る
出来る 見る 日 日程 日時 日にち 日取り 何時 何処 何 場所 会場 近く 次 今度 市 市内 方 人 高齢 者 向け シニア 親 父 母
初心 初めて 良い 欲しい 成る 御 予定 一覧 探す 時 週 月 年 分 間 頃 中
"""
_GENERIC = frozenset(_SAID_ANYWAY.split())
"""Words of every question about classes: they tell no class from another."""


def find_slots(utterance: str) -> Slots:
    """What `utterance` names. Normalises by itself; never raises for any text."""
    text = normalise(utterance)
    when, rest = _take_when(text)
    places, rest = _take_places(rest)
    contents = subjects_in(rest)
    words = tuple(word for word in analyse(rest).words if word not in _GENERIC and not _is_subject(word, contents))
    return Slots(when, places, contents, words, says_class=bool(_CLASS.search(text)))


def subjects_in(text: str) -> tuple[str, ...]:
    """The subjects of `SUBJECTS` that a text speaks of."""
    folded = normalise(text)
    return tuple(name for name, known in SUBJECTS.items() if known.search(folded))


def _is_subject(word: str, contents: tuple[str, ...]) -> bool:
    return any(SUBJECTS[name].search(word) for name in contents)


def _take_when(text: str) -> tuple[When, str]:
    """The date expression, and the text without it. The first of a kind that was said counts."""
    said: dict[str, Any] = {}
    for pattern, values in _RULES:
        if not pattern.search(text):
            continue
        text = pattern.sub(" ", text)
        for name, value in values.items():
            said[name] = value | said.get(name, value) if isinstance(value, frozenset) else said.get(name, value)
    text = _take_numbers(text, said)
    text = _take_weekdays(text, said)
    if _SOONEST.search(text) and said.get("weekdays"):
        said["soonest"] = True
    return When(**said), text


def _take_numbers(text: str, said: dict[str, Any]) -> str:
    """Days and weeks from now, a year, a month with or without a day, a day."""
    for pattern, names in (
        (_AFTER_DAYS, ("days_on",)),
        (_AFTER_WEEKS, ("weeks_on",)),
        (_YEAR, ("year",)),
        (_DATE, ("month", "day")),
        (_MONTH, ("month",)),
        (_DAY, ("day",)),
    ):
        match = pattern.search(text)
        numbers = [_number(group) for group in match.groups()] if match else []
        found = dict(zip(names, numbers, strict=False))
        if match and all(_possible(name, number) for name, number in found.items()) and not found.keys() & said.keys():
            said |= found
            text = f"{text[: match.start()]} {text[match.end() :]}"
    return text


def _possible(name: str, number: int) -> bool:
    return {"month": 1 <= number <= 12, "day": 1 <= number <= 31}.get(name, True)


def _number(text: str) -> int:
    """A number in digits, or up to 九十九 in kanji."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    digits = "一二三四五六七八九"
    high = digits.find(tens) + 1 if tens else 1
    return (high * 10 if ten else 0) + (digits.find(ones) + 1 if ones else 0)


def _take_weekdays(text: str, said: dict[str, Any]) -> str:
    days = set(_weekdays_in(text))
    if days:
        said["weekdays"] = frozenset(days) | said.get("weekdays", frozenset())
    for pattern in (_WEEKDAY, *_KANA_WEEKDAY):
        text = pattern.sub(" ", text)
    return text


def _weekdays_in(text: str) -> Iterator[int]:
    for match in _WEEKDAY.finditer(text):
        yield from (WEEKDAYS.index(day) for day in match[1] if day in WEEKDAYS)
    yield from (number for number, pattern in enumerate(_KANA_WEEKDAY) if pattern.search(text))


def _take_places(text: str) -> tuple[tuple[str, ...], str]:
    found = [m[0] for m in _PLACE.finditer(text) if m[0] not in _NOT_A_PLACE]
    return tuple(dict.fromkeys(found)), _PLACE.sub(" ", text)
