"""`announce`: notices and pauses from the command line, for the night when the admin's pages can't be reached."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated

import typer
from sqlmodel import Session

from admin.audit import write_audit
from bot import announcements
from bot.announcements import AnnouncementKind
from bot.tables import AnnouncementRow
from bot.web.static import japan_time
from deploy import clock
from deploy.cli.sources import City, open_database

app = typer.Typer(help="お知らせと休止（管理画面の「お知らせと休止」と同じもの）", no_args_is_help=True)

Text = Annotated[str, typer.Argument(help="市民が読む文（500 文字まで）")]
Reason = Annotated[str, typer.Option("--reason", help="わけ（職員だけが読む。200 文字まで）")]
Hours = Annotated[float | None, typer.Option("--hours", min=0.1, help="何時間で終わるか。なければ、止めるまで")]
_LONGEST_TEXT, _LONGEST_REASON = 500, 200


@app.command("notice")
def notice(city: City, text: Text, reason: Reason = "", hours: Hours = None) -> None:
    """すべての答えの上に、この文を出す（災害のときなど）。"""
    _announce(city, AnnouncementKind.NOTICE, text, reason, hours)


@app.command("pause")
def pause(city: City, text: Text, reason: Reason, hours: Hours = None) -> None:
    """答えるのを休み、かわりにこの文と窓口の電話を出す（命の危険の案内は出る）。"""
    _announce(city, AnnouncementKind.PAUSE, text, reason, hours)


@app.command("list")
def listed(city: City) -> None:
    """出ているものと、これから出るものを並べる。"""
    with open_database() as database, database.reading() as session:
        for row in announcements.listed(session, city, clock.now()):
            print(_line(row))


@app.command("stop")
def stop(city: City, number: Annotated[int, typer.Argument(help="list に出る番号")]) -> None:
    """今すぐ止める。"""
    with open_database() as database, database.writing() as session:
        row = announcements.stop(session, city, number, clock.now())
        if row is None:
            sys.exit(f"{city} に {number} 番のお知らせはありません。madoguchi announce list で確かめてください。")
        _audit(session, city, "stop announcement", row)
    print(f"{number} 番を止めました")


def _announce(city: str, kind: AnnouncementKind, text: str, reason: str, hours: float | None) -> None:
    if len(text) > _LONGEST_TEXT or len(reason) > _LONGEST_REASON:
        sys.exit(f"文は {_LONGEST_TEXT} 文字、わけは {_LONGEST_REASON} 文字までです。")
    now = clock.now()
    ends = now + timedelta(hours=hours) if hours is not None else None
    try:
        with open_database() as database, database.writing() as session:
            row = announcements.announce(
                session, city, kind, text, reason=reason, starts_at=now, ends_at=ends, author="system"
            )
            _audit(session, city, "announce", row)
            print(_line(row))
    except ValueError as error:
        sys.exit(str(error))


def _audit(session: Session, city: str, action: str, row: AnnouncementRow) -> None:
    after = {"text": row.text, "reason": row.reason, "ends_at": row.ends_at.isoformat() if row.ends_at else None}
    write_audit(session, None, action, f"announcement {row.id}", at=clock.now(), municipality=city, after=after)


def _line(row: AnnouncementRow) -> str:
    kind = "休止" if row.kind == AnnouncementKind.PAUSE else "お知らせ"
    until = f"{japan_time(row.ends_at)} まで" if row.ends_at else "止めるまで"
    return f"{row.id}\t{kind}\t{japan_time(row.starts_at)} から {until}\t{row.text}"
