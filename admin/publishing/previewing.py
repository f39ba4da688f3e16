"""The preview's work: asks the published state and the drafts the same questions, and says what differs, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from admin.jobs.runner import Job, JobFault
from admin.publishing.asked import asked_questions, phrasing_questions, pinned_questions
from admin.publishing.drafted import drafted
from admin.publishing.policy import policy_of
from admin.publishing.preview import Wanted, wanted_by, wanted_now
from admin.publishing.replay import (
    Changed,
    Known,
    Outcome,
    Question,
    Source,
    Tell,
    changes,
    learn,
    remembering,
    same_index,
    totals,
)
from bot.conversation.city import CityKnowledge
from bot.conversation.classes import upcoming
from bot.conversation.turn import reply_to, understood
from bot.intents import PreparedLexicon
from bot.intents.tokenising import Analysis
from bot.responses.compose import Style
from bot.responses.reply import Reply

SHOWN = 500
"""Changes that are kept with their answers; the totals count all."""
STATES, QUESTIONS = 10, 60_000
"""States whose outcomes a process remembers, and questions taken apart: some 100 MB at most."""


class _Remembered:
    """What this process knows of states that were asked before: a second preview only asks what is new, and what was a
    draft is known when it is published. One job runs at a time, in one thread."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begins anew."""
        self._states: list[tuple[CityKnowledge, bool, Known]] = []
        self._taken_apart: tuple[PreparedLexicon, MutableMapping[str, Analysis]] | None = None

    def outcomes(self, city: CityKnowledge, at: datetime) -> Known:
        """What is known of a state; to be added to. All that a moment changes is whether there are classes to come."""
        coming = bool(upcoming(city.classes, at))
        found = next((s for s in self._states if s[1] == coming and _alike(s[0], city)), (city, coming, {}))
        self._states = [*[s for s in self._states if s is not found][1 - STATES :], found]
        return found[2]

    def taken_apart(self, lexicon: PreparedLexicon) -> MutableMapping[str, Analysis]:
        """Questions taken apart, whatever is published."""
        known = self._taken_apart
        if known is None or known[0] is not lexicon or len(known[1]) > QUESTIONS:
            known = self._taken_apart = (lexicon, {})
        return known[1]


def forget() -> None:
    """Forgets all that this process knows, as if it had just started (for measuring)."""
    _remembered.forget()


def _alike(one: CityKnowledge, other: CityKnowledge) -> bool:
    """Whether two states make the same of every question."""
    if one.municipality != other.municipality or one.index.lexicon is not other.index.lexicon:
        return False
    return one.procedures == other.procedures and same_index(one, other)


_remembered = _Remembered()


def preview(job: Job) -> Mapping[str, Any]:
    """The task: asks every question of both states. Raises JobFault when there is nothing to look at any more."""
    at = job.clock()
    with job.database.reading() as session:
        wanted = wanted_by(job.wanted)
        if not wanted.is_still(wanted_now(session, wanted.drafts)):
            raise JobFault("始める前に、下書きか公開中の文が変わりました。もう一度確かめてください。")
        replays = list(_replays(session, job, wanted, at))
    counted = sum(len(replay.questions) for replay in replays)
    found: list[_Found] = []
    done = 0
    for replay in replays:
        found.append(_Found(replay, replay.changes(_told_from(job, done, counted))))
        done += len(replay.questions)
    return {"at": at.isoformat(), **_result(found)}


def make_ready(job: Job) -> Mapping[str, Any]:
    """The task that asks the published state ahead, while somebody still chooses drafts."""
    at = job.clock()
    with job.database.reading() as session:
        city = job.library.city(session, job.municipality)
        since = at - timedelta(days=policy_of(session, job.municipality).replay_days)
        questions = [*asked_questions(session, job.municipality, since), *phrasing_questions(city)]
    remembered = remembering(city, _remembered.taken_apart(city.index.lexicon))
    learn(questions, remembered, at, _remembered.outcomes(city, at), _told_from(job, 0, len(questions)))
    return {"questions": len(questions)}


def _told_from(job: Job, start: int, total: int) -> Tell:
    return lambda done, _: job.tell(start + done, total) if done % 50 == 0 else None


