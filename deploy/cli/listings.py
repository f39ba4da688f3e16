"""`classes` and `places`: sessions of smartphone classes and places, in and out as open-data CSV."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlmodel import Session

from bot.conversation.classes import upcoming
from bot.responses.days import clock_text, day_text, in_japan
from deploy import clock
from deploy.cli.sources import City, open_database
from knowledge.listing_store import publish_listings, store_classes, store_places
from knowledge.municipalities import FOUNDING
from knowledge.open_data import Layout, read_events, read_facilities, read_wifi, write_events
from knowledge.open_data import write_facilities as write_facility_list
from knowledge.open_data import write_wifi as write_wifi_list
from knowledge.open_data.writing import six_digits
from knowledge.published import Published, load_published
from knowledge.reading import Problem

classes_app = typer.Typer(help="スマホ教室の日程（イベント一覧の CSV）を取り込む・書き出す・見る", no_args_is_help=True)
places_app = typer.Typer(help="場所（公共施設・公衆無線LAN の一覧の CSV）を取り込む・書き出す", no_args_is_help=True)

AUTHOR = "list"
Source = Annotated[Path, typer.Argument(help="CSV のファイル", exists=True, dir_okay=False)]
Target = Annotated[Path, typer.Argument(help="書き出す CSV のファイル")]
KeepGood = Annotated[bool, typer.Option("--keep-good", help="誤りのある行を除いて、ほかの行を取り込む")]
Kind = Annotated[Literal["facility", "wifi"], typer.Option("--kind", help="公共施設 facility ／ 公衆無線LAN wifi")]
LayoutOption = Annotated[
    Layout, typer.Option("--layout", help="列の並び: v2（推奨データセット）か v3（標準データセット）")
]
Code = Annotated[str, typer.Option("--code", help="全国地方公共団体コード（五つの市では要りません）")]
Prefecture = Annotated[str, typer.Option("--prefecture", help="都道府県の名（五つの市では要りません）")]


@classes_app.command("import")
def import_classes(city: City, file: Source, keep_good: KeepGood = False) -> None:
    """日程を、前のものと置き換えて公開する。誤りのある行があれば、すべて出して何も変えない。"""
    sessions, problems = read_events(file.read_bytes(), file.name)
    _stop_on_errors(problems, len(sessions), keep_good)
    with _writing(city) as session:
        if store_classes(session, city, sessions):
            publish_listings(session, author=AUTHOR, reason="スマホ教室の日程の取り込み", at=clock.now())
    coming = len(upcoming(sessions, clock.now()))
    print(f"{len(sessions)} 件を取り込みました（これからのもの {coming} 件）")


@classes_app.command("export")
def export_classes(
    city: City, file: Target, layout: LayoutOption = "v3", code: Code = "", prefecture: Prefecture = ""
) -> None:
    """公開中の日程を、イベント一覧の CSV に書き出す。"""
    published = _published(city)
    sessions = published.listings[city].classes if city in published.listings else ()
    written = write_events(sessions, layout=layout, **_publisher(published, city, code, prefecture))
    _write(file, written, sum(not s.sample for s in sessions))


@classes_app.command("list")
def list_classes(city: City, every: Annotated[bool, typer.Option("--all", help="終わったものも")] = False) -> None:
    """公開中の日程を、日にちの順に出す。"""
    published, now = _published(city), clock.now()
    sessions = published.listings[city].classes if city in published.listings else ()
    for session in sessions if every else upcoming(sessions, now):
        print(f"{_when(session.starts, now)}  {session.title}  {session.place}")
    if not sessions:
        print("日程はまだありません。madoguchi classes import で取り込めます。")


@places_app.command("import")
def import_places(
    city: City,
    file: Source,
    kind: Kind = "facility",
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="いつの情報か")] = None,
    keep_good: KeepGood = False,
) -> None:
    """場所の一覧を、前に取り込んだ同じ種類の一覧と置き換えて公開する。パックの場所はそのまま残る。"""
    read = read_wifi if kind == "wifi" else read_facilities
    places, problems = read(file.read_bytes(), file.name, as_of=as_of.date() if as_of else clock.today())
    _stop_on_errors(problems, len(places), keep_good)
    with _writing(city) as session:
        if store_places(session, city, kind, places):
            publish_listings(session, author=AUTHOR, reason="場所の一覧の取り込み", at=clock.now())
    print(f"{len(places)} 件を取り込みました（地図にのせられるもの {sum(p.located for p in places)} 件）")


@places_app.command("export")
def export_places(
    city: City,
    file: Target,
    kind: Kind = "facility",
    layout: LayoutOption = "v3",
    code: Code = "",
    prefecture: Prefecture = "",
) -> None:
    """公開中の場所を CSV に書き出す（facility は、無線LAN のほかのすべての場所）。"""
    published = _published(city)
    places = published.listings[city].places if city in published.listings else ()
    chosen = [place for place in places if (place.kind == "wifi") == (kind == "wifi")]
    write = write_wifi_list if kind == "wifi" else write_facility_list
    _write(file, write(chosen, layout=layout, **_publisher(published, city, code, prefecture)), len(chosen))


def _stop_on_errors(problems: Sequence[Problem], good: int, keep_good: bool) -> None:
    """Says every fault. Ends the program where a row would be lost, unless the good ones are wanted anyway; and always
    where nothing is good, which would empty the list."""
    for problem in problems:
        typer.echo(problem, err=True)
    errors = sum(problem.level == "error" for problem in problems)
    if errors and (not keep_good or not good):
        typer.echo(f"誤りが {errors} 件あるので、取り込みませんでした。", err=True)
        if good:
            typer.echo(f"誤りのない {good} 行だけを取り込むときは、--keep-good を付けてください。", err=True)
        raise typer.Exit(1)


@contextmanager
def _writing(city: str) -> Iterator[Session]:
    with open_database() as database, database.writing() as session:
        _require(load_published(session), city)
        yield session


def _published(city: str) -> Published:
    with open_database() as database, database.reading() as session:
        published = load_published(session)
    _require(published, city)
    return published


def _require(published: Published, city: str) -> None:
    if city not in published.municipalities:
        known = ", ".join(published.municipalities) or "まだありません（madoguchi pack import）"
        sys.exit(f"市「{city}」はありません。あるのは {known} です。")


def _publisher(published: Published, city: str, code: str, prefecture: str) -> dict[str, str]:
    """Who publishes the list, as the writers want it. Ends the program where that is not known."""
    known = FOUNDING.get(city)
    code, prefecture = code or (known.code if known else ""), prefecture or (known.prefecture if known else "")
    if not code or not prefecture:
        sys.exit("--code（全国地方公共団体コード）と --prefecture（都道府県の名）を付けてください。")
    try:
        code = six_digits(code)
    except ValueError as error:
        sys.exit(str(error))
    return {
        "municipality_code": code,
        "municipality_name": published.packs[city].name,
        "prefecture": prefecture,
    }


def _write(file: Path, content: bytes, count: int) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        sys.exit(f"ファイル {file} に書けません（{error.strerror}）。")
    print(f"{count} 件を {file} に書き出しました")


def _when(starts: datetime, now: datetime) -> str:
    today: date = in_japan(now).date()
    there = in_japan(starts)
    return f"{day_text(there.date(), today)}{clock_text(there)}"
