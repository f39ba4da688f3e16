"""Reading knowledge files: YAML with the line of every value, and errors that people can act on.

Nothing here raises for a bad file: every fault becomes a `Problem` with file, line and entry, so that one run
shows them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in a knowledge file. `line` counts from 1; 0 means the whole file."""

    file: str
    line: int
    entry: str
    message: str
    level: str = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        subject = f" [{self.entry}]" if self.entry else ""
        mark = "注意: " if self.level == "warning" else ""
        return f"{place}{subject} {mark}{self.message}"


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed YAML file and its node tree, which knows the lines."""

    file: str
    content: Any
    node: yaml.Node | None = field(repr=False)

    def line_of(self, location: Location) -> int:
        """The line (from 1) of the value at `location`, or of its nearest existing parent."""
        node, line = self.node, 1
        for part in location:
            child = _child(node, part)
            if child is None:
                break
            node = child
            line = node.start_mark.line + 1
        return line


def _child(node: yaml.Node | None, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item if isinstance(item, yaml.Node) else None
    return None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # the C one where it was built
    """Leaves dates as they are written: a wrong one is then a fault with a line, not an exception without."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_document(path: Path, name: str) -> tuple[Document | None, list[Problem]]:
    """Parses one YAML file, shown to people as `name`. Returns the document (or None) and its faults."""
    try:
        text = path.read_bytes().decode("utf-8")
        node, content = _parse(text)
    except UnicodeDecodeError as error:
        return None, [Problem(name, 0, "", f"UTF-8 として読めません（{error.start} バイト目）")]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return None, [Problem(name, line, "", f"YAML の書き方に誤りがあります（{error.problem}）")]
    except (yaml.YAMLError, ValueError) as error:
        return None, [Problem(name, 0, "", f"YAML として読めません（{error}）")]
    except OSError as error:
        return None, [Problem(name, 0, "", f"ファイルを読めません（{error.strerror}）")]
    document = Document(name, content, node)
    return document, [Problem(name, line, "", f"同じ項目「{key}」が二度あります") for key, line in _repeated_keys(node)]


def _parse(text: str) -> tuple[yaml.Node | None, Any]:
    """The node tree and the values of a text, which is parsed once."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return node, loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()


def _repeated_keys(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """YAML keeps only the last of two equal keys and says nothing; a lost answer would go unnoticed."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)


def parse(model: type[Model], document: Document, entry: str = "") -> tuple[Model | None, list[Problem]]:
    """Validates a whole document as one `model`."""
    return parse_at(model, document, document.content, (), entry)


def parse_list(model: type[Model], document: Document) -> tuple[list[Model], list[Problem]]:
    """Validates a document that is a list of `model`s; good ones are returned even when others are bad."""
    if not isinstance(document.content, list):
        return [], [Problem(document.file, 1, "", "一覧（- で始まる行）になっていません")]
    found: list[Model] = []
    problems: list[Problem] = []
    for number, content in enumerate(document.content):
        name = str(content.get("id", "")) if isinstance(content, dict) else ""
        value, faults = parse_at(model, document, content, (number,), name)
        problems += faults
        if value is not None:
            found.append(value)
    return found, problems


def parse_at(
    model: type[Model], document: Document, content: object, at: Location, entry: str
) -> tuple[Model | None, list[Problem]]:
    """Validates `content`, which stands at `at` in the document."""
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        return None, [
            Problem(document.file, document.line_of((*at, *fault["loc"])), entry, explain(fault))
            for fault in error.errors(include_url=False)
        ]


def explain(fault: ErrorDetails) -> str:
    """A pydantic fault as a Japanese sentence that names the field."""
    place = _path(fault["loc"])
    context = fault.get("ctx") or {}
    template = _SENTENCES.get(fault["type"])
    if template is not None:
        return f"{place}{template.format(**context)}"
    if fault["type"] == "value_error":
        return f"{place}{context.get('error', fault['msg'])}"
    return f"{place}値が正しくありません（{fault['msg']}）"


def _path(location: Sequence[int | str]) -> str:
    parts = [f"{part + 1}番目" if isinstance(part, int) else str(part) for part in location]
    return f"{' の '.join(parts)}: " if parts else ""


_SENTENCES = {
    "missing": "書かれていません",
    "extra_forbidden": "知らない項目です",
    "string_too_long": "長すぎます（{max_length} 文字まで）",
    "string_too_short": "空です",
    "string_pattern_mismatch": "決まった形ではありません",
    "string_type": "文字列ではありません",
    "tuple_type": "一覧（- で始まる行）ではありません",
    "list_type": "一覧（- で始まる行）ではありません",
    "dict_type": "項目と値の組ではありません",
    "model_type": "項目と値の組ではありません",
    "literal_error": "次のどれかです: {expected}",
    "too_long": "多すぎます（{max_length} 個まで）",
    "too_short": "足りません（{min_length} 個から）",
    "date_from_datetime_parsing": "日付は 2026-11-21 の形で書いてください",
    "date_parsing": "日付は 2026-11-21 の形で書いてください",
    "date_type": "日付は 2026-11-21 の形で書いてください",
}
