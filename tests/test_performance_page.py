"""What docs/performance.md says is there: its commands, files, settings, and the tables that the benchmarks print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.settings import Settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
LOAD = ROOT / "tests" / "bench" / "load"
PRINTED = {
    "make bench-load": ("services.py", r'Form\("[\w-]+", "([^"]+)"'),
    "make bench-scale": ("scale.py", r'^    \(\s*"([^"]+)"'),
}


def _between(command: str) -> str:
    begin, end = f"<!-- {command}: ここから -->", f"<!-- {command}: ここまで -->"
    assert PAGE.count(begin) == PAGE.count(end) == 1
    return PAGE.split(begin)[1].split(end)[0]


@pytest.mark.parametrize("command", PRINTED)
def test_the_tables_are_those_that_are_printed(command: str) -> None:
    program, pattern = PRINTED[command]
    titles = re.findall(pattern, (LOAD / program).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(titles) >= 6
    assert [title for title in titles if f"| {title} |" not in _between(command)] == []


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"\bmake ([a-z-]+)", PAGE))
    assert {"bench", "bench-load", "bench-scale"} <= targets
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_commands_exist() -> None:
    for name in set(re.findall(r"\bmadoguchi (worker|serve|doctor|db \w+)", PAGE)):
        assert CliRunner().invoke(app, [*name.split(), "--help"]).exit_code == 0, name


def test_linked_files_exist() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE)
    assert len(links) >= 3
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_settings_exist() -> None:
    settings = {f"MADOGUCHI_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"\bMADOGUCHI_[A-Z_]+", PAGE))
    assert "MADOGUCHI_CITIES_KEPT" in named
    assert named <= settings
