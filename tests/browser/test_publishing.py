"""A real browser: a draft is reviewed by a second person, published, answered in LINE, and rolled back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.passwords import hash_password
from admin.staff import Role, staff_id
from admin.tables import RoleRow, StaffRow
from knowledge import drafting
from knowledge.database import Database
from knowledge.editing import add_revision, find_entry, publish
from knowledge.schema import Entry
from knowledge.tables import RevisionRow

PASSWORD = "purple umbrella morning"
TOPIC = "mynumber-card/lost-card"
OWN = f"kadoma/{TOPIC}"
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def database(trial: Any) -> Iterator[Database]:
    """The trial's database, with two approvers in 門真市."""
    database = Database(f"sqlite:///{next(trial.folder.glob('var/*.db'))}")
    hashed = hash_password(PASSWORD)
    with database.writing() as session:
        for login, name in (("writer", "書く係"), ("checker", "見る係")):
            row = StaffRow(login=login, name=name, password=hashed, created_at=NOW)
            session.add(row)
            session.flush()
            session.add(RoleRow(staff_id=staff_id(row), municipality="kadoma", role=Role.APPROVER))
    yield database
    database.close()


@pytest.fixture
def enter(trial: Any, browser: Browser, database: Database) -> Iterator[Callable[..., Page]]:
    """Opens a browser for somebody, signed in."""
    assert database
    contexts = []

    def entered(login: str, password: str = PASSWORD, **options: Any) -> Page:
        options = {"viewport": {"width": 1280, "height": 844}, "locale": "ja-JP", **options}
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(f"{trial.url}/admin/sign-in")
        page.fill("#login", login)
        page.fill("#password", password)
        page.get_by_role("button", name="サインイン", exact=True).click()
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield entered
    for context in contexts:
        context.close()


def _ask(page: Page, trial: Any, question: str) -> str:
    page.goto(f"{trial.url}/simulator/?city=kadoma")
    talk = page.locator(".theirs")
    expect(talk).to_have_count(1)
    page.fill("#text", question)
    page.keyboard.press("Enter")
    expect(talk).to_have_count(2)
    return talk.last.inner_text()


def _four_eyes(page: Page, trial: Any, *, on: bool) -> None:
    page.goto(f"{trial.url}/admin/kadoma/settings")
    page.locator("input[name=four_eyes]").first.set_checked(on)
    page.get_by_role("button", name="保存する").first.click()
    expect(page.locator("main")).to_contain_text("保存しました")


def test_a_second_person_approves_and_the_answer_changes_and_changes_back(
    trial: Any, enter: Callable[..., Page]
) -> None:
    chief, writer, checker = enter("admin", trial.password), enter("writer"), enter("checker")
    _four_eyes(chief, trial, on=True)
    assert "使えないように止めてください" in _ask(chief, trial, "カードをなくした")
    writer.goto(f"{trial.url}/admin/kadoma/entries/{TOPIC}")
    writer.fill("#answer", "門真市の新しい答えです。まず電話で止めてください。")
    writer.get_by_role("button", name="保存して確認へ進む").click()
    expect(writer.locator("main")).to_contain_text("自分では承認できません")
    expect(writer.get_by_role("button", name="承認だけする")).to_have_count(0)
    writer.fill("#text", "電話番号も見てください")
    writer.get_by_role("button", name="確認に出す").click()
    expect(writer.locator("main")).to_contain_text("確認に出しました")
    checker.goto(f"{trial.url}/admin/kadoma/drafts")
    checker.get_by_role("link", name="マイナンバーカードをなくしたときは？").click()
    expect(checker.locator("main")).to_contain_text("電話番号も見てください")
    checker.get_by_role("button", name="承認して公開へ進む").click()
    checker.get_by_role("link", name="公開へ進む").click()
    checker.get_by_role("button", name="公開する", exact=True).click()
    expect(checker.locator("main")).to_contain_text("公開しました")
    assert "門真市の新しい答え" in _ask(chief, trial, "カードを落とした")
    checker.get_by_role("link", name="公開の記録を見る").click()
    checker.get_by_role("link", name="この公開を取り消す").click()
    checker.get_by_role("button", name="取り消す", exact=True).click()
    expect(checker.locator("main")).to_contain_text("前の答えに戻ります")
    assert "使えないように止めてください" in _ask(chief, trial, "マイナンバーカードの紛失")
    _four_eyes(chief, trial, on=False)


