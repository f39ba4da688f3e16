"""What the README says is true."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from deploy.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_linked_files_exist() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert len(links) >= 8
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"^make (\w+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_commands_exist() -> None:
    for name in set(re.findall(r"^madoguchi (\w+)", README, re.MULTILINE)):
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0, name
