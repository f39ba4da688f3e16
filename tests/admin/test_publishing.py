"""From draft to citizens and back: pages, roles, four eyes, merging, releases, history, settings, the audit log."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, delete, select, update
from starlette.testclient import TestClient

from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.audit import AuditIsFinal, write_audit
from admin.jobs.runner import Runner
from admin.publishing.policy import set_policy
from admin.staff import Role, add_staff, staff_id
from admin.tables import AuditRow, RoleRow, StaffRow
from admin.tasks import TASKS
from bot.library import Library
from knowledge import drafting
from knowledge.database import Database
from knowledge.editing import add_revision, find_entry, publish
from knowledge.published import load_published
from knowledge.schema import Entry
from knowledge.tables import DraftRow, EntryRow, PackRow

CITY = "kokubunji/smartphone-class/find-a-class"
COMMON = "common/mynumber-card/lost-card"
BASE = "/admin/kokubunji"
DRAFT = f"{BASE}/drafts/{CITY}"


@pytest.fixture
def enter(filled: Database, client: TestClient, now: datetime, app: object) -> Callable[[str], TestClient]:  # noqa: ARG001
    """Signs somebody in, in place of whoever was; `approver` and `second` are approvers in 国分寺市."""
    with filled.writing() as session:
        for login in ("approver", "second"):
            add_staff(session, login, f"{login}さん", None, municipality="kokubunji", role=Role.APPROVER, at=now)

    def entered(login: str) -> TestClient:
        client.cookies.clear()
        with filled.writing() as session:
            staff = session.exec(select(StaffRow).where(StaffRow.login == login)).one()
            client.cookies.set("madoguchi_staff", sessions.start(session, staff, Method.PASSWORD, "Firefox", now))
        return client

    return entered


@pytest.fixture
def preview(filled: Database, library: Library, moving: Any, client: TestClient) -> Callable[..., str]:
    """Has drafts checked as whoever is signed in; returns the address of the result."""

    def checked(*entries: str) -> str:
        answer = client.post(f"{BASE}/preview", data={"entry": list(entries)})
        assert Runner(filled, library, moving, TASKS).run_once()
        return answer.headers["location"]

    return checked


def _entry(session: Session, entry: str) -> Entry:
    return next(e.entry for e in load_published(session).entries if e.id == entry)


def _answer(database: Database, entry: str = CITY) -> str | None:
    with database.reading() as session:
        return next((e.entry.answer for e in load_published(session).entries if e.id == entry), None)


def _save(database: Database, now: datetime, entry: str = CITY, author: str = "editor", **changes: object) -> DraftRow:
    with database.writing() as session:
        head = drafting.head_revision(session, find_entry(session, entry))
        new = Entry.model_validate({**_entry(session, entry).model_dump(), "answer": "新しい答えです。", **changes})
        return drafting.save_draft(session, entry, new, started_from=head, author=author, note="わけ", at=now)


def _publish(database: Database, now: datetime, entry: str = CITY, **changes: object) -> int:
    with database.writing() as session:
        new = _entry(session, entry).model_copy(update=changes)
        revision = add_revision(session, find_entry(session, entry), new, author="other", note="", at=now)
        return publish(session, {entry: revision.id}, author="other", reason="別の公開", at=now).number


def _state(database: Database, entry: str = CITY) -> str | None:
    with database.reading() as session:
        draft = drafting.find_draft(session, entry)
        return draft.state if draft else None


def test_one_person_approves_and_publishes_in_a_few_presses(
    filled: Database, library: Library, moving: Any, now: datetime, enter: Callable[[str], TestClient]
) -> None:
    _save(filled, now, author="approver")
    client = enter("approver")
    assert "承認して公開へ進む" in client.get(f"{BASE}/drafts?saved={CITY}", follow_redirects=True).text
    answer = client.post(f"{DRAFT}/approve", data={"publish": "1", "entry": CITY})
    assert (answer.status_code, answer.headers["location"]) == (307, f"{BASE}/preview")
    job = client.post(f"{BASE}/preview", data={"publish": "1", "entry": CITY}).headers["location"]
    confirm = f"{BASE}/drafts/publish"
    early = client.post(confirm, data={"entry": CITY, "reason": "早い"})
    assert (early.status_code, _answer(filled)) == (409, "国分寺市の教室は、市の窓口に聞いてください。")
    assert Runner(filled, library, moving, TASKS).run_once()
    assert "drafts/publish?entry=" in client.get(job).text
    page = client.get(confirm, params={"entry": CITY}).text
    assert 'value="わけ"' in page
    assert "新しい答えです" in page
    assert client.post(confirm, data={"entry": CITY, "reason": " "}).status_code == 409
    done = client.post(confirm, data={"entry": CITY, "reason": "わかりやすく"})
    assert done.headers["location"] == f"{BASE}/drafts?published=2"
    assert "公開番号 2" in client.get(f"{BASE}/drafts?published=2").text
    assert "新しい答えです。" in client.get("/lookup/kokubunji", params={"q": "国分寺のスマホ講習会"}).text
    with filled.reading() as session:
        row = session.exec(select(AuditRow).where(AuditRow.action == "publish entry")).one()
        assert row.before is not None
        assert row.after is not None
        assert (row.before["answer"], row.after["answer"]) != (row.after["answer"], row.before["answer"])


def test_with_four_eyes_the_writer_is_refused_kindly_and_a_second_person_approves(
    filled: Database, now: datetime, enter: Callable[[str], TestClient], preview: Callable[..., str]
) -> None:
    with filled.writing() as session:
        set_policy(session, "kokubunji", four_eyes=True, replay_days=30)
    _save(filled, now, author="approver")
    client = enter("approver")
    assert "自分では承認できません" in client.get(DRAFT).text
    assert client.post(f"{DRAFT}/submit", data={"text": "お願いします"}).status_code == 303
    refused = client.post(f"{DRAFT}/approve")
    assert refused.status_code == 409
    assert "自分では承認できません" in refused.text
    client = enter("second")
    page = client.get(DRAFT).text
    assert "お願いします" in page
    assert "approverさん" in page
    assert client.post(f"{DRAFT}/approve").headers["location"] == f"{DRAFT}?done=approved"
    enter("approver")
    preview(CITY)
    assert client.post(f"{BASE}/drafts/publish", data={"entry": CITY, "reason": "直した"}).status_code == 303
    assert _answer(filled) == "新しい答えです。"


def test_four_eyes_that_came_after_the_approval_holds_too(
    filled: Database, now: datetime, enter: Callable[[str], TestClient], preview: Callable[..., str]
) -> None:
    _save(filled, now, author="approver")
    client = enter("approver")
    client.post(f"{DRAFT}/approve")
    preview(CITY)
    with filled.writing() as session:
        set_policy(session, "kokubunji", four_eyes=True, replay_days=30)
    refused = client.post(f"{BASE}/drafts/publish", data={"entry": CITY, "reason": "直した"})
    assert refused.status_code == 409
    assert "別の人の承認" in refused.text


def test_steps_by_role(filled: Database, now: datetime, enter: Callable[[str], TestClient]) -> None:
    _save(filled, now)
    client = enter("viewer")
    page = client.get(DRAFT).text
    assert "確認に出す" not in page
    assert client.post(f"{DRAFT}/comment", data={"text": "見ました"}).status_code == 303
    assert client.post(f"{DRAFT}/submit").status_code == 403
    client = enter("editor")
    page = client.get(DRAFT).text
    assert "確認に出す" in page
    assert "承認だけする" not in page
    assert "見ました" in page
    assert client.post(f"{DRAFT}/approve").status_code == 403
    assert client.post(f"{DRAFT}/submit").status_code == 303
    assert client.post(f"{DRAFT}/submit").status_code == 409
    assert "確認待ち" in client.get(f"{BASE}/drafts").text
    client = enter("approver")
    assert client.post(f"{DRAFT}/send-back", data={"text": " "}).status_code == 422
    assert client.post(f"{DRAFT}/send-back", data={"text": "電話番号を足してください"}).status_code == 303
    assert _state(filled) == "draft"
    assert "電話番号を足してください" in enter("editor").get(DRAFT).text


def test_common_drafts_are_seen_by_all_and_changed_by_those_of_the_common_pack(
    filled: Database, now: datetime, enter: Callable[[str], TestClient]
) -> None:
    _save(filled, now, COMMON)
    client = enter("approver")
    assert "マイナンバーカードをなくしたときは" in client.get(f"{BASE}/drafts").text
    for step in ("submit", "approve", "schedule", "discard"):
        assert client.post(f"{BASE}/drafts/{COMMON}/{step}").status_code == 403
    assert client.get(f"{BASE}/drafts/publish", params={"entry": COMMON}).status_code == 403
    assert enter("chief").post(f"{BASE}/drafts/{COMMON}/submit").status_code == 303


def test_another_citys_drafts_and_releases_do_not_exist(
    filled: Database, now: datetime, enter: Callable[[str], TestClient]
) -> None:
    _save(filled, now)
    number = _publish(filled, now, answer="市だけの公開")
    client = enter("neighbour")
    assert client.get(f"/admin/oyama/drafts/{CITY}").status_code == 404
    assert client.get(f"/admin/oyama/drafts/publish?entry={CITY}").status_code == 404
    assert client.get(f"/admin/oyama/releases/{number}").status_code == 404
    assert client.get("/admin/oyama/entries/smartphone-class/find-a-class/history?pack=kokubunji").status_code == 404
    assert "別の公開" not in client.get("/admin/oyama/releases").text
    assert "別の公開" in enter("viewer").get(f"{BASE}/releases").text


def test_a_draft_is_put_off_to_a_moment_in_japan(
    filled: Database, now: datetime, enter: Callable[[str], TestClient], preview: Callable[..., str]
) -> None:
    _save(filled, now)
    client = enter("approver")
    client.post(f"{DRAFT}/approve")
    assert client.post(f"{DRAFT}/schedule", data={"publish_at": "2026-12-01T09:00"}).status_code == 422, "not checked"
    preview(CITY)
    for wrong in ("2026-11-21T11:59", "あした"):
        refused = client.post(f"{DRAFT}/schedule", data={"publish_at": wrong})
        assert refused.status_code == 422
        assert wrong in refused.text
    assert client.post(f"{DRAFT}/schedule", data={"publish_at": "2026-12-01T09:00"}).status_code == 303
    assert "2026年12月1日 9:00" in client.get(f"{BASE}/drafts").text
    with filled.reading() as session:
        draft = drafting.find_draft(session, CITY)
        assert draft is not None
        assert draft.publish_at == datetime.fromisoformat("2026-12-01T00:00+00:00")
    client.post(f"{DRAFT}/schedule")
    with filled.reading() as session:
        assert drafting.due_drafts(session, now + timedelta(days=60)) == []


def test_discarding_asks_once(filled: Database, now: datetime, enter: Callable[[str], TestClient]) -> None:
    _save(filled, now)
    client = enter("editor")
    assert "捨てますか" in client.get(f"{DRAFT}/discard").text
    assert _state(filled) == "draft"
    assert client.post(f"{DRAFT}/discard").status_code == 303
    assert client.get(DRAFT).status_code == 404
    assert "新しい答えです" in client.get(f"{BASE}/entries/smartphone-class/find-a-class/history").text


def test_an_overtaken_draft_is_merged_by_choosing(
    filled: Database, now: datetime, enter: Callable[[str], TestClient]
) -> None:
    _save(filled, now, phrasings=("国分寺のスマホ講習会", "わたしの聞き方"))
    _publish(filled, now, answer="先に出た答え", phrasings=("国分寺のスマホ講習会", "先の聞き方"))
    client = enter("editor")
    assert "合わせる" in client.get(DRAFT).text
    page = client.get(f"{DRAFT}/merge").text
    assert "先に出た答え" in page
    form = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("head", "onto")}
    assert client.post(f"{DRAFT}/merge", data=form).status_code == 422
    stale = client.post(f"{DRAFT}/merge", data={**form, "onto": "1", "choice:answer": "mine"})
    assert stale.status_code == 409
    assert 'value="mine" required checked' in stale.text, "what was chosen stays"
    assert client.post(f"{DRAFT}/merge", data={**form, "choice:answer": "theirs"}).status_code == 303
    with filled.reading() as session:
        draft = drafting.find_draft(session, CITY)
        assert draft is not None
        assert not drafting.is_overtaken(draft, find_entry(session, CITY))
        content = session.get_one(drafting.RevisionRow, draft.revision_id).content
    assert content["answer"] == "先に出た答え"
    assert set(content["phrasings"]) == {"国分寺のスマホ講習会", "先の聞き方", "わたしの聞き方"}
    assert client.get(f"{DRAFT}/merge").status_code == 404


def test_a_pack_text_that_waits_is_taken_or_left(
    filled: Database, now: datetime, enter: Callable[[str], TestClient]
) -> None:
    with filled.writing() as session:
        row = find_entry(session, CITY)
        base, new = row.published_revision_id, _entry(session, CITY).model_copy(update={"answer": "パックの新しい文"})
        waiting = add_revision(session, row, new, author="pack", note="", at=now)
        row.conflict_revision_id, row.conflict_base_revision_id = waiting.id, base
    _publish(filled, now, answer="職員の文")
    client = enter("editor")
    assert "新しいパックの文が待っています" in client.get(f"{BASE}/drafts").text
    page = client.get(f"{DRAFT}/upgrade").text
    form = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("head", "onto")}
    assert client.post(f"{DRAFT}/upgrade", data={**form, "choice:answer": "theirs"}).status_code == 303
    with filled.reading() as session:
        draft = drafting.find_draft(session, CITY)
        assert draft is not None
        assert draft.takes_revision_id == int(form["onto"])
    assert client.post(f"{DRAFT}/upgrade/keep", data={"onto": "1"}).status_code == 409
    assert client.post(f"{DRAFT}/upgrade/keep", data={"onto": form["onto"]}).status_code == 303
    assert client.get(f"{DRAFT}/upgrade").status_code == 404
    assert _answer(filled) == "職員の文"


def test_a_release_is_taken_back_by_those_who_may(
    filled: Database, now: datetime, enter: Callable[[str], TestClient]
) -> None:
    before = _answer(filled)
    number = _publish(filled, now, answer="まちがい")
    shared = _publish(filled, now, COMMON, answer="共通のまちがい")
    client = enter("editor")
    assert "この公開を取り消す" not in client.get(f"{BASE}/releases/{number}").text
    client = enter("approver")
    assert client.post(f"{BASE}/releases/{shared}/undo", data={"reason": "x"}).status_code == 403
    assert "取り消しますか" in client.get(f"{BASE}/releases/{number}/undo").text
    assert client.post(f"{BASE}/releases/{number}/undo", data={"reason": ""}).status_code == 422
    done = client.post(f"{BASE}/releases/{number}/undo", data={"reason": "まちがい"})
    assert done.headers["location"] == f"{BASE}/releases/4?undone={number}"
    assert "前の答えに戻ります" in client.get(done.headers["location"]).text
    assert _answer(filled) == before
    assert enter("chief").post(f"{BASE}/releases/{shared}/undo", data={"reason": "x"}).status_code == 303


def test_an_overtaken_release_says_what_came_after_and_offers_each_entry(
    filled: Database, now: datetime, enter: Callable[[str], TestClient]
) -> None:
    before = _answer(filled)
    number = _publish(filled, now, answer="まちがい")
    _publish(filled, now, answer="そのあと")
    client = enter("approver")
    refused = client.post(f"{BASE}/releases/{number}/undo", data={"reason": "x"})
    assert refused.status_code == 409
    assert "国分寺市のスマホ教室は？" in refused.text
    assert _answer(filled) == "そのあと"
    restore = f"{BASE}/releases/{number}/restore"
    assert client.post(restore, data={"entry": CITY}).headers["location"] == f"{DRAFT}?done=restored"
    assert client.post(restore, data={"entry": CITY}).status_code == 409
    assert client.post(restore, data={"entry": COMMON}).status_code == 404
    with filled.reading() as session:
        draft = drafting.find_draft(session, CITY)
        assert draft is not None
        assert session.get_one(drafting.RevisionRow, draft.revision_id).content["answer"] == before


def test_any_two_versions_are_compared_and_an_old_one_comes_back_as_a_draft(
    filled: Database, now: datetime, enter: Callable[[str], TestClient]
) -> None:
    _publish(filled, now, answer="二つ目の文")
    _publish(filled, now, answer="三つ目の文")
    client = enter("editor")
    page = f"{BASE}/entries/smartphone-class/find-a-class/history"
    assert "2 版から 3 版で" in client.get(page).text
    compared = client.get(page, params={"old": 1, "new": 3}).text
    assert "1 版から 3 版で" in compared
    assert client.post(f"{page}/restore", data={"revision": 9}).status_code == 404
    assert client.post(f"{page}/restore", data={"revision": 1}).headers["location"] == f"{DRAFT}?done=restored"
    assert client.post(f"{page}/restore", data={"revision": 2}).status_code == 409
    shared = f"{BASE}/entries/mynumber-card/lost-card/history"
    assert client.post(f"{shared}/restore", data={"revision": 1}).status_code == 403


def test_common_and_city_side_by_side(filled: Database, now: datetime, enter: Callable[[str], TestClient]) -> None:
    client = enter("editor")
    page = f"{BASE}/compare/smartphone-class/find-a-class"
    assert "国分寺市のスマホ教室は" in client.get(page).text
    assert "小山市" not in client.get(f"{BASE}/compare").text
    assert "小山市" in enter("chief").get(f"{BASE}/compare?every=1").text
    client = enter("editor")
    lost = f"{BASE}/compare/mynumber-card/lost-card"
    assert client.post(f"{lost}/drop").status_code == 404
    own = f"{BASE}/drafts/kokubunji/mynumber-card/lost-card"
    assert client.post(f"{lost}/override").headers["location"] == own
    assert client.post(f"{lost}/override").headers["location"] == own
    assert "新しい項目" in client.get(own).text
    assert "新しい変更はありません" in client.get(f"{page}/adopt").text
    later = now + timedelta(days=1)
    _publish(filled, later, "common/smartphone-class/find-a-class", answer="共通の新しい文", section="情報課")
    shown = client.get(f"{page}/adopt").text
    form = {name: shown.split(f'name="{name}" value="')[1].split('"')[0] for name in ("head", "onto")}
    assert client.post(f"{page}/adopt", data={**form, "onto": "1"}).status_code == 409
    assert client.post(f"{page}/adopt", data=form).status_code == 422
    assert client.post(f"{page}/adopt", data={**form, "choice:answer": "mine"}).status_code == 303
    assert client.post(f"{page}/drop").status_code == 409
    with filled.writing() as session:
        draft = drafting.find_draft(session, CITY)
        assert draft is not None
        content = session.get_one(drafting.RevisionRow, draft.revision_id).content
        assert (content["section"], content["answer"]) == ("情報課", "国分寺市の教室は、市の窓口に聞いてください。")
        drafting.discard(session, CITY)
    assert client.post(f"{page}/drop").headers["location"] == DRAFT
    assert "公開をやめる" in client.get(DRAFT).text


def test_settings_are_checked_kept_and_taken_up_at_once(
    filled: Database, library: Library, enter: Callable[[str], TestClient]
) -> None:
    client = enter("chief")
    page = f"{BASE}/settings"
    assert client.post(f"{page}/policy", data={"four_eyes": "true", "replay_days": "0"}).status_code == 422
    assert client.post(f"{page}/policy", data={"four_eyes": "true", "replay_days": "60"}).status_code == 303
    assert "checked" in client.get(page).text
    for answer, ask in (("0.3", "0.6"), ("1.5", "0.2"), ("高め", "0.2"), ("0.6", "")):
        wrong = client.post(f"{page}/sureness", data={"answer": answer, "ask": ask})
        assert wrong.status_code == 422
        assert f'value="{answer}"' in wrong.text
    assert client.post(f"{page}/sureness", data={"answer": "0.9", "ask": "0.3"}).status_code == 303
    with filled.reading() as session:
        assert library.city(session, "kokubunji").thresholds.answer == 0.9
    counter = {"name": "情報管理課", "tel": "０４２-325-0111", "hours": "平日 8:30〜17:15", "sources": "A-022"}
    bad = client.post(f"{page}/counter", data={**counter, "opening": "平日の昼"})
    assert bad.status_code == 422
    assert "平日の昼" in bad.text
    assert client.post(f"{page}/counter", data={**counter, "tel": "でんわ"}).status_code == 422
    hours = {"opening": "月火水木金 8:30-17:15 昼休み 12:00-13:00\n土 9:00-12:00", "closed": "12-29..01-03"}
    assert client.post(f"{page}/counter", data={**counter, **hours}).status_code == 303
    assert "月火水木金 8:30-17:15 昼休み 12:00-13:00" in client.get(page).text
    with filled.reading() as session:
        pack = load_published(session).packs["kokubunji"]
        assert (pack.counter.tel, pack.sureness is not None) == ("042-325-0111", True)
        upstream = session.get_one(PackRow, "kokubunji").upstream
        assert upstream is not None
        assert upstream["counter"]["name"] == "国分寺市の窓口"
    assert client.post(f"{page}/sureness", data={"answer": "", "ask": ""}).status_code == 303
    assert "設定・一覧" in client.get(f"{BASE}/releases").text


def test_a_citys_admin_does_not_set_the_common_policy(filled: Database, enter: Callable[[str], TestClient]) -> None:
    with filled.writing() as session:
        staff = session.exec(select(StaffRow).where(StaffRow.login == "second")).one()
        session.get_one(RoleRow, (staff_id(staff), "kokubunji")).role = Role.ADMIN
    client = enter("second")
    assert "共通の項目" not in client.get(f"{BASE}/settings").text
    form = {"pack": "common", "four_eyes": "true", "replay_days": "30"}
    assert client.post(f"{BASE}/settings/policy", data=form).status_code == 403


def test_the_end_of_validity_is_listed(filled: Database, now: datetime, enter: Callable[[str], TestClient]) -> None:
    _publish(filled, now, valid_until=(now - timedelta(days=3)).date())
    assert "終わりました" in enter("viewer").get(f"{BASE}/drafts").text


@pytest.fixture
def logged(filled: Database, now: datetime) -> Database:
    """A log with rows of several people, days and places."""
    with filled.writing() as session:
        for days, action, subject, place in (
            (3, "announce", "notice", "kokubunji"),
            (2, "publish entry", "=HYPERLINK(1)", "kokubunji"),
            (1, "announce", "よその市", "oyama"),
            (0, "change role", COMMON, "oyama"),
        ):
            at, after = now - timedelta(days=days), {"text": f"{action}の中身"}
            write_audit(session, None, action, subject, at=at, municipality=place, after=after)
    return filled


def test_the_log_is_filtered(logged: Database, enter: Callable[[str], TestClient]) -> None:
    assert logged
    client = enter("approver")
    page = f"{BASE}/audit"
    everything = client.get(page).text
    assert "よその市" not in everything
    assert COMMON in everything
    for asked, there, gone in (
        ({"action": "announce"}, "notice", "HYPERLINK"),
        ({"first": "2026-11-19", "last": "2026-11-19"}, "HYPERLINK", "<td>notice"),
        ({"subject": "=HYPER"}, "HYPERLINK", "<td>notice"),
        ({"subject": "100%"}, "合う記録はありません", "HYPERLINK(1)"),
        ({"actor": "nobody"}, "合う記録はありません", "HYPERLINK"),
        ({"first": "きのう"}, "HYPERLINK", "よその市"),
    ):
        text = client.get(page, params=asked).text
        assert there in text, asked
        assert gone not in text, asked


def test_the_log_is_written_out_with_a_guard_and_that_is_logged(
    logged: Database, enter: Callable[[str], TestClient]
) -> None:
    client = enter("approver")
    answer = client.post(f"{BASE}/audit/export", data={"action": "publish entry"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "日時"
    assert [row[4] for row in rows[1:]] == ["'=HYPERLINK(1)"]
    assert rows[1][0] == "2026-11-19 12:00:00"
    with logged.reading() as session:
        row = session.exec(select(AuditRow).where(AuditRow.action == "export audit")).one()
        assert (row.actor, row.after) == ("approver", {"rows": 1, "action": "publish entry"})
        assert row.origin.startswith("Firefox ")


def test_more_rows_than_a_page_are_reached(logged: Database, now: datetime, enter: Callable[[str], TestClient]) -> None:
    with logged.writing() as session:
        for number in range(110):
            write_audit(session, None, "announce", f"第{number}号", at=now, municipality="kokubunji")
    client = enter("approver")
    first = client.get(f"{BASE}/audit").text
    older = first.split('href="?')[1].split('"')[0].replace("&amp;", "&")
    assert "第3号" not in first
    assert "第3号" in client.get(f"{BASE}/audit?{older}").text


def _change_it(session: Session) -> None:
    session.exec(select(AuditRow)).all()[0].subject = "ほかのこと"


def _delete_it(session: Session) -> None:
    session.delete(session.exec(select(AuditRow)).all()[0])


def _change_all(session: Session) -> None:
    session.exec(update(AuditRow).values(subject="x"))


def _delete_all(session: Session) -> None:
    session.exec(delete(AuditRow))


def _in_one_transaction(database: Database, work: Callable[[Session], None]) -> None:
    with database.writing() as session:
        work(session)


@pytest.mark.parametrize("work", [_change_it, _delete_it, _change_all, _delete_all])
def test_nothing_in_the_log_is_changed_or_deleted(logged: Database, work: Callable[[Session], None]) -> None:
    with pytest.raises(AuditIsFinal):
        _in_one_transaction(logged, work)
    with logged.writing() as session:
        session.exec(update(EntryRow).values(conflict_revision_id=None))  # other tables are not guarded
    with logged.reading() as session:
        rows = session.exec(select(AuditRow)).all()
        assert len(rows) == 4
        assert "ほかのこと" not in {row.subject for row in rows}
