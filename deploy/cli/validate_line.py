"""`line validate`: LINE's own check of every reply that the packs can make. Nothing is sent to anybody."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Annotated

import typer

from bot.channels.line.account import LineAccount, LineFault
from bot.channels.line.channel import LineChannel
from bot.channels.line.validating import Checked, check, rendered
from bot.conversation.repertoire import Told, repertoire
from deploy.cli.findings import fault_finding
from deploy.cli.sources import Live, city_finder, published
from deploy.settings import SettingsError, read_channels, read_settings

ChosenCity = Annotated[str | None, typer.Option("--city", help="この市の返事だけ")]


def validate(city: ChosenCity = None, live: Live = False) -> None:
    """パックから作れる返事をすべて LINE に確かめてもらう（だれにも送らない）。断られたものを項目の名で出す。"""
    source = published(live)
    find = city_finder(source)
    cities = [city] if city else list(source.municipalities)
    told = (item for name in cities for item in repertoire(find(name)))
    asked, channel = _channel(read_channels(), cities)
    with closing(LineAccount(channel.access_token, read_settings().line_api)) as account:
        raise typer.Exit(_report(_results(told, account, asked)))


def _channel(channels: Mapping[str, LineChannel], cities: Sequence[str]) -> tuple[str, LineChannel]:
    """A channel to ask with: one of these cities, or any. LINE judges messages the same for all."""
    for name in (*cities, *channels):
        if name in channels:
            return name, channels[name]
    raise SettingsError(
        "LINE のチャネルがまだありません。チャネルシークレットとアクセストークンを設定してください"
        "（deploy/env.example を見てください）。"
    )


def _results(told: Iterator[Told], account: LineAccount, city: str) -> Iterator[Checked]:
    """Results as far as LINE answers; a token that is refused, or too many requests, ends the program's round."""
    try:
        yield from check(rendered(told), account.validate)
    except LineFault as fault:
        print(f"途中で止めました。{fault_finding(fault, city).text}。", file=sys.stderr)
        yield STOPPED


TOLD_EVERY = 500
"""Requests between two signs of life: all cities together take some minutes."""
STOPPED = Checked(0)
"""Stands at the end of a round that was not finished."""


def _report(results: Iterator[Checked]) -> int:
    replies, refusals, whole = 0, 0, True
    for number, result in enumerate(results, start=1):
        if number % TOLD_EVERY == 0:
            print(f"… {replies} 種類", file=sys.stderr)
        whole = result is not STOPPED
        replies += result.replies
        refusals += len(result.refused)
        for name, refusal in result.refused:
            print(f"× {name}: {refusal.property} {refusal.message}", flush=True)
    print(f"確かめた返事 {replies} 種類、断られたもの {refusals} 件")
    return 0 if whole and not refusals else 1
