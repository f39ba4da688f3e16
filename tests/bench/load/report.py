"""The tables of the load benchmark, in Japanese Markdown, as they stand in docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Measured, Size, Times

BEGIN, END = "<!-- {}: ここから -->", "<!-- {}: ここまで -->"
"""Between these two lines docs/performance.md has what was printed."""
LOAD, SCALE = "make bench-load", "make bench-scale"


@dataclass(frozen=True)
class Around:
    """What was beside the service: the machine, the database's settings, what sink and generator can do alone."""

    machine: str
    database: str
    alone: float
    """Events a second that generator and sink do without anything between them."""
    rows: Mapping[str, tuple[float, float]]
    """Bytes a row in the tables that grow: after a run, and packed tight."""


def lines(found: Sequence[Measured], size: Size, around: Around) -> Iterator[str]:
    """The whole report."""
    yield BEGIN.format(LOAD)
    yield f"`{LOAD}`: {around.machine}。PostgreSQL {around.database}。"
    yield (
        f"送る側・LINE の代わり・データベース・サービスが、同じコアを分け合います。"
        f"送る側から LINE の代わりへ直に送ると 1 秒に {around.alone:,.0f} 件で、測るものの妨げにはなりません。"
    )
    yield from ("", *_speeds(found, size), "", *_costs(found), "", *_targets(found, size))
    if around.rows:
        yield from ("", "| 表の一行（PostgreSQL、索引を含む） | 使ったまま | 詰めたあと |", "|---|---|---|")
        for table, (used, tight) in around.rows.items():
            yield f"| {table} | {used:,.0f} バイト | {tight:,.0f} バイト |"
    yield END.format(LOAD)


def put(printed: str, page: Path) -> None:
    """Puts what was printed into a page, in place of what stands there between the same two lines."""
    first, *_, last = printed.splitlines()
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(first, 1)
    page.write_text(before + printed + rest.split(last, 1)[1], encoding="utf-8")


def _speeds(found: Sequence[Measured], size: Size) -> Iterator[str]:
    echo = next((m.answered for m in found if m.form.name == "echo"), 0.0)
    steady = f"毎秒 {size.rate:,.0f} 件のとき、"
    yield (
        f"| 構成 | 返事まで 件/秒 | エコー比 | 受け取り 件/秒 | {steady}受け取り p50 / p99 | {steady}返事 p50 / p99 "
        "| 返らない・二重 |"
    )
    yield "|---|---|---|---|---|---|---|"
    for m in found:
        ratio = f"{m.answered / echo:.2f}" if echo else "－"
        yield (
            f"| {m.form.title} | {m.answered:,.0f} | {ratio} | {m.acknowledged:,.0f} | {_times(m.ack)} "
            f"| {_times(m.answer)} | {m.lost} / {m.sent:,}・{m.doubled} |"
        )


def _costs(found: Sequence[Measured]) -> Iterator[str]:
    yield "| 構成 | 起動から /readyz | 起動から全市の返事 | メモリーの最大 RSS / PSS | CPU ミリ秒/件（最大の速さで） |"
    yield "|---|---|---|---|---|"
    for m in found:
        memory = "、".join(f"{name} {rss:.0f} / {pss:.0f} MB" for name, (rss, pss) in m.memory.items())
        cpu = "、".join(f"{name} {spent:.2f}" for name, spent in m.cpu.items())
        yield f"| {m.form.title} | {m.ready:.1f} 秒 | {m.first:.1f} 秒 | {memory} | {cpu} |"


def _targets(found: Sequence[Measured], size: Size) -> Iterator[str]:
    by_name = {m.form.name: m for m in found}
    echo, ours = by_name.get("echo"), [m for m in found if m.form.database == "postgresql" and m.form.events == 1]
    whole = by_name.get("postgresql")
    if echo is None or whole is None:
        return
    best, soonest = max(ours, key=lambda m: m.answered), min(ours, key=lambda m: m.ack.p99)
    quickest = min(ours, key=lambda m: m.answer.p99)
    steady = f"毎秒 {size.rate:,.0f} 件の"
    yield "| 目標 | 値 | |"
    yield "|---|---|---|"
    rows = (
        ("PostgreSQL で、エコーの 0.5 倍より多く", best.answered / echo.answered, 0.5, "{:.2f} 倍", best, False),
        (f"{steady}受け取り p99 が 50 ミリ秒まで", soonest.ack.p99 * 1e3, 50, "{:.0f} ミリ秒", soonest, True),
        (f"{steady}返事 p99 が 500 ミリ秒まで", quickest.answer.p99 * 1e3, 500, "{:.0f} ミリ秒", quickest, True),
        ("一つのプロセス（5 市）が 350 MB まで", max(whole.memory.values())[0], 350, "{:.0f} MB", whole, True),
        ("起動から /readyz まで 5 秒", whole.ready, 5, "{:.1f} 秒", whole, True),
    )
    for target, value, limit, form, of, at_most in rows:
        met = value <= limit if at_most else value >= limit
        yield f"| {target} | {form.format(value)}（{of.form.title}） | {'○' if met else '×'} |"


def _times(times: Times) -> str:
    return f"{_milliseconds(times.p50)} / {_milliseconds(times.p99)}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds:,.1f} 秒" if seconds >= 10 else f"{seconds * 1e3:,.0f} ミリ秒"
