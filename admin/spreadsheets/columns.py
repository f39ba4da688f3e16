"""The columns of the Excel file of entries: one field a column, and how its text becomes a value and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from admin.entries.labels import ACTION_KINDS, AUDIENCES, LANGUAGES, SERVICE_STATES
from knowledge.open_data.columns import column_key
from knowledge.open_data.values import day
from knowledge.schema import Language

Content = Mapping[str, Any]


class CellFault(ValueError):
    """A cell's text is no value of its field; the message is a Japanese sentence without the cell's name."""


Read = Callable[[str], Any]
Show = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `field` is dotted (`variants.en.answer`); `width` is in characters of Excel."""

    header: str
    field: str
    read: Read
    show: Show
    width: int = 30


def _one(text: str) -> str:
    return " ".join(text.split())


def _maybe(text: str) -> str | None:
    return _one(text) or None


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _steps(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _date(text: str) -> str | None:
    if not text.strip():
        return None
    found = day(text)
    if found.value is None or not found.whole:
        raise CellFault("日付として読めません（2026-11-21 のように書いてください）")
    return found.value.isoformat()


def _named(names: Mapping[str, str], text: str) -> str:
    """The code behind a Japanese name; the code itself counts too."""
    codes = {**{code: code for code in names}, **{name: code for code, name in names.items()}}
    if text not in codes:
        raise CellFault(f"「{text}」にはできません（選べるのは {'、'.join(names.values())}）")
    return codes[text]


def _state(text: str) -> str:
    return _named(SERVICE_STATES, _one(text)) if text.strip() else "in-service"


def _audience(text: str) -> list[str]:
    return [_named(AUDIENCES, line) for line in _lines(text)] or ["citizen", "helper"]


def _actions(text: str) -> list[dict[str, str]]:
    return [_action(line) for line in _steps(text)]


def _action(line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.replace("｜", "|").split("|")]
    if len(parts) != 3:
        raise CellFault(f"「種類|文字|行き先」の形で書いてください（{line[:30]}）")
    return {"kind": _named(ACTION_KINDS, parts[0]), "label": parts[1], "value": parts[2]}


def _show(value: object) -> str:
    return "" if value is None else str(value)


def _show_lines(value: list[str] | None) -> str:
    return "\n".join(value or ())


def _show_actions(value: list[dict[str, str]] | None) -> str:
    return "\n".join(f"{ACTION_KINDS[a['kind']]}|{a['label']}|{a['value']}" for a in value or ())


def _text(text: str) -> str:
    return text.strip()


def _variant_columns(language: str) -> tuple[Column, ...]:
    name, path = LANGUAGES[language], f"variants.{language}"
    return (
        Column(f"{name}の質問", f"{path}.question", _one, _show),
        Column(f"{name}の答え", f"{path}.answer", _text, _show, 50),
        Column(f"{name}の手順", f"{path}.steps", _steps, _show_lines, 40),
    )


ID, REVISION, DRAFT = "項目のID", "版", "下書き"
FIELDS: tuple[Column, ...] = (
    Column("質問", "question", _one, _show),
    Column("答え", "answer", _text, _show, 50),
    Column("手順", "steps", _steps, _show_lines, 40),
    Column("聞き方", "phrasings", _lines, _show_lines, 40),
    Column("ボタン", "actions", _actions, _show_actions, 40),
    Column("担当課", "section", _maybe, _show, 16),
    Column("だれ向け", "audience", _audience, lambda v: "\n".join(AUDIENCES[a] for a in v or ()), 16),
    Column("サービスの状態", "state", _state, lambda v: SERVICE_STATES.get(v or "", ""), 16),
    Column("出典", "sources", _lines, _show_lines, 12),
    Column("情報の日付", "as_of", _date, _show, 13),
    Column("見直し期限", "review_by", _date, _show, 13),
    Column("公開の始まり", "valid_from", _date, _show, 13),
    Column("公開の終わり", "valid_until", _date, _show, 13),
    Column("市が書き足すこと", "to_fill", _lines, _show_lines, 24),
    *(column for language in get_args(Language) for column in _variant_columns(language)),
)
HEADERS: tuple[str, ...] = (ID, REVISION, DRAFT, *(column.header for column in FIELDS))
REQUIRED = (ID, REVISION, "質問", "答え")
"""Without these nothing can be compared. Another column that is missing leaves its field as it is."""
BY_HEADER: Mapping[str, Column] = {column_key(column.header): column for column in FIELDS}
BY_FIELD: Mapping[str, Column] = {column.field: column for column in FIELDS}


def value_at(content: Content, field: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value of a dotted field; None where there is none."""
    found: Any = content
    for name in field.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
