"""The made-up traffic: repeatable, from the real recogniser, and never among real people."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from bot.conversation.city import CityKnowledge
from bot.statistics.periods import Period
from bot.tables import UtteranceRow
from deploy.cli.demo import fill, refuse_real_service
from deploy.demo_traffic import traffic
from deploy.settings import Settings, SettingsError
from knowledge.database import Database

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


def test_the_same_seed_makes_the_same_traffic(city: CityKnowledge) -> None:
    once, again = ([made.row.model_dump() for made in traffic({"kokubunji": city}, OCTOBER, 300, 5)] for _ in range(2))
    other = [made.row.model_dump() for made in traffic({"kokubunji": city}, OCTOBER, 300, 6)]
    assert len(once) == 300
    assert once == again
    assert [row["text"] for row in once] != [row["text"] for row in other]
    assert {row["decision"] for row in once} == {"answer", "ask", "fallback"}
    assert {row["channel"] for row in once} == {"line", "lookup", "class"}
    assert not any("1234 5678" in row["text"] or "090-1234" in row["text"] for row in once)


def test_filling_again_replaces_what_was_there(filled: Database) -> None:
    for _ in range(2):
        assert fill(filled, OCTOBER, 40, 3) == 40
    with filled.reading() as session:
        assert len(session.exec(select(UtteranceRow)).all()) == 40


def test_a_real_service_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="試すための場所"):
        refuse_real_service(Settings(mode="production"))
    refuse_real_service(Settings(mode="development"))
    monkeypatch.setenv("MADOGUCHI_LINE_FUCHU_CHANNEL_SECRET", "s" * 32)
    monkeypatch.setenv("MADOGUCHI_LINE_FUCHU_ACCESS_TOKEN", "t" * 32)
    with pytest.raises(SettingsError, match="チャネル"):
        refuse_real_service(Settings(mode="development"))
