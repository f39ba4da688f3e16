"""The one gate before citizens: why drafts can't go out as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from admin.publishing.pins import blocking_pins, unseen
from admin.publishing.policy import policy_of
from knowledge.drafting import DraftState, find_draft, is_overtaken, writers
from knowledge.editing import find_entry
from knowledge.tables import DraftRow, EntryRow


def refusal(session: Session, municipality: str, entries: Sequence[str], *, by_clock: bool = False) -> str | None:
    """Why these drafts can't be published now, as a Japanese sentence; None: they can.

    Asked by everything that publishes: a person's button and the clock.
    """
    if not entries:
        return "公開する下書きを選んでください。"
    if fault := next(_faults(session, entries), None):
        return fault
    if unseen(session, municipality, entries, by_clock=by_clock):
        return "公開前の確認がまだか、確認のあとに文が変わりました。先に、答えがどう変わるかを見てください。"
    if pinned := blocking_pins(session, municipality, entries, by_clock=by_clock):
        return f"守る質問 {len(pinned)} 件の答えが変わります。公開前の確認で、変わってよいか確かめてください。"
    return None


def _faults(session: Session, entries: Sequence[str]) -> Iterator[str]:
    for entry in entries:
        draft = find_draft(session, entry)
        if draft is None:
            yield f"{entry} の下書きは、もうありません。ほかの人が公開したか、捨てました。"
        else:
            yield from _faults_of(session, draft, find_entry(session, entry))


def _faults_of(session: Session, draft: DraftRow, row: EntryRow) -> Iterator[str]:
    if draft.state != DraftState.APPROVED:
        yield f"{row.id} はまだ承認されていません。"
    if is_overtaken(draft, row):
        yield f"{row.id} は、下書きを始めたあとに別の文が公開されました。下書きのページで合わせてください。"
    if policy_of(session, row.pack).four_eyes and (draft.reviewer is None or draft.reviewer in writers(draft)):
        yield f"{row.id} は、書いた人とは別の人の承認が要ります。"
