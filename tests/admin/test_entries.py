"""Entries in the admin: found, changed as drafts, merged when two people change one, kept while they are typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.staff import Role, add_staff
from admin.tables import AuditRow, RoleRow, StaffRow
from bot.tables import UtteranceRow
from knowledge.database import Database
from knowledge.drafting import approve, find_draft, publish_drafts
from knowledge.schema import COMMON, Entry
from knowledge.tables import DraftRow, EntryRow, RevisionRow, TypedRow

CITY = "/admin/kokubunji/entries"
LOST = f"{CITY}/mynumber-card/lost-card"
OWN = f"{CITY}/smartphone-class/find-a-class"
LOST_ID = "common/mynumber-card/lost-card"
OWN_ID = "kokubunji/smartphone-class/find-a-class"
Browse = Callable[[str], TestClient]


@pytest.fixture
def browse(new_client: Callable[[], TestClient], filled: Database, now: datetime) -> Iterator[Browse]:
    """A browser of somebody who has just signed in: one of conftest's staff, or a new one with this role."""
    opened: list[TestClient] = []

    def browser(login: str) -> TestClient:
        client = new_client()
        with filled.writing() as session:
            row = session.exec(select(StaffRow).where(StaffRow.login == login)).one_or_none()
            if row is None:
                role = Role.APPROVER if login == "approver" else Role.EDITOR
                row = add_staff(session, login, f"{login}の名前", None, municipality="kokubunji", role=role, at=now)
                if login.startswith("common"):
                    session.add(RoleRow(staff_id=row.id or 0, municipality=COMMON, role=role))
            token = sessions.start(session, row, Method.PASSWORD, "", now)
        client.cookies.set("madoguchi_staff", token)
        opened.append(client)
        return client

    yield browser
    for client in opened:
        client.close()


