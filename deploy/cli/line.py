"""`line richmenu`: the menus under the talk room, at LINE."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.channels.line.richmenu import deploying
from bot.channels.line.richmenu.client import RichMenuClient
from bot.channels.line.richmenu.deploying import Done, wanted_menus
from bot.channels.line.richmenu.drawing import draw_menu
from bot.channels.line.richmenu.errors import RichMenuError
from bot.channels.line.richmenu.fonts import find_font
from bot.channels.line.richmenu.layout import Size
from bot.channels.line.richmenu.menus import Menu, menus_of
from bot.channels.line.richmenu.state import AtLine, Existing
from deploy.cli import validate_line
from deploy.cli.sources import City
from deploy.settings import SettingsError, read_channels, read_settings
from knowledge.packs import ROOT, read_packs

app = typer.Typer(help="LINE の側の用意", no_args_is_help=True)
richmenu = typer.Typer(help="トークの下に出るメニュー（リッチメニュー）", no_args_is_help=True)
app.add_typer(richmenu, name="richmenu")
app.command("validate")(validate_line.validate)

ChosenSize = Annotated[Size, typer.Option("--size", help="large（2500×1686）か compact（2500×843）")]


@app.callback()
def line() -> None:
    """LINE の側を用意する。"""


@richmenu.command("deploy")
def deploy_command(city: City, size: ChosenSize = Size.LARGE) -> None:
    """メニューを描いて LINE に置く。何度実行しても同じ。ほかの人のメニューにはさわらない。"""
    with _faults_as_sentences():
        menus, font = _menus(city, size), find_font(read_settings().font)
        with _channel(city) as channel:
            done = deploying.deploy(channel, wanted_menus(menus, lambda menu: draw_menu(menu, font)))
    print(_said(done))


@richmenu.command("list")
def list_command(city: City) -> None:
    """いま LINE にあるメニューを並べる。"""
    with _faults_as_sentences(), _channel(city) as channel:
        state = channel.state()
    for menu in state.ours:
        print(_row(menu, state))
    others = len(state.menus) - len(state.ours)
    print(f"まどぐちのメニュー {len(state.ours)} 枚、ほかのメニュー {others} 枚（ほかのメニューは消しません）")


@richmenu.command("remove")
def remove_command(city: City) -> None:
    """まどぐちのメニューを LINE から消す。ほかの人のメニューは残る。"""
    with _faults_as_sentences(), _channel(city) as channel:
        done = deploying.remove(channel)
    print("消すメニューはありません。" if done.nothing else f"メニュー {done.removed} 枚を消しました。")


@richmenu.command("draw")
def draw_command(
    city: City, out: Annotated[Path, typer.Option("--out", help="PNG を置くフォルダー")], size: ChosenSize = Size.LARGE
) -> None:
    """LINE に送らずに、メニューの絵だけをフォルダーに書く。"""
    with _faults_as_sentences():
        menus, font = _menus(city, size), find_font(read_settings().font)
    out.mkdir(parents=True, exist_ok=True)
    for menu in menus:
        path = out / f"{city}-{size}-{menu.tab}.png"
        path.write_bytes(draw_menu(menu, font))
        print(path)


@contextmanager
def _faults_as_sentences() -> Iterator[None]:
    """Ends the program with the fault's own sentence."""
    try:
        yield
    except RichMenuError as error:
        sys.exit(str(error))


def _menus(city: str, size: Size) -> tuple[Menu, ...]:
    pack = read_packs(ROOT, city).packs.get(city)
    if pack is None or city == "common":
        names = sorted(path.parent.name for path in ROOT.glob("*/pack.yaml") if path.parent.name != "common")
        sys.exit(f"市「{city}」はありません。あるのは {', '.join(names)} です。")
    return menus_of(city, pack.name, size)


def _channel(city: str) -> RichMenuClient:
    channel = read_channels().get(city)
    if channel is None:
        name = city.upper().replace("-", "_")
        raise SettingsError(
            f"{city} の LINE の設定がありません。MADOGUCHI_LINE_{name}_CHANNEL_SECRET と "
            f"MADOGUCHI_LINE_{name}_ACCESS_TOKEN を設定してください（deploy/env.example に例があります）。"
        )
    return RichMenuClient(channel.access_token, read_settings().line_api)


def _said(done: Done) -> str:
    if done.nothing:
        return "メニューは、もう最新です。何も変えませんでした。"
    default = "はじめに出るメニューを替えました。" if done.default else ""
    return f"メニューを {done.created} 枚作り、古いもの {done.removed} 枚を消しました。{default}"


def _row(menu: Existing, state: AtLine) -> str:
    aliases = "、".join(alias for alias, target in state.aliases.items() if target == menu.id) or "（別名なし）"
    first = "  はじめに出るメニュー" if menu.id == state.default else ""
    return f"{aliases}  {menu.width}×{menu.height}  {menu.name}  {menu.id}{first}"
