"""The editor of an entry: opening it, looking at it while it is typed, saving it as a draft."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from starlette.responses import RedirectResponse

from admin.access import Editor, Viewer
from admin.entries.forms import content_of, empty_form, form_of
from admin.entries.rules import Fault, check, text_revision
from admin.entries.saving import Author, Clash, save, with_theirs
from admin.entries.typed import drop_typed, find_typed, keep_typed
from admin.pages.entries.desk import Desk, Shown, may_edit_common, open_desk, show
from admin.pages.entries.sent import Sent, SentForm
from admin.staff import Role
from bot.web.state import Reading, Web, Writing
from knowledge.editing import entry_id
from knowledge.schema import COMMON, Entry

router = APIRouter(prefix="/admin")
_OTHERS = "共通の項目を直せるのは、共通の担当の人だけです。「この市だけの答えにする」を選んでください。"


@router.get("/{municipality}/entries/{group}/{name}")
def edit_page(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    group: str,
    name: str,
    add: Annotated[str, Query(max_length=200)] = "",
    pack: Annotated[str, Query(max_length=31)] = "",
    typed: Annotated[str, Query(max_length=8)] = "",
    new: Annotated[bool, Query()] = False,
) -> Response:
    """The edit page of an entry, with what one typed last time if one wants it (`typed=take`)."""
    desk = open_desk(web, session, staff, municipality, f"{group}/{name}", pack, new=new)
    kept = find_typed(session, desk.opened.id, staff.staff.login)
    entry = desk.opened.entry
    form = form_of(entry) if entry else empty_form(desk.today)
    if kept and content_of(kept.form, desk.opened.topic) == content_of(form, desk.opened.topic):
        kept = None  # it has been saved since
    if kept and typed == "take":
        return show(request, session, desk, Shown(kept.form, kept.started_from, add=add, waiting=None))
    return show(request, session, desk, Shown(form.with_phrasing(add), desk.opened.head, add=add, waiting=kept))


@router.post("/{municipality}/entries/{group}/{name}/look")
def look(
    request: Request, web: Web, session: Reading, staff: Editor, municipality: str, group: str, name: str, sent: Sent
) -> Response:
    """The page for a form that is not saved: how LINE shows it, what is wrong, what could be plainer."""
    desk = open_desk(web, session, staff, municipality, f"{group}/{name}", sent.pack, new=True)
    form = sent.form
    if sent.reviewed:
        form = form.reviewed(sent.reviewed, text_revision(form, desk.opened.topic))
    return show(request, session, desk, Shown(form, sent.revision, add=sent.add, sent=sent))


@router.post("/{municipality}/entries/{group}/{name}")
def save_page(
    request: Request, web: Web, session: Writing, staff: Editor, municipality: str, group: str, name: str, sent: Sent
) -> Response:
    """Saves the form as a draft, or shows it again with what is wrong or what a colleague changed in between."""
    desk = open_desk(web, session, staff, municipality, f"{group}/{name}", sent.pack, new=True)
    shown = Shown(sent.form, sent.revision, add=sent.add, sent=sent)
    target = _target(desk, sent)
    if desk.leaving:  # nobody undoes a proposal unseen; what was typed waits until it is settled
        keep_typed(session, desk.opened.id, staff.staff.login, sent.form, started_from=sent.revision, at=desk.now)
        return show(request, session, desk, shown, status=409)
    if target == COMMON and not may_edit_common(staff):
        return show(request, session, desk, shown.with_faults([Fault("target", _OTHERS)]), status=422)
    entry, faults = _checked(session, desk, sent, target)
    if entry is None:
        return show(request, session, desk, shown.with_faults(faults), status=422)
    author = Author(staff.staff, municipality, web.clock())
    result = save(session, target, entry, author, started_from=sent.revision, note=sent.form.note[:400])
    if isinstance(result, Clash):
        return show(request, session, desk, shown.clashing(result), status=409)
    drop_typed(session, desk.opened.id, staff.staff.login)
    return RedirectResponse(_next(desk, sent, target), status_code=303)


def _target(desk: Desk, sent: SentForm) -> str:
    """Where the text is saved: an entry of the city stays there; a common one may become the city's own."""
    return COMMON if desk.opened.pack == COMMON and sent.target != "own" else desk.city.municipality


def _checked(session: Writing, desk: Desk, sent: SentForm, target: str) -> tuple[Entry | None, list[Fault]]:
    """The entry with a colleague's text where this person chose it, or what is wrong."""
    checkup = check(sent.form, desk.opened.topic, target, desk.city)
    if checkup.entry is None or not sent.theirs:
        return checkup.entry, list(checkup.errors)
    try:
        return with_theirs(session, checkup.entry, sent.theirs, sent.revision), []
    except ValidationError:
        return None, [Fault("choice", "選んだ文どうしが合いません。どちらかの文を選びなおすか、欄を直してください。")]


def _next(desk: Desk, sent: SentForm, target: str) -> str:
    """The draft's own page for those who go on to publish, else the same page again."""
    city = desk.city.municipality
    if sent.then == "drafts" and desk.holds(Role.APPROVER):
        return f"/admin/{city}/drafts/{entry_id(target, desk.opened.topic)}"
    asked = f"&pack={target}" if target == COMMON else ""
    return f"/admin/{city}/entries/{desk.opened.topic}?saved=1{asked}"
