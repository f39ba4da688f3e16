"""`demo`: made-up traffic, to see the pages of a busy month before there is one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Annotated

import typer
from sqlalchemy import delete
from sqlmodel import Session, col, select

from admin.review import sampling
from admin.review.sampling import Verdict
from admin.review.tables import AuditSampleRow
from bot import class_results
from bot.class_results import Class, Counts
from bot.conversation.city import CityKnowledge
from bot.library import Library
from bot.statistics.periods import Period, monday_of
from bot.tables import ClassResultRow, UtteranceRow
from deploy import clock, schema
from deploy.cli.sources import open_database
from deploy.demo_traffic import PREFIX, Made, traffic
from deploy.settings import Settings, SettingsError, read_channels, read_settings
from deploy.words import lexicon
from knowledge.database import Database

app = typer.Typer(help="試すための、作りものの利用", no_args_is_help=True)
MADE_UP = "【見本】"


@app.callback()
def _group() -> None:
    """試すための、作りものの利用"""


@app.command("traffic")
def traffic_command(
    events: Annotated[int, typer.Option(min=1, max=1_000_000, help="質問の数")] = 30_000,
    days: Annotated[int, typer.Option(min=1, max=731, help="何日分か")] = 31,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="最後の日（ふつうはきのう）")] = None,
    seed: Annotated[int, typer.Option(help="同じ数なら、同じものができる")] = 1,
) -> None:
    """作りものの質問と返事を、本物の認識を通して入れる（本番のデータベースには入れない）。"""
    try:
        refuse_real_service(read_settings())
    except SettingsError as error:
        sys.exit(str(error))
    last = until.date() if until else clock.today() - timedelta(days=1)
    with open_database() as database:
        if schema.current(database) != schema.head():
            sys.exit("データベースの表が古いか、まだありません。先に madoguchi db upgrade を実行してください。")
        made = fill(database, Period(last - timedelta(days=days - 1), last), events, seed)
    print(f"作りものの質問を {made:,} 件、入れました（番号は {PREFIX}{seed}- で始まります）。")


def refuse_real_service(settings: Settings) -> None:
    """Raises SettingsError where real people may be asking: in production, or with real channels."""
    if not settings.is_development or read_channels():
        raise SettingsError(
            "作りものの利用は、試すための場所にだけ入れられます。\n"
            "MADOGUCHI_MODE=development にして、LINE のチャネルの設定を外してから動かしてください。"
        )


def fill(database: Database, period: Period, events: int, seed: int) -> int:
    """Puts made-up questions in place of those of the same seed, with verdicts, samples and classes."""
    with database.reading() as session:
        library = Library(lexicon(), clock.today)
        cities = {c: library.city(session, c) for c in library.published(session).municipalities}
    if not cities:
        raise SettingsError("市のパックがまだ入っていません。先に madoguchi pack import を実行してください。")
    made = list(traffic(cities, period, events, seed))
    with database.writing() as session:
        _remove(session, seed)
        session.add_all([item.row for item in made])
        session.flush()
        _judge(session, cities, period, made)
        _hold_classes(session, cities, period)
    return len(made)


def _remove(session: Session, seed: int) -> None:
    mine = f"{PREFIX}{seed}-%"
    session.execute(delete(UtteranceRow).where(col(UtteranceRow.id).like(mine)))
    session.execute(delete(AuditSampleRow).where(col(AuditSampleRow.utterance_id).like(mine)))
    session.execute(delete(ClassResultRow).where(col(ClassResultRow.title).like(f"{MADE_UP}%")))


def _judge(session: Session, cities: dict[str, CityKnowledge], period: Period, made: Sequence[Made]) -> None:
    """Draws the weekly samples of weeks that are over, and judges them by what was really meant."""
    meant = {item.row.id: item for item in made}
    for monday, _ in groupby(period.each_day(), key=monday_of):
        if monday + timedelta(days=6) < clock.today():
            for city in cities:
                sampling.draw(session, city, monday)
    drawn = select(AuditSampleRow).where(col(AuditSampleRow.utterance_id).like(f"{PREFIX}%"))
    for row in session.exec(drawn):
        if (item := meant.get(row.utterance_id)) is not None:
            row.verdict = _verdict(item)
            row.judged_by, row.judged_at = "sample", clock.now()


def _verdict(made: Made) -> Verdict:
    if made.right:
        return Verdict.RIGHT
    return Verdict.WRONG if made.topics else Verdict.NOT_TO_ANSWER


def _hold_classes(session: Session, cities: dict[str, CityKnowledge], period: Period) -> None:
    """Two classes a week in each city, with what people said of them."""
    for number, city in enumerate(sorted(cities)):
        for day in period.each_day():
            if day.weekday() in (1, 3):
                came = 6 + (day.toordinal() + number) % 9
                counts = Counts(came, (came - 4, 3, 1, 0), (came - 3, 2, 0, 0))
                _hold(session, city, day, counts)


def _hold(session: Session, city: str, day: date, counts: Counts) -> None:
    held = Class(day, f"{MADE_UP}はじめてのスマホ", "見本会場")
    class_results.record(session, city, held, counts, "helper", clock.now())
