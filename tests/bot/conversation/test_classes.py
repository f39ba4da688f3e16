"""Which sessions are shown, how they look, and when an answer carries them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.line.messages import to_line
from bot.channels.line.standin import validate_messages
from bot.conversation.calendar import resolve
from bot.conversation.city import CityKnowledge, city_knowledge, common_shelf
from bot.conversation.classes import NEXT, SHOWN, find_classes, upcoming
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.turn import Person, show_topic, take_turn
from bot.intents import Lexicon, prepare_lexicon
from bot.intents.slots import find_slots
from bot.responses.cards import class_card
from bot.responses.compose import Style
from bot.responses.reply import Reply, ReplyKind
from bot.responses.text import plain_text
from bot.web.static import templates
from knowledge.listings import PackListings, SmartphoneClass
from knowledge.published import Published

TODAY = date(2026, 11, 21)
"""A Saturday; Monday the 23rd is a holiday."""
FIND = "smartphone-class/find-a-class"


def session(number: int, starts: str, **more: object) -> SmartphoneClass:
    begins = datetime.fromisoformat(starts)
    values = {
        "id": f"s{number}",
        "title": f"スマホ教室 第{number}回",
        "starts": begins,
        "ends": begins + timedelta(hours=2),
        "place": "見本会場",
        **more,
    }
    return SmartphoneClass.model_validate(values)


OFFER = {"capacity": 12, "fee": 0, "apply": "電話", "tel": "(042)325-0111"}
CLASSES = (
    session(1, "2026-11-20T10:00"),
    session(2, "2026-11-28T10:00", title="LINE入門", place="本町公民館", **OFFER),
    session(3, "2026-11-23T14:00", content="地図アプリ"),
    session(4, "2026-11-24T18:30", place="泉町会館", apply_until=date(2026, 11, 20)),
    session(5, "2026-12-06T09:30", url="https://example.lg.jp/a?b=あ"),
    session(6, "2027-01-12T13:00"),
)  # fmt: skip


@pytest.fixture
def with_classes(city: CityKnowledge) -> CityKnowledge:
    return replace(city, classes=CLASSES)


def ask(city: CityKnowledge, now: datetime, text: str, last: str | None = None) -> Reply:
    inbound = Inbound(id="e", kind=InboundKind.TEXT, municipality=city.municipality, at=now, text=text, person="p")
    reply = take_turn(inbound, Person(last_topic=last), city).reply
    assert reply is not None
    assert validate_messages(to_line(reply)) == []
    return reply


def found(text: str, now: datetime) -> list[str]:
    return [s.id for s in find_classes(upcoming(CLASSES, now), find_slots(text), TODAY).sessions]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("スマホ教室はいつ", ["s3", "s4", "s2", "s5", "s6"]),
        ("今月", ["s3", "s4", "s2"]),
        ("来週", ["s3", "s4", "s2"]),
        ("来週の土曜", ["s2"]),
        ("来月", ["s5"]),
        ("土日", ["s2", "s5"]),
        ("平日", ["s4", "s6"]),
        ("祝日", ["s3"]),
        ("1月", ["s6"]),
        ("来年", ["s6"]),
        ("28日", ["s2"]),
        ("11月28日", ["s2"]),
        ("午前の教室", ["s2", "s5"]),
        ("夜の教室", ["s4"]),
        ("公民館の教室", ["s2"]),
        ("LINEの教室", ["s2"]),
        ("地図を習いたい", ["s3"]),
        ("泉町でありますか", ["s4"]),
        ("今度の土曜", ["s2"]),
    ],
)
def test_what_was_asked_for_nearest_first(text: str, ids: list[str], now: datetime) -> None:
    assert found(text, now) == ids


@pytest.mark.parametrize("text", ["今日の教室", "パソコン教室", "図書館の教室", "2月30日の教室", "8月"])
def test_when_nothing_fits_the_next_ones_are_shown(text: str, now: datetime) -> None:
    result = find_classes(upcoming(CLASSES, now), find_slots(text), TODAY)
    assert (result.as_asked, len(result.sessions)) == (False, NEXT)


def test_a_session_is_shown_until_it_is_over() -> None:
    one = (session(1, "2026-11-21T10:00"),)
    assert upcoming(one, datetime(2026, 11, 21, 2, 59, tzinfo=UTC)) == one
    assert upcoming(one, datetime(2026, 11, 21, 3, 0, tzinfo=UTC)) == ()
    zoned = one[0].model_copy(update={"ends": datetime(2026, 11, 21, 3, 1, tzinfo=UTC)})
    assert upcoming((zoned,), datetime(2026, 11, 21, 3, 0, tzinfo=UTC)) == (zoned,)


def test_at_most_ten_and_says_how_many_more(city: CityKnowledge, now: datetime) -> None:
    many = tuple(session(n, f"2026-12-{n:02}T10:00") for n in range(1, 26))
    reply = ask(replace(city, classes=many), now, "シニア向けのスマホ教室")
    assert len(reply.cards) == SHOWN
    assert "15件" in reply.body


def test_the_answer_carries_the_sessions(with_classes: CityKnowledge, now: datetime) -> None:
    reply = ask(with_classes, now, "スマホ教室はいつありますか")
    assert (reply.kind, reply.topic, len(reply.cards)) == (ReplyKind.ANSWER, FIND, 5)
    assert reply.source == "国分寺市のスマホ教室の一覧"
    assert [c.says for c in reply.choices][:4] == [f"{w}のスマホ教室" for w in ("今週", "来週", "今月", "土日")]
    carousel = to_line(reply)[-1]
    assert {bubble["size"] for bubble in carousel["contents"]["contents"]} == {"mega"}
    assert "quickReply" in carousel


def test_a_card_says_when_where_how_many_and_how(now: datetime) -> None:
    card = class_card(CLASSES[1], city="国分寺市", now=now)
    assert card.lines == ("11月28日（土）10時〜12時", "場所: 本町公民館", "費用: 無料", "定員: 12人", "申し込み: 電話")
    place, call, keep = card.buttons
    assert parse_qs(urlsplit(place.value).query) == {"api": ["1"], "query": ["国分寺市 本町公民館"]}
    assert (call.kind, call.value) == ("tel", "042-325-0111")
    assert parse_qs(urlsplit(keep.value).query)["dates"] == ["20261128T100000/20261128T120000"]


def test_deadlines_years_and_open_ends(now: datetime) -> None:
    assert "申し込みは終わりました" in class_card(CLASSES[3], city="", now=now).lines
    assert class_card(CLASSES[5], city="", now=now).lines[0] == "2027年1月12日（火）13時〜15時"
    begins = datetime.fromisoformat("2026-11-28T10:30")
    endless = session(7, "2026-11-28T10:30", ends=begins, apply_until=date(2026, 11, 25))
    lines = class_card(endless, city="", now=now).lines
    assert lines[0] == "11月28日（土）10時30分から"
    assert "申し込みは 11月25日（水）まで" in lines


def test_nothing_that_fits_names_the_counter(with_classes: CityKnowledge, now: datetime) -> None:
    reply = ask(with_classes, now, "8月のスマホ教室")
    assert "見つかりませんでした" in reply.body
    assert "国分寺市の窓口" in reply.body
    assert len(reply.cards) == NEXT
    assert "042-325-0111" in [b.value for b in reply.buttons]


def test_without_sessions_the_entry_answers_as_before(city: CityKnowledge, now: datetime) -> None:
    for classes in ((), CLASSES[:1]):
        reply = ask(replace(city, classes=classes), now, "シニア向けのスマホ教室")
        assert (reply.topic, reply.cards) == (FIND, ())
        assert reply.body == "国分寺市の教室は、市の窓口に聞いてください。"


def test_a_date_alone_goes_on_about_classes(with_classes: CityKnowledge, now: datetime) -> None:
    assert [c.title for c in ask(with_classes, now, "来月は？", FIND).cards] == ["スマホ教室 第5回"]
    assert ask(with_classes, now, "来月は？").cards == ()
    assert ask(with_classes, now, "来月は？", "mynumber-card/lost-card").cards == ()


def test_other_questions_stay_as_they_are(with_classes: CityKnowledge, now: datetime) -> None:
    assert ask(with_classes, now, "明日カードをなくした").cards == ()
    reply = ask(with_classes, now, "カードをなくした")
    assert (reply.topic, reply.cards) == ("mynumber-card/lost-card", ())


def test_a_tapped_topic_shows_them_too_but_not_without_a_clock(with_classes: CityKnowledge, now: datetime) -> None:
    assert len(show_topic(FIND, with_classes, Style(), "e", now).cards) == 5
    assert show_topic(FIND, with_classes, Style(), "e").cards == ()


def test_samples_only_for_trying_and_clearly_marked(published: Published, now: datetime) -> None:
    made_up = session(1, "2026-11-28T10:00", sample=True)
    source = replace(published, listings={"kokubunji": PackListings(classes=(made_up,))})
    words = prepare_lexicon(Lexicon())
    shelf = common_shelf(source, TODAY, words)
    assert city_knowledge(source, "kokubunji", TODAY, words, shelf).classes == ()
    trial = city_knowledge(source, "kokubunji", TODAY, words, shelf, with_samples=True)
    (card,) = ask(trial, now, "スマホ教室はいつ").cards
    assert card.title.startswith("【見本】")
    assert "見本" in card.note
    assert not [b for b in card.buttons if "maps" in b.value]


def test_large_letters_and_text_twin_and_page(with_classes: CityKnowledge, now: datetime) -> None:
    reply = show_topic(FIND, with_classes, Style(large=True), "e", now)
    assert validate_messages(to_line(reply)) == []
    assert to_line(reply)[-1]["contents"]["contents"][0]["body"]["contents"][0]["size"] == "xxl"
    for words in ("■ LINE入門", "11月28日（土）10時〜12時", "電話する: 042-325-0111"):
        assert words in plain_text(reply)
    page = templates_of("{% from 'reply.html' import show %}{{ show(reply, link) }}", reply)
    assert "<h3>LINE入門</h3>" in page
    assert "11月28日（土）10時〜12時<br>場所: 本町公民館" in page
    assert 'href="tel:0423250111"' in page


def templates_of(text: str, reply: Reply) -> str:
    environment = templates(Path(__file__).parent).env
    return environment.from_string(text).render(reply=reply, link=lambda _: "")


_ANY = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200).filter(str.strip)
_DETAILS = st.fixed_dictionaries(
    {"title": _ANY, "place": _ANY, "content": _ANY, "apply": _ANY, "address": _ANY, "contact": _ANY},
    optional={
        "tel": st.from_regex(r"[0-9#()-]+", fullmatch=True),
        "url": st.text(max_size=1200).map(lambda t: f"https://{t}".encode("utf-8", "replace").decode()),
        "note": _ANY,
        "sample": st.booleans(),
    },
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_DETAILS, min_size=1, max_size=12), st.booleans())
def test_whatever_a_list_says_line_takes_it(city: CityKnowledge, details: list[dict[str, object]], large: bool) -> None:
    classes = tuple(session(n, f"2026-12-{n + 1:02}T10:00", **more) for n, more in enumerate(details))
    knowledge = replace(city, classes=classes)
    reply = show_topic(FIND, knowledge, Style(large=large), "e", datetime(2026, 11, 21, tzinfo=UTC))
    assert reply.cards
    assert validate_messages(to_line(reply)) == []


_WORDS = ["来週", "土曜", "31日", "2月", "29日", "来年", "再来月", "今度の", "後", "夜", "99日後"]


@given(st.lists(st.sampled_from(_WORDS), max_size=5), st.dates())
def test_a_period_begins_before_it_ends(words: list[str], today: date) -> None:
    period = resolve(find_slots("".join(words)).when, today)
    if period is not None:
        assert period.first <= period.last


@given(st.text(max_size=60), st.dates())
def test_resolving_never_raises(text: str, today: date) -> None:
    period = resolve(find_slots(text).when, today)
    assert period is None or isinstance(period.holds(datetime.fromisoformat("2026-11-21T10:00")), bool)
