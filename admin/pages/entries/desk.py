"""Showing the editor: the entry that is opened, who works on it, and everything beside its fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import HTTPException, Response

from admin.access import Capability
from admin.entries.citing import cited, find_facts
from admin.entries.diffs import field_diffs, shown_value
from admin.entries.forms import LANGUAGES, EntryForm, form_of_content
from admin.entries.labels import ACTION_KINDS, AUDIENCES, SERVICE_STATES, field_label
from admin.entries.labels import LANGUAGES as LANGUAGE_NAMES
from admin.entries.line_view import answer_messages
from admin.entries.opened import STATE_LABELS, EntryState, Opened, open_entry
from admin.entries.rules import Checkup, Fault, check, lenient, text_revision
from admin.entries.saving import Clash
from admin.entries.typed import Typed, colleagues, names_of
from admin.pages.entries.sent import SentForm
from admin.pages.visit import Visit
from bot.conversation.city import CityKnowledge
from bot.responses.compose import Style
from knowledge.catalogue import catalogue
from knowledge.schema import COMMON


@dataclass(frozen=True, slots=True)
class Desk:
    """An opened entry, whose page it is, and who sits there."""

    visit: Visit
    city: CityKnowledge
    opened: Opened

    @property
    def leaving(self) -> bool:
        """Whether somebody proposed to take the entry down."""
        return self.opened.draft is not None and self.opened.draft.removal

    @property
    def may_common(self) -> bool:
        """The common pack is every city's: only those who work for all of them change it."""
        return self.visit.staff.may(Capability.EDIT, COMMON)


@dataclass(frozen=True, slots=True)
class Shown:
    """The form as it is shown: what it began at, faults beyond its own, and what a colleague did in between.

    `waiting` is what this person typed another time and did not save.
    """

    form: EntryForm
    revision: int | None
    add: str = ""
    sent: SentForm | None = None
    faults: tuple[Fault, ...] = ()
    waiting: Typed | None = None
    clash: Clash | None = None

    def with_faults(self, faults: Sequence[Fault]) -> Shown:
        """The same, with something that stands in the way of saving."""
        return replace(self, faults=tuple(faults))

    def clashing(self, clash: Clash) -> Shown:
        """Both texts joined, begun anew at the colleague's."""
        form = replace(form_of_content(clash.merged.content), note=self.form.note)
        return replace(self, form=form, revision=clash.theirs.id, clash=clash)


def open_desk(visit: Visit, topic: str, pack: str, *, new: bool = False) -> Desk:
    """The desk with this entry on it; with `new` also one that does not exist yet. Raises HTTPException (404)."""
    city = visit.city
    opened = open_entry(visit.session, visit.municipality, topic, pack)
    may_common = visit.staff.may(Capability.EDIT, COMMON)
    if opened is None:
        group = topic.split("/", 1)[0]
        if not new or group not in catalogue().groups:
            raise HTTPException(404)
        opened = Opened(COMMON if pack == COMMON and may_common else visit.municipality, topic)
    if opened.pack == COMMON and opened.published is not None and not may_common:
        opened = replace(opened, draft=None, newest=opened.published)
    return Desk(visit, city, opened)


def show(desk: Desk, shown: Shown, *, status: int = 200) -> Response:
    """The editor, or for those who don't edit the entry as it stands."""
    visit, opened, city = desk.visit, desk.opened, desk.city
    checkup = check(shown.form, opened.topic, opened.pack, city)
    checkup = replace(checkup, faults=(*shown.faults, *(f for f in checkup.faults if f not in shown.faults)))
    editor = visit.may(Capability.EDIT)
    editing = editor and opened.state is not EntryState.TAKEN_DOWN and not desk.leaving
    return visit.show(
        "entries/entry.html" if editing else "entries/read.html",
        status=status,
        city=city,
        opened=opened,
        state=STATE_LABELS[opened.state],
        leaving=desk.leaving,
        base=f"/admin/{city.municipality}/entries/{opened.topic}",
        own_exists=opened.pack == city.municipality,
        may_common=desk.may_common,
        may_edit=editor and (opened.pack != COMMON or desk.may_common),
        approver=visit.may(Capability.PUBLISH),
        others=colleagues(visit.session, opened.id, opened.draft, visit.login, visit.at),
        waiting=shown.waiting,
        shown=shown,
        form=checkup.form,
        checkup=checkup,
        refused=status == 422,
        saved=visit.request.query_params.get("saved"),
        changes=_changes(opened),
        **_clash(visit, shown.clash),
        **_beside(desk, checkup, shown.sent),
    )


def _changes(opened: Opened) -> list[object]:
    """What the draft changes in what citizens read now."""
    if opened.draft is None or opened.newest is None or opened.published is None:
        return []
    return [*field_diffs(opened.published.content, opened.newest.content)]


def _clash(visit: Visit, clash: Clash | None) -> dict[str, object]:
    """What a colleague changed in between, and where it can't be joined."""
    if clash is None:
        return {"clash": None}
    conflicts = [
        (c.field, field_label(c.field), shown_value(c.field, c.theirs), shown_value(c.field, c.mine))
        for c in clash.merged.conflicts
    ]
    author = clash.theirs.author
    who = "別の画面のあなた" if author == visit.login else f"{names_of(visit.session, [author])[author]}さん"
    joined = field_diffs(clash.base.content if clash.base else None, clash.theirs.content)
    return {"clash": clash, "who": who, "joined": joined, "conflicts": conflicts}


def _beside(desk: Desk, checkup: Checkup, sent: SentForm | None) -> dict[str, object]:
    """Everything that is shown beside the fields and depends on them."""
    opened, city, form = desk.opened, desk.city, checkup.form
    words = sent.source_words if sent else ""
    style = Style(sent.shown_language if sent else "ja", bool(sent and sent.shown_large))
    entry = checkup.entry or lenient(form, opened.topic, desk.visit.today)
    revision = text_revision(form, opened.topic)
    return {
        "messages": answer_messages(entry, opened.pack, city, style) if entry else [],
        "style": style,
        "stale": [name for name, v in form.variants.items() if v.made_from != revision],
        "cited": cited(city.register, form.sources),
        "found_facts": find_facts(city.register, opened.pack, words, form.sources),
        "source_words": words,
        "languages": {language: LANGUAGE_NAMES[language] for language in LANGUAGES},
        "audiences": AUDIENCES,
        "service_states": SERVICE_STATES,
        "action_kinds": ACTION_KINDS,
        "group_name": catalogue().groups.get(opened.topic.split("/", 1)[0], ""),
        "topics": {topic: item.entry.question for topic, item in sorted(city.entries.items())},
        "sections": sorted({item.entry.section for item in city.entries.values() if item.entry.section}),
    }