@pytest.fixture(scope="module")
def situations(database: Database) -> None:
    """Drafts in every state, one that was overtaken, and a pack text that waits."""
    entries = [f"kadoma/{topic}" for topic in _topics(database)]
    with database.writing() as session:
        for entry, state in zip(entries, ("draft", "review", "approved", "overtaken", "upgrade"), strict=False):
            row = find_entry(session, entry)
            old = Entry.model_validate(session.get_one(RevisionRow, row.published_revision_id).content)
            texts = [old.model_copy(update={"answer": f"{number}番目の答えです。"}) for number in (1, 2)]
            if state == "upgrade":
                base = row.published_revision_id
                row.conflict_revision_id = add_revision(session, row, texts[0], author="pack", note="", at=NOW).id
                row.conflict_base_revision_id = base
                own = add_revision(session, row, texts[1], author="writer", note="", at=NOW).id
                publish(session, {entry: own}, author="writer", reason="直した", at=NOW)
                continue
            head = row.published_revision_id
            drafting.save_draft(session, entry, texts[0], started_from=head, author="writer", note="わけ", at=NOW)
            drafting.add_comment(session, entry, author="checker", text="よいと思います", at=NOW)
            if state == "review":
                drafting.submit(session, entry, author="writer", at=NOW)
            elif state == "approved":
                drafting.approve(session, entry, reviewer="checker", at=NOW, four_eyes=True)
            elif state == "overtaken":
                other = add_revision(session, row, texts[1], author="checker", note="", at=NOW).id
                publish(session, {entry: other}, author="checker", reason="急いで直した", at=NOW)


def _topics(database: Database) -> list[str]:
    with database.reading() as session:
        rows = session.exec(
            drafting.select(drafting.EntryRow)
            .where(drafting.EntryRow.pack == "kadoma", drafting.EntryRow.topic != TOPIC)
            .order_by(drafting.EntryRow.topic)
        ).all()
        return [row.topic for row in rows if row.published_revision_id is not None][:5]


@pytest.mark.usefixtures("situations")
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_every_page_is_accessible(
    trial: Any,
    database: Database,
    enter: Callable[..., Page],
    faults_of: Callable[[Page], list[str]],
    width: int,
    scheme: str,
) -> None:
    page = enter("admin", trial.password, viewport={"width": width, "height": 844}, color_scheme=scheme)
    draft, review, approved, overtaken, upgrade = (f"kadoma/{topic}" for topic in _topics(database))
    faults = []
    for path in (
        "drafts",
        *(f"drafts/{entry}" for entry in (draft, review, approved, overtaken)),
        f"drafts/{draft}/discard",
        f"drafts/publish?entry={approved}",
        f"drafts/{overtaken}/merge",
        f"drafts/{upgrade}/upgrade",
        "releases",
        "releases/1",
        "releases/1/undo",
        f"entries/{overtaken.split('/', 1)[1]}/history",
        "compare",
        f"compare/{draft.split('/', 1)[1]}",
        f"compare/{TOPIC}",
        "settings",
        "audit",
    ):
        page.goto(f"{trial.url}/admin/kadoma/{path}")
        for fold in page.locator("main details").all()[:3]:
            fold.evaluate("e => e.open = true")
        faults += faults_of(page)
    assert faults == []


@pytest.mark.usefixtures("situations")
def test_merging_and_going_back_work_without_javascript(
    trial: Any, database: Database, enter: Callable[..., Page]
) -> None:
    page = enter("writer", java_script_enabled=False)
    overtaken = f"kadoma/{_topics(database)[3]}"
    page.goto(f"{trial.url}/admin/kadoma/drafts/{overtaken}/merge")
    page.get_by_role("radio", name="公開された文").check()
    page.get_by_role("button", name="合わせた文を下書きにする").click()
    expect(page.locator("main")).to_contain_text("合わせた文を、下書きとして保存しました")
    page.get_by_role("button", name="承認だけする").click()
    expect(page.locator("main")).to_contain_text("承認しました")
    page.get_by_role("link", name="この下書きを捨てる").click()
    page.get_by_role("button", name="捨てる", exact=True).click()
    expect(page.locator("main")).to_contain_text("下書きを捨てました")
    page.goto(f"{trial.url}/admin/kadoma/entries/{overtaken.split('/', 1)[1]}/history")
    page.get_by_role("button", name=re.compile(r"この版に戻す\s*（1 版）")).click()
    expect(page.locator("main")).to_contain_text("前の文を、下書きにしました")
