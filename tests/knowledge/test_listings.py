"""Procedures and places: read with lines, checked, stored, and the same after going out and in again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from knowledge.database import Database
from knowledge.listing_store import drop_past_classes, load_listings, store_classes, store_listings
from knowledge.listings import (
    PackListings,
    Procedure,
    SmartphoneClass,
    check_listings,
    read_listings,
    visible_procedures,
)
from knowledge.packs import ROOT, read_packs, write_packs
from knowledge.schema import NationalFact
from knowledge.sources import SourceRegister

FACT = NationalFact(id="A-001", publisher="国", as_of="2026", confidence="high", summary="ある")
REGISTER = SourceRegister({"A-001": FACT})
PROCEDURE = {
    "id": "move-out",
    "name": "転出届",
    "words": ["引っ越し"],
    "events": ["moving"],
    "online": "everywhere",
    "entrance": "マイナポータル",
    "visit": "来庁はいりません。",
    "topic": "g/moving",
    "sources": ["A-001"],
}
PLACE = {"id": "hall", "name": "市役所", "kind": "counter", "as_of": "2026-01-01"}


def _problems(root: Path, procedures: object = (), places: object = ()) -> list[str]:
    (root / "oyama").mkdir()
    (root / "oyama/procedures.yaml").write_text(yaml.safe_dump(procedures, allow_unicode=True), encoding="utf-8")
    (root / "oyama/places.yaml").write_text(yaml.safe_dump(places, allow_unicode=True), encoding="utf-8")
    return [str(p) for p in check_listings(read_listings(root, ["oyama"]), {"oyama": {"g/moving"}}, REGISTER)]


def test_good_listings_have_no_problem(tmp_path: Path) -> None:
    assert _problems(tmp_path, [PROCEDURE], [PLACE]) == []


@pytest.mark.parametrize(
    ("procedure", "words"),
    [
        ({"online": "often"}, "次のどれかです"),
        ({"events": []}, "足りません"),
        ({"sources": ["A-999"]}, "出典 A-999"),
        ({"topic": "g/unknown"}, "topic g/unknown の項目がありません"),
        ({"visit": ""}, "空です"),
        ({"price": 1}, "知らない項目です"),
    ],
)
def test_each_fault_of_a_procedure_has_its_line(tmp_path: Path, procedure: dict[str, object], words: str) -> None:
    found = _problems(tmp_path, [PROCEDURE, {**PROCEDURE, "id": "other", **procedure}])
    assert any(words in problem and problem.startswith("oyama/procedures.yaml:") for problem in found), found


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"latitude": 139.7, "longitude": 35.7}, "latitude"),
        ({"kind": "shop"}, "次のどれかです"),
        ({"id": "hall"}, "二度"),
    ],
)
def test_each_fault_of_a_place_has_its_line(tmp_path: Path, place: dict[str, object], words: str) -> None:
    found = _problems(tmp_path, (), [PLACE, {**PLACE, "id": "other", **place}])
    assert any(words in problem and problem.startswith("oyama/places.yaml:") for problem in found), found


def test_a_list_that_is_none_is_said(tmp_path: Path) -> None:
    assert any("一覧" in problem for problem in _problems(tmp_path, {"id": "x"}, [PLACE]))


def test_the_citys_procedure_replaces_the_common_one() -> None:
    common, own = Procedure.model_validate(PROCEDURE), Procedure.model_validate({**PROCEDURE, "online": "no"})
    assert visible_procedures(PackListings((common,)), PackListings((own,))) == (own,)


def test_the_shipped_listings_go_out_and_come_in_unchanged(tmp_path: Path) -> None:
    read = read_packs(ROOT)
    write_packs(tmp_path, read.packs.values(), (), read.listings.packs)
    assert read_packs(tmp_path).listings.packs == read.listings.packs
    assert sum(len(listings.procedures) for listings in read.listings.packs.values()) > 100


def _class(number: int, starts: datetime) -> SmartphoneClass:
    return SmartphoneClass(
        id=f"class-{number}", title="スマホ教室", starts=starts, ends=starts + timedelta(hours=2), place="公民館"
    )


def test_listings_are_stored_and_replaced(filled: Database, now: datetime) -> None:
    procedure = Procedure.model_validate({**PROCEDURE, "topic": None})
    with filled.writing() as session:
        assert store_listings(session, {"kokubunji": PackListings((procedure,))})
        assert not store_listings(session, {"kokubunji": PackListings((procedure,))})
        assert store_classes(session, "kokubunji", [_class(2, now), _class(1, now - timedelta(days=3))])
    with filled.reading() as session:
        loaded = load_listings(session)["kokubunji"]
    assert loaded.procedures == (procedure,)
    assert [c.id for c in loaded.classes] == ["class-1", "class-2"]
    with filled.writing() as session:
        assert drop_past_classes(session, now) == 1
        assert store_listings(session, {"kokubunji": PackListings()})
    with filled.reading() as session:
        loaded = load_listings(session)["kokubunji"]
    assert (loaded.procedures, [c.id for c in loaded.classes]) == ((), ["class-2"])


def test_a_class_that_ends_before_it_starts_is_refused() -> None:
    at = datetime(2026, 11, 28, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="より前"):
        SmartphoneClass(id="x", title="x", starts=at, ends=at - timedelta(hours=1), place="x")
