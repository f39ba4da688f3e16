"""One draft: what it changes, what was said about it, and its steps to approval."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Approver, Editor, SignedIn, Viewer
from admin.audit import write_audit
from admin.pages.packs import EntryOf, may, require
from admin.pages.view import view
from admin.publishing.drafts import Shelf, draft_view, people
from admin.publishing.gate import refusal
from admin.publishing.pins import unseen
from admin.publishing.policy import policy_of
from admin.staff import Role
from bot.web.state import Reading, Web, WebParts, Writing
from bot.web.static import JAPAN
from knowledge import drafting
from knowledge.editing import DraftNotFound, EditingError, OwnWork, WrongState, find_entry
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
def shown(
    request: Request, web: Web, session: Reading, staff: Viewer, municipality: str, entry: EntryOf, done: str = ""
) -> Response:
    """The draft beside what is published."""
    return _page(request, web, session, staff, municipality, entry, notice=_NOTICES.get(done, ""))


@router.post("/comment")
def comment(web: Web, session: Writing, staff: Viewer, municipality: str, entry: EntryOf, text: Text = "") -> Response:
    """Says something about the draft."""
    if drafting.find_draft(session, entry) is None:
        raise HTTPException(404)
    drafting.add_comment(session, entry, author=staff.staff.login, text=text, at=web.clock())
    _audit(session, web, staff, municipality, "comment draft", entry)
    return _back(municipality, entry, "", "#comments")


@router.post("/submit")
def submit(
    request: Request, web: Web, session: Writing, staff: Editor, municipality: str, entry: EntryOf, text: Text = ""
) -> Response:
    """Asks for review."""
    require(staff, entry, Role.EDITOR)
    try:
        with session.begin_nested():
            drafting.submit(session, entry, author=staff.staff.login, at=web.clock())
    except EditingError as error:
        return _refused(request, web, session, staff, municipality, entry, error)
    return _stepped(session, web, staff, municipality, entry, "submitted", text)


@router.post("/approve")
def approve(
    request: Request,
    web: Web,
    session: Writing,
    staff: Approver,
    municipality: str,
    entry: EntryOf,
    text: Text = "",
    publish: Annotated[str, Form()] = "",
) -> Response:
    """Approves; with `publish` the check of what changes comes next, or the confirmation where that was done."""
    require(staff, entry, Role.APPROVER)
    four_eyes = policy_of(session, entry.split("/", 1)[0]).four_eyes
    try:
        with session.begin_nested():
            drafting.approve(session, entry, reviewer=staff.staff.login, at=web.clock(), four_eyes=four_eyes)
    except EditingError as error:
        return _refused(request, web, session, staff, municipality, entry, error)
    response = _stepped(session, web, staff, municipality, entry, "approved", text)
    if not publish:
        return response
    if unseen(session, municipality, [entry]):
        # 307 sends the form on, which names the entry: the check of what changes for citizens starts at once.
        return RedirectResponse(f"/admin/{municipality}/preview", status_code=307)
    return RedirectResponse(f"/admin/{municipality}/drafts/publish?entry={entry}", status_code=303)


@router.post("/send-back")
def send_back(
    request: Request, web: Web, session: Writing, staff: Approver, municipality: str, entry: EntryOf, text: Text = ""
) -> Response:
    """Back to its writer, with a word why."""
    require(staff, entry, Role.APPROVER)
    if not text.strip():
        fault = "差し戻すわけを書いてください。書いた人が読みます。"
        return _page(request, web, session, staff, municipality, entry, fault=fault, status=422)
    try:
        with session.begin_nested():
            drafting.send_back(session, entry, at=web.clock())
    except EditingError as error:
        return _refused(request, web, session, staff, municipality, entry, error)
    return _stepped(session, web, staff, municipality, entry, "sent-back", text)


@router.post("/schedule")
def schedule(
    request: Request,
    web: Web,
    session: Writing,
    staff: Approver,
    municipality: str,
    entry: EntryOf,
    publish_at: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Sets when it goes out by itself, in Japan's time; empty: not by itself."""
    require(staff, entry, Role.APPROVER)
    try:
        moment = _moment(publish_at, web.clock())
        if moment and (stop := refusal(session, entry.split("/", 1)[0], [entry], by_clock=True)):
            raise ValueError(stop)
        with session.begin_nested():
            drafting.schedule(session, entry, moment)
    except ValueError as error:
        return _page(request, web, session, staff, municipality, entry, fault=str(error), status=422, typed=publish_at)
    except EditingError as error:
        return _refused(request, web, session, staff, municipality, entry, error)
    after = {"publish_at": moment.isoformat() if moment else None}
    write_audit(session, staff.staff, "schedule draft", entry, at=web.clock(), municipality=municipality, after=after)
    return _back(municipality, entry, "scheduled" if moment else "unscheduled")


