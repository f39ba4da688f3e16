"""Broken pack files: every fault at once, with file, line and entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.packs import dump_entry, read_packs
from knowledge.published import Published
from knowledge.reading import Problem

GOOD = """\
topic: mynumber-card/lost-card
question: なくしたときは？
phrasings:
  - 落とした
answer: 電話してください。
sources: [A-022]
as_of: 2024-09-30
review_by: 2027-03-31
"""


def _problems(tmp_path: Path, text: str | bytes) -> list[Problem]:
    path = tmp_path / "common" / "mynumber-card" / "lost-card.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "common" / "pack.yaml").write_text("id: common\nname: 共通\ncounter: {name: 窓口}\n", encoding="utf-8")
    return list(read_packs(tmp_path).problems)


def test_a_good_file_has_no_problem(tmp_path: Path) -> None:
    assert _problems(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("question: なくしたときは？\n", "", 1, "question: 書かれていません"),
        ("answer: 電話してください。", f"answer: {'あ' * 601}", 5, "長すぎます（600 文字まで）"),
        ("as_of: 2024-09-30", "as_of: 2024-13-30", 7, "日付は 2026-11-21 の形"),
        ("sources: [A-022]", "sources: [いいかげん]", 6, "決まった形ではありません"),
        ("review_by: 2027-03-31", "review_by: 2020-03-31", 1, "見直し期限"),
        ("sources: [A-022]", "sorces: [A-022]", 6, "知らない項目です"),
        ("  - 落とした", "  - 落とした\n  - ''", 5, "空です"),
        ("sources: [A-022]", "sources: [A-022]\nsources: [A-023]", 7, "「sources」が二度あります"),
        ("topic: mynumber-card/lost-card", "topic: mynumber-card/other", 1, "ファイルの場所"),
        ("sources: [A-022]", "sources: [A-022]\nactions: [{kind: link, label: x, value: 'http://x'}]", 7, "https://"),
    ],
)
def test_each_fault_names_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    problems = _problems(tmp_path, GOOD.replace(old, new))
    assert [(p.file, p.line) for p in problems] == [("common/mynumber-card/lost-card.yaml", line)]
    assert words in problems[0].message


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("as_of: 2024-09-30", "as_of: きのう").replace("topic: mynumber-card/lost-card\n", "")
    assert len(_problems(tmp_path, text)) == 2


def test_yaml_that_cannot_be_parsed(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, GOOD + "answer: [\n")
    assert problem.line >= 9
    assert "YAML" in problem.message


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, GOOD.encode("cp932"))
    assert "UTF-8" in problem.message


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (problem,) = read_packs(tmp_path / "none").problems
    assert "フォルダー" in problem.message


def test_what_is_written_reads_back_equal(tmp_path: Path, published: Published) -> None:
    for item in published.entries:
        path = tmp_path / item.pack / f"{item.entry.topic}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump_entry(item.entry), encoding="utf-8")
    assert [e.entry for e in read_packs(tmp_path).entries] == [
        e.entry for e in sorted(published.entries, key=lambda e: (e.pack, e.entry.topic))
    ]
