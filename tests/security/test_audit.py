"""The look for known weaknesses: what it reports, and that it tells when it could not look."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

AUDIT = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "audit"))


def _report(*packages: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": [{"name": "part", "version": "1.0", **package} for package in packages]}


def test_known_weaknesses_are_named_with_the_version_that_is_mended() -> None:
    weak = {"vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}, {"id": "PYSEC-2", "fix_versions": []}]}
    assert AUDIT["weaknesses"](_report(weak, {"vulns": []})) == [
        "part 1.0: PYSEC-1（直った版: 1.1、2.0）",
        "part 1.0: PYSEC-2（直った版: なし）",
    ]


def test_nothing_looked_up_is_not_nothing_found() -> None:
    assert AUDIT["weaknesses"](_report({"skip_reason": "not found"})) is None
    assert AUDIT["weaknesses"](_report({"vulns": []}, {"skip_reason": "not found"})) == []


def test_it_runs_in_the_whole_check() -> None:
    root = Path(__file__).parents[2]
    assert "make audit" in (root / ".ci" / "run").read_text(encoding="utf-8")
    assert ".ci/audit" in (root / "Makefile").read_text(encoding="utf-8")
