"""Publishing at a set time: approved drafts whose moment has come go out, together when they share it."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime

from sqlmodel import Session

from admin.audit import write_audit
from knowledge.database import Database
from knowledge.drafting import due_drafts, publish_drafts, send_back
from knowledge.editing import DraftNotFound, Overtaken

log = logging.getLogger("madoguchi.jobs")


def publish_due(database: Database, now: datetime) -> None:
    """Publishes what is due. A draft that something else overtook goes back to its writer instead."""
    with database.reading() as session:
        if not due_drafts(session, now):
            return
    with database.writing() as session:
        groups: dict[tuple[str, datetime | None], list[str]] = defaultdict(list)
        for draft in due_drafts(session, now):
            groups[(draft.entry_id.split("/", 1)[0], draft.publish_at)].append(draft.entry_id)
        for (pack, _), entries in groups.items():
            _publish(session, pack, entries, now)


def _publish(session: Session, pack: str, entries: list[str], now: datetime) -> None:
    try:
        release = publish_drafts(session, entries, author="schedule", reason="予約した公開", at=now)
    except DraftNotFound:
        return  # another process was faster
    except Overtaken as error:
        for entry in error.entries:
            send_back(session, entry, at=now)
            write_audit(session, None, "schedule overtaken", entry, at=now, municipality=pack)
        log.warning("%s scheduled drafts were overtaken", len(error.entries))
        return
    after = {"release": release.number, "entries": entries}
    write_audit(session, None, "publish on schedule", f"公開 {release.number}", at=now, municipality=pack, after=after)
