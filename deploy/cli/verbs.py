"""The verbs of `madoguchi`, each loaded when it is run: `ask` needs no web server, and `--help` none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from bot.collecting import keeping


@dataclass(frozen=True, slots=True)
class Verb:
    """Where a verb is, a group of commands or one function, and the sentence of `--help` (the verb's own)."""

    module: str
    name: str
    help: str


VERBS: Mapping[str, Verb] = {
    "serve": Verb("serve", "serve", "受信・画面・応答を一つのプロセスで動かす（PostgreSQL なら worker を足せる）。"),
    "worker": Verb("serve", "worker", "応答だけを動かす（PostgreSQL で serve とは別に増やすとき）。"),
    "dev": Verb("serve", "dev", "この機械で試す: 用意をすべてして、シミュレーターつきで動かす。"),
    "ask": Verb("ask", "ask", "質問を一つ聞く。"),
    "chat": Verb("ask", "chat", "続けて質問する（空の行で終わる）。"),
    "mask": Verb("ask", "mask_lines", "標準入力の各行から個人の情報を消して出す。"),
    "doctor": Verb(
        "doctor",
        "doctor",
        "設定・データベース・知識・LINE の設定を調べ、することを一行ずつ言う（○ よい、× 直す、ー 知らせ）。",
    ),
    "pack": Verb("packs", "app", "知識のパック（YAML）を調べる・取り込む・書き出す"),
    "db": Verb("database", "app", "データベースを整える・調べる"),
    "demo": Verb("demo", "app", "試すための、作りものの利用"),
    "digest": Verb("digest", "app", "担当への毎日のお知らせ"),
    "staff": Verb("staff", "app", "管理画面に入る職員"),
    "person": Verb("person", "app", "一人の方について残っているもの（開示と消去の求めに）"),
    "announce": Verb("announce", "app", "お知らせと休止（管理画面の「お知らせと休止」と同じもの）"),
    "eval": Verb("evaluate", "app", "正しさと速さを測る（madoguchi eval FILE）"),
    "line": Verb("line", "app", "LINE の側の用意"),
    "links": Verb("links", "app", "答えのリンクが開けるかを調べる"),
    "classes": Verb("listings", "classes_app", "スマホ教室の日程（イベント一覧の CSV）を取り込む・書き出す・見る"),
    "places": Verb("listings", "places_app", "場所（公共施設・公衆無線LAN の一覧の CSV）を取り込む・書き出す"),
}
"""In the order of `--help`."""


class Verbs(TyperGroup):
    """The group of all verbs. Until one is run, its name and its sentence stand for it."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - typer's own
        super().__init__(**settings)
        self.commands.update({name: TyperCommand(name, help=verb.help) for name, verb in VERBS.items()})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's own
        """The verb that the arguments name, loaded."""
        if args[0] in VERBS:
            self.load(args[0])
        return super().resolve_command(ctx, args)

    def load(self, name: str) -> None:
        """Puts a verb in its place."""
        verb = VERBS[name]
        with keeping():
            found = getattr(import_module(f"deploy.cli.{verb.module}"), verb.name)
        outer = typer.Typer(add_completion=False)
        if isinstance(found, typer.Typer):
            outer.add_typer(found, name=name)
        else:
            outer.command(name)(found)
        self.add_command(get_group(outer).commands[name])


def spell_out(arguments: Sequence[str]) -> list[str]:
    """`eval FILE` stands for `eval questions FILE`: a group's commands can't be told from a file otherwise."""
    given = list(arguments)
    if given[:1] == ["eval"] and len(given) > 1 and given[1] not in ("questions", "retrieval", "fit", "--help"):
        given.insert(1, "questions")
    return given
