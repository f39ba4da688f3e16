"""What staff do with a group. Each step locks the group, counts its version on, and stands in the audit log.

The audit log is kept for good and holds no question: it names a group by its number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from admin.audit import write_audit
from admin.entries.saving import Author
from admin.review.grouping import proposals_of
from admin.review.states import OPEN, Cause, State
from admin.review.tables import QuestionGroupRow, QuestionMemberRow, QuestionNoteRow
from admin.staff import ALL
from admin.tables import RoleRow, StaffRow
from bot.intents import mask
from bot.tables import UtteranceRow

LONGEST_COMMENT = 1000
LONGEST_NAME = 60
LONGEST_TEL = 20
LATEST = timedelta(days=366)
_TEL = re.compile(r"[0-9#-]{3,20}")


class GroupMissing(LookupError):
    """There is no such group in this municipality (any more)."""


class Overtaken(Exception):
    """Somebody else took a step in between; `row` is the group as it is now."""

    def __init__(self, row: QuestionGroupRow) -> None:
        super().__init__(f"group {row.id} is at version {row.version}")
        self.row = row


class StepRefused(ValueError):
    """The step can't be taken; the message is a Japanese sentence."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff whom a question can be given to."""

    login: str
    name: str


def find_group(session: Session, municipality: str, number: int) -> QuestionGroupRow:
    """A group. Raises GroupMissing."""
    row = session.get(QuestionGroupRow, number)
    if row is None or row.municipality != municipality:
        raise GroupMissing(str(number))
    return row


def take(session: Session, municipality: str, number: int, seen: int) -> QuestionGroupRow:
    """The group, locked, when it still is as somebody saw it (version `seen`). Raises GroupMissing and Overtaken."""
    row = _locked(session, municipality, number)
    if row.version != seen or row.merged_into is not None:
        raise Overtaken(row)
    return row