def _fields(page: str) -> dict[str, Any]:
    """The form of the page, as a browser without JavaScript would send it."""
    form = page.split('id="entry"')[1].split("</form>", maxsplit=1)[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        found.setdefault(attributes["name"], []).append(_plain(attributes.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = [_plain(text)]
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found.setdefault(name, []).append(chosen[1] if chosen else "")
    return found


def _plain(text: str) -> str:
    for written, meant in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(written, meant)
    return text


def _open(client: TestClient, url: str) -> dict[str, Any]:
    return _fields(client.get(url).text)


def _saved(database: Database, name: str) -> Entry | None:
    with database.reading() as session:
        draft = session.get(DraftRow, name)
        row = session.get(RevisionRow, draft.revision_id) if draft and draft.revision_id else None
        return Entry.model_validate(row.content) if row else None


def _published(database: Database, name: str) -> Entry:
    with database.reading() as session:
        row = session.get(EntryRow, name)
        assert row is not None
        text = session.get(RevisionRow, row.published_revision_id)
        assert text is not None
        return Entry.model_validate(text.content)


def test_saving_without_a_change_changes_nothing(browse: Browse, filled: Database) -> None:
    chief = browse("chief")
    assert chief.post(LOST, data=_open(chief, LOST)).status_code == 303
    assert _saved(filled, LOST_ID) == _published(filled, LOST_ID)


def test_an_edit_becomes_a_draft_and_citizens_read_the_old_text(browse: Browse, filled: Database) -> None:
    editor = browse("editor")
    form = {**_open(editor, OWN), "answer": "直した答えです。\r\n二行目です。", "note": "電話で聞かれた"}
    saved = editor.post(OWN, data=form)
    assert saved.headers["location"] == f"{OWN}?saved=1"
    assert "下書きを保存しました" in editor.get(saved.headers["location"]).text
    assert "国分寺市の教室は" in _published(filled, OWN_ID).answer
    draft = _saved(filled, OWN_ID)
    assert draft is not None
    assert draft.answer == "直した答えです。\n二行目です。"
    assert "直した答え" not in editor.get("/lookup/kokubunji", params={"q": "国分寺のスマホ講習会"}).text
    with filled.reading() as session:
        audit = session.exec(select(AuditRow).where(AuditRow.action == "save draft")).one()
        assert (audit.actor, audit.subject) == ("editor", OWN_ID)
        row = session.get(DraftRow, OWN_ID)
        assert row is not None
        assert row.note == "電話で聞かれた"


def test_an_approver_goes_on_to_the_draft(browse: Browse) -> None:
    approver, editor = browse("approver"), browse("editor")
    page = approver.get(OWN).text
    assert "保存して確認へ進む" in page
    assert "保存して確認へ進む" not in editor.get(OWN).text
    sent = approver.post(OWN, data={**_fields(page), "then": "drafts"})
    assert sent.headers["location"] == f"/admin/kokubunji/drafts/{OWN_ID}"
    assert editor.post(OWN, data={**_open(editor, OWN), "then": "drafts"}).headers["location"] == f"{OWN}?saved=1"


def test_every_field_is_saved(browse: Browse, filled: Database) -> None:
    editor = browse("editor")
    form = {
        **_open(editor, OWN),
        "steps": ["一つ目\r\n二つ目"],
        "phrasings": "教室の日\r\n\r\n教室の日\r\n教室はどこ",
        "action_kind": ["tel", "ask", "tel", "tel"],
        "action_label": ["電話する", "何を聞ける", "", ""],
        "action_value": ["042-325-0111", "conversation/help", "", ""],
        "sources": ["A-022"],
        "state": "planned",
        "audience": ["helper"],
        "section": "情報管理課",
        "as_of": "2026-11-01",
        "review_by": "2027-05-01",
        "valid_from": "2026-12-01",
        "valid_until": "2027-04-30",
        "to_fill": "会場の電話",
        "easy_question": "教室（きょうしつ）は いつ？",
        "easy_answer": "市（し）に 聞（き）いて ください。",
        "en_question": "When?",
        "en_answer": "Ask the city.",
        "en_phrasings": "smartphone class\r\nclass dates",
    }
    assert editor.post(OWN, data=form).status_code == 303
    draft = _saved(filled, OWN_ID)
    assert draft is not None
    expected = {
        "steps": ("一つ目", "二つ目"),
        "phrasings": ("教室の日", "教室はどこ"),
        "state": "planned",
        "audience": ("helper",),
        "section": "情報管理課",
        "to_fill": ("会場の電話",),
    }
    assert {name: getattr(draft, name) for name in expected} == expected
    assert [(a.kind, a.label, a.value) for a in draft.actions] == [
        ("tel", "電話する", "042-325-0111"),
        ("ask", "何を聞ける", "conversation/help"),
    ]
    assert [str(d) for d in (draft.as_of, draft.review_by, draft.valid_from, draft.valid_until)] == [
        "2026-11-01",
        "2027-05-01",
        "2026-12-01",
        "2027-04-30",
    ]
    assert set(draft.variants) == {"easy", "en"}
    assert draft.stale_variants() == ()
    assert _fields(editor.get(OWN).text)["en_phrasings"] == ["smartphone class\nclass dates"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answer": ""}, "空です"),
        ({"answer": "あ" * 601}, "長すぎます"),
        ({"phrasings": "人と話したい"}, "にもあります"),
        ({"as_of": "2026-13-01"}, "日付は"),
        ({"sources": "X-999"}, "台帳にありません"),
    ],
)
def test_a_bad_edit_says_what_is_wrong_and_keeps_the_text(
    browse: Browse, filled: Database, change: dict[str, str], words: str
) -> None:
    editor = browse("editor")
    form = {**_open(editor, OWN), "to_fill": "消えては困る文 <b>", **change}
    answer = editor.post(OWN, data=form)
    assert answer.status_code == 422
    assert "直すところ" in answer.text
    assert words in answer.text
    kept = _fields(answer.text)
    assert kept["to_fill"] == ["消えては困る文 <b>"]
    if name := next((name for name in change if name not in ("sources", "as_of")), None):
        assert kept[name] == [change[name]]
    assert _saved(filled, OWN_ID) is None


def test_a_common_entry_becomes_the_citys_own(browse: Browse, filled: Database) -> None:
    editor = browse("editor")
    page = editor.get(LOST).text
    assert "この市だけの答えにする" in page
    assert "共通の答えを直す" not in page
    form = {**_fields(page), "answer": "国分寺市の答えです。"}
    assert form["target"] == ["own"]
    assert editor.post(LOST, data=form).headers["location"] == f"{LOST}?saved=1"
    own = _saved(filled, "kokubunji/mynumber-card/lost-card")
    assert own is not None
    assert (own.answer, own.steps) == ("国分寺市の答えです。", _published(filled, LOST_ID).steps)
    assert _saved(filled, LOST_ID) is None
    assert "国分寺市だけの答え" in editor.get(LOST).text


def test_only_those_of_the_common_pack_change_it(browse: Browse, filled: Database) -> None:
    editor, common = browse("editor"), browse("common-editor")
    form = {**_open(editor, LOST), "target": "common", "answer": "みんなの答え"}
    refused = editor.post(LOST, data=form)
    assert refused.status_code == 422
    assert "共通の担当の人だけ" in refused.text
    assert "みんなの答え" in refused.text
    assert _saved(filled, LOST_ID) is None
    assert common.post(LOST, data={**form, "target": "common"}).headers["location"] == f"{LOST}?saved=1&pack=common"
    draft = _saved(filled, LOST_ID)
    assert draft is not None
    assert draft.answer == "みんなの答え"
    assert "みんなの答え" not in editor.get(LOST).text, "who can't edit the common pack starts from what is published"
    for step in ("remove", "keep"):
        assert editor.post(f"{LOST}/{step}", data={"pack": "common"}).status_code == 409


def test_a_viewer_reads_and_has_no_form(browse: Browse) -> None:
    page = browse("viewer").get(OWN).text
    assert 'id="entry"' not in page
    assert "国分寺市の教室は" in page
    assert "line-bubble" in page


def test_changes_of_two_people_in_different_fields_are_joined(browse: Browse, filled: Database) -> None:
    first, second = browse("editor"), browse("colleague")
    mine, theirs = _open(second, OWN), _open(first, OWN)
    assert first.post(OWN, data={**theirs, "answer": "先の人の答え", "phrasings": "先の聞き方"}).status_code == 303
    mine = {**mine, "steps": "あとの人の手順", "phrasings": mine["phrasings"][0] + "\nあとの聞き方", "note": "わけ"}
    answer = second.post(OWN, data=mine)
    assert answer.status_code == 409
    assert "editorさんが、先に保存しました" in answer.text
    joined = _fields(answer.text)
    assert (joined["answer"], joined["steps"], joined["note"]) == (["先の人の答え"], ["あとの人の手順"], ["わけ"])
    assert joined["phrasings"] == ["先の聞き方\nあとの聞き方"]
    assert second.post(OWN, data=joined).status_code == 303
    draft = _saved(filled, OWN_ID)
    assert draft is not None
    assert (draft.answer, draft.steps) == ("先の人の答え", ("あとの人の手順",))


@pytest.mark.parametrize(("choice", "kept"), [("theirs", "先の人の答え"), ("mine", "あとの人の答え")])
def test_where_two_people_wrote_one_field_somebody_chooses(
    browse: Browse, filled: Database, choice: str, kept: str
) -> None:
    first, second = browse("editor"), browse("colleague")
    theirs, mine = _open(first, OWN), _open(second, OWN)
    first.post(OWN, data={**theirs, "answer": "先の人の答え", "section": "市民課"})
    answer = second.post(OWN, data={**mine, "answer": "あとの人の答え", "to_fill": "残ること"})
    assert answer.status_code == 409
    assert "先の人の答え" in answer.text
    form = _fields(answer.text)
    assert (form["choose.answer"], form["answer"]) == (["mine"], ["あとの人の答え"])
    assert second.post(OWN, data={**form, "choose.answer": choice}).status_code == 303
    draft = _saved(filled, OWN_ID)
    assert draft is not None
    assert (draft.answer, draft.section, draft.to_fill) == (kept, "市民課", ("残ること",))
    with filled.reading() as session:
        texts = session.exec(select(RevisionRow).where(RevisionRow.entry_id == OWN_ID)).all()
        assert "先の人の答え" in {text.content["answer"] for text in texts}


def test_two_people_make_the_citys_own_answer_at_once(browse: Browse, filled: Database) -> None:
    first, second = browse("editor"), browse("colleague")
    theirs, mine = _open(first, LOST), _open(second, LOST)
    assert first.post(LOST, data={**theirs, "answer": "先の人の答え"}).status_code == 303
    answer = second.post(LOST, data={**mine, "steps": "あとの人の手順"})
    assert answer.status_code == 409
    assert second.post(LOST, data=_fields(answer.text)).status_code == 303
    draft = _saved(filled, "kokubunji/mynumber-card/lost-card")
    assert draft is not None
    assert (draft.answer, draft.steps) == ("先の人の答え", ("あとの人の手順",))


def test_what_is_typed_is_kept_and_comes_back(browse: Browse, filled: Database, moving: Any) -> None:
    editor, colleague = browse("editor"), browse("colleague")
    form = {**_open(editor, OWN), "question": "", "answer": "途中の文", "action_label": ["途中", "", "", ""]}
    kept = editor.post(f"{OWN}/typed", data=form)
    assert kept.json() == {"at": "12:00"}
    page = editor.get(OWN).text
    assert "保存していない書きかけがあります（2026年11月21日 12:00）" in page
    assert "途中の文" not in _fields(page)["answer"]
    taken = _fields(editor.get(f"{OWN}?typed=take").text)
    assert (taken["answer"], taken["question"], taken["action_label"][0]) == (["途中の文"], [""], "途中")
    assert "editorさんが 2026年11月21日 12:00 にこの項目を書いていました" in colleague.get(OWN).text
    assert "書きかけがあります" not in colleague.get(OWN).text
    moving.now += timedelta(minutes=30)
    assert (
        editor.post(OWN, data={**taken, "question": "国分寺市のスマホ教室は？", "action_label": ""}).status_code == 303
    )
    with filled.reading() as session:
        assert session.exec(select(TypedRow)).all() == []
    assert "書きかけ" not in editor.get(OWN).text


def test_what_was_typed_before_somebody_saved_is_merged(browse: Browse, filled: Database) -> None:
    editor, colleague = browse("editor"), browse("colleague")
    editor.post(f"{OWN}/typed", data={**_open(editor, OWN), "steps": "途中の手順"})
    colleague.post(OWN, data={**_open(colleague, OWN), "answer": "先の人の答え"})
    assert "colleagueの名前さんが 2026年11月21日 12:00 に下書きを保存しました" in editor.get(OWN).text
    answer = editor.post(OWN, data=_fields(editor.get(f"{OWN}?typed=take").text))
    assert answer.status_code == 409
    editor.post(OWN, data=_fields(answer.text))
    draft = _saved(filled, OWN_ID)
    assert draft is not None
    assert (draft.answer, draft.steps) == ("先の人の答え", ("途中の手順",))


def test_what_arrives_late_and_was_saved_is_not_offered(browse: Browse) -> None:
    editor = browse("editor")
    form = {**_open(editor, OWN), "answer": "直した答えです。"}
    editor.post(OWN, data=form)
    editor.post(f"{OWN}/typed", data=form)
    assert "書きかけがあります" not in editor.get(OWN).text


def test_what_is_typed_can_be_thrown_away(browse: Browse, filled: Database) -> None:
    editor = browse("editor")
    editor.post(f"{OWN}/typed", data={**_open(editor, OWN), "answer": "途中の文"})
    assert editor.post(f"{OWN}/typed/drop").status_code == 303
    with filled.reading() as session:
        assert session.exec(select(TypedRow)).all() == []


def test_the_look_checks_and_shows_without_saving(browse: Browse, filled: Database) -> None:
    editor = browse("editor")
    form = {**_open(editor, OWN), "answer": "用紙に記載しないわけではありません。", "shown_large": "1"}
    page = editor.post(f"{OWN}/look", data=form)
    assert page.status_code == 200
    assert 'class="line-xl">用紙に記載しないわけではありません。' in page.text
    assert "打ち消しが重なっています" in page.text
    assert "「書く」と書くと" in page.text
    assert _saved(filled, OWN_ID) is None


def test_a_language_is_marked_as_looked_at(browse: Browse, filled: Database) -> None:
    editor = browse("editor")
    english = {"en_question": "When?", "en_answer": "Ask.", "en_made_from": "00000000"}
    page = editor.post(f"{OWN}/look", data={**_open(editor, OWN), **english}).text
    assert "日本語が変わりました" in page
    marked = editor.post(f"{OWN}/look", data={**_fields(page), "reviewed": "en"}).text
    assert "日本語が変わりました" not in marked
    editor.post(OWN, data=_fields(marked))
    draft = _saved(filled, OWN_ID)
    assert draft is not None
    assert draft.stale_variants() == ()


def test_sources_are_searched_from_the_form(browse: Browse) -> None:
    editor = browse("editor")
    form = {**_open(editor, OWN), "sources": [], "source_words": "24時間"}
    page = editor.post(f"{OWN}/look", data=form).text
    assert 'value="A-022" id="source-A-022">' in page
    assert "見つかりません" in editor.post(f"{OWN}/look", data={**form, "source_words": "ない言葉"}).text


def test_taking_an_entry_down_asks_once_and_can_be_undone(browse: Browse, filled: Database, now: datetime) -> None:
    editor, colleague = browse("editor"), browse("colleague")
    assert "共通の答えにもどします" in editor.get(f"{OWN}/remove").text
    form = _open(colleague, OWN)
    editor.post(f"{OWN}/remove", data={"note": "教室が終わった"})
    page = editor.get(OWN).text
    assert "取り下げる提案があります（教室が終わった）" in page
    assert 'id="entry"' not in page
    late = colleague.post(OWN, data={**form, "answer": "知らずに書いた文"})
    assert late.status_code == 409
    assert "書きかけとして残してあります" in late.text
    editor.post(f"{OWN}/keep")
    assert "取り下げる提案" not in editor.get(OWN).text
    assert _fields(colleague.get(f"{OWN}?typed=take").text)["answer"] == ["知らずに書いた文"]
    editor.post(f"{OWN}/remove")
    with filled.writing() as session:
        approve(session, OWN_ID, reviewer="chief", at=now, four_eyes=False)
        publish_drafts(session, [OWN_ID], author="chief", reason="", at=now)
    assert "共通の答え" in editor.get(OWN).text
    page = editor.get(f"{OWN}?pack=kokubunji").text
    assert "取り下げてあり" in page
    assert "下書きにもどす" in page
    listed = editor.get(CITY, params={"state": "taken-down"}).text
    assert "国分寺市のスマホ教室は？" in listed
    assert "1 件" in listed


def test_a_new_entry_is_written_and_found(browse: Browse, filled: Database) -> None:
    editor = browse("editor")
    page = editor.get(f"{CITY}/new").text
    assert 'value="mynumber-card/how-long"' in page
    assert 'value="mynumber-card/lost-card"' not in page
    wrong = editor.get(f"{CITY}/new", params={"group": "payment", "name": "カード"})
    assert (wrong.status_code, "英語の小文字" in wrong.text) == (422, True)
    there = editor.get(f"{CITY}/new", params={"group": "mynumber-card", "name": "lost-card"})
    assert "もうあります" in there.text
    begun = editor.get(f"{CITY}/new", params={"group": "payment", "name": "at-bank", "add": "銀行で払える？"})
    url = begun.headers["location"]
    assert url.startswith(f"{CITY}/payment/at-bank?new=1")
    form = _open(editor, url)
    assert form["phrasings"] == ["銀行で払える？"]
    assert editor.get(f"{CITY}/payment/at-bank").status_code == 404
    assert editor.get(f"{CITY}/nothing/at-bank?new=1").status_code == 404
    form = {**form, "question": "銀行で払えますか？", "answer": "払えます。", "sources": "A-022"}
    assert editor.post(f"{CITY}/payment/at-bank", data=form).status_code == 303
    draft = _saved(filled, "kokubunji/payment/at-bank")
    assert draft is not None
    assert draft.phrasings == ("銀行で払える？",)
    found = editor.get(CITY, params={"q": "銀行"}).text
    assert "銀行で払えますか？" in found
    assert "下書き" in found


def test_a_wording_from_the_unanswered_page_is_added(browse: Browse) -> None:
    editor = browse("editor")
    listed = editor.get(CITY, params={"add": "ぴかぴかの板", "q": "カードをなくした"}).text
    link = re.search(r'href="([^"]*lost-card\?[^"]*)"', listed)
    assert link is not None
    page = editor.get(_plain(link[1])).text
    assert _fields(page)["phrasings"][0].endswith("\nぴかぴかの板")
    assert "聞き方の最後に足しました" in page


def _asked(filled: Database, entry: str, verdicts: list[str | None], at: datetime) -> None:
    with filled.writing() as session:
        for number, verdict in enumerate(verdicts):
            session.add(
                UtteranceRow(
                    id=f"{entry}{number}",
                    municipality="kokubunji",
                    channel="line",
                    at=at,
                    text="x",
                    key="x",
                    decision="answer",
                    entry=entry,
                    candidates=[],
                    verdict=verdict,
                )
            )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"lost-card", "found-after-lost", "find-a-class", "talk-to-staff", "help"}),
        ({"group": "mynumber-card"}, {"lost-card", "found-after-lost"}),
        ({"pack": "own"}, {"find-a-class"}),
        ({"pack": "common", "group": "smartphone-class"}, set()),
        ({"state": "draft"}, {"find-a-class"}),
        ({"state": "published", "marks": "unused"}, {"talk-to-staff", "help"}),
        ({"marks": "low-rated"}, {"lost-card"}),
        ({"marks": "to-fill"}, {"find-a-class"}),
        ({"marks": ["to-fill", "due"]}, {"find-a-class"}),
        ({"marks": ["to-fill", "stale"]}, set()),
        ({"section": "市民課"}, {"find-a-class"}),
        ({"q": "カードをなくした", "group": "mynumber-card", "marks": "low-rated"}, {"lost-card"}),
        ({"state": "taken-down"}, set()),
    ],
)
def test_the_list_is_narrowed(
    browse: Browse, filled: Database, now: datetime, query: dict[str, Any], found: set[str]
) -> None:
    editor = browse("editor")
    form = {
        **_open(editor, OWN),
        "to_fill": "会場",
        "section": "市民課",
        "review_by": "2026-12-01",
        "as_of": "2026-01-01",
    }
    assert editor.post(OWN, data=form).status_code == 303
    _asked(filled, LOST_ID, ["not solved", "not solved", "solved", "solved", "solved", None], now)
    _asked(filled, "common/mynumber-card/found-after-lost", ["not solved"] * 4, now)
    _asked(filled, "common/conversation/help", [None], now - timedelta(days=91))
    page = editor.get(CITY, params=query).text
    rows = page.split('<ul class="rows">')[1] if '<ul class="rows">' in page else ""
    assert set(re.findall(r"/entries/[\w-]+/([\w-]+)\?", rows)) == found
    assert f"{len(found)} 件" in page
    if not found:
        assert "当てはまる項目はありません" in page