@dataclass(frozen=True, slots=True)
class _Replay:
    """One city's part."""

    before: CityKnowledge
    after: CityKnowledge
    questions: Sequence[Question]
    at: datetime
    days: int

    def changes(self, tell: Tell) -> list[Changed]:
        seen = _remembered.taken_apart(self.before.index.lexicon)
        before, after = remembering(self.before, seen), remembering(self.after, seen)
        known, then = (_remembered.outcomes(city, self.at) for city in (self.before, self.after))
        return changes(self.questions, before, after, self.at, known, then, tell)


@dataclass(frozen=True, slots=True)
class _Found:
    replay: _Replay
    changes: list[Changed]


def _replays(session: Session, job: Job, wanted: Wanted, at: datetime) -> Iterator[_Replay]:
    """The cities whose questions are asked; of other cities that a common entry changes, the pinned questions."""
    published = job.library.published(session)
    proposed = drafted(published, session, wanted.drafts)
    everywhere = published.municipalities if wanted.common else (job.municipality,)
    for city in everywhere:
        questions = pinned_questions(session, city)
        days = policy_of(session, city).replay_days
        if city not in wanted.cities and not questions:
            continue
        before = job.library.city(session, city)
        after = job.library.drafted_city(session, proposed, city)
        if city in wanted.cities:
            asked = asked_questions(session, city, at - timedelta(days=days))
            questions = [*questions, *asked, *phrasing_questions(before, after)]
        yield _Replay(before, after, questions, at, days)


def _result(found: Sequence[_Found]) -> dict[str, Any]:
    """The result as JSON. Answers stand once each; a change names them by number."""
    all_changes = [(f.replay, c) for f in found for c in f.changes]
    all_changes.sort(key=lambda pair: (-len(pair[1].question.people), -pair[1].question.times))
    answers: dict[str, int] = {}
    rows = [_row(replay, change, answers) for replay, change in all_changes[:SHOWN]]
    return {
        "cities": [_counted(f) for f in found],
        "totals": [asdict(total) for total in totals([c for _, c in all_changes])],
        "changes": rows,
        "left_off": len(all_changes) - len(rows),
        "answers": list(answers),
        "blocking": [_blocking(replay, c) for replay, c in all_changes if c.question.key is not None and c.astray],
        "pins": [[q.key, q.expected] for f in found for q in f.replay.questions if q.key is not None],
        "confirmed": None,
    }


def _counted(found: _Found) -> dict[str, Any]:
    questions = found.replay.questions
    by_source = {source.value: [q for q in questions if q.source is source] for source in Source}
    return {
        "id": found.replay.before.municipality,
        "name": found.replay.before.name,
        "days": found.replay.days,
        "times": sum(q.times for q in by_source["asked"]),
        **{source: len(asked) for source, asked in by_source.items()},
    }


def _row(replay: _Replay, change: Changed, answers: dict[str, int]) -> dict[str, Any]:
    question = change.question
    return {
        "city": replay.before.municipality,
        "kind": change.kind,
        "source": question.source,
        "text": question.text,
        "people": len(question.people),
        "times": question.times,
        "expected": question.expected,
        "astray": change.astray,
        "before": _side(replay.before, question, change.before, replay.at, answers),
        "after": _side(replay.after, question, change.after, replay.at, answers),
    }


def _side(
    city: CityKnowledge, question: Question, outcome: Outcome, at: datetime, answers: dict[str, int]
) -> dict[str, Any]:
    reply = reply_to(understood(question.text, city, at), city, Style(), about="", at=at)
    number = answers.setdefault(_stored(reply), len(answers))
    return {
        "decision": outcome.decision,
        "referred": outcome.matter is not None,
        "confidence": outcome.confidence,
        "topic": outcome.topic,
        "entry": city.entries[outcome.topic].id if outcome.topic else None,
        "answer": number,
    }


def _stored(reply: Reply) -> str:
    return reply.model_copy(update={"choices": ()}).model_dump_json(exclude_defaults=True)


def answers_of(result: Mapping[str, Any]) -> list[Reply]:
    """The answers of a result, by number."""
    return [Reply.model_validate_json(text) for text in result["answers"]]


def _blocking(replay: _Replay, change: Changed) -> dict[str, Any]:
    question = change.question
    return {
        "pin": question.key,
        "city": replay.before.municipality,
        "text": question.text,
        "topic": question.expected,
        "decision": change.after.decision,
        "instead": change.after.led_to,
    }
