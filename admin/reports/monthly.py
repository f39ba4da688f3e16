"""The monthly report: a month in plain sentences, beside the month before, for people who don't work with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlmodel import Session

from admin.reports import charts, dashboard
from admin.reports.charts import Series
from admin.reports.dashboard import Topic, Vain
from admin.reports.indicators import Followed, followed
from admin.reports.outline import Outline, Rate, Sums, outline, rates_of, sums
from admin.reports.queue import CauseCount, Waiting, causes_of, past_review, waiting_of
from bot.conversation.city import CityKnowledge
from bot.responses.days import in_japan
from bot.statistics.periods import Period, month_before
from bot.statistics.shares import Share, points
from bot.statistics.small_numbers import LEAST, guarded

TOPICS, VAIN, SECTIONS, INDICATORS = 8, 5, 5, 9
"""How much has room on two pages."""
LIVELY = 2.0
"""Points from which a change is called one; less is called about the same."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the report says. `sentences` come first; `rates` are pairs of this month and the one before."""

    here: Outline
    then: Sums
    sentences: tuple[str, ...]
    rates: tuple[tuple[Rate, Rate], ...]
    topics: tuple[Topic, ...]
    vain: tuple[Vain, ...]
    causes: tuple[CauseCount, ...]
    waiting: tuple[Waiting, ...]
    past_review: int
    indicators: tuple[Followed, ...]
    chart: Markup
    made_at: datetime

    @property
    def title(self) -> str:
        """国分寺市 まどぐち 利用のようす（2026年10月）."""
        first = self.here.period.first
        return f"{self.here.city.name} まどぐち 利用のようす（{first.year}年{first.month}月）"


def report_of(session: Session, city: CityKnowledge, month: Period, now: datetime) -> Report:
    """The report of a month. Only what speaks of five people or more is named."""
    here, then = outline(session, city, month), sums(session, city, month_before(month))
    today = in_japan(now).date()
    return Report(
        here=here,
        then=then,
        sentences=sentences(here, then),
        rates=tuple(zip(rates_of(here.total, here.judged), rates_of(then.total, then.judged), strict=True)),
        topics=tuple(t for t in dashboard.topics_of(here) if t.tally.exposed >= LEAST)[:TOPICS],
        vain=tuple(v for v in dashboard.in_vain(session, city, month, 50) if v.found.exposed >= LEAST)[:VAIN],
        causes=tuple(causes_of(session, city.municipality, month)),
        waiting=tuple(waiting_of(session, city.municipality, now)),
        past_review=past_review(city.entries, today),
        indicators=tuple(followed(session, city, month)),
        chart=_chart(here),
        made_at=now,
    )


def _chart(here: Outline) -> Markup:
    days = here.counted.days
    series = [Series("件", [t.questions for t in days.values()], "one")]
    return charts.columns_chart("一日ごとの質問の数", [dashboard.short_day(day) for day in days], series, height=110)


def sentences(here: Outline, then: Sums) -> tuple[str, ...]:
    """The month in a few sentences, each with its figures and the month before."""
    if not here.total.questions:
        return ("この月の質問はありませんでした。",)
    found = [_asked(here, then), _answered(here), _judged(here, then), _solved(here, then), _hours(here)]
    return tuple(sentence for sentence in found if sentence)


def _asked(here: Outline, then: Sums) -> str:
    people = f"LINE で聞いた人は{_people(here.total.people)}です。"
    return (
        f"市民からの質問は {here.total.questions:,} 件で、{_more(here.total.questions, then.total.questions)}。{people}"
    )


def _people(number: int) -> str:
    return f"{LEAST}人未満" if 0 < number < LEAST else f" {number:,} 人"


def _more(now: int, before: int) -> str:
    if not before:
        return "先月の記録はありません"
    change = (now - before) / before * 100
    if abs(change) < LIVELY:
        return f"先月（{before:,} 件）とほぼ同じでした"
    return f"先月（{before:,} 件）より {abs(change):.0f}% {'増えました' if change > 0 else '減りました'}"


def _answered(here: Outline) -> str:
    """What became of the questions. Parts that speak of few people are told together with the next one."""
    t = here.total
    parts = [
        ("そのまま答えた", t.answered),
        ("候補を並べて選んでもらった", t.asked_back),
        ("よその窓口を伝えた", t.referred),
        ("答えられなかった", t.unanswered),
    ]
    merged = together_where_few([(name, number) for name, number in parts if number])
    return f"そのうち、{'、'.join(f'{name}のが {number:,} 件' for name, number in merged)}です。"


def together_where_few(parts: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """The parts of a whole, joined with the smallest other one while one is of fewer than five."""
    found = sorted(parts, key=lambda part: -part[1])
    while len(found) > 1 and found[-1][1] < LEAST:
        (name, number), (other, more) = found.pop(), found.pop()
        found = sorted([*found, (f"{other}か{name}", number + more)], key=lambda part: -part[1])
    return found


def _judged(here: Outline, then: Sums) -> str:
    judged = here.judged
    if not judged.judged:
        return "答えが正しかったかどうかは、この月はまだ確かめていません。"
    wrong = judged.wrong + judged.overreached
    found = f"{judged.right} 件が正しく、{wrong} 件は正しくありませんでした"
    rate = f"正答率 {judged.right_rate.percent}、{_changed(judged.right_rate, then.judged.right_rate, sampled=True)}"
    return f"くじで選んだ {judged.judged} 件の答えを職員が読むと、{found}（{rate}）。"


def _solved(here: Outline, then: Sums) -> str:
    share = here.total.solved_rate
    if share.whole < LEAST:
        return ""
    said = f"感想を押した {share.whole:,} 件のうち、{guarded(share)[0]} が「解決した」でした"
    return f"{said}（{_changed(share, then.total.solved_rate)}）。"


def _hours(here: Outline) -> str:
    share = here.total.out_of_hours_rate
    return f"質問の {guarded(share)[0]} は、窓口が閉まっている時間に届きました。"


def _changed(now: Share, before: Share, *, sampled: bool = False) -> str:
    change = points(now, before)
    if change is None or before.whole < LEAST:
        return "先月はくらべられる数がありません"
    was = before.percent if sampled else guarded(before)[0]
    if abs(change) < LIVELY:
        return f"先月は {was} で、ほぼ同じです"
    return (
        f"先月は {guarded(before)[0]} で、{abs(change):.1f} ポイント{'上がりました' if change > 0 else '下がりました'}"
    )


def rows_of(report: Report) -> Sequence[tuple[str, ...]]:
    """The rates as rows of text: name, this month, of how many, last month, of how many, interval, meaning."""
    return [
        (now.name, *_told(now), *_told(then), now.share.interval_percent if now.sampled else "", now.means)
        for now, then in report.rates
    ]


def _told(rate: Rate) -> tuple[str, str]:
    """A rate of answers drawn speaks of answers; the others speak of people, and are guarded."""
    share = rate.share
    if not rate.sampled:
        return guarded(share)
    return share.percent, f"{share.part}/{share.whole}件" if share.whole else "なし"
