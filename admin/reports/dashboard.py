"""「利用のようす」: what is shown of a city's days, beside another city's or earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup
from sqlmodel import Session

from admin.reports import charts
from admin.reports.charts import Series
from admin.reports.outline import Outline
from admin.review.causes import unreadable
from bot.conversation.city import CityKnowledge
from bot.intents.normalising import compact
from bot.statistics.counting import Unanswered, most_unanswered, texts_of
from bot.statistics.periods import Period
from bot.statistics.shares import Share
from bot.statistics.tally import Judged, Tally

SHOWN = 10
LEAST_FEEDBACK = 5
"""An entry about which fewer people said something stands in no list of the helpful."""
BEFORE, YEAR = "before", "year"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see. `beside` is "" (nothing), "before", "year", or another city."""

    period: Period
    beside: str = ""


def wanted_of(first: str, last: str, beside: str, today: date) -> Wanted:
    """What the address asks for; without days the 28 days up to yesterday. Raises ValueError (a Japanese sentence)."""
    try:
        end = date.fromisoformat(last) if last else today - timedelta(days=1)
        start = date.fromisoformat(first) if first else end - timedelta(days=27)
    except ValueError:
        raise ValueError("日付を、2026-10-01 のように書いてください。") from None
    return Wanted(Period(start, end), beside)


def other_period(wanted: Wanted) -> Period:
    """The days that are put beside: those before, a year earlier (364 days: the same weekdays), or the same."""
    if wanted.beside == BEFORE:
        return wanted.period.before
    if wanted.beside == YEAR:
        year = timedelta(days=364)
        return Period(wanted.period.first - year, wanted.period.last - year)
    return wanted.period


@dataclass(frozen=True, slots=True)
class Topic:
    """An entry and what was counted of it."""

    entry: str
    question: str
    tally: Tally


def topics_of(outline: Outline) -> list[Topic]:
    """The entries that questions were about, most asked first."""
    questions = {visible.id: visible.entry.question for visible in outline.city.entries.values()}
    found = [Topic(entry, questions.get(entry, entry), t) for entry, t in outline.counted.subjects.items() if entry]
    return sorted(found, key=lambda topic: (-topic.tally.questions, topic.entry))


def helpful(topics: Sequence[Topic], *, most: bool) -> list[Topic]:
    """The entries of which people say most often that they helped, or did not; only where enough people said so."""
    told = [t for t in topics if t.tally.solved_rate.whole >= LEAST_FEEDBACK]
    key = (lambda t: (-t.tally.solved_rate.value, -t.tally.questions)) if most else (
        lambda t: (t.tally.solved_rate.value, -t.tally.unsolved))  # fmt: skip
    return sorted(told, key=key)[:SHOWN]


@dataclass(frozen=True, slots=True)
class Vain:
    """A wording that was asked in vain, with its masked text."""

    text: str
    found: Unanswered


def in_vain(session: Session, city: CityKnowledge, period: Period, limit: int = SHOWN) -> list[Vain]:
    """What was asked in vain most. What nobody could read counts as trouble with typing and is not listed."""
    found = most_unanswered(session, city.municipality, period, limit * 3)
    texts = texts_of(session, found)
    told = [Vain(texts.get(item.id, ""), item) for item in found]
    return [vain for vain in told if not unreadable(compact(vain.text))][:limit]


def days_chart(outline: Outline, beside: Outline | None) -> Markup:
    """Questions and people a day."""
    days = outline.counted.days
    series = [
        Series("件", [t.questions for t in days.values()], "one"),
        Series("人", [t.people for t in days.values()], "two"),
    ]
    if beside is not None:
        then = [t.questions for t in beside.counted.days.values()][: len(days)]
        series.append(Series("くらべる期間の件", then, "then"))
    return charts.columns_chart("一日ごとの質問の数と人の数", [short_day(day) for day in days], series)


@dataclass(frozen=True, slots=True)
class Week:
    """A week's counts; `judged` are the answers drawn in it."""

    monday: date
    tally: Tally
    judged: Judged


def weeks_of(outline: Outline) -> list[Week]:
    """The weeks of the period; the first and the last may be cut."""
    return [Week(m, tally, outline.judged_weeks.get(m, Judged())) for m, tally in outline.weeks.items()]


def rates_chart(weeks: Sequence[Week]) -> Markup:
    """Rates by week."""

    def series(name: str, shares: list[Share], kind: str) -> Series:
        return Series(name, [share.value for share in shares], kind)

    return charts.lines_chart(
        "週ごとの割合のうつりかわり",
        [short_day(week.monday) for week in weeks],
        [
            series("回答率", [w.tally.answer_rate for w in weeks], "one"),
            series("正答率", [w.judged.right_rate for w in weeks], "two"),
            series("解決率", [w.tally.solved_rate for w in weeks], "three"),
            series("聞き返し率", [w.tally.ask_rate for w in weeks], "four"),
        ],
    )


def topics_chart(topics: Sequence[Topic]) -> Markup:
    """The most asked entries."""
    return charts.bars_chart("よく聞かれたこと", [(t.question, t.tally.questions) for t in topics[:SHOWN]])


def short_day(day: date) -> str:
    """11/3."""
    return f"{day.month}/{day.day}"


def usual_ranges(now: date) -> list[tuple[str, Period]]:
    """Ranges to pick with one tap."""
    yesterday = now - timedelta(days=1)
    before = now.replace(day=1) - timedelta(days=1)
    spans = [(f"{days}日", Period(yesterday - timedelta(days=days - 1), yesterday)) for days in (7, 28, 90, 365)]
    return [*spans, ("先月", Period(before.replace(day=1), before))]
