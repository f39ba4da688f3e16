"""`person`: what is stored about one person. The LINE id is turned into its keyed hash and kept nowhere."""

from __future__ import annotations

import json
import re
import sys
from typing import Annotated

import typer

from bot.pseudonyms import Pseudonyms
from deploy import clock
from deploy.cli.sources import City, open_database
from deploy.people import erase_person, export_person
from deploy.settings import read_settings, required_hash_key

app = typer.Typer(help="一人の方について残っているもの（開示と消去の求めに）", no_args_is_help=True)
_USER = re.compile(r"U[0-9a-f]{32}")

UserId = Annotated[
    str, typer.Option("--line-user-id", help="LINE の利用者 ID（U と 32 文字）。- なら標準入力の一行目から読む")
]
Yes = Annotated[bool, typer.Option("--yes", help="確かめずに消す")]


@app.command("export")
def export(city: City, line_user_id: UserId) -> None:
    """残っているものをすべて JSON で出す。出したことは操作の記録に残る。"""
    hashes = _pseudonyms(city, line_user_id)
    with open_database() as database, database.writing() as session:
        found = export_person(session, city, hashes, at=clock.now())
    print(json.dumps(found, ensure_ascii=False, indent=2))


@app.command("erase")
def erase(city: City, line_user_id: UserId, yes: Yes = False) -> None:
    """残っているものをすべて消す。消したことと件数だけが操作の記録に残る。"""
    hashes = _pseudonyms(city, line_user_id)
    if not yes:
        typer.confirm("この方の質問・受け口の記録・好みを消します。戻せません。よろしいですか", abort=True)
    with open_database() as database, database.writing() as session:
        erased = erase_person(session, city, hashes, at=clock.now())
    print(f"質問 {erased.questions}、受け口 {erased.events}、好み {erased.preferences} 件を消しました")


def _pseudonyms(city: str, given: str) -> tuple[str, ...]:
    """The person's keyed hashes: two while the key is replaced. Ends the program for what is no LINE id."""
    user = (sys.stdin.readline() if given == "-" else given).strip()
    if not _USER.fullmatch(user):
        sys.exit("LINE の利用者 ID は、U で始まる 33 文字（U と 0〜9・a〜f が 32 文字）です。")
    settings = read_settings()
    known = Pseudonyms(required_hash_key(settings), settings.hash_key_old.get_secret_value())
    return known.every(city, user)