def _locked(session: Session, municipality: str, number: int) -> QuestionGroupRow:
    query = select(QuestionGroupRow).where(QuestionGroupRow.id == number, QuestionGroupRow.municipality == municipality)
    row = session.exec(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise GroupMissing(str(number))
    return row


def settle(
    session: Session, row: QuestionGroupRow, author: Author, action: str, state: State | None = None, text: str = ""
) -> None:
    """Finishes a step: the new state, the note, the line in the audit log."""
    before = row.state
    row.state = state or row.state
    row.version, row.changed_at, row.changed_by = row.version + 1, author.at, author.staff.login
    note(session, row, author, action, text)
    write_audit(
        session,
        author.staff,
        f"question {action}",
        f"質問 {row.id}",
        at=author.at,
        municipality=author.municipality,
        before={"state": before},
        after={"state": row.state, "cause": row.cause, "entry": row.entry, "assignee": row.assignee},
    )
    session.flush()


def note(session: Session, row: QuestionGroupRow, author: Author, action: str, text: str = "") -> None:
    """Writes down what was done, for colleagues. Personal data in it is masked."""
    plain = mask(text.strip()).text[:LONGEST_COMMENT]
    session.add(QuestionNoteRow(group_id=row.id, author=author.staff.login, action=action, text=plain, at=author.at))


def notes(session: Session, group: int) -> Sequence[QuestionNoteRow]:
    """What was done and said, the newest first."""
    query = select(QuestionNoteRow).where(QuestionNoteRow.group_id == group)
    return session.exec(query.order_by(col(QuestionNoteRow.id).desc())).all()


def set_cause(session: Session, row: QuestionGroupRow, author: Author, cause: Cause) -> None:
    """Staff say why it was not answered."""
    row.cause = cause
    settle(session, row, author, "cause", _seen(row))


def _seen(row: QuestionGroupRow) -> State:
    return State.LOOKED_AT if row.state == State.NEW else State(row.state)


def look(session: Session, row: QuestionGroupRow, author: Author) -> None:
    """Somebody has looked, or takes a decision back: it waits again."""
    row.entry, row.postponed_until, row.why = None, None, ""
    settle(session, row, author, "look", State.LOOKED_AT)


def decline(session: Session, row: QuestionGroupRow, author: Author, cause: Cause, name: str, tel: str) -> None:
    """Staff decide that this is not answered here; `name` and `tel` are whom to ask instead. Raises StepRefused."""
    name, tel = checked_counter(name, tel)
    row.cause, row.counter_name, row.counter_tel = cause, name, tel
    row.entry, row.why = None, ""
    settle(session, row, author, "decline", State.DECLINED, f"{name} {tel}".strip())


def checked_counter(name: str, tel: str) -> tuple[str, str]:
    """The counter as it is stored. Raises StepRefused."""
    name, tel = " ".join(name.split()), tel.strip()
    if len(name) > LONGEST_NAME:
        raise StepRefused(f"窓口の名前は {LONGEST_NAME} 文字までにしてください。")
    if tel and not _TEL.fullmatch(tel):
        raise StepRefused("電話番号は、数字とハイフンで書いてください（例: 042-000-0000）。")
    if tel and not name:
        raise StepRefused("電話番号だけでなく、窓口の名前も書いてください。")
    return name, tel


def postpone(session: Session, row: QuestionGroupRow, author: Author, until: date, today: date) -> None:
    """It comes back on that day. Raises StepRefused."""
    if not today < until <= today + LATEST:
        raise StepRefused("あすから 1 年のうちの日を選んでください。")
    row.postponed_until, row.why = until, ""
    settle(session, row, author, "postpone", State.POSTPONED, f"{until.year}年{until.month}月{until.day}日まで")


def assign(
    session: Session, row: QuestionGroupRow, author: Author, assignee: str, section: str, comment: str = ""
) -> None:
    """Gives it to a colleague, a section, or both; empty takes that back. Raises StepRefused."""
    names = {c.login: c.name for c in colleagues(session, author.municipality)}
    if assignee and assignee not in names:
        raise StepRefused("この市を担当する人を選んでください。")
    section = " ".join(section.split())
    if len(section) > 40:
        raise StepRefused("課の名前は 40 文字までにしてください。")
    row.assignee, row.section = assignee or None, section
    to = "・".join(filter(None, (names.get(assignee, ""), section)))
    settle(session, row, author, "assign", _seen(row), "\n".join(filter(None, (f"→ {to or 'だれでも'}", comment))))


def colleagues(session: Session, municipality: str) -> list[Colleague]:
    """Members of staff who work for the municipality."""
    query = (
        select(StaffRow.login, StaffRow.name)
        .join(RoleRow, col(RoleRow.staff_id) == col(StaffRow.id))
        .where(or_(RoleRow.municipality == municipality, RoleRow.municipality == ALL))
        .where(col(StaffRow.disabled_at).is_(None))
    )
    return [Colleague(*row) for row in session.exec(query.distinct().order_by(col(StaffRow.name))).all()]


def comment(session: Session, row: QuestionGroupRow, author: Author, text: str) -> None:
    """Says something. Raises StepRefused when there is nothing to say."""
    if not text.strip():
        raise StepRefused("コメントを書いてください。")
    if len(text) > LONGEST_COMMENT:
        raise StepRefused(f"コメントは {LONGEST_COMMENT} 文字までにしてください。")
    settle(session, row, author, "comment", _seen(row), text)


def merge(session: Session, row: QuestionGroupRow, author: Author, into: int) -> QuestionGroupRow:
    """Makes two groups one: all of `row` goes to the group `into`. Raises StepRefused."""
    if into == row.id:
        raise StepRefused("ほかの質問を選んでください。")
    try:
        target = _locked(session, author.municipality, into)
    except GroupMissing:
        raise StepRefused(f"質問 {into} はありません。") from None
    if target.merged_into is not None:
        raise StepRefused(f"質問 {into} は、もう質問 {target.merged_into} とまとめてあります。")
    moved = update(QuestionMemberRow).where(col(QuestionMemberRow.group_id) == row.id).values(group_id=into)
    session.connection().execute(moved)
    row.merged_into = into
    settle(session, row, author, "merge", text=f"質問 {into} とまとめました")
    target.proposed = proposals_of(session, [into]).get(into, target.proposed)
    settle(session, target, author, "merge", text=f"質問 {row.id} をまとめました")
    return target


def split(session: Session, row: QuestionGroupRow, author: Author, samples: Sequence[str]) -> QuestionGroupRow:
    """Makes the wordings of these utterances a question of its own. Raises StepRefused."""
    keys = _keys(session, row)
    chosen = {keys[sample] for sample in samples if sample in keys}
    if not chosen or chosen == set(keys.values()):
        raise StepRefused("分ける聞き方を選んでください。一つは残します。")
    new = part_off(session, row, [utterance for utterance, key in keys.items() if key in chosen], author)
    new.state = row.state if row.state in OPEN else State.LOOKED_AT
    settle(session, row, author, "split", text=f"{len(chosen)} とおりの聞き方を、質問 {new.id} に分けました")
    note(session, new, author, "split", f"質問 {row.id} から分けました")
    row.proposed = proposals_of(session, [row.id or 0]).get(row.id or 0, row.proposed)
    return new


def _keys(session: Session, row: QuestionGroupRow) -> dict[str, str]:
    """The text's key by utterance."""
    query = select(UtteranceRow.id, UtteranceRow.key).join(
        QuestionMemberRow, col(QuestionMemberRow.utterance_id) == col(UtteranceRow.id)
    )
    return dict(session.exec(query.where(QuestionMemberRow.group_id == row.id)).all())


def part_off(session: Session, row: QuestionGroupRow, utterances: Sequence[str], author: Author) -> QuestionGroupRow:
    """A new group with these utterances of another one."""
    new = QuestionGroupRow(
        municipality=row.municipality,
        language=row.language,
        state=State.LOOKED_AT,
        proposed=row.proposed,
        cause=row.cause,
        section=row.section,
        assignee=row.assignee,
        created_at=author.at,
        changed_at=author.at,
        changed_by=author.staff.login,
    )
    session.add(new)
    session.flush()
    for start in range(0, len(utterances), 400):
        part = col(QuestionMemberRow.utterance_id).in_(utterances[start : start + 400])
        session.connection().execute(update(QuestionMemberRow).where(part).values(group_id=new.id))
    number = new.id or 0
    new.proposed = proposals_of(session, [number]).get(number, new.proposed)
    return new
