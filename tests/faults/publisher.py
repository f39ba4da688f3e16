"""A process that publishes again and again: `publisher.py <database> <who> <how often> <how>`.

Each release changes two entries of the common pack together; both say which release they belong to. `how` is `edit`
(as an import does it) or `draft` (as staff do it: draft, approval, publishing). Prints the numbers of its releases.
"""

import sys
from datetime import UTC, datetime
from time import sleep

from sqlmodel import Session

from knowledge.database import Database
from knowledge.drafting import approve, discard, publish_drafts, save_draft
from knowledge.editing import EditingError, Overtaken, add_revision, find_entry, publish, published_revision
from knowledge.schema import Entry

PAIR = ("common/digital-support/talk-to-staff", "common/mynumber-card/lost-card")


def _edited(session: Session, entry: str, mark: str) -> tuple[Entry, int]:
    """The entry with a mark in its answer, and the revision that was published until now."""
    current = published_revision(session, find_entry(session, entry))
    assert current is not None
    return Entry.model_validate({**current.content, "answer": f"これは〔{mark}〕の答えです。"}), current.id or 0


def _edit(database: Database, mark: str, at: datetime) -> int:
    changes: dict[str, int | None] = {}
    with database.writing() as session:
        for entry in sorted(PAIR):
            row = find_entry(session, entry, lock=True)
            content, _ = _edited(session, entry, mark)
            changes[entry] = add_revision(session, row, content, author=mark, note="", at=at).id
        return publish(session, changes, author=mark, reason=mark, at=at).number


def _draft(database: Database, mark: str, at: datetime) -> int:
    """Two steps of two people; in between somebody else may publish."""
    with database.writing() as session:
        for entry in PAIR:
            content, base = _edited(session, entry, mark)
            save_draft(session, entry, content, started_from=base, author=mark, note="", at=at)
            approve(session, entry, reviewer="chief", at=at, four_eyes=True)
    try:
        with database.writing() as session:
            return publish_drafts(session, PAIR, author=mark, reason=mark, at=at).number
    except Overtaken:
        with database.writing() as session:
            for entry in PAIR:
                discard(session, entry)
        raise


def main(url: str, who: str, times: str, how: str) -> None:
    """Publishes; what a colleague was quicker with is a conflict, and is tried again."""
    database, step = Database(url), {"edit": _edit, "draft": _draft}[how]
    for number in range(int(times)):
        while True:
            try:
                release = step(database, f"{who}-{number}", datetime.now(UTC))
            except EditingError as conflict:
                print("conflict", type(conflict).__name__, flush=True)
                sleep(0.02)
                continue
            print("release", release, flush=True)
            break
        sleep(0.05)
    database.close()


main(*sys.argv[1:])
