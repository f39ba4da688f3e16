"""What the editor's form sends, read once for all routes that take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from admin.entries.forms import LANGUAGES, EntryForm, form_from


@dataclass(frozen=True, slots=True)
class SentForm:
    """The fields of the entry, and what the page wants to know beside them.

    `revision` is what the edit began at, `pack` the pack of the entry that was opened, `target` where a common
    entry is saved ("own": as the city's own). `theirs` are the fields for which a colleague's text was chosen.
    """

    form: EntryForm
    revision: int | None
    pack: str = ""
    target: str = ""
    add: str = ""
    then: str = ""
    theirs: tuple[str, ...] = ()
    reviewed: str = ""
    source_words: str = ""
    shown_language: str = "ja"
    shown_large: bool = False


async def sent_form(request: Request) -> SentForm:
    """Reads the form of a request; nothing in it can be wrong enough to lose the rest."""
    sent = await request.form(max_files=0, max_fields=400)
    one = {name: str(sent.get(name, ""))[:400] for name in ("pack", "target", "add", "then", "source_words")}
    revision, reviewed = str(sent.get("revision", "")), str(sent.get("reviewed", ""))
    language = str(sent.get("shown_language", "ja"))
    return SentForm(
        form_from(sent),
        int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 10 else None,
        **one,
        theirs=tuple(name.removeprefix("choose.") for name in sent if sent[name] == "theirs" and "choose." in name),
        reviewed=reviewed if reviewed in LANGUAGES else "",
        shown_language=language if language in LANGUAGES else "ja",
        shown_large=bool(sent.get("shown_large")),
    )


Sent = Annotated[SentForm, Depends(sent_form)]
