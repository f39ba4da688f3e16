"""The checklist in docs/security.md: every section has a line, every line a test that exists or a reason."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d", line)
]
SECTIONS = {
    1: 5,
    2: 4,
    3: 7,
    4: 4,
    5: 4,
    6: 8,
    7: 6,
    8: 4,
    9: 2,
    10: 7,
    11: 6,
    12: 3,
    13: 4,
    14: 3,
    15: 4,
    16: 5,
    17: 3,
}
"""Sections of each chapter of ASVS 5.0; 11.7 and some others hold requirements of level 3 only."""


def _tests(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_section_has_a_line() -> None:
    found = {line[0] for line in LINES}
    assert found == {f"{chapter}.{number}" for chapter, many in SECTIONS.items() for number in range(1, many + 1)}


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line[0]} {line[1][:30]}")
def test_each_line_names_tests_that_exist_or_a_reason(line: tuple[str, ...]) -> None:
    _, what, shown = line
    named = re.findall(r"`(tests/[^`]+?)::(\w+|\*)`", shown)
    assert what
    assert named or re.fullmatch(r"No test: .{3,}\.", shown)
    for file, name in named:
        assert _tests(file) if name == "*" else name in _tests(file), f"{file}::{name}"
