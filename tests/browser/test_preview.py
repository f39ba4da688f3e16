"""A real browser: a draft moves a question, the preview says for how many people, a pinned question holds it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, delete, select

from admin.publishing.gate import refusal
from bot.tables import UtteranceRow
from knowledge import drafting
from knowledge.database import Database
from knowledge.editing import find_entry
from knowledge.schema import Entry
from knowledge.tables import DraftRow, PinnedRow, RevisionRow

RADIO, MAIL = "oyama/information/oyama-ola-radio", "oyama/information/oyama-safety-mail"
MOVED = "おーラジの周波数は"
NOW = datetime.now(UTC)
HERE = "/admin/oyama"


@pytest.fixture(scope="module")
def database(trial: Any) -> Iterator[Database]:
    """The trial's database, in which three people asked for the radio's frequency."""
    database = Database(f"sqlite:///{next(trial.folder.glob('var/*.db'))}")
    with database.writing() as session:
        for number, person in enumerate(("a", "b", "b", "c")):
            row = UtteranceRow(id=f"preview-{number}", municipality="oyama", channel="line", at=NOW, decision="answer")
            row.person, row.text, row.key, row.candidates = person, MOVED, MOVED, []
            session.add(row)
    yield database
    database.close()


@pytest.fixture
def drafts(database: Database) -> Iterator[None]:
    """The radio gives one of its phrasings to the mail; both drafts are approved. Nothing of it stays."""
    with database.writing() as session:
        _draft(session, RADIO, lambda phrasings: [p for p in phrasings if p != MOVED])
        _draft(session, MAIL, lambda phrasings: [*phrasings, MOVED])
    yield
    with database.writing() as session:
        session.exec(delete(PinnedRow).where(PinnedRow.municipality == "oyama"))
        for draft in session.exec(select(DraftRow)).all():
            if draft.entry_id in (RADIO, MAIL):
                drafting.discard(session, draft.entry_id)


def _draft(session: Session, entry: str, changed: Callable[[list[str]], list[str]]) -> None:
    published = find_entry(session, entry).published_revision_id
    old = session.get_one(RevisionRow, published).content
    text = Entry.model_validate({**old, "phrasings": changed(old["phrasings"])})
    drafting.save_draft(session, entry, text, started_from=published, author="writer", note="", at=NOW)
    drafting.approve(session, entry, reviewer="checker", at=NOW, four_eyes=False)


def _sign_in(page: Page, trial: Any) -> Page:
    page.goto(f"{trial.url}/admin/sign-in")
    page.fill("#login", "admin")
    page.fill("#password", trial.password)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def _refusal(database: Database) -> str:
    with database.reading() as session:
        return refusal(session, "oyama", [RADIO, MAIL]) or ""


def _start(page: Page, trial: Any) -> None:
    page.goto(f"{trial.url}{HERE}/preview?entry={RADIO}&entry={MAIL}")
    page.get_by_role("button", name="確かめる").click()


@pytest.mark.usefixtures("drafts")
def test_a_moved_question_is_shown_held_back_and_let_go(
    trial: Any, page: Page, database: Database, faults_of: Callable[[Page], list[str]]
) -> None:
    _sign_in(page, trial)
    page.goto(f"{trial.url}{HERE}/try?q={MOVED}&state=both")
    expect(page.locator(".side").nth(1)).to_contain_text("安全安心情報メール")
    assert faults_of(page) == []
    page.get_by_role("button", name="この答えを守る質問にする").click()
    expect(page.locator("main")).to_contain_text("1 件が変わります")
    assert faults_of(page) == []
    assert "公開前の確認" in _refusal(database)
    page.goto(f"{trial.url}{HERE}/preview")
    assert faults_of(page) == []
    _start(page, trial)
    expect(page.get_by_role("heading", level=1)).to_have_text("公開すると、こう変わります")
    expect(page.locator(".totals")).to_contain_text("3 人（4 回）の質問が、別の項目の答えに変わります。")
    first = page.locator(".changes > li").first
    expect(first).to_contain_text(MOVED)
    expect(first.locator(".side").nth(0)).to_contain_text("おーラジ")
    expect(first.locator(".side").nth(1)).to_contain_text("安全安心情報メール")
    assert faults_of(page) == []
    assert "守る質問" in _refusal(database)
    expect(page.get_by_role("link", name="公開へ進む")).to_have_count(0)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="確かめたことを記録する").click()
    expect(page.locator("main")).to_contain_text("公開へ進めます")
    assert faults_of(page) == []
    assert _refusal(database) == ""
    page.get_by_role("link", name="公開へ進む").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("公開する")
    with database.writing() as session:
        text = Entry.model_validate(
            session.get_one(RevisionRow, drafting.find_draft(session, MAIL).revision_id).content
        )
        head = drafting.find_draft(session, MAIL).revision_id
        drafting.save_draft(session, MAIL, text, started_from=head, author="writer", note="", at=NOW)
        drafting.approve(session, MAIL, reviewer="checker", at=NOW, four_eyes=False)
    assert "公開前の確認" in _refusal(database)


@pytest.mark.usefixtures("drafts", "database")
def test_it_works_without_javascript(trial: Any, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ja-JP")
    page = _sign_in(context.new_page(), trial)
    _start(page, trial)
    for _ in range(600):
        if not page.get_by_role("link", name="もう一度見る").count():
            break
        page.get_by_role("link", name="もう一度見る").click()
    expect(page.locator(".totals")).to_contain_text("別の項目の答えに変わります")
    context.close()


@pytest.mark.usefixtures("database", "drafts")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_in_light_and_dark(
    trial: Any, browser: Browser, scheme: Any, faults_of: Callable[[Page], list[str]]
) -> None:
    for width in (390, 1280):
        context = browser.new_context(
            viewport={"width": width, "height": 844}, locale="ja-JP", color_scheme=scheme, reduced_motion="reduce"
        )
        page = _sign_in(context.new_page(), trial)
        for path in (
            "preview",
            "pins",
            "conflicts",
            "try?q=マイナカードどこかに落とした&state=both",
            "try?q=大きい字で",
        ):
            page.goto(f"{trial.url}{HERE}/{path}")
            assert faults_of(page) == []
        _start(page, trial)
        expect(page.get_by_role("heading", level=1)).to_have_text("公開すると、こう変わります")
        page.locator("main summary").first.click()
        assert faults_of(page) == []
        context.close()


@pytest.mark.usefixtures("database")
def test_conflicts_are_found_and_left_as_they_are(
    trial: Any, page: Page, faults_of: Callable[[Page], list[str]]
) -> None:
    _sign_in(page, trial)
    page.goto(f"{trial.url}{HERE}/conflicts")
    page.get_by_role("button", name="調べる").click()
    expect(page.locator("main")).to_contain_text("項目を調べました")
    assert faults_of(page) == []
    card = page.locator(".cards > li").first
    about = card.locator("h2").inner_text()
    card.get_by_text("このままでよい").click()
    card.get_by_label("わけ").fill("この市では、このままにします")
    card.get_by_role("button", name="このままにする").click()
    expect(page.locator("main")).to_contain_text("このままにします。文が変わったら、また出ます")
    assert page.locator(".cards > li h2").first.inner_text() != about
    page.get_by_text("このままにしたもの").last.click()
    assert faults_of(page) == []
    page.get_by_role("button", name="一覧に戻す").first.click()
    expect(page.locator("main")).to_contain_text("一覧に戻しました")
