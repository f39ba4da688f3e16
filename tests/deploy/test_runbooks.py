"""What the runbooks say can be done: each command, option, file and link is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from deploy.cli import app
from deploy.cli.verbs import VERBS, spell_out

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "runbooks"
RUNBOOKS = sorted(FOLDER.glob("*.md"))
TASKS = {
    "install",
    "connect-line",
    "upgrade",
    "backup-restore",
    "rotate",
    "stop",
    "disaster",
    "erase-person",
    "council-question",
    "closed-network",
    "monitoring",
}


def _shell_lines(text: str) -> Iterator[str]:
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        yield from block.replace("\\\n", " ").splitlines()


def _commands(text: str) -> list[list[str]]:
    """The words after `madoguchi` of each command, however it is started (sudo, docker compose exec, kubectl exec)."""
    found = []
    for line in _shell_lines(text):
        for part in re.split(r"&&|;|\|", line):
            words = _words(part)
            names = [number for number, word in enumerate(words) if word.rpartition("/")[2] == "madoguchi"]
            places = [number for number in names if _is_started(words, number)]
            if places:
                found.append(words[places[0] + 1 :])
    return found


def _words(part: str) -> list[str]:
    """The words of a command; one that was cut out of a longer quotation has a quote too many."""
    try:
        return shlex.split(part, comments=True)
    except ValueError:
        return shlex.split(re.sub(r"[\"']", " ", part), comments=True)


def _is_started(words: list[str], number: int) -> bool:
    """Whether the word is the program and not a unit, a folder or a user of that name."""
    before = words[:number]
    settings = all(re.match(r"[A-Z_]+=", word) for word in before)
    inside = before[:3] == ["docker", "compose", "exec"] or before[-1:] == ["--"]
    return settings or inside or words[number].endswith("/bin/madoguchi")


def _check(words: list[str]) -> None:
    """Follows the words through the program's commands. Raises AssertionError."""
    command: Any = typer.main.get_command(app)
    left = spell_out(list(words))
    if left[0] in VERBS:
        command.load(left[0])
    while left and left[0] in getattr(command, "commands", {}):
        command = command.commands[left.pop(0)]
    assert not hasattr(command, "commands"), f"no such command: {' '.join(words)}"
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    given = {word.partition("=")[0] for word in left if word.startswith("--")}
    assert given <= options, f"{' '.join(words)}: {given - options}"
    required = [parameter for parameter in command.params if parameter.required and parameter.opts[0].startswith("--")]
    needed = {parameter.opts[0] for parameter in required}
    assert needed <= given, f"{' '.join(words)}: {needed - given}"


def test_there_is_a_runbook_for_each_task() -> None:
    assert {path.stem for path in RUNBOOKS} - {"README"} == TASKS
    overview = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"({name}.md)" in overview for name in TASKS)


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_each_command_exists_with_its_options(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    commands = _commands(text)
    for words in commands:
        _check(words)
    if path.stem in {"backup-restore", "rotate", "stop", "disaster", "erase-person", "monitoring", "council-question"}:
        assert len(commands) >= 2


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_links_files_and_units_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []
    files = re.findall(r"(?<![\w/.])(deploy/[\w./-]+\w)", text)
    assert [file for file in files if not (ROOT / file).exists()] == []
    units = re.findall(r"\b(madoguchi[\w-]*(?:@\d?)?\.(?:service|timer))", text)
    names = {re.sub(r"@\d", "@", unit) for unit in units}
    assert [name for name in names if not (ROOT / "deploy/systemd" / name).exists()] == []
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake (\w+)", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_settings_named_are_settings(path: Path) -> None:
    example = (ROOT / "deploy/env.example").read_text(encoding="utf-8")
    beside = {
        "MADOGUCHI_USER",
        "MADOGUCHI_BACKUPS",
        "MADOGUCHI_SITE",
        "MADOGUCHI_LINE_KOKUBUNJI_CHANNEL_SECRET_OLD_FILE",
    }
    for name in set(re.findall(r"\bMADOGUCHI_[A-Z0-9_]+[A-Z0-9]", path.read_text(encoding="utf-8"))) - beside:
        assert name.removesuffix("_FILE") in example, name


def test_a_command_that_does_not_exist_would_be_found() -> None:
    text = "```sh\nMADOGUCHI_MODE=production madoguchi db explode --now\n```"
    assert _commands(text) == [["db", "explode", "--now"]]
    with pytest.raises(AssertionError):
        _check(["db", "explode"])
    with pytest.raises(AssertionError):
        _check(["db", "backup", "x", "--loud"])
    with pytest.raises(AssertionError):
        _check(["announce", "pause", "text", "--city", "oyama"])
