"""The command `madoguchi`."""

from __future__ import annotations

import sys

import typer
from sqlalchemy.exc import DBAPIError

from deploy.cli import (
    announce,
    ask,
    database,
    demo,
    digest,
    doctor,
    evaluate,
    line,
    links,
    listings,
    packs,
    person,
    safekeeping,
    serve,
    staff,
)
from deploy.schema import UnknownSchema
from deploy.settings import SettingsError

app = typer.Typer(
    name="madoguchi",
    help="まどぐち: 市役所の質問に、職員が書いた答えで応じます。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (serve, ask, doctor):
    module.add_to(app)
safekeeping.add_to(database.app)
app.add_typer(packs.app, name="pack")
app.add_typer(database.app, name="db")
app.add_typer(demo.app, name="demo")
app.add_typer(digest.app, name="digest")
app.add_typer(staff.app, name="staff")
app.add_typer(person.app, name="person")
app.add_typer(announce.app, name="announce")
app.add_typer(evaluate.app, name="eval")
app.add_typer(line.app, name="line")
app.add_typer(links.app, name="links")
app.add_typer(listings.classes_app, name="classes")
app.add_typer(listings.places_app, name="places")


def main() -> None:
    """Runs the command; what an operator can mend is said in a sentence, not in a traceback."""
    try:
        app(evaluate.spell_out(sys.argv[1:]))
    except SettingsError as error:
        sys.exit(str(error))
    except UnknownSchema:
        sys.exit(
            "データベースの表が、このプログラムの知らない新しい版です。\n"
            "新しい版のプログラムを使うか、前のバックアップから戻してください。"
        )
    except DBAPIError as error:
        sys.exit(
            f"データベースを使えません（{type(error.orig).__name__}: {error.orig}）。\n"
            "madoguchi db check で確かめてください。"
        )
    except BrokenPipeError:
        sys.exit(1)
