"""The admin: who gets in, what they may do, and an answer mended from the queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher, Type
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from admin import staff as accounts
from admin.passwords import WeakPassword, hash_password, password_is_right
from admin.staff import ALL, Role
from admin.tables import AuditRow, SessionRow
from bot import records
from bot.conversation.turn import reply_to
from bot.intents import recognize
from bot.library import Library
from bot.responses.compose import Style
from bot.responses.reply import ReplyKind
from knowledge import drafting
from knowledge.database import Database

PASSWORD = "correct horse battery"


def sign_in(client: TestClient, login: str = "chief", password: str = PASSWORD) -> int:
    client.cookies.clear()
    return client.post("/admin/sign-in", data={"login": login, "password": password}).status_code


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ("chief", {"unanswered": 200, "entries": 200, "audit": 200, "save": 422, "look": 404}),
        ("editor", {"unanswered": 200, "entries": 200, "audit": 403, "save": 422, "look": 404}),
        ("viewer", {"unanswered": 200, "entries": 200, "audit": 403, "save": 403, "look": 403}),
        ("neighbour", {"unanswered": 404, "entries": 404, "audit": 404, "save": 404, "look": 404}),
    ],
)
def test_what_each_role_may_do(client: TestClient, login: str, expected: dict[str, int]) -> None:
    sign_in(client, login)
    base = "/admin/kokubunji"
    form = {"question": "", "phrasings": "x", "answer": "x", "revision": "1"}
    found = {
        "unanswered": client.get(f"{base}/unanswered").status_code,
        "entries": client.get(f"{base}/entries").status_code,
        "audit": client.get(f"{base}/audit").status_code,
        "save": client.post(f"{base}/entries/mynumber-card/lost-card", data={**form, "question": " "}).status_code,
        "look": client.post(f"{base}/unanswered/999/look", data={"seen": 1}).status_code,
    }
    assert found == expected


def test_wrong_passwords_are_refused_and_then_slowed_down(client: TestClient, moving: Any) -> None:
    assert [sign_in(client, "chief", "wrong wrong wrong") for _ in range(5)] == [401] * 5
    assert sign_in(client, "chief", PASSWORD) == 429
    moving.now += timedelta(minutes=16)
    assert sign_in(client, "chief", PASSWORD) == 303


def test_a_session_ends(client: TestClient, moving: Any, filled: Database) -> None:
    sign_in(client)
    assert client.get("/admin").status_code == 200
    moving.now += timedelta(minutes=61)
    assert client.get("/admin").headers["location"] == "/admin/sign-in"
    sign_in(client)
    with filled.reading() as session:
        tokens = {row.token_digest for row in session.exec(select(SessionRow)).all()}
    assert client.cookies["madoguchi_staff"] not in tokens, "the database never holds the token itself"
    client.post("/admin/sign-out")
    assert client.get("/admin").headers["location"] == "/admin/sign-in"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example", "sec-fetch-site": ""},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    ],
)
def test_another_sites_form_is_refused(app: FastAPI, headers: dict[str, str]) -> None:
    client = TestClient(app, follow_redirects=False)
    data = {"login": "chief", "password": PASSWORD}
    given = {k: v for k, v in headers.items() if v}
    assert client.post("/admin/sign-in", data=data, headers=given).status_code == 403
    assert client.post("/admin/sign-in", data=data).status_code == 403


def _ask(filled: Database, library: Library, now: datetime, question: str, person: str) -> ReplyKind:
    with filled.writing() as session:
        city = library.city(session, "kokubunji")
        recognition = recognize(question, city.index, thresholds=city.thresholds)
        reply = reply_to(recognition, city, Style(), "")
        asked = records.Asked(f"{person}{question}"[:60], "kokubunji", "line", now, person)
        records.record_utterance(session, asked, recognition, reply)
    return reply.kind


def test_a_question_without_an_answer_is_taught_and_then_answered(
    client: TestClient, filled: Database, library: Library, now: datetime, work: Callable[[], None]
) -> None:
    question = "ほげほげぴよぴよ"
    for person in ("p1", "p2", "p2"):
        assert _ask(filled, library, now, question, person) is ReplyKind.FALLBACK
    work()
    sign_in(client)
    page = client.get("/admin/kokubunji/unanswered").text
    assert question in page
    assert "2 人" in page
    edit = client.get("/admin/kokubunji/entries/mynumber-card/lost-card", params={"add": question}).text
    assert f"{question}</textarea>" in edit
    form = {
        "question": "マイナンバーカードをなくしたときは？",
        "phrasings": f"カードを落とした\n{question}",
        "answer": "直した答えです。",
        "sources": "A-022",
        "state": "in-service",
        "as_of": "2026-11-21",
        "review_by": "2027-11-21",
        "revision": edit.split('name="revision" value="')[1].split('"', maxsplit=1)[0],
        "pack": "common",
        "target": "common",
        "then": "drafts",
    }
    draft = client.post("/admin/kokubunji/entries/mynumber-card/lost-card", data=form).headers["location"]
    assert _ask(filled, library, now, question, "p3") is ReplyKind.FALLBACK
    assert client.post(f"{draft}/approve").status_code == 303
    with filled.writing() as session:
        drafting.publish_drafts(
            session, ["common/mynumber-card/lost-card"], author="chief", reason="聞かれたので", at=now
        )
    assert _ask(filled, library, now, question, "p4") is ReplyKind.ANSWER
    assert "直した答えです。" in client.get("/lookup/kokubunji", params={"q": question}).text
    work()
    assert question not in client.get("/admin/kokubunji/unanswered").text
    with filled.reading() as session:
        audit = session.exec(select(AuditRow).where(AuditRow.action == "save draft")).one()
        assert (audit.actor, audit.subject) == ("chief", "common/mynumber-card/lost-card")
        assert audit.before is not None
        assert audit.after is not None
        assert (audit.before["answer"] != audit.after["answer"], audit.after["answer"]) == (True, "直した答えです。")


def test_passwords_cost_what_rfc_9106_recommends(hasher: PasswordHasher) -> None:
    assert (hasher.type, hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (Type.ID, 65_536, 3, 4)


def test_passwords(now: datetime, filled: Database) -> None:
    stored = hash_password(PASSWORD)
    assert stored.startswith("$argon2id$")
    assert password_is_right(stored, PASSWORD)
    assert not password_is_right(stored, PASSWORD + "x")
    assert not password_is_right(None, PASSWORD)
    for weak in ("short", "a" * 20, "x" * 201):
        with pytest.raises(WeakPassword):
            hash_password(weak)
    with filled.writing() as session:
        accounts.add_staff(session, "A", "a", PASSWORD, municipality=ALL, role=Role.ADMIN, at=now)
    with pytest.raises(accounts.LoginTaken), filled.writing() as session:
        accounts.add_staff(session, "a ", "a", PASSWORD, municipality=ALL, role=Role.ADMIN, at=now)


def test_admin_pages_are_kept_in_no_cache(client: TestClient) -> None:
    sign_in(client)
    assert client.get("/admin/kokubunji/entries").headers["cache-control"] == "no-store"


def test_a_notice_is_put_above_every_answer_and_can_be_stopped(client: TestClient) -> None:
    sign_in(client)
    page = "/admin/kokubunji/announcements"
    wrong = client.post(
        page, data={"kind": "notice", "text": "大雨です", "starts": "2026-11-22T09:00", "ends": "2026-11-21T09:00"}
    )
    assert wrong.status_code == 422
    assert "大雨です" in wrong.text
    assert client.post(page, data={"kind": "notice", "text": "大雨です"}).status_code == 303
    assert "大雨です" in client.get("/lookup/kokubunji?q=カードをなくした").text
    assert client.post(f"{page}/1/stop").status_code == 303
    assert "大雨です" not in client.get("/lookup/kokubunji?q=カードをなくした").text
    sign_in(client, "editor")
    assert client.post(page, data={"kind": "pause", "text": "休み"}).status_code == 403
