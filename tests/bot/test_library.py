"""What this process answers from: made when first asked for, made anew only where a release changed something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlmodel import Session

from bot import library as module
from bot.conversation.city import CityKnowledge
from bot.intents import recognize
from bot.intents.index import JAPANESE, Layer
from bot.library import MOST_CITIES, Library, UnknownMunicipality
from deploy.settings import Settings
from knowledge.database import Database
from knowledge.editing import add_revision, find_entry, publish, published_revision
from knowledge.listing_store import publish_listings, store_classes
from knowledge.listings import SmartphoneClass
from knowledge.published import load_published
from knowledge.schema import COMMON, Entry
from knowledge.tables import PackRow

CITY, OTHER = "kokubunji", "oyama"
OWN = f"{CITY}/smartphone-class/find-a-class"
SHARED = f"{COMMON}/mynumber-card/lost-card"


def _release(database: Database, entry: str, now: datetime, **changes: object) -> int:
    with database.writing() as session:
        row = find_entry(session, entry, lock=True)
        revision = published_revision(session, row)
        assert revision is not None
        text = Entry.model_validate({**revision.content, **changes})
        written = add_revision(session, row, text, author="t", note="", at=now)
        return publish(session, {entry: written.id}, author="t", reason="t", at=now).number


def _cities(database: Database, library: Library) -> tuple[CityKnowledge, CityKnowledge]:
    with database.reading() as session:
        return library.city(session, CITY), library.city(session, OTHER)


def _layers(city: CityKnowledge) -> tuple[Layer, ...]:
    return city.index.layers[JAPANESE]


def test_a_release_of_one_city_leaves_the_others_as_they_are(filled: Database, library: Library, now: datetime) -> None:
    before, other_before = _cities(filled, library)
    number = _release(filled, OWN, now, answer="新しい答えです。", phrasings=("スマホ塾",))
    after, other_after = _cities(filled, library)
    assert other_after is other_before
    assert after is not before
    assert after.entries["smartphone-class/find-a-class"].entry.answer == "新しい答えです。"
    assert recognize("スマホ塾", after.index).best is not None
    assert _layers(after)[1].segment is _layers(before)[1].segment, "the common part is still shared"
    assert (after.index.release, other_after.index.release, library.release) == (number, number - 1, number)


def test_a_common_release_renews_every_city(filled: Database, library: Library, now: datetime) -> None:
    before = _cities(filled, library)
    number = _release(filled, SHARED, now, answer="新しい共通の答えです。")
    after = _cities(filled, library)
    for old, new in zip(before, after, strict=True):
        assert new is not old
        assert new.entries["mynumber-card/lost-card"].entry.answer == "新しい共通の答えです。"
        assert new.index.release == number
    assert _layers(after[0])[1].segment is _layers(after[1])[1].segment is not _layers(before[0])[1].segment


def test_settings_of_one_city_renew_it_alone(filled: Database, library: Library, now: datetime) -> None:
    before, other = _cities(filled, library)
    with filled.writing() as session:
        row = session.get(PackRow, CITY)
        assert row is not None
        row.profile = {**row.profile, "name": "国分寺市（改）"}
        number = publish(session, {}, author="t", reason="t", at=now, pack=CITY).number
    after, other_after = _cities(filled, library)
    assert (after.name, after.index.release) == ("国分寺市（改）", number)
    assert before.name == "国分寺市"
    assert other_after is other


def test_lists_of_one_city_renew_it_alone(filled: Database, library: Library, now: datetime) -> None:
    before, other = _cities(filled, library)
    begins = now.replace(tzinfo=None)
    session_of = SmartphoneClass(id="c-1", title="入門", starts=begins, ends=begins, place="市役所")
    with filled.writing() as session:
        store_classes(session, CITY, [session_of])
        publish_listings(session, author="t", reason="t", at=now)
    after, other_after = _cities(filled, library)
    assert (before.classes, after.classes) == ((), (session_of,))
    assert other_after is other


def test_facts_and_the_common_counter_renew_every_city(filled: Database, library: Library, now: datetime) -> None:
    before = _cities(filled, library)
    with filled.writing() as session:
        row = session.get(PackRow, COMMON)
        assert row is not None
        row.profile = {**row.profile, "counter": {**row.profile["counter"], "tel": "0120-000-000"}}
        publish(session, {}, author="t", reason="t", at=now, pack=COMMON)
    after = _cities(filled, library)
    assert [city.hotline.tel for city in after] == ["0120-000-000"] * 2
    assert all(new is not old for old, new in zip(before, after, strict=True))


def test_every_release_is_read_from_what_changed(filled: Database, now: datetime) -> None:
    with filled.reading() as session:
        before = load_published(session)
    number = _release(filled, OWN, now, answer="新しい答えです。")
    with filled.reading() as session:
        after, anew = load_published(session, before), load_published(session)
    changed = {e.id for e in after.entries if not any(e is known for known in before.entries)}
    assert changed == {OWN}
    assert after.packs is before.packs
    assert after.register is before.register
    assert after.listings is before.listings
    assert after == anew, "read from what changed or from the beginning: the same"
    assert after.changed == {COMMON: number - 1, CITY: number, OTHER: 0}
    assert after.release_of(OTHER) == number - 1


def test_an_entry_taken_down_is_gone(filled: Database, library: Library, now: datetime) -> None:
    before, other = _cities(filled, library)
    with filled.writing() as session:
        publish(session, {OWN: None}, author="t", reason="t", at=now)
    after, other_after = _cities(filled, library)
    assert before.entries["smartphone-class/find-a-class"].pack == CITY
    assert after.entries["smartphone-class/find-a-class"].pack == COMMON
    assert other_after is other


def test_what_was_never_committed_leaves_no_trace(filled: Database, library: Library, now: datetime) -> None:
    def look_and_give_up() -> None:
        with filled.writing() as session:
            publish(session, {OWN: None}, author="t", reason="t", at=now)
            assert library.city(session, CITY).entries["smartphone-class/find-a-class"].pack == COMMON
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        look_and_give_up()
    city, _ = _cities(filled, library)
    assert city.entries["smartphone-class/find-a-class"].pack == CITY
    with filled.reading() as session:
        assert library.published(session) == load_published(session)


def test_the_city_asked_for_longest_ago_makes_room(filled: Database, today_library: Callable[..., Library]) -> None:
    library = today_library(most_cities=1)
    first, other = _cities(filled, library)
    again, _ = _cities(filled, library)
    assert again is not first
    assert again.entries == first.entries
    assert recognize("カードを落とした", again.index).best == recognize("カードを落とした", first.index).best
    with filled.reading() as session:
        assert library.city(session, OTHER) is library.city(session, OTHER) is not other


def test_asking_keeps_a_city(filled: Database, today_library: Callable[..., Library], now: datetime) -> None:
    library = today_library(most_cities=2)
    _add_city(filled, "third", now)
    with filled.reading() as session:
        kept, lost = library.city(session, CITY), library.city(session, OTHER)
        assert library.city(session, CITY) is kept
        library.city(session, "third")
        assert library.city(session, CITY) is kept
        assert library.city(session, OTHER) is not lost


def test_warming_makes_no_more_than_is_kept(filled: Database, today_library: Callable[..., Library]) -> None:
    library = today_library(most_cities=1)
    with filled.reading() as session:
        library.warm(session)
        first = library.city(session, CITY)
        assert library.city(session, CITY) is first


def test_those_asked_for_last_are_warmed(
    filled: Database, today_library: Callable[..., Library], now: datetime
) -> None:
    library = today_library(most_cities=1)
    _cities(filled, library)
    _release(filled, SHARED, now, answer="新しい共通の答えです。")
    with filled.reading() as session:
        library.warm(session)
        assert list(library._cities) == [OTHER]


def test_a_new_day_looks_at_everything_anew(filled: Database, today_library: Callable[..., Library]) -> None:
    days = [date(2026, 11, 21)]
    library = today_library(today=lambda: days[-1])
    before, _ = _cities(filled, library)
    days.append(date(2026, 11, 22))
    after, _ = _cities(filled, library)
    assert after is not before
    assert _layers(after)[1].segment is _layers(before)[1].segment


@pytest.mark.parametrize("name", [COMMON, "nowhere"])
def test_what_is_no_municipality_is_said(filled: Database, library: Library, name: str) -> None:
    with filled.reading() as session, pytest.raises(UnknownMunicipality):
        library.city(session, name)


def test_nobody_waits_long_while_a_release_is_read_in(
    filled: Database, library: Library, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    before, _ = _cities(filled, library)
    _release(filled, SHARED, now, answer="新しい答えです。")
    with library._lock:  # as a thread has it that reads the release in
        assert _cities(filled, library)[0] is before
    after, _ = _cities(filled, library)
    assert after.entries["mynumber-card/lost-card"].entry.answer == "新しい答えです。"


def test_as_many_are_kept_as_the_settings_say() -> None:
    assert Settings().cities_kept == MOST_CITIES


def _add_city(database: Database, name: str, now: datetime) -> None:
    with database.writing() as session:
        row = session.get(PackRow, OTHER)
        assert row is not None
        session.add(PackRow(id=name, profile={**row.profile, "id": name}))
        _announce(session, name, now)


def _announce(session: Session, pack: str, now: datetime) -> None:
    session.flush()
    publish(session, {}, author="t", reason="t", at=now, pack=pack)


@pytest.fixture
def today_library(library: Library) -> Callable[..., Library]:
    """Makes libraries with the words of the small knowledge base."""

    def made(today: Callable[[], date] = library._today, **options: int) -> Library:
        return Library(library._lexicon, today, **options)

    return made
