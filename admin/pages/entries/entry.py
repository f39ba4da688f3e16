"""The editor of an entry: opening it, looking at it while it is typed, saving it as a draft."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import ValidationError

from admin.access import Capability
from admin.entries.forms import content_of, empty_form, form_of
from admin.entries.rules import Fault, check, text_revision
from admin.entries.saving import Clash, save, with_theirs
from admin.entries.typed import drop_typed, find_typed, keep_typed
from admin.pages.entries.desk import Desk, Shown, open_desk, show
from admin.pages.entries.sent import Sent, SentForm
from admin.pages.visit import EditorReads, EditorWrites, ViewerReads
from knowledge.editing import entry_id
from knowledge.schema import COMMON, Entry

router = APIRouter(prefix="/admin")
_OTHERS = "共通の項目を直せるのは、共通の担当の人だけです。「この市だけの答えにする」を選んでください。"


@router.get("/{municipality}/entries/{group}/{name}")
def edit_page(
    visit: ViewerReads,
    group: str,
    name: str,
    add: Annotated[str, Query(max_length=200)] = "",
    pack: Annotated[str, Query(max_length=31)] = "",
    typed: Annotated[str, Query(max_length=8)] = "",
    new: Annotated[bool, Query()] = False,
) -> Response:
    """The edit page of an entry, with what one typed last time if one wants it (`typed=take`)."""
    desk = open_desk(visit, f"{group}/{name}", pack, new=new)
    kept = find_typed(visit.session, desk.opened.id, visit.login)
    entry = desk.opened.entry
    form = form_of(entry) if entry else empty_form(visit.today)
    if kept and content_of(kept.form, desk.opened.topic) == content_of(form, desk.opened.topic):
        kept = None  # it has been saved since
    if kept and typed == "take":
        return show(desk, Shown(kept.form, kept.started_from, add=add))
    return show(desk, Shown(form.with_phrasing(add), desk.opened.head, add=add, waiting=kept))


@router.post("/{municipality}/entries/{group}/{name}/look")
def look(visit: EditorReads, group: str, name: str, sent: Sent) -> Response:
    """The page for a form that is not saved: how LINE shows it, what is wrong, what could be plainer."""
    desk = open_desk(visit, f"{group}/{name}", sent.pack, new=True)
    form = sent.form
    if sent.reviewed:
        form = form.reviewed(sent.reviewed, text_revision(form, desk.opened.topic))
    return show(desk, Shown(form, sent.revision, add=sent.add, sent=sent))


@router.post("/{municipality}/entries/{group}/{name}")
def save_page(visit: EditorWrites, group: str, name: str, sent: Sent) -> Response:
    """Saves the form as a draft, or shows it again with what is wrong or what a colleague changed in between."""
    desk = open_desk(visit, f"{group}/{name}", sent.pack, new=True)
    shown = Shown(sent.form, sent.revision, add=sent.add, sent=sent)
    target = _target(desk, sent)
    if desk.leaving:  # nobody undoes a proposal unseen; what was typed waits until it is settled
        keep_typed(visit.session, desk.opened.id, visit.login, sent.form, started_from=sent.revision, at=visit.at)
        return show(desk, shown, status=409)
    if target == COMMON and not desk.may_common:
        return show(desk, shown.with_faults([Fault("target", _OTHERS)]), status=422)
    entry, faults = _checked(desk, sent, target)
    if entry is None:
        return show(desk, shown.with_faults(faults), status=422)
    note = sent.form.note[:400]
    result = save(visit.session, target, entry, visit.author, started_from=sent.revision, note=note)
    if isinstance(result, Clash):
        return show(desk, shown.clashing(result), status=409)
    drop_typed(visit.session, desk.opened.id, visit.login)
    return visit.go(_next(desk, sent, target))


def _target(desk: Desk, sent: SentForm) -> str:
    """Where the text is saved: an entry of the city stays there; a common one may become the city's own."""
    return COMMON if desk.opened.pack == COMMON and sent.target != "own" else desk.city.municipality


def _checked(desk: Desk, sent: SentForm, target: str) -> tuple[Entry | None, list[Fault]]:
    """The entry with a colleague's text where this person chose it, or what is wrong."""
    checkup = check(sent.form, desk.opened.topic, target, desk.city)
    if checkup.entry is None or not sent.theirs:
        return checkup.entry, list(checkup.errors)
    try:
        return with_theirs(desk.visit.session, checkup.entry, sent.theirs, sent.revision), []
    except ValidationError:
        return None, [Fault("choice", "選んだ文どうしが合いません。どちらかの文を選びなおすか、欄を直してください。")]


def _next(desk: Desk, sent: SentForm, target: str) -> str:
    """The draft's own page for those who go on to publish, else the same page again."""
    if sent.then == "drafts" and desk.visit.may(Capability.PUBLISH):
        return f"drafts/{entry_id(target, desk.opened.topic)}"
    asked = f"&pack={target}" if target == COMMON else ""
    return f"entries/{desk.opened.topic}?saved=1{asked}"
