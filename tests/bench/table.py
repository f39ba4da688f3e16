"""Prints what `make bench` measured as Markdown tables, to be copied into README. Reads pytest-benchmark's JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

ENGINES = {
    "madoguchi": "まどぐち",
    "sudachi": "形態素解析だけ",
    "bm25s": "bm25s",
    "tantivy": "tantivy",
    "rapidfuzz": "rapidfuzz",
}
FIVE = {
    "five cold": "5 市の索引づくり（文をすべて解析して）",
    "five warm": "5 市の索引づくり（解析を覚えている時）",
    "live one": "公開してから新しい聞き方に答えるまで（SQLite、1 市）",
    "live five": "同じ、5 市すべて",
    "preview first": "公開前の確認: 市民の質問 5,000 種類と聞き方すべて（何も用意がない時）",
    "preview next": "同じ、下書きを選ぶ間に今の答えを用意した時（二度目からも）",
    "length 1000": "1,000 文字の認識",
    "length 5000": "5,000 文字の認識",
}
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
Measured = Mapping[str, Any]


def tables(report: Mapping[str, Any]) -> Iterator[str]:
    """The lines of all tables."""
    found = report["benchmarks"]
    yield from _machine(report["machine_info"])
    for what, title in (("asking", "一つ聞く"), ("building", "索引づくり")):
        yield from _sizes([b for b in found if b["extra_info"].get("what") == what], title)
    yield from _shipped({b["extra_info"]["what"]: b for b in found if "what" in b["extra_info"]})
    yield from _screens([b for b in found if "screen" in b["extra_info"]])


def _machine(machine: Mapping[str, Any]) -> Iterator[str]:
    cpu = machine["cpu"]
    name = cpu.get("brand_raw") or machine["processor"] or machine["machine"]
    yield f"`make bench`: {name}、{cpu.get('count', '?')} コア、Python {machine['python_version']}"


def _sizes(found: Sequence[Measured], title: str) -> Iterator[str]:
    times = {(b["extra_info"]["engine"], b["extra_info"]["size"]): b for b in found}
    engines = [engine for engine in ENGINES if any(e == engine for e, _ in times)]
    if "madoguchi" not in engines:
        return
    head = " | ".join(ENGINES[engine] for engine in engines)
    yield from ("", f"| {title}: 聞き方の数 | {head} |", "|---|" + "---|" * len(engines))
    for size in sorted({size for _, size in times}):
        ours = times["madoguchi", size]
        cells = [_beside(times[engine, size], ours) for engine in engines if (engine, size) in times]
        yield f"| {size:,} | {' | '.join(cells)} |"


def _beside(measured: Measured, ours: Measured) -> str:
    """The median, and how many times ours it is; of ours, the slowest in a hundred too."""
    time = _middle(measured)
    if measured is not ours:
        return f"{_written(time)}（{_number(time / _middle(ours))} 倍）"
    asked = ours["extra_info"]["what"] == "asking"
    return f"{_written(time)}（p99 {_written(_p99(ours))}）" if asked else _written(time)


def _middle(measured: Measured) -> float:
    """Seconds."""
    return float(median(measured["stats"]["data"])) * float(measured["extra_info"].get("scale", 1))


def _p99(measured: Measured) -> float:
    """Seconds."""
    return quantiles(measured["stats"]["data"], n=100)[-1]


def _written(seconds: float) -> str:
    return f"{_number(seconds)} 秒" if seconds >= 1 else f"{_number(seconds * 1e3)} ミリ秒"


def _number(value: float) -> str:
    """Two digits that count."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def _shipped(found: Mapping[str, Measured]) -> Iterator[str]:
    yield from ("", "| 五つの市のパックで | 値 |", "|---|---|")
    if "latency" in found:
        one = found["latency"]
        yield f"| 一問の認識（5 市、試験用の質問） | p50 {_written(_middle(one))}、p99 {_written(_p99(one))} |"
    yield from (f"| {title} | {_written(_middle(found[what]))} |" for what, title in FIVE.items() if what in found)
    if "memory" in found:
        yield from _memory(found["memory"]["extra_info"])


def _screens(found: Sequence[Measured]) -> Iterator[str]:
    """Of all screens of staff the three that take longest, on each database."""
    for database in sorted({b["extra_info"]["database"] for b in found}):
        there = sorted((b for b in found if b["extra_info"]["database"] == database), key=_middle, reverse=True)
        slowest = "、".join(f"{b['extra_info']['screen'].split('?')[0]} {_written(_middle(b))}" for b in there[:3])
        yield f"| 職員の画面 {len(there)} のうち遅い三つ（5 市で 3 万件の月、{DATABASES[database]}） | {slowest} |"


def _memory(megabytes: Mapping[str, float]) -> Iterator[str]:
    of = megabytes
    each = of["municipalities"] / of["count"]
    all_together = of["started"] + of["common"] + of["text"] + of["municipalities"]
    yield f"| メモリー: プログラムと辞書とパックの文 | {of['started']:.0f} MB |"
    yield f"| メモリー: 共通の索引（聞き方 {of['shared']:,.0f}、全市で一つ） | {of['common']:.0f} MB |"
    yield f"| メモリー: 1 市の索引（市の聞き方 {of['own']:,.0f}、{of['count']} 市の平均） | {each:.1f} MB |"
    yield f"| メモリー: {of['count']} 市を一つのプロセスで | {all_together:.0f} MB |"
    analyses = of["analyses"] / of["kept"] * 10_000
    yield f"| メモリー: 覚えている解析、1 万文あたり（多くて 20 万文） | {analyses:.0f} MB |"


if __name__ == "__main__":
    print("\n".join(tables(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