@router.get("/discard")
def ask_discard(
    request: Request, web: Web, session: Reading, staff: Editor, municipality: str, entry: EntryOf
) -> Response:
    """Asks once."""
    require(staff, entry, Role.EDITOR)
    return _page(request, web, session, staff, municipality, entry, template="discard.html")


@router.post("/discard")
def discard(web: Web, session: Writing, staff: Editor, municipality: str, entry: EntryOf) -> Response:
    """Gives the draft up; its texts stay in the history."""
    require(staff, entry, Role.EDITOR)
    shown = draft_view(session, entry)
    if shown is None:
        raise HTTPException(404)
    before = shown.after.content if shown.after else None
    drafting.discard(session, entry)
    now = web.clock()
    write_audit(session, staff.staff, "discard draft", entry, at=now, municipality=municipality, before=before)
    return RedirectResponse(f"/admin/{municipality}/drafts?done=discarded", status_code=303)


def _moment(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=JAPAN)
    except ValueError:
        raise ValueError("日時は 2026-11-21T09:00 の形で書いてください。") from None
    if moment <= now:
        raise ValueError("これからの日時を選んでください。今すぐなら「公開へ進む」を押してください。")
    return moment


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    entry: str,
    fault: str = "",
    status: int = 200,
    template: str = "draft.html",
    **more: object,
) -> Response:
    shown = draft_view(session, entry)
    if shown is None:
        raise HTTPException(404)
    values = {
        "city": web.library.city(session, municipality),
        "shown": shown,
        "shelves": Shelf,
        "comments": drafting.comments(session, entry),
        "people": people(session),
        "editor": may(staff, entry, Role.EDITOR),
        "approver": may(staff, entry, Role.APPROVER),
        "own": policy_of(session, shown.row.pack).four_eyes and staff.staff.login in shown.writers,
        "own_sentence": _OWN,
        "upgrade": waiting_upgrade(session, entry),
        "fault": fault,
    }
    return view(request, f"publishing/{template}", staff, status=status, **values, **more)


def _refused(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    entry: str,
    error: EditingError,
) -> Response:
    """The page as it is now, with what stood in the way."""
    if isinstance(error, DraftNotFound) or not isinstance(error, OwnWork | WrongState):
        raise HTTPException(404)
    fault = _OWN if isinstance(error, OwnWork) else _MOVED
    return _page(request, web, session, staff, municipality, entry, fault=fault, status=409)


def _stepped(
    session: Session, web: WebParts, staff: SignedIn, municipality: str, entry: str, done: str, text: str
) -> Response:
    drafting.add_comment(session, entry, author=staff.staff.login, text=text, at=web.clock())
    action = {"submitted": "submit draft", "approved": "approve draft", "sent-back": "send draft back"}[done]
    _audit(session, web, staff, municipality, action, entry)
    return _back(municipality, entry, done)


def _audit(session: Session, web: WebParts, staff: SignedIn, municipality: str, action: str, entry: str) -> None:
    find_entry(session, entry)
    write_audit(session, staff.staff, action, entry, at=web.clock(), municipality=municipality)


def _back(municipality: str, entry: str, done: str, fragment: str = "") -> Response:
    query = f"?done={done}" if done else ""
    return RedirectResponse(f"/admin/{municipality}/drafts/{entry}{query}{fragment}", status_code=303)
