"""Packs as files: `<root>/<pack>/pack.yaml` and `<root>/<pack>/<group>/<name>.yaml`, one entry a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from knowledge.listings import PackListings, ReadListings, read_listings
from knowledge.reading import Document, Problem, parse, read_document
from knowledge.schema import COMMON, Entry, NationalFact, Pack, PlanFact
from knowledge.sources import SourceRegister

ROOT = Path(__file__).parent / "packs"
"""The packs that ship with the program."""


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry with the document it was read from, for messages that name file and line."""

    pack: str
    entry: Entry
    document: Document = field(repr=False)

    @property
    def id(self) -> str:
        """`<pack>/<topic>`."""
        return f"{self.pack}/{self.entry.topic}"

    def problem(self, message: str, *location: int | str, level: str = "error") -> Problem:
        """A fault at a place of this entry's file."""
        return Problem(self.document.file, self.document.line_of(location), self.id, message, level)


@dataclass(frozen=True, slots=True)
class ReadPacks:
    """Everything readable below one root, and every fault on the way."""

    packs: Mapping[str, Pack]
    entries: tuple[ReadEntry, ...]
    problems: tuple[Problem, ...]
    listings: ReadListings = field(default_factory=ReadListings)


def read_packs(root: Path = ROOT, only: str | None = None) -> ReadPacks:
    """Reads all packs below `root`, or the one named `only` together with the common pack."""
    packs: dict[str, Pack] = {}
    entries: list[ReadEntry] = []
    problems: list[Problem] = []
    if not root.is_dir():
        return ReadPacks({}, (), (Problem(str(root), 0, "", "フォルダーがありません"),))
    for directory in sorted(p for p in root.iterdir() if p.is_dir() and _wanted(p.name, only)):
        pack, faults = _read_pack_file(directory)
        problems += faults
        if pack is not None:
            packs[directory.name] = pack
        for path in sorted(directory.glob("*/*.yaml")):
            read, faults = _read_entry(root, directory.name, path)
            problems += faults
            if read is not None:
                entries.append(read)
    return ReadPacks(packs, tuple(entries), tuple(problems), read_listings(root, packs))


def _wanted(name: str, only: str | None) -> bool:
    return only is None or name in (only, COMMON)


def _read_pack_file(directory: Path) -> tuple[Pack | None, list[Problem]]:
    name = f"{directory.name}/pack.yaml"
    document, problems = read_document(directory / "pack.yaml", name)
    if document is None:
        return None, problems
    pack, faults = parse(Pack, document, directory.name)
    if pack is not None and pack.id != directory.name:
        faults.append(Problem(name, document.line_of(("id",)), pack.id, "id がフォルダーの名前と違います"))
    return pack, problems + faults


def _read_entry(root: Path, pack: str, path: Path) -> tuple[ReadEntry | None, list[Problem]]:
    document, problems = read_document(path, str(path.relative_to(root)))
    if document is None:
        return None, problems
    expected = f"{path.parent.name}/{path.stem}"
    entry, faults = parse(Entry, document, f"{pack}/{expected}")
    if entry is None:
        return None, problems + faults
    read = ReadEntry(pack, entry, document)
    if entry.topic != expected:
        faults.append(read.problem(f"topic がファイルの場所（{expected}）と違います", "topic"))
    return read, problems + faults


def register_of(packs: Iterable[Pack], facts: Mapping[str, PlanFact | NationalFact]) -> SourceRegister:
    """The register of sources with the plans of these packs."""
    return SourceRegister(facts, {pack.id: pack.plan for pack in packs if pack.plan is not None})


class _BlockText(str):
    """Marks a text that is written as a YAML block."""


def _represent_block(dumper: yaml.SafeDumper, text: _BlockText) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        return super().increase_indent(flow, False)


_Dumper.add_representer(_BlockText, _represent_block)


def dump_entry(entry: Entry) -> str:
    """The entry as the text of its pack file; reading it again gives an equal entry."""
    content = entry.model_dump(mode="python", exclude_defaults=True)
    content.setdefault("phrasings", list(entry.phrasings))
    return _dump(_writable(content))


def dump_pack(pack: Pack) -> str:
    """`pack.yaml` as text."""
    return _dump(_writable(pack.model_dump(mode="python", exclude_defaults=True)))


def _writable(value: object) -> object:
    if isinstance(value, dict):
        return {key: _writable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    return _BlockText(value) if isinstance(value, str) and "\n" in value else value


def _dump(content: object) -> str:
    text: str = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)
    return text


def _write_listings(folder: Path, listings: PackListings) -> None:
    for name, items in (("procedures", listings.procedures), ("places", listings.places)):
        if items:
            rows = [item.model_dump(mode="python", exclude_defaults=True) for item in items]
            (folder / f"{name}.yaml").write_text(_dump(_writable(rows)), encoding="utf-8")


def write_packs(
    root: Path,
    packs: Iterable[Pack],
    entries: Iterable[tuple[str, Entry]],
    listings: Mapping[str, PackListings] | None = None,
) -> int:
    """Writes packs, (pack id, entry) pairs and listings below `root`. Returns the number of entries written."""
    for pack in packs:
        (root / pack.id).mkdir(parents=True, exist_ok=True)
        (root / pack.id / "pack.yaml").write_text(dump_pack(pack), encoding="utf-8")
        _write_listings(root / pack.id, (listings or {}).get(pack.id, PackListings()))
    count = 0
    for pack_id, entry in entries:
        path = root / pack_id / f"{entry.topic}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump_entry(entry), encoding="utf-8")
        count += 1
    return count
