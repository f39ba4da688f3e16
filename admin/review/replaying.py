"""A waiting question is asked again: answered by its entry, or referred by it to a counter, it is done and pinned; else
it comes back and says why.

The one who asks is the function that answers on LINE.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from admin.audit import write_audit
from admin.publishing.pins import PinRefused, pin
from admin.publishing.replay import Outcome, outcome
from admin.review.queue import wordings_of
from admin.review.states import State
from admin.review.tables import QuestionGroupRow, QuestionMemberRow, QuestionNoteRow
from bot.conversation.city import CityKnowledge
from bot.intents import Decision
from bot.tables import UtteranceRow
from knowledge.tables import DraftRow, EntryRow, ReleaseChangeRow

MOST = 20
"""Wordings of a group that are asked again, those of most people first."""
DISCARDED = "下書きが捨てられました。"
TAKEN_DOWN = "答える項目が取り下げられました。"
NO_MORE_REFERRED = "案内する窓口が取り下げられました。"
LOST = "あとの公開で、この項目が選ばれなくなりました。"
OTHER_WORDING = "いっしょだった質問は答えるようになりましたが、この聞き方にはまだ答えられません。"
NOT_REFERRED = "いっしょだった質問には窓口を案内するようになりましたが、この聞き方ではまだです。"


def look_at(session: Session, city: CityKnowledge, row: QuestionGroupRow, release: int, now: datetime) -> None:
    """Looks at a group whose entry may have changed with this release, or whose draft is gone."""
    entry = session.get(EntryRow, row.entry) if row.entry else None
    drafted = session.get(DraftRow, row.entry) is not None if row.entry else False
    published = entry is not None and entry.published_revision_id is not None
    checked, row.checked = row.checked, release
    if row.state in (State.RESOLVED, State.DECLINED):
        _look_again(session, city, row, entry, checked, now)
    elif published and entry is not None and _released(session, row, row.waits_since):
        _ask(session, city, row, entry.topic, drafted, now)
    elif not drafted:
        given_up = published or not _released(session, row, row.waits_since)
        come_back(session, row, DISCARDED if given_up else TAKEN_DOWN, now)


def _look_again(
    session: Session, city: CityKnowledge, row: QuestionGroupRow, entry: EntryRow | None, checked: int, now: datetime
) -> None:
    """What was resolved stays so while its entry is there and, after a change of it, still answers or refers."""
    if entry is None or city.published(entry.topic) is None:
        come_back(session, row, NO_MORE_REFERRED if row.state == State.DECLINED else TAKEN_DOWN, now)
    elif _released(session, row, checked):
        found = _outcomes(session, city, row, now)
        if found and found[0][2].led_to != entry.topic:
            come_back(session, row, LOST, now)


def _released(session: Session, row: QuestionGroupRow, since: int) -> bool:
    """Whether the entry was published after the release `since`."""
    change = ReleaseChangeRow
    query = select(change.release_number).where(change.entry_id == row.entry, change.release_number > since)
    return session.exec(query.limit(1)).first() is not None


def _ask(
    session: Session, city: CityKnowledge, row: QuestionGroupRow, topic: str, drafted: bool, now: datetime
) -> None:
    found = _outcomes(session, city, row, now)
    if found and found[0][2].led_to != topic:
        if not drafted:
            come_back(session, row, reason(found[0][2], topic, city), now)
        return
    _resolve(session, city, row, found, topic, now)


def resolve_if_answered(
    session: Session, city: CityKnowledge, row: QuestionGroupRow, entry: str, now: datetime
) -> bool:
    """Resolves an open group when `entry`, which was just taught one of its wordings, answers it now.

    Where that entry was the answer that did not help, nothing is solved by giving it again.
    """
    topic, found = entry.split("/", 1)[1], _outcomes(session, city, row, now)
    if not found or found[0][2].led_to != topic or _was_told(session, row, entry):
        return False
    row.entry, row.checked = entry, city.index.release
    _resolve(session, city, row, found, topic, now)
    return True


def _outcomes(
    session: Session, city: CityKnowledge, row: QuestionGroupRow, now: datetime
) -> list[tuple[str, str, Outcome]]:
    """Key, text and outcome of a group's wordings, those of most people first."""
    wordings = wordings_of(session, [row.id or 0]).get(row.id or 0, ())[:MOST]
    query = select(UtteranceRow.id, UtteranceRow.text).where(col(UtteranceRow.id).in_([w.sample for w in wordings]))
    texts: dict[str, str] = dict(session.exec(query).all())
    return [(w.key, texts[w.sample], outcome(texts[w.sample], city, now)) for w in wordings]


