"""`pack`: checking, importing, exporting knowledge packs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from deploy import clock
from deploy.cli.sources import open_database
from knowledge.catalogue import catalogue
from knowledge.importing import import_packs
from knowledge.packs import ROOT, ReadPacks, dump_entry, read_packs, register_of, write_packs
from knowledge.published import load_published
from knowledge.reading import Problem
from knowledge.sources import read_facts
from knowledge.validation import ALL_RULES, RULES, Rule, validate

app = typer.Typer(help="知識のパック（YAML）を調べる・取り込む・書き出す", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="パックのフォルダー")]


def check(root: Path, only: str | None = None, rules: Sequence[Rule] = RULES) -> tuple[ReadPacks, list[Problem]]:
    """Reads and checks packs. Returns them with all problems."""
    read = read_packs(root, only)
    facts, faults = read_facts()
    problems = validate(read, catalogue(), register_of(read.packs.values(), facts), rules)
    if only:
        problems = [p for p in problems if p.file.startswith(f"{only}/")]
    return read, sorted([*faults, *problems])


@app.command("validate")
def validate_command(
    root: Folder = ROOT,
    pack: Annotated[str | None, typer.Option("--pack", help="このパックだけ")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="注意と数を出さない")] = False,
) -> None:
    """すべての誤りを、ファイルと行と項目の名で一度に出す。"""
    read, problems = check(root, pack, ALL_RULES)
    errors = [p for p in problems if p.level == "error"]
    for problem in errors if quiet else problems:
        print(problem)
    if not quiet:
        print(_counts(read))
    print(f"誤り {len(errors)} 件、注意 {len(problems) - len(errors)} 件")
    raise typer.Exit(1 if errors else 0)


def _counts(read: ReadPacks) -> str:
    packs = Counter(e.pack for e in read.entries)
    groups = Counter(e.entry.group for e in read.entries)
    variants = Counter(language for e in read.entries for language in e.entry.variants)
    listed = Counter[str]()
    for listings in read.listings.packs.values():
        listed.update({"手続": len(listings.procedures), "場所": len(listings.places)})
    to_fill = sum(len(e.entry.to_fill) for e in read.entries)
    rows = (("パック", packs), ("分野", groups), ("版", variants), ("一覧", listed))
    lines = [f"{name}: " + "、".join(f"{k} {v}" for k, v in sorted(count.items())) for name, count in rows]
    return "\n".join([*lines, f"項目: {len(read.entries)}、市が書き足すこと: {to_fill}"])


@app.command("import")
def import_command(root: Folder = ROOT) -> None:
    """パックを調べてからデータベースに取り込み、公開する。誤りがあれば何も変えない。"""
    read, problems = check(root)
    _stop_on_errors(problems)
    facts, _ = read_facts()
    with open_database() as database, database.writing() as session:
        done = import_packs(session, read, facts, at=clock.now(), reason="パックの取り込み")
    print(f"追加 {len(done.added)}、更新 {len(done.updated)}、取り下げ {len(done.removed)} 件")
    for entry in done.kept:
        print(f"{entry}: 職員が直した文を残しました（パックの新しい文は管理画面で見られます）")


def _stop_on_errors(problems: Sequence[Problem]) -> None:
    errors = [p for p in problems if p.level == "error"]
    for problem in errors:
        typer.echo(problem, err=True)
    if errors:
        typer.echo(f"誤りが {len(errors)} 件あるので、取り込みませんでした。", err=True)
        raise typer.Exit(1)


@app.command("export")
def export_command(root: Annotated[Path, typer.Argument(help="書き出すフォルダー")]) -> None:
    """公開中の知識をパックとして書き出す。"""
    with open_database() as database, database.reading() as session:
        published = load_published(session)
    entries = ((e.pack, e.entry) for e in published.entries)
    count = write_packs(root, published.packs.values(), entries, published.listings)
    print(f"{count} 項目を {root} に書き出しました")


@app.command("stamp")
def stamp_command(
    root: Folder = ROOT,
    only_new: Annotated[bool, typer.Option(help="まだ印のない版（00000000）だけ")] = True,
) -> None:
    """訳を見直したあと、今の日本語から作った印（made_from）を付ける。"""
    stamped = 0
    for item in read_packs(root).entries:
        entry = item.entry
        variants = {
            language: variant.model_copy(update={"made_from": entry.text_revision})
            if variant.made_from == "0" * 8 or not only_new
            else variant
            for language, variant in entry.variants.items()
        }
        if variants != dict(entry.variants):
            path = root / item.document.file
            path.write_text(dump_entry(entry.model_copy(update={"variants": variants})), encoding="utf-8")
            stamped += 1
    print(f"{stamped} 項目に印を付けました")