def test_the_list_has_pages(browse: Browse) -> None:
    editor = browse("editor")
    form = _open(editor, f"{CITY}/payment/new-0?new=1")
    for number in range(47):
        text = {"question": f"支払い {number:02}？", "phrasings": f"はらう{number}", "answer": "払えます。"}
        url = f"{CITY}/payment/new-{number}"
        assert editor.post(url, data={**form, **text}).status_code == 303
    first, second = (editor.get(CITY, params={"page": page}).text for page in (1, 2))
    assert (first.count("<li>\n<a"), second.count("<li>\n<a")) == (50, 2)
    assert "page=2" in first
    assert "（2 / 2 ページ）" in second
    assert editor.get(CITY, params={"page": 0}).status_code == 422


def test_an_approved_draft_says_that_saving_voids_the_approval(browse: Browse, filled: Database, now: datetime) -> None:
    editor = browse("editor")
    editor.post(OWN, data=_open(editor, OWN))
    with filled.writing() as session:
        approve(session, OWN_ID, reviewer="chief", at=now, four_eyes=False)
    page = editor.get(OWN).text
    assert "もう一度承認が要ります" in page
    editor.post(OWN, data={**_fields(page), "answer": "あとで直した。"})
    with filled.reading() as session:
        draft = find_draft(session, OWN_ID)
        assert draft is not None
        assert (draft.state, draft.reviewer) == ("draft", None)
        assert len(session.exec(select(RevisionRow).where(col(RevisionRow.entry_id) == OWN_ID)).all()) == 3
