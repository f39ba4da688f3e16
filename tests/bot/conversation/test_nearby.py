"""What is told about a place that somebody sent, and what is kept of it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.line.events import read_events
from bot.channels.line.messages import to_line
from bot.channels.line.standin import validate_messages
from bot.conversation.city import CityKnowledge
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.nearby import distance_km
from bot.conversation.turn import Person, Turn, take_turn
from bot.inbox import Received
from bot.responses.cards import distance_text
from bot.responses.text import plain_text
from bot.simulator.events import message_event
from knowledge.listings import Place, SmartphoneClass

HERE = (35.7, 139.463)
USER = "U" + "0" * 32


def place(name: str, latitude: float | None, longitude: float | None, **more: object) -> Place:
    values = {"id": name, "name": name, "kind": "counter", "latitude": latitude, "longitude": longitude}
    return Place.model_validate({**values, "as_of": date(2026, 4, 1), **more})


PLACES = (
    place("far", 35.8, 139.463, tel="042-325-0111"),
    place("near", 35.703, 139.463, kind="wifi", address="国分寺市泉町二丁目", hours="9:00〜17:00"),
    place("nowhere", None, None),
)
SESSION = SmartphoneClass(
    id="c",
    title="LINE入門",
    starts=datetime.fromisoformat("2026-11-28T10:00"),
    ends=datetime.fromisoformat("2026-11-28T12:00"),
    place="本町公民館",
    latitude=35.711,
    longitude=139.463,
)


def send(city: CityKnowledge, now: datetime, **more: object) -> Turn:
    values = {"id": "e", "kind": InboundKind.LOCATION, "municipality": city.municipality, "at": now, "person": "p"}
    turn = take_turn(Inbound.model_validate({**values, **more}), Person(), city)
    assert turn.reply is not None
    assert validate_messages(to_line(turn.reply)) == []
    return turn


def test_nearest_first_with_distance_and_map(city: CityKnowledge, now: datetime) -> None:
    yesterday = datetime.fromisoformat("2026-11-20T10:00")
    past = SESSION.model_copy(update={"id": "p", "ends": yesterday, "starts": yesterday})
    knowledge = replace(city, places=PLACES, classes=(SESSION, past))
    turn = send(knowledge, now, latitude=HERE[0], longitude=HERE[1])
    assert turn.reply is not None
    assert [card.title for card in turn.reply.cards] == ["near", "LINE入門", "far"]
    assert [card.lines[0] for card in turn.reply.cards] == ["ここから 約300 m", "ここから 約1.2 km", "ここから 約11 km"]
    assert turn.reply.cards[0].buttons[0].value.endswith("query=35.703%2C139.463")
    assert "住所: 国分寺市泉町二丁目" in plain_text(turn.reply)
    assert turn.recognition is None


def test_at_most_ten_cards(city: CityKnowledge, now: datetime) -> None:
    places = tuple(place(f"p{n}", 35.7 + n / 100, 139.4) for n in range(9))
    classes = tuple(SESSION.model_copy(update={"id": f"c{n}"}) for n in range(9))
    reply = send(replace(city, places=places, classes=classes), now, latitude=HERE[0], longitude=HERE[1]).reply
    assert reply is not None
    assert len(reply.cards) == 10


def test_a_city_that_is_not_on_the_map_names_its_counter(city: CityKnowledge, now: datetime) -> None:
    reply = send(replace(city, places=PLACES[2:]), now, latitude=HERE[0], longitude=HERE[1]).reply
    assert reply is not None
    assert "国分寺市の窓口" in reply.body
    assert "042-325-0111" in [button.value for button in reply.buttons]
    assert reply.choices


def test_a_location_without_coordinates_is_not_read(city: CityKnowledge, now: datetime) -> None:
    reply = send(replace(city, places=PLACES), now).reply
    assert reply is not None
    assert "位置情報は読めません" in reply.body


def received(now: datetime, latitude: object, longitude: object) -> Received:
    message = {
        "type": "location",
        "title": "わが家",
        "address": "泉町2-2-18",
        "latitude": latitude,
        "longitude": longitude,
    }
    (event,) = read_events(
        [message_event(message, USER, "token")], municipality="kokubunji", pseudonym=lambda *_: "p", now=now
    )
    return event


def test_only_rounded_coordinates_are_kept(now: datetime) -> None:
    inbound = received(now, 35.7101234, 139.4629876).inbound
    assert (inbound.kind, inbound.latitude, inbound.longitude) == (InboundKind.LOCATION, 35.71, 139.463)
    stored = inbound.model_dump_json()
    for private in ("わが家", "泉町", "1234", "9876"):
        assert private not in stored


@pytest.mark.parametrize("pair", [(math.nan, 139.4), (35.7, math.inf), (91, 0), (35.7, 181.0)])
def test_impossible_coordinates_are_dropped(now: datetime, pair: tuple[float, float]) -> None:
    inbound = received(now, *pair).inbound
    assert (inbound.kind, inbound.latitude, inbound.longitude) == (InboundKind.LOCATION, None, None)


def test_known_distances() -> None:
    assert distance_km((35.681236, 139.767125), (34.702485, 135.495951)) == pytest.approx(403, abs=1)  # 東京駅・大阪駅
    assert distance_km((0, 0), (0, 180)) == pytest.approx(math.pi * 6371.0088)


POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(POINTS, POINTS)
def test_distance_is_the_same_both_ways_and_within_half_the_globe(
    one: tuple[float, float], two: tuple[float, float]
) -> None:
    assert distance_km(one, two) == pytest.approx(distance_km(two, one), abs=1e-6)
    assert 0 <= distance_km(one, two) <= math.pi * 6371.01


@pytest.mark.parametrize(
    ("km", "text"),
    [(0.0, "約100 m"), (0.31, "約300 m"), (0.94, "約900 m"), (0.96, "約1.0 km"), (1.23, "約1.2 km"), (9.97, "約10 km")],
)
def test_distances_are_read_easily(km: float, text: str) -> None:
    assert distance_text(km) == text
