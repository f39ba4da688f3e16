"""The house rules that a linter does not know."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("admin", "bot", "deploy", "knowledge")
FORBIDDEN_NAMES = {"manager", "helper", "helpers", "utils", "process", "data"}
FILES = [p for floor in FLOORS for p in (ROOT / floor).rglob("*.py") if "versions" not in p.parts]


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    for function in _functions(path):
        assert (function.end_lineno or 0) - function.lineno < 60, function.name


def test_half_of_all_functions_have_ten_lines_or_fewer() -> None:
    lengths = sorted((f.end_lineno or 0) - f.lineno + 1 for path in FILES for f in _functions(path))
    assert lengths[len(lengths) // 2] <= 10


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_say_what_they_are(path: Path) -> None:
    if path.read_text(encoding="utf-8").strip():
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("floor", ["knowledge", "bot/intents"])
def test_public_functions_of_the_ground_floor_and_the_core_have_docstrings(floor: str) -> None:
    for path in (ROOT / floor).rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path}: {node.name}"


def test_the_lock_files_have_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
