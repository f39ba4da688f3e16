"""Pauses and notices: who may make them, when they hold, what people are told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot import announcements
from bot.announcements import AnnouncementKind
from bot.conversation.city import CityKnowledge
from bot.conversation.standing import Standing, reply_under
from bot.conversation.turn import show_topic
from bot.responses.compose import Style
from bot.responses.reply import ReplyKind
from knowledge.database import Database

STYLE = Style()


def test_what_holds_at_a_moment(filled: Database, now: datetime) -> None:
    hour = timedelta(hours=1)
    with filled.writing() as session:
        for kind, text, start, end in (
            (AnnouncementKind.NOTICE, "避難所が開いています", now - hour, now + hour),
            (AnnouncementKind.NOTICE, "もう終わった", now - 2 * hour, now - hour),
            (AnnouncementKind.PAUSE, "点検のため休みます", now + hour, None),
        ):
            announcements.announce(
                session, "kokubunji", kind, text, reason="", starts_at=start, ends_at=end, author="chief"
            )
    with filled.reading() as session:
        assert announcements.standing(session, "kokubunji", now) == Standing(None, ("避難所が開いています",))
        assert announcements.standing(session, "kokubunji", now + 2 * hour) == Standing("点検のため休みます", ())
        assert announcements.standing(session, "oyama", now) == Standing()
        assert len(announcements.listed(session, "kokubunji", now)) == 2


def test_stopping_ends_it_at_once(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        row = announcements.announce(
            session, "kokubunji", AnnouncementKind.PAUSE, "休み", reason="", starts_at=now, ends_at=None, author="chief"
        )
        assert row.id is not None
        assert announcements.stop(session, "oyama", row.id, now) is None
        assert announcements.stop(session, "kokubunji", row.id, now + timedelta(minutes=1)) is row
    with filled.reading() as session:
        assert announcements.standing(session, "kokubunji", now + timedelta(minutes=2)) == Standing()


@pytest.mark.parametrize(("text", "hours"), [(" ", 1), ("休み", 0), ("休み", -1)])
def test_what_would_never_hold_is_refused(filled: Database, now: datetime, text: str, hours: int) -> None:
    with filled.writing() as session, pytest.raises(ValueError, match="。"):
        announcements.announce(
            session,
            "kokubunji",
            AnnouncementKind.PAUSE,
            text,
            reason="",
            starts_at=now,
            ends_at=now + timedelta(hours=hours),
            author="chief",
        )


def test_a_pause_replaces_answers_but_not_those_for_danger(city: CityKnowledge) -> None:
    answer = show_topic("mynumber-card/lost-card", city, STYLE, about="")
    told = reply_under(Standing("休みです", ("地震がありました",)), answer, city, STYLE)
    assert (told.kind, told.body, told.notices) == (ReplyKind.NOTICE, "休みです", ("地震がありました",))
    assert told.buttons
    danger = answer.model_copy(update={"topic": "conversation/emergency"})
    assert reply_under(Standing("休みです"), danger, city, STYLE) == danger
    assert reply_under(Standing(), answer, city, STYLE) == answer