def reason(found: Outcome, topic: str, city: CityKnowledge) -> str:
    """Why a question is still not answered by its entry, as a Japanese sentence."""
    if found.topic is not None and found.topic in city.entries:
        return f"公開しましたが、まだ別の項目「{city.entries[found.topic].entry.question}」が選ばれます。"
    if found.decision is Decision.ASK:
        among = "候補には出ます" if topic in found.options else "候補にも出ません"
        return f"公開しましたが、まだ聞き返しになります（{among}）。"
    if topic in city.refusals:
        return "公開しましたが、まだこの窓口を案内できません。"
    return "公開しましたが、まだ答えられません。"


def _was_told(session: Session, row: QuestionGroupRow, entry: str) -> bool:
    query = (
        select(UtteranceRow.id)
        .join(QuestionMemberRow, col(QuestionMemberRow.utterance_id) == col(UtteranceRow.id))
        .where(QuestionMemberRow.group_id == row.id, UtteranceRow.entry == entry)
    )
    return session.exec(query.limit(1)).first() is not None


def _resolve(
    session: Session,
    city: CityKnowledge,
    row: QuestionGroupRow,
    found: Sequence[tuple[str, str, Outcome]],
    topic: str,
    now: datetime,
) -> None:
    refers = topic in city.refusals
    if rest := [key for key, _, out in found if out.led_to != topic]:
        _leave_behind(session, row, rest, NOT_REFERRED if refers else OTHER_WORDING, now)
    text = found[0][1] if found else ""
    row.resolved_at, row.why = now, ""
    said = f"公開のあと、{'この窓口を案内する' if refers else 'この項目で答える'}ようになりました"
    try:
        if text:
            pin(session, city, text, topic, author=row.changed_by or "まどぐち", at=now)
            said += "。「守る質問」に入れました"
    except PinRefused as refused:
        said += f"。「守る質問」には入れられませんでした（{refused}）"
    _by_itself(session, row, State.DECLINED if refers else State.RESOLVED, said, now)


def _leave_behind(session: Session, row: QuestionGroupRow, keys: Sequence[str], why: str, now: datetime) -> None:
    """Wordings that are still not answered become a question of their own."""
    query = (
        select(QuestionMemberRow)
        .join(UtteranceRow, col(UtteranceRow.id) == col(QuestionMemberRow.utterance_id))
        .where(QuestionMemberRow.group_id == row.id, col(UtteranceRow.key).in_(keys))
    )
    members = session.exec(query).all()
    kept = ("municipality", "language", "proposed", "cause", "section", "assignee", "changed_by")
    new = QuestionGroupRow(
        **{name: getattr(row, name) for name in kept}, state=State.PENDING, created_at=now, changed_at=now
    )
    session.add(new)
    session.flush()
    for member in members:
        member.group_id = new.id or 0
    come_back(session, new, why, now)


def come_back(session: Session, row: QuestionGroupRow, why: str, now: datetime) -> None:
    """The question waits for somebody again; `why` is a Japanese sentence."""
    row.why, row.entry, row.resolved_at = why, None, None
    _by_itself(session, row, State.BACK, why, now)


def _by_itself(session: Session, row: QuestionGroupRow, state: State, said: str, now: datetime) -> None:
    """A step that nobody took: the program did."""
    before, row.state = row.state, state
    row.version, row.changed_at = row.version + 1, now
    session.add(QuestionNoteRow(group_id=row.id, author="", action=state, text=said, at=now))
    write_audit(
        session,
        None,
        f"question {state}",
        f"質問 {row.id}",
        at=now,
        municipality=row.municipality,
        before={"state": before},
        after={"state": state, "reason": row.why},
    )
    session.flush()
