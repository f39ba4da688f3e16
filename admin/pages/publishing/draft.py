"""One draft: what it changes, what was said about it, and its steps to approval."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from starlette.responses import RedirectResponse

from admin.pages.packs import EntryOf, may, require
from admin.pages.publishing.parts import moment_of
from admin.pages.visit import ApproverWrites, EditorReads, EditorWrites, ViewerReads, ViewerWrites, Visit
from admin.publishing.drafts import Shelf, draft_view, people
from admin.publishing.gate import refusal
from admin.publishing.pins import unseen
from admin.publishing.policy import policy_of
from admin.staff import Role
from knowledge import drafting
from knowledge.editing import DraftNotFound, EditingError, OwnWork, WrongState
from knowledge.upgrading import waiting_upgrade

router = APIRouter(prefix="/admin/{municipality}/drafts/{pack}/{group}/{name}")

Text = Annotated[str, Form(max_length=1000)]
_NOTICES = {
    "saved": "下書きを保存しました。",
    "submitted": "確認に出しました。承認する人が、この画面で見ます。",
    "approved": "承認しました。「公開へ進む」で市民に届きます。",
    "sent-back": "差し戻しました。書いた人は、ここで言葉を読めます。",
    "scheduled": "公開の時刻を決めました。",
    "unscheduled": "予約を取りやめました。",
    "merged": "合わせた文を、下書きとして保存しました。",
    "restored": "前の文を、下書きにしました。確かめてから公開してください。",
}
_MOVED = "今、ほかの人がこの下書きを動かしました。今のようすを見て、もう一度選んでください。"
_OWN = "自分が書いた下書きは、自分では承認できません。別の人の目で確かめる決まりです。ほかの承認者に頼んでください。"


@router.get("")
def shown(visit: ViewerReads, entry: EntryOf, done: str = "") -> Response:
    """The draft beside what is published."""
    return _page(visit, entry, notice=_NOTICES.get(done, ""))


@router.post("/comment")
def comment(visit: ViewerWrites, entry: EntryOf, text: Text = "") -> Response:
    """Says something about the draft."""
    if drafting.find_draft(visit.session, entry) is None:
        raise HTTPException(404)
    _said(visit, entry, "comment draft", text)
    return visit.go(f"drafts/{entry}#comments")


@router.post("/submit")
def submit(visit: EditorWrites, entry: EntryOf, text: Text = "") -> Response:
    """Asks for review."""
    require(visit.staff, entry, Role.EDITOR)
    try:
        with visit.session.begin_nested():
            drafting.submit(visit.session, entry, author=visit.login, at=visit.at)
    except EditingError as error:
        return _refused(visit, entry, error)
    _said(visit, entry, "submit draft", text)
    return visit.go(f"drafts/{entry}?done=submitted")


@router.post("/approve")
def approve(visit: ApproverWrites, entry: EntryOf, text: Text = "", publish: Annotated[str, Form()] = "") -> Response:
    """Approves; with `publish` the check of what changes comes next, or the confirmation where that was done."""
    require(visit.staff, entry, Role.APPROVER)
    four_eyes = policy_of(visit.session, entry.split("/", 1)[0]).four_eyes
    try:
        with visit.session.begin_nested():
            drafting.approve(visit.session, entry, reviewer=visit.login, at=visit.at, four_eyes=four_eyes)
    except EditingError as error:
        return _refused(visit, entry, error)
    _said(visit, entry, "approve draft", text)
    if not publish:
        return visit.go(f"drafts/{entry}?done=approved")
    if unseen(visit.session, visit.municipality, [entry]):
        # 307 sends the form on, which names the entry: the check of what changes for citizens starts at once.
        return RedirectResponse(f"/admin/{visit.municipality}/preview", status_code=307)
    return visit.go(f"drafts/publish?entry={entry}")


@router.post("/send-back")
def send_back(visit: ApproverWrites, entry: EntryOf, text: Text = "") -> Response:
    """Back to its writer, with a word why."""
    require(visit.staff, entry, Role.APPROVER)
    if not text.strip():
        return _page(visit, entry, fault="差し戻すわけを書いてください。書いた人が読みます。", status=422)
    try:
        with visit.session.begin_nested():
            drafting.send_back(visit.session, entry, at=visit.at)
    except EditingError as error:
        return _refused(visit, entry, error)
    _said(visit, entry, "send draft back", text)
    return visit.go(f"drafts/{entry}?done=sent-back")


@router.post("/schedule")
def schedule(visit: ApproverWrites, entry: EntryOf, publish_at: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Sets when it goes out by itself, in Japan's time; empty: not by itself."""
    require(visit.staff, entry, Role.APPROVER)
    try:
        moment = moment_of(publish_at)
        if moment and moment <= visit.at:
            raise ValueError("これからの日時を選んでください。今すぐなら「公開へ進む」を押してください。")
        if moment and (stop := refusal(visit.session, entry.split("/", 1)[0], [entry], by_clock=True)):
            raise ValueError(stop)
        with visit.session.begin_nested():
            drafting.schedule(visit.session, entry, moment)
    except ValueError as error:
        return _page(visit, entry, fault=str(error), status=422, typed=publish_at)
    except EditingError as error:
        return _refused(visit, entry, error)
    visit.audit("schedule draft", entry, after={"publish_at": moment.isoformat() if moment else None})
    return visit.go(f"drafts/{entry}?done={'scheduled' if moment else 'unscheduled'}")


@router.get("/discard")
def ask_discard(visit: EditorReads, entry: EntryOf) -> Response:
    """Asks once."""
    require(visit.staff, entry, Role.EDITOR)
    return _page(visit, entry, template="discard.html")


@router.post("/discard")
def discard(visit: EditorWrites, entry: EntryOf) -> Response:
    """Gives the draft up; its texts stay in the history."""
    require(visit.staff, entry, Role.EDITOR)
    shown = draft_view(visit.session, entry)
    if shown is None:
        raise HTTPException(404)
    before = shown.after.content if shown.after else None
    drafting.discard(visit.session, entry)
    visit.audit("discard draft", entry, before=before)
    return visit.go("drafts?done=discarded")


def _page(
    visit: Visit, entry: str, fault: str = "", status: int = 200, template: str = "draft.html", **more: object
) -> Response:
    session, staff = visit.session, visit.staff
    shown = draft_view(session, entry)
    if shown is None:
        raise HTTPException(404)
    values = {
        "shown": shown,
        "shelves": Shelf,
        "comments": drafting.comments(session, entry),
        "people": people(session),
        "editor": may(staff, entry, Role.EDITOR),
        "approver": may(staff, entry, Role.APPROVER),
        "own": policy_of(session, shown.row.pack).four_eyes and visit.login in shown.writers,
        "own_sentence": _OWN,
        "upgrade": waiting_upgrade(session, entry),
        "fault": fault,
    }
    return visit.show(f"publishing/{template}", status=status, **values, **more)


def _refused(visit: Visit, entry: str, error: EditingError) -> Response:
    """The page as it is now, with what stood in the way."""
    if isinstance(error, DraftNotFound) or not isinstance(error, OwnWork | WrongState):
        raise HTTPException(404)
    return _page(visit, entry, fault=_OWN if isinstance(error, OwnWork) else _MOVED, status=409)


def _said(visit: Visit, entry: str, action: str, text: str) -> None:
    """Keeps the words that came with a step, and that it was taken."""
    drafting.add_comment(visit.session, entry, author=visit.login, text=text, at=visit.at)
    visit.audit(action, entry)
