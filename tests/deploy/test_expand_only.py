"""Migrations only add: the program before goes on while the new one comes in (docs/runbooks/upgrade.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import schema

FILES = sorted((schema.DIRECTORY / "versions").glob("*.py"))
CONTRACTS: dict[str, str] = {}
"""Migrations that take something away, with the release that no longer needed it. None so far."""
TAKES_AWAY = {"drop_column", "drop_table", "rename_table", "drop_table_comment"}
RESTRICTS = {"create_unique_constraint", "create_check_constraint", "create_foreign_key", "create_primary_key"}
CHANGES = {"nullable", "new_column_name", "type_"}


def _contractions(source: str) -> Iterator[str]:
    """What of `upgrade` would break the program before, by line."""
    tree = ast.parse(source)
    upgrades = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"]
    assert len(upgrades) == 1
    calls = [node for node in ast.walk(upgrades[0]) if isinstance(node, ast.Call)]
    made = {_first_text(call) for call in calls if _name(call) == "create_table"}
    for call in calls:
        if fault := _fault(call, made):
            yield f"line {call.lineno}: {fault}"


def _fault(call: ast.Call, made: set[str]) -> str | None:
    name = _name(call)
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in TAKES_AWAY or (name in RESTRICTS and _first_text(call) not in made):
        return name
    if name == "alter_column" and not (set(given) & CHANGES) <= {"nullable"}:
        return "a column changes its name or type"
    if name == "alter_column" and "nullable" in given and not _is(given["nullable"], True):
        return "a column may no longer be empty"
    if name == "add_column":
        return _fault_of_column(call)
    if name == "execute":
        return "SQL that nobody checks: say it by operations"
    return None


def _fault_of_column(call: ast.Call) -> str | None:
    column = next(argument for argument in call.args if isinstance(argument, ast.Call))
    given = {keyword.arg: keyword.value for keyword in column.keywords}
    may_be_empty = "nullable" not in given or _is(given["nullable"], True)
    return None if may_be_empty or "server_default" in given else "a new column without a default may not be empty"


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _first_text(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_migration_only_adds(path: Path) -> None:
    found = list(_contractions(path.read_text(encoding="utf-8")))
    assert bool(found) == (path.stem in CONTRACTS), found


def test_there_is_one_line_of_migrations() -> None:
    revisions = [path.stem.partition("_")[0] for path in FILES]
    assert revisions == sorted(set(revisions))
    assert schema.head() == revisions[-1]


@pytest.mark.parametrize(
    "line",
    [
        'op.drop_column("a", "b")',
        'batch_op.drop_column("b")',
        'op.drop_table("a")',
        'op.rename_table("a", "b")',
        'op.alter_column("a", "b", nullable=False)',
        'batch_op.alter_column("b", new_column_name="c")',
        'batch_op.alter_column("b", type_=sa.Integer())',
        'op.add_column("a", sa.Column("b", sa.Integer(), nullable=False))',
        'batch_op.add_column(sa.Column("b", sa.Integer(), nullable=False))',
        'op.execute("DROP TABLE a")',
        'op.create_unique_constraint("uq_a", "a", ["b"])',
    ],
)
def test_what_takes_away_would_be_found(line: str) -> None:
    assert len(list(_contractions(f"def upgrade():\n    {line}\n"))) == 1


@pytest.mark.parametrize(
    "line",
    [
        'op.add_column("a", sa.Column("b", sa.Integer(), nullable=True))',
        'op.add_column("a", sa.Column("b", sa.Integer(), nullable=False, server_default="0"))',
        'op.create_table("a", sa.Column("b", sa.Integer(), nullable=False))',
        'batch_op.create_index("ix", ["b"])',
        'op.alter_column("a", "b", nullable=True)',
    ],
)
def test_what_adds_is_free(line: str) -> None:
    assert list(_contractions(f"def upgrade():\n    {line}\n")) == []
