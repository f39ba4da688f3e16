"""Accounts: second factor, sessions, passwords, staff of a place, and what slows guesses down."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select
from starlette.testclient import TestClient

from admin.accounts import limits, passkeys, second_factor, sessions, staffing
from admin.accounts.browsers import browser_name
from admin.accounts.passkeys import PasskeyRefused
from admin.accounts.sessions import Method
from admin.accounts.settings import AccountSettings
from admin.accounts.staffing import LastAdmin
from admin.accounts.tables import CeremonyRow, RecoveryCodeRow
from admin.audit import write_audit
from admin.pages.accounts.entering import own_page
from admin.passwords import WeakPassword, first_password, hash_password
from admin.staff import ALL, Role, roles_of
from admin.tables import AuditRow, SessionRow, SignInAttemptRow, StaffRow
from knowledge.database import Database

PASSWORD = "correct horse battery"
NEW = "purple umbrella morning"
KEY = "k" * 32


def sign_in(client: TestClient, login: str = "chief", password: str = PASSWORD) -> Any:
    client.cookies.clear()
    return client.post("/admin/sign-in", data={"login": login, "password": password})


def staff_of(session: Session, login: str) -> StaffRow:
    return session.exec(select(StaffRow).where(StaffRow.login == login)).one()


def set_up_app(client: TestClient, moving: Any) -> tuple[pyotp.TOTP, list[str]]:
    """Goes through the pages; returns the app and the recovery codes."""
    page = client.get("/admin/account/authenticator").text
    found = re.search(r'class="secret"><code>([A-Z2-7 ]+)<', page)
    assert found is not None
    app = pyotp.TOTP(found[1].replace(" ", ""))
    answer = client.post("/admin/account/authenticator", data={"code": app.at(moving.now)})
    return app, re.findall(r"<li><code>([a-z0-9-]+)</code>", answer.text)


def test_a_code_of_the_app_is_the_second_step_and_works_once(client: TestClient, moving: Any) -> None:
    sign_in(client)
    app, codes = set_up_app(client, moving)
    assert len(codes) == len(set(codes)) == 10
    assert sign_in(client).headers["location"] == "/admin/sign-in/second"
    assert client.get("/admin").headers["location"] == "/admin/sign-in", "a password alone opens nothing"
    used = client.post("/admin/sign-in/second", data={"code": app.at(moving.now)})
    assert (used.status_code, "もう使われています" in used.text) == (401, True), "set-up used this step"
    moving.now += timedelta(seconds=30)
    code = app.at(moving.now)
    wide = f"{code[:3]} {code[3:]}".translate({ord("0") + i: ord("０") + i for i in range(10)})
    assert client.post("/admin/sign-in/second", data={"code": wide}).status_code == 303
    assert client.get("/admin/account").status_code == 200
    sign_in(client)
    assert client.post("/admin/sign-in/second", data={"code": code}).status_code == 401


def test_a_recovery_code_works_once_and_is_kept_as_a_digest(client: TestClient, moving: Any, filled: Database) -> None:
    sign_in(client)
    _, codes = set_up_app(client, moving)
    for expected in (303, 401):
        sign_in(client)
        answer = client.post("/admin/sign-in/second", data={"code": codes[0].upper()})
        assert answer.status_code == expected
    with filled.reading() as session:
        stored = {row.digest for row in session.exec(select(RecoveryCodeRow)).all()}
        assert second_factor.recovery_codes_left(session, staff_of(session, "chief")) == 9
        assert session.exec(select(AuditRow).where(AuditRow.action == "use recovery code")).one()
        secret = staff_of(session, "chief").totp_secret
    assert not stored & set(codes)
    assert secret is not None
    assert secret.startswith("gAAAA"), "the secret is sealed"


def test_new_recovery_codes_replace_the_old_and_leave_with_the_factor(client: TestClient, moving: Any) -> None:
    sign_in(client)
    _, codes = set_up_app(client, moving)
    page = client.post("/admin/account/recovery-codes").text
    assert codes[0] not in page
    assert "残りは <b>10 個" in client.get("/admin/account/second-factor").text
    assert client.post("/admin/account/authenticator/remove").status_code == 303
    assert "回復コード" not in client.get("/admin/account/second-factor").text
    assert sign_in(client).headers["location"] == "/admin"


@given(offset=st.integers(-10, 10), last=st.integers(-3, 3))
def test_only_steps_next_to_now_and_after_the_last_one_count(offset: int, last: int) -> None:
    at = datetime.fromisoformat("2026-11-21T03:00:10+00:00")
    now = int(at.timestamp()) // 30
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    step = second_factor.step_of(secret, pyotp.TOTP(secret).generate_otp(now + offset), at, now + last)
    assert (step == now + offset) == (abs(offset) <= 1 and offset > last)


def test_codes_are_slowed_down_too_and_a_right_password_does_not_help(client: TestClient, moving: Any) -> None:
    sign_in(client)
    app, _ = set_up_app(client, moving)
    moving.now += timedelta(minutes=1)
    sign_in(client)
    assert [client.post("/admin/sign-in/second", data={"code": "000000"}).status_code for _ in range(5)] == [401] * 5
    sign_in(client)
    locked = client.post("/admin/sign-in/second", data={"code": app.at(moving.now)})
    assert locked.status_code == 429
    assert "15分ほど待って" in locked.text
    moving.now += timedelta(minutes=16)
    sign_in(client)
    assert client.post("/admin/sign-in/second", data={"code": app.at(moving.now)}).status_code == 303


def test_a_source_is_slowed_down_over_all_names_and_no_address_is_stored(
    client: TestClient, app: FastAPI, filled: Database, now: datetime
) -> None:
    app.state.accounts = AccountSettings(KEY, address_header="x-real-ip")
    with filled.writing() as session:
        session.add_all(
            SignInAttemptRow(login=f"n{i}", at=now, source=_source_of(client, filled, "192.0.2.7")) for i in range(100)
        )
    data = {"login": "chief", "password": PASSWORD}
    assert client.post("/admin/sign-in", data=data, headers={"x-real-ip": "192.0.2.7"}).status_code == 429
    spoofed = {"x-real-ip": "198.51.100.9, 192.0.2.7"}
    assert client.post("/admin/sign-in", data=data, headers=spoofed).status_code == 429, "the proxy's word is the last"
    assert client.post("/admin/sign-in", data=data, headers={"x-real-ip": "192.0.2.8"}).status_code == 303


def _source_of(client: TestClient, filled: Database, address: str) -> str:
    """The hash that the service makes of an address."""
    client.post("/admin/sign-in", data={"login": "nobody", "password": "x"}, headers={"x-real-ip": address})
    with filled.reading() as session:
        row = session.exec(select(SignInAttemptRow).where(SignInAttemptRow.login == "nobody")).first()
    assert row is not None
    assert row.source is not None
    assert address not in row.source
    return row.source


def test_a_failure_of_yesterday_is_forgotten(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        assert not limits.note_failure(session, limits.Guess.PASSWORD, "a", None, now - timedelta(days=2))
        assert not limits.note_failure(session, limits.Guess.PASSWORD, "a", None, now)
        assert len(session.exec(select(SignInAttemptRow)).all()) == 1


def test_staff_without_a_second_factor_are_led_to_it_where_it_is_required(
    client: TestClient, app: FastAPI, moving: Any
) -> None:
    app.state.accounts = AccountSettings(KEY, require_second_factor=True)
    sign_in(client)
    for path in ("/admin", "/admin/account", "/admin/kokubunji/unanswered"):
        assert client.get(path).headers["location"] == "/admin/account/second-factor"
    assert "登録してください" in client.get("/admin/account/second-factor").text
    set_up_app(client, moving)
    assert client.get("/admin").status_code == 200


def test_a_first_password_must_be_changed_before_anything_else(client: TestClient, filled: Database) -> None:
    with filled.writing() as session:
        staff_of(session, "editor").must_change_password = True
    other = sign_in(client, "editor").cookies["madoguchi_staff"]
    sign_in(client, "editor")
    assert client.get("/admin/kokubunji/unanswered").headers["location"] == "/admin/account/password"
    form = {"old": PASSWORD, "password": NEW, "repeated": NEW}
    for wrong, words in (
        ({"old": "wrong"}, "今のパスワードが違います"),
        ({"repeated": "x"}, "二つの欄"),
        ({"password": PASSWORD, "repeated": PASSWORD}, "今と同じ"),
        ({"password": "国分寺市まどぐちmadoguchi26", "repeated": "国分寺市まどぐちmadoguchi26"}, "関係のない言葉"),
    ):
        answer = client.post("/admin/account/password", data={**form, **wrong})
        assert (answer.status_code, words in answer.text) == (422, True), wrong
    before = client.cookies["madoguchi_staff"]
    assert client.post("/admin/account/password", data=form).headers["location"] == "/admin/account?done=password"
    assert client.cookies["madoguchi_staff"] != before, "this browser has a new token"
    assert client.get("/admin/kokubunji/unanswered").status_code == 200
    client.cookies.clear()
    client.cookies.set("madoguchi_staff", other)
    assert client.get("/admin").headers["location"] == "/admin/sign-in", "the other browser was signed out"
    assert sign_in(client, "editor").status_code == 401
    assert sign_in(client, "editor", NEW).status_code == 303


@pytest.mark.parametrize(
    "weak",
    [
        "passwordpassword1",
        "Password1234567890",
        "qwertyuiopasdfghjkl",
        "madoguchi-kokubunji-26",
        "国分寺市まどぐち国分寺市まどぐち26",
        "hanako.yamada-password",
    ],
)
def test_common_words_and_names_are_no_password(weak: str) -> None:
    with pytest.raises(WeakPassword, match="関係のない言葉"):
        hash_password(weak, ("hanako.yamada", "国分寺市", "kokubunji", "まどぐち"))


def test_first_passwords_are_strong_enough_by_the_same_rules() -> None:
    assert len({hash_password(first_password()) for _ in range(3)}) == 3


def test_sessions_are_listed_and_ended_one_by_one_or_all(
    client: TestClient, new_client: Callable[[], TestClient], filled: Database
) -> None:
    phone = new_client()
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Mobile Safari/604"
    phone.headers["user-agent"] = agent
    sign_in(phone)
    sign_in(client)
    page = client.get("/admin/account").text
    assert "Safari（iPhone）" in page
    assert page.count('name="key"') == 1, "one's own session has no such button"
    key = page.split('name="key" value="')[1].split('"')[0]
    sign_in(phone, "editor")
    assert phone.post("/admin/account/sessions/end", data={"key": key}).status_code == 404, "nobody else's"
    sign_in(phone)
    for key in re.findall(r'name="key" value="(\w+)"', client.get("/admin/account").text):
        assert client.post("/admin/account/sessions/end", data={"key": key}).status_code == 303
    assert phone.get("/admin").headers["location"] == "/admin/sign-in"
    sign_in(phone)
    ended = client.post("/admin/account/sessions/end-all")
    assert ended.headers["location"] == "/admin/sign-in?done=ended"
    assert phone.get("/admin").headers["location"] == "/admin/sign-in"
    with filled.reading() as session:
        chief = staff_of(session, "chief")
        assert session.exec(select(SessionRow).where(SessionRow.staff_id == chief.id)).all() == []


def test_signing_in_again_ends_the_session_before(client: TestClient) -> None:
    old = sign_in(client).cookies["madoguchi_staff"]
    client.post("/admin/sign-in", data={"login": "chief", "password": PASSWORD})
    assert client.cookies["madoguchi_staff"] != old
    client.cookies.clear()
    client.cookies.set("madoguchi_staff", old)
    assert client.get("/admin").headers["location"] == "/admin/sign-in"


def test_what_matters_asks_again_who_it_is(client: TestClient, moving: Any) -> None:
    sign_in(client)
    moving.now += timedelta(minutes=11)
    asked = client.get("/admin/kokubunji/staff/new").headers["location"]
    assert asked == "/admin/account/confirm?next=/admin/kokubunji/staff/new"
    assert "本人の確認" in client.get(asked).text
    form = {"next": "/admin/kokubunji/staff/new", "answer": "wrong"}
    assert client.post("/admin/account/confirm", data=form).status_code == 401
    before = client.cookies["madoguchi_staff"]
    went = client.post("/admin/account/confirm", data={**form, "answer": PASSWORD})
    assert went.headers["location"] == "/admin/kokubunji/staff/new"
    assert client.cookies["madoguchi_staff"] != before
    assert client.get("/admin/kokubunji/staff/new").status_code == 200
    moving.now += timedelta(minutes=30)
    data = {"login": "slow", "role": "viewer"}
    assert client.post("/admin/kokubunji/staff", data=data).status_code == 200, "a form that is open has more time"


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "/admin//evil.example", "javascript:1", ""]
)
def test_nobody_is_sent_to_another_site(path: str) -> None:
    assert own_page(path) == "/admin"


def test_somebody_new_comes_in_by_a_link_that_works_once(
    client: TestClient, new_client: Callable[[], TestClient], moving: Any, filled: Database
) -> None:
    sign_in(client)
    data = {"login": "Ｈａｎａ@example.jp", "name": "花", "role": "editor", "start": "link"}
    page = client.post("/admin/kokubunji/staff", data=data).text
    link = page.split('<code id="link">')[1].split("<")[0].removeprefix("http://testserver")
    newcomer = new_client()
    assert "花 さん、ようこそ" in newcomer.get(link).text
    token = link.split("token=")[1]
    form = {"token": token, "password": NEW, "repeated": NEW}
    short = newcomer.post("/admin/welcome", data={**form, "password": "short", "repeated": "short"})
    assert (short.status_code, "15 文字以上" in short.text) == (422, True)
    assert newcomer.post("/admin/welcome", data=form).headers["location"] == "/admin"
    assert newcomer.get("/admin/kokubunji/unanswered").status_code == 200
    assert new_client().post("/admin/welcome", data=form).status_code == 410
    again = client.post(f"/admin/kokubunji/staff/{_number(filled, 'hana@example.jp')}/link").text
    moving.now += timedelta(days=4)
    stale = again.split('<code id="link">')[1].split("<")[0]
    assert new_client().get(stale.removeprefix("http://testserver")).status_code == 410
    assert sign_in(newcomer, "hana@example.jp", NEW).status_code == 401, "the new link ended the old password"


def test_a_first_password_is_shown_once_and_must_be_changed(client: TestClient, filled: Database) -> None:
    sign_in(client)
    data = {"login": "taro", "role": "support", "start": "password"}
    page = client.post("/admin/kokubunji/staff", data=data).text
    password = page.split('<code id="first-password">')[1].split("<")[0]
    taken = client.post("/admin/kokubunji/staff", data=data)
    assert (taken.status_code, "もう使われています" in taken.text) == (422, True)
    assert password not in client.get(f"/admin/kokubunji/staff/{_number(filled, 'taro')}").text
    sign_in(client, "taro", password)
    assert client.get("/admin").headers["location"] == "/admin/account/password"


def test_fields_that_a_form_does_not_have_change_nothing(client: TestClient, filled: Database) -> None:
    sign_in(client)
    more = {"password": "a password of my own", "municipality": "*", "totp_secret": "x", "oidc_subject": "x", "id": "1"}
    data = {"login": "taro", "role": "viewer", "start": "password", "must_change_password": "", **more}
    assert client.post("/admin/kokubunji/staff", data=data).status_code == 200
    with filled.reading() as session:
        row = staff_of(session, "taro")
        assert (row.totp_secret, row.oidc_subject, row.must_change_password) == (None, None, True)
        assert row.id != 1
        assert roles_of(session, row) == {"kokubunji": Role.VIEWER}
    assert sign_in(client, "taro", more["password"]).status_code == 401


def _number(filled: Database, login: str) -> int:
    with filled.reading() as session:
        number = staff_of(session, login).id
    assert number is not None
    return number


def test_an_admin_of_one_city_sees_and_changes_nothing_elsewhere(client: TestClient, filled: Database) -> None:
    editor, chief = _number(filled, "editor"), _number(filled, "chief")
    sign_in(client, "neighbour")
    page = client.get("/admin/oyama/staff").text
    assert "neighbour" in page
    assert "chief" not in page
    assert "editor" not in page.replace("編集", "").split('class="people"')[1].split("</ul>")[0]
    for number in (editor, chief):
        for act in ("", "/roles", "/profile", "/disable", "/enable", "/reset-second-factor", "/sign-out", "/link"):
            data = {"place": "oyama", "role": "admin", "name": "x"}
            path = f"/admin/oyama/staff/{number}{act}"
            answer = client.post(path, data=data) if act else client.get(path)
            assert answer.status_code == 404, (number, act)
    assert client.get("/admin/*/staff").status_code == 404
    assert client.get("/admin/common/staff").status_code == 404
    me = _number(filled, "neighbour")
    for place in ("kokubunji", "*", "common"):
        data = {"place": place, "role": "admin"}
        assert client.post(f"/admin/oyama/staff/{me}/roles", data=data).status_code == 422
    assert client.post("/admin/kokubunji/staff", data={"login": "x", "role": "admin"}).status_code == 404


def test_one_person_works_in_several_cities(client: TestClient, filled: Database) -> None:
    editor = _number(filled, "editor")
    sign_in(client)
    data = {"place": ["kokubunji", "oyama"], "role": ["approver", "viewer"]}
    assert client.post(f"/admin/*/staff/{editor}/roles", data=data).status_code == 303
    with filled.reading() as session:
        roles = roles_of(session, staff_of(session, "editor"))
        rows = session.exec(select(AuditRow).where(AuditRow.action == "change role")).all()
    assert roles == {"kokubunji": Role.APPROVER, "oyama": Role.VIEWER}
    assert {(row.municipality, (row.before or {})["role"], (row.after or {})["role"]) for row in rows} == {
        ("kokubunji", "editor", "approver"),
        ("oyama", None, "viewer"),
    }
    sign_in(client, "neighbour")
    page = client.get(f"/admin/oyama/staff/{editor}").text
    assert "国分寺市" not in page
    assert "ほかでも働いている人" in page
    assert client.post(f"/admin/oyama/staff/{editor}/disable").status_code == 403, "she works elsewhere too"
    gone = client.post(f"/admin/oyama/staff/{editor}/roles", data={"place": "oyama", "role": ""})
    assert gone.headers["location"] == "/admin/oyama/staff"
    with filled.reading() as session:
        assert roles_of(session, staff_of(session, "editor")) == {"kokubunji": Role.APPROVER}


def test_the_last_admin_stays(client: TestClient, filled: Database, now: datetime) -> None:
    chief, neighbour = _number(filled, "chief"), _number(filled, "neighbour")
    sign_in(client)
    answer = client.post(f"/admin/*/staff/{chief}/roles", data={"place": "*", "role": "viewer"})
    assert (answer.status_code, "最後の管理者" in answer.text) == (409, True)
    assert client.post(f"/admin/*/staff/{chief}/disable").status_code == 409
    assert client.post(f"/admin/oyama/staff/{neighbour}/disable").status_code == 303, "the chief is admin there too"
    with filled.writing() as session:
        assert roles_of(session, staff_of(session, "chief")) == {ALL: Role.ADMIN}
        with pytest.raises(LastAdmin):
            staffing.disable(session, staff_of(session, "chief"), now)
        staffing.change_role(session, staff_of(session, "editor"), ALL, Role.ADMIN)
        staffing.disable(session, staff_of(session, "chief"), now)
    assert client.get("/admin").headers["location"] == "/admin/sign-in", "disabling ends the session"
    assert sign_in(client).status_code == 401


def test_a_change_of_roles_renews_the_token_without_a_new_sign_in(
    client: TestClient, new_client: Callable[[], TestClient], filled: Database
) -> None:
    editor = _number(filled, "editor")
    person = new_client()
    old = sign_in(person, "editor").cookies["madoguchi_staff"]
    sign_in(client)
    client.post(f"/admin/kokubunji/staff/{editor}/roles", data={"place": "kokubunji", "role": "approver"})
    renewed = person.get("/admin/kokubunji/audit?x=1")
    assert (renewed.status_code, renewed.headers["location"]) == (303, "/admin/kokubunji/audit?x=1")
    assert person.cookies["madoguchi_staff"] != old
    assert person.get("/admin/kokubunji/audit").status_code == 200
    person.cookies.clear()
    person.cookies.set("madoguchi_staff", old)
    assert person.get("/admin").headers["location"] == "/admin/sign-in"


def test_an_admin_resets_a_lost_second_factor(client: TestClient, moving: Any, filled: Database) -> None:
    sign_in(client, "editor")
    set_up_app(client, moving)
    sign_in(client)
    base = f"/admin/kokubunji/staff/{_number(filled, 'editor')}"
    assert "スマホや鍵をなくした" in client.get(base).text
    assert client.post(f"{base}/reset-second-factor").status_code == 303
    assert sign_in(client, "editor").headers["location"] == "/admin"


def test_another_key_of_the_service_leaves_recovery_codes(client: TestClient, app: FastAPI, moving: Any) -> None:
    sign_in(client)
    totp, codes = set_up_app(client, moving)
    app.state.accounts = AccountSettings("another key, another key, another")
    moving.now += timedelta(minutes=1)
    sign_in(client)
    assert client.post("/admin/sign-in/second", data={"code": totp.at(moving.now)}).status_code == 401
    assert client.post("/admin/sign-in/second", data={"code": codes[3]}).status_code == 303


def test_a_secret_of_the_key_before_is_sealed_anew_when_it_is_used(
    client: TestClient, app: FastAPI, moving: Any, filled: Database
) -> None:
    sign_in(client)
    totp, _ = set_up_app(client, moving)
    new = "another key, another key, another"
    app.state.accounts = AccountSettings(new, KEY)
    with filled.reading() as session:
        assert second_factor.sealed_otherwise(session, new) == 1
    for accounts in (AccountSettings(new, KEY), AccountSettings(new)):
        app.state.accounts = accounts
        moving.now += timedelta(minutes=1)
        sign_in(client)
        assert client.post("/admin/sign-in/second", data={"code": totp.at(moving.now)}).status_code == 303
    with filled.reading() as session:
        assert second_factor.sealed_otherwise(session, new) == 0
        assert second_factor.sealed_otherwise(session, KEY) == 1


def test_a_secret_that_does_not_count_yet_is_sealed_too(client: TestClient, app: FastAPI, filled: Database) -> None:
    sign_in(client)
    shown = client.get("/admin/account/authenticator").text
    assert client.get("/admin/account/authenticator").text == shown, "looking again shows the same"
    with filled.reading() as session:
        (row,) = session.exec(select(CeremonyRow).where(CeremonyRow.purpose == "authenticator")).all()
    assert row.content["secret"].startswith("gAAAA")
    app.state.accounts = AccountSettings("another key, another key, another")
    assert client.get("/admin/account/authenticator").status_code == 200, "a new one, when the key is gone"
    assert "another" not in repr(AccountSettings("a", "another key"))


@given(
    junk=st.one_of(
        st.text(max_size=200),
        st.dictionaries(st.sampled_from(["id", "rawId", "type", "response"]), st.text(max_size=20)).map(str),
    )
)
def test_a_made_up_passkey_is_refused(junk: str) -> None:
    for credential in (junk, '{"id":"AA","rawId":"AA","type":"public-key","response":{}}'):
        with pytest.raises(PasskeyRefused):
            passkeys.owner(Session(), credential, challenge="AA", origin="http://localhost", at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit Chrome/140.0 Safari/537 Edg/140.0", "Edge（Windows）"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit Chrome/140.0 Mobile Safari/537", "Chrome（Android）"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:140.0) Gecko Firefox/140.0", "Firefox（Mac）"),
        ("curl/8", "ブラウザー"),
    ],
)
def test_a_browser_is_named_coarsely(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def test_a_session_survives_only_its_own_rotation(filled: Database, app: FastAPI, now: datetime) -> None:
    assert app.state.accounts.key == KEY
    with filled.writing() as session:
        token = sessions.start(session, staff_of(session, "editor"), Method.PASSWORD, "x", now)
        fresh = sessions.rotate(session, token)
        assert fresh is not None
        assert sessions.find(session, token, now) is None
        assert sessions.find(session, fresh, now) is not None
        assert sessions.rotate(session, token) is None


def test_the_log_of_a_city_does_not_tell_of_other_cities_staff(client: TestClient, filled: Database) -> None:
    sign_in(client, "neighbour")
    sign_in(client, "editor")
    with filled.writing() as session:
        write_audit(session, None, "lock sign-in", "neighbour", at=datetime.now(UTC))
        write_audit(session, None, "publish entry", "common/x/y", at=datetime.now(UTC))
    sign_in(client)
    page = client.get("/admin/kokubunji/audit").text
    assert "editor" in page
    assert "common/x/y" in page
    assert "neighbour" not in page
    assert "neighbour" in client.get("/admin/oyama/audit").text
