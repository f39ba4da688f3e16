"""The daily digest: through a real mail server on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from sqlmodel import Session

from admin.reports.digest import addresses_of, recipients, set_recipients
from admin.review.tables import QuestionGroupRow
from deploy import clock
from deploy.cli import digest
from deploy.settings import Settings
from knowledge.database import Database


class _Postbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.letters.append(message_from_bytes(message.as_bytes(), policy=default))


@pytest.fixture
def post() -> Iterator[tuple[_Postbox, Settings]]:
    """A mail server and the settings that lead to it."""
    box = _Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none", smtp_from="bot@city.example",
                        public_url="https://bot.example/")  # fmt: skip
    server.stop()


def _group(session: Session, section: str, at: datetime, state: str = "new") -> None:
    session.add(
        QuestionGroupRow(
            municipality="kokubunji", section=section, state=state, proposed="wording", created_at=at, changed_at=at
        )
    )


def _text(letter: Message) -> str:
    return letter.get_content()  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def waiting(filled: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Two sections with recipients, one without; three new questions and one old."""
    monkeypatch.setattr(clock, "now", lambda: now)
    before = now - timedelta(days=1)
    with filled.writing() as session:
        set_recipients(session, "kokubunji", "", "all@city.example", before)
        set_recipients(session, "kokubunji", "市民課", "a@city.example, b@city.example", before)
        _group(session, "市民課", now - timedelta(hours=1))
        _group(session, "市民課", now - timedelta(days=3))
        _group(session, "市民課", now - timedelta(hours=1), state="resolved")
        _group(session, "税の課", now - timedelta(hours=2))
        _group(session, "", now - timedelta(hours=2))
    return filled


def test_each_section_gets_its_counts_once(waiting: Database, post: tuple[_Postbox, Settings]) -> None:
    box, settings = post
    assert digest.send_due(waiting, settings) == (2, 0)
    of = {str(letter["X-RcptTo"]): letter for letter in box.letters}
    assert set(of) == {"all@city.example", "a@city.example, b@city.example"}
    ours = _text(of["a@city.example, b@city.example"])
    assert "新しく届いた「答えのない質問」: 1 件" in ours
    assert "手の付いていないもの（前からのものを含む）: 2 件" in ours
    assert "https://bot.example/admin/kokubunji/unanswered" in ours
    assert "新しく届いた「答えのない質問」: 2 件" in _text(of["all@city.example"])
    assert "city.example" not in str(of["all@city.example"]["To"])
    assert digest.send_due(waiting, settings) == (0, 0)


def test_what_could_not_be_sent_is_due_again(waiting: Database, post: tuple[_Postbox, Settings]) -> None:
    _, settings = post
    broken = settings.model_copy(update={"smtp_port": 1})
    assert digest.send_due(waiting, broken) == (0, 2)
    assert digest.send_due(waiting, settings) == (2, 0)


def test_addresses_are_checked_and_can_be_taken_away(filled: Database, now: datetime) -> None:
    for wrong in ("no address", "a@b", "a@city.example\nBcc: x", "x@y.example>"):
        with pytest.raises(ValueError, match="メールアドレスの形"):
            addresses_of(wrong)
    with filled.writing() as session:
        assert set_recipients(session, "kokubunji", "市民課", "a@city.example", now) == ("", "a@city.example")
        assert set_recipients(session, "kokubunji", "市民課", "", now) == ("a@city.example", "")
        session.flush()
        assert recipients(session, "kokubunji") == []
