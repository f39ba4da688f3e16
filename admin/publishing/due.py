"""Publishing at a set time: approved drafts whose moment has come go out, together when they share it."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime

from sqlmodel import Session

from admin.audit import write_audit
from admin.publishing.gate import refusal
from knowledge.database import Database
from knowledge.drafting import add_comment, due_drafts, find_draft, publish_drafts, send_back
from knowledge.editing import DraftNotFound, Overtaken, WrongState
from knowledge.tables import DraftRow

log = logging.getLogger("madoguchi.jobs")

AUTHOR = "schedule"


def publish_due(database: Database, now: datetime) -> None:
    """Publishes what is due. A draft that can't go out any more goes back to its writer, with the reason said."""
    with database.reading() as session:
        if not due_drafts(session, now):
            return
    with database.writing() as session:
        groups: dict[tuple[str, datetime | None], list[DraftRow]] = defaultdict(list)
        for draft in due_drafts(session, now):
            groups[(draft.entry_id.split("/", 1)[0], draft.publish_at)].append(draft)
        for (pack, _), drafts in groups.items():
            _publish(session, pack, [d for d in drafts if not _goes_back(session, pack, [d.entry_id], now)], now)


def _goes_back(session: Session, pack: str, entries: list[str], now: datetime) -> bool:
    """Asks the gate, and sends back what it refuses."""
    fault = refusal(session, pack, entries, by_clock=True)
    if fault is None:
        return False
    for entry in entries:
        if find_draft(session, entry) is not None:
            send_back(session, entry, at=now)
            add_comment(session, entry, author=AUTHOR, text=f"予約した時刻に公開できませんでした。{fault}", at=now)
            write_audit(session, None, "schedule refused", entry, at=now, municipality=pack, after={"reason": fault})
    log.warning("%s scheduled drafts could not be published", len(entries))
    return True


def _publish(session: Session, pack: str, drafts: list[DraftRow], now: datetime) -> None:
    entries = [draft.entry_id for draft in drafts]
    if not entries or (len(entries) > 1 and _goes_back(session, pack, entries, now)):
        return
    approved = "、".join(sorted({draft.reviewer for draft in drafts if draft.reviewer}))
    why = "、".join(dict.fromkeys(draft.note for draft in drafts if draft.note))
    try:
        with session.begin_nested():
            reason = f"予約した公開（承認: {approved}）{why}"
            release = publish_drafts(session, entries, author=AUTHOR, reason=reason, at=now)
    except (DraftNotFound, WrongState, Overtaken):
        return  # another process or a person was faster; what is left comes up again at the next sweep
    after = {"release": release.number, "entries": entries, "approved": approved}
    write_audit(session, None, "publish on schedule", f"公開 {release.number}", at=now, municipality=pack, after=after)
