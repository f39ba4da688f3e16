"""Lists in and out by command, and made-up classes for trial runs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.intents import Lexicon, prepare_lexicon
from bot.library import Library
from bot.responses.days import JAPAN
from deploy.cli import app
from deploy.samples import sample_classes, store_samples
from knowledge.database import Database
from knowledge.editing import current_release
from knowledge.listing_store import load_listings, store_classes, store_listings
from knowledge.listings import PackListings, Place, SmartphoneClass
from knowledge.open_data import read_events

CITY = "kokubunji"
TOMORROW = datetime.now(JAPAN).date() + timedelta(days=1)
EVENTS = f"""\
イベント名,開始日,開始時間,終了時間,場所名称,定員
スマホ入門,{TOMORROW},10:00,12:00,見本会場,20
LINE入門,{TOMORROW},13:00,15:00,見本会場,10
"""
BAD = EVENTS + "日にちなし,いつか,10:00,12:00,見本会場,20\n時刻なし,2026-12-01,夕方ごろ,,見本会場,\n"
PLACES = "名称,住所,緯度,経度\n見本館,国分寺市,35.7,139.46\n見本分館,国分寺市,,\n"


@pytest.fixture
def live(filled: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The small knowledge base, in the database that the commands use."""
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    return filled


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def written(folder: Path, text: str) -> Path:
    file = folder / "list.csv"
    file.write_text(text, encoding="utf-8-sig")
    return file


def stored(database: Database) -> tuple[int, PackListings]:
    with database.reading() as session:
        return current_release(session), load_listings(session).get(CITY, PackListings())


def test_classes_come_in_as_a_release_and_are_listed(live: Database, tmp_path: Path) -> None:
    file = written(tmp_path, EVENTS)
    result = run("classes", "import", "--city", CITY, file)
    assert (result.exit_code, "2 件を取り込みました" in result.stdout) == (0, True)
    release, listings = stored(live)
    assert (release, [c.title for c in listings.classes]) == (2, ["スマホ入門", "LINE入門"])
    assert "10時  スマホ入門  見本会場" in run("classes", "list", "--city", CITY).stdout
    assert run("classes", "import", "--city", CITY, file).exit_code == 0
    assert stored(live)[0] == 2


def test_a_running_process_sees_them_at_once(live: Database, tmp_path: Path, library: Library) -> None:
    with live.reading() as session:
        assert library.city(session, CITY).classes == ()
    run("classes", "import", "--city", CITY, written(tmp_path, EVENTS))
    with live.reading() as session:
        assert len(library.city(session, CITY).classes) == 2


def test_bad_rows_are_all_named_and_nothing_is_stored(live: Database, tmp_path: Path) -> None:
    file = written(tmp_path, BAD)
    result = run("classes", "import", "--city", CITY, file)
    assert result.exit_code == 1
    assert "list.csv:4" in result.stderr
    assert "開始日" in result.stderr
    assert "list.csv:5" in result.stderr
    assert "開始時間" in result.stderr
    assert stored(live) == (1, PackListings())
    assert run("classes", "import", "--city", CITY, file, "--keep-good").exit_code == 0
    assert len(stored(live)[1].classes) == 2


@pytest.mark.parametrize("text", ["", "名前,日\na,b\n", "イベント名,開始日,開始時間\na,b,c\n"])
def test_a_file_without_a_good_row_never_empties_the_list(live: Database, tmp_path: Path, text: str) -> None:
    run("classes", "import", "--city", CITY, written(tmp_path, EVENTS))
    assert run("classes", "import", "--city", CITY, written(tmp_path, text), "--keep-good").exit_code == 1
    assert len(stored(live)[1].classes) == 2


@pytest.mark.parametrize("layout", ["v2", "v3"])
def test_out_and_in_again_is_the_same(live: Database, tmp_path: Path, layout: str) -> None:
    run("classes", "import", "--city", CITY, written(tmp_path, EVENTS))
    out = tmp_path / "out.csv"
    result = run("classes", "export", "--city", CITY, "--layout", layout, out)
    assert (result.exit_code, "2 件" in result.stdout) == (0, True)
    sessions, problems = read_events(out.read_bytes(), "out.csv")
    assert (tuple(sessions), problems) == (stored(live)[1].classes, [])
    assert "132144" in out.read_text(encoding="utf-8-sig")


def test_places_come_in_beside_the_packs_own(live: Database, tmp_path: Path) -> None:
    own = Place(id="hall", name="市役所", kind="counter", as_of=date(2026, 4, 1))
    with live.writing() as session:
        store_listings(session, {CITY: PackListings(places=(own,))})
    result = run("places", "import", "--city", CITY, "--as-of", "2026-10-01", written(tmp_path, PLACES))
    assert "2 件を取り込みました（地図にのせられるもの 1 件）" in result.stdout
    run("places", "import", "--city", CITY, "--kind", "wifi", written(tmp_path, PLACES))
    with live.writing() as session:
        assert store_listings(session, {CITY: PackListings(places=(own,))}) is False
    release, listings = stored(live)
    assert release == 3
    assert [p.kind for p in listings.places] == ["counter", "facility", "facility", "wifi", "wifi"]
    out = tmp_path / "out.csv"
    assert "3 件" in run("places", "export", "--city", CITY, out).stdout
    assert "2 件" in run("places", "export", "--city", CITY, "--kind", "wifi", "--layout", "v2", out).stdout


def test_what_cannot_be_done_is_said_in_a_sentence(live: Database, tmp_path: Path) -> None:  # noqa: ARG001
    file = written(tmp_path, EVENTS)
    assert "kokubunji" in str(run("classes", "import", "--city", "edo", file).exception)
    assert "検査数字" in str(run("classes", "export", "--city", CITY, "--code", "132145", file).exception)
    assert "書けません" in str(run("classes", "export", "--city", CITY, tmp_path / "no" / "out.csv").exception)
    assert run("classes", "import", "--city", CITY, tmp_path / "missing.csv").exit_code == 2


@pytest.mark.parametrize("offset", range(7))
def test_six_samples_within_thirty_days_none_of_them_real(offset: int) -> None:
    today = date(2026, 11, 21) + timedelta(days=offset)
    made = sample_classes(today)
    assert len({c.id for c in made}) == 6
    for c in made:
        assert today < c.starts.date() <= today + timedelta(days=30)
        assert c.sample
        assert c.title.startswith("【見本】")
        assert (c.place, c.address, c.latitude, c.tel) == ("見本会場", None, None, None)


def test_samples_stand_beside_real_classes_only_while_trying(filled: Database, library: Library, today: date) -> None:
    begins = datetime.fromisoformat("2026-12-01T10:00")
    real = SmartphoneClass(id="real", title="本物", starts=begins, ends=begins + timedelta(hours=2), place="公民館")
    with filled.writing() as session:
        store_classes(session, CITY, [real])
        store_samples(session, [CITY], today)
        store_samples(session, [CITY], today)
    with filled.reading() as session:
        assert current_release(session) == 2
        assert [c.id for c in library.city(session, CITY).classes] == ["real"]
        trial = Library(prepare_lexicon(Lexicon()), lambda: today, with_samples=True)
        assert len(trial.city(session, CITY).classes) == 7


@pytest.fixture
def today() -> date:
    return date(2026, 11, 21)
