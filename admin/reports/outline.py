"""What is known of a city's questions in some days: counts, verdicts, names; gathered once for every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from admin.reports import judgements
from bot.conversation.city import CityKnowledge
from bot.statistics.counting import Asking, Counted, by_group, counted, total, weekly
from bot.statistics.periods import Period
from bot.statistics.shares import Share
from bot.statistics.tally import Judged, Tally
from knowledge.catalogue import catalogue

CHANNELS: Mapping[str, str] = {"line": "LINE", "lookup": "調べるページ", "class": "スマホ教室"}
LANGUAGES: Mapping[str, str] = {
    "ja": "日本語", "en": "英語", "zh": "中国語", "ko": "韓国語", "vi": "ベトナム語", "pt": "ポルトガル語",
    "tl": "タガログ語", "ne": "ネパール語",
}  # fmt: skip
NO_GROUP = "近い項目なし"
_JUDGED = "確かめた答え"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a breakdown: a name, its counts, and what was judged of its answers."""

    name: str
    tally: Tally
    judged: Judged


@dataclass(frozen=True, slots=True)
class Outline:
    """A city's questions in some days."""

    city: CityKnowledge
    period: Period
    counted: Counted
    judged: Judged
    judged_weeks: Mapping[date, Judged]
    groups: tuple[Line, ...]
    languages: tuple[Line, ...]
    channels: tuple[Line, ...]

    @property
    def total(self) -> Tally:
        """All questions together."""
        return self.counted.total

    @property
    def weeks(self) -> Mapping[date, Tally]:
        """Counts by the Monday of the week."""
        return weekly(self.counted.days)


def outline(session: Session, city: CityKnowledge, period: Period) -> Outline:
    """Counts what was asked in a city in these days."""
    asking = Asking(city.municipality, period, city.pack.counter.opening)
    found = counted(session, asking)
    rows = judgements.judged_rows(session, city.municipality, period)
    groups = catalogue().groups
    return Outline(
        city=city,
        period=period,
        counted=found,
        judged=judgements.judged_of(rows),
        judged_weeks=judgements.judged_by_week(rows),
        groups=_lines(by_group(found.subjects), groups, judgements.judged_by(rows, judgements.group_of)),
        languages=_lines(found.languages, LANGUAGES, judgements.judged_by(rows, lambda row: row.language)),
        channels=_lines(found.channels, CHANNELS, judgements.judged_by(rows, lambda row: row.channel)),
    )


@dataclass(frozen=True, slots=True)
class Sums:
    """A city's questions in some days, all together."""

    total: Tally
    judged: Judged


def sums(session: Session, city: CityKnowledge, period: Period) -> Sums:
    """The same counts as `outline`, without anything split."""
    asking = Asking(city.municipality, period, city.pack.counter.opening)
    rows = judgements.judged_rows(session, city.municipality, period)
    return Sums(total(session, asking), judgements.judged_of(rows))


def _lines(tallies: Mapping[str, Tally], names: Mapping[str, str], judged: Mapping[str, Judged]) -> tuple[Line, ...]:
    """The rows of a breakdown, most questions first."""
    lines = [Line(names.get(key, key or NO_GROUP), tally, judged.get(key, Judged())) for key, tally in tallies.items()]
    return tuple(sorted(lines, key=lambda line: (-line.tally.questions, line.name)))


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with its name, what it means, and whether it comes from a sample."""

    name: str
    share: Share
    of: str
    means: str
    sampled: bool = False


def rates_of(tally: Tally, judged: Judged) -> tuple[Rate, ...]:
    """The rates, each apart."""
    return (
        Rate("回答率", tally.answer_rate, "質問", "答えか候補を出した割合。正しかったかどうかは分かりません"),
        Rate("正答率", judged.right_rate, _JUDGED, "くじで選んだ答えを職員が読み、正しかった割合", sampled=True),
        Rate("誤答率", judged.wrong_rate, _JUDGED, "くじで選んだ答えのうち、ちがう答えだった割合", sampled=True),
        Rate("答えすぎ率", judged.overreach_rate, _JUDGED, "くじのうち、答えないほうがよかった割合", sampled=True),
        Rate("解決率", tally.solved_rate, "感想", "「解決した」「しなかった」を押した人のうち、解決した割合"),
        Rate("聞き返し率", tally.ask_rate, "質問", "一つに決められず、候補を並べた割合"),
        Rate("時間外の割合", tally.out_of_hours_rate, "質問", "窓口が閉まっている時間の質問の割合"),
        Rate("入力のつまずき", tally.typing_rate, "質問", "打ちまちがいか、10分に3回続けて答えに着かない質問"),
    )
