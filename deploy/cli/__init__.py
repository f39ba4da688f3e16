"""The command `madoguchi`."""

from __future__ import annotations

import sys

import typer

from deploy.cli.verbs import Verbs, spell_out

app = typer.Typer(
    name="madoguchi",
    cls=Verbs,
    help="まどぐち: 市役所の質問に、職員が書いた答えで応じます。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _verbs() -> None:
    """Makes it a group: its verbs are in `deploy.cli.verbs`."""


def main() -> None:
    """Runs the command; what an operator can mend is said in a sentence, not in a traceback."""
    try:
        app(spell_out(sys.argv[1:]))
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        from deploy.cli.faults import sentence_of  # noqa: PLC0415 - slow to load, and seldom needed

        if (sentence := sentence_of(error)) is None:
            raise
        sys.exit(sentence)
