"""Long work: who takes a job, one whose runner died, faults; and publishing at a set time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from admin.jobs import queue
from admin.jobs.queue import JobState
from admin.jobs.runner import Job, JobFault, Runner, Task
from admin.publishing import due
from admin.publishing.due import publish_due
from admin.publishing.policy import policy_of, set_policy
from admin.tables import AuditRow
from bot.library import Library
from knowledge import drafting
from knowledge.database import Database
from knowledge.editing import add_revision, find_entry, publish
from knowledge.published import load_published
from knowledge.releases import list_releases

ENTRY = "kokubunji/smartphone-class/find-a-class"
OTHER = "common/mynumber-card/lost-card"
ASKED = "秘密の質問"


def _enqueue(database: Database, now: datetime, kind: str = "count") -> int:
    with database.writing() as session:
        return queue.enqueue(session, kind, "kokubunji", {"to": 3}, author="a", at=now).id or 0


def _runner(database: Database, library: Library, now: datetime, tasks: Mapping[str, Task], **more: Any) -> Runner:
    return Runner(database, library, lambda: now, tasks, **more)


def _job(database: Database, number: int) -> Any:
    with database.reading() as session:
        found = queue.find_job(session, "kokubunji", "count", number)
        assert found is not None
        return found


def _count(job: Job) -> Mapping[str, Any]:
    for done in range(job.wanted["to"] + 1):
        job.tell(done, job.wanted["to"])
    return {"counted": job.wanted["to"], "for": job.author}


def test_a_job_is_done_and_says_so(database: Database, library: Library, now: datetime) -> None:
    number = _enqueue(database, now)
    runner = _runner(database, library, now, {"count": _count})
    assert [runner.run_once(), runner.run_once()] == [True, False]
    row = _job(database, number)
    assert (row.state, row.result, row.done, row.total) == (JobState.DONE, {"counted": 3, "for": "a"}, 3, 3)
    with database.reading() as session:
        latest = queue.latest_job(session, "kokubunji", "count")
        assert latest is not None
        assert latest.id == number
        assert queue.find_job(session, "oyama", "count", number) is None


def test_two_processes_never_take_the_same_job(database: Database, now: datetime) -> None:
    numbers = {_enqueue(database, now), _enqueue(database, now)}
    if database.is_sqlite:  # one process, one writer at a time
        taken = set()
        for _ in range(2):
            with database.writing() as session:
                row = queue.claim(session, now)
                assert row is not None
                taken.add(row.id)
    else:
        with database.writing() as one, database.writing() as two:
            rows = [queue.claim(session, now) for session in (one, two)]
            taken = {row.id for row in rows if row is not None}
    assert taken == numbers
    with database.writing() as session:
        assert queue.claim(session, now) is None


def test_a_job_whose_runner_died_is_taken_up_again_but_not_for_ever(database: Database, now: datetime) -> None:
    number = _enqueue(database, now)
    for attempt in range(queue.ATTEMPTS):
        moment = now + attempt * (queue.SILENCE + timedelta(seconds=1))
        with database.writing() as session:
            row = queue.claim(session, moment)
            assert row is not None
            assert row.attempts == attempt + 1
        with database.writing() as session:
            assert queue.claim(session, moment + queue.SILENCE) is None, "it may still be at work"
    with database.writing() as session:
        assert queue.claim(session, now + timedelta(hours=1)) is None
    row = _job(database, number)
    assert row.state == JobState.FAILED
    assert "もう一度始めてください" in row.fault


def _refuses(_: Job) -> Mapping[str, Any]:
    raise JobFault("ファイルを読めません。")


def _breaks(_: Job) -> Mapping[str, Any]:
    raise KeyError(ASKED)


@pytest.mark.parametrize(
    ("tasks", "said"),
    [({"count": _refuses}, "ファイルを読めません。"), ({"count": _breaks}, "うまくいきませんでした"), ({}, "しくみが")],
)
def test_a_fault_is_said_on_the_jobs_page(
    database: Database, library: Library, now: datetime, caplog: pytest.LogCaptureFixture, tasks: Any, said: str
) -> None:
    number = _enqueue(database, now)
    assert _runner(database, library, now, tasks).run_once()
    row = _job(database, number)
    assert row.state == JobState.FAILED
    assert said in row.fault
    assert ASKED not in caplog.text


def test_a_database_that_goes_away_leaves_the_job_to_be_taken_again(
    database: Database, library: Library, now: datetime
) -> None:
    def loses(_: Job) -> Mapping[str, Any]:
        raise OperationalError("", {}, Exception())

    number = _enqueue(database, now)
    with pytest.raises(OperationalError):
        _runner(database, library, now, {"count": loses}).run_once()
    assert _job(database, number).state == JobState.RUNNING


def test_a_runner_works_until_it_is_stopped(database: Database, library: Library, now: datetime) -> None:
    _enqueue(database, now)
    swept: list[datetime] = []

    def stops(job: Job) -> Mapping[str, Any]:
        runner.stop()
        return _count(job)

    def breaks(_: Database, at: datetime) -> None:
        swept.append(at)
        raise ValueError

    runner = _runner(database, library, now, {"count": stops}, chores=[breaks])
    runner.run()
    assert swept == [now], "a broken chore does not keep jobs waiting"


def test_old_results_are_dropped(database: Database, library: Library, now: datetime) -> None:
    number = _enqueue(database, now)
    _runner(database, library, now, {"count": _count}).run_once()
    with database.writing() as session:
        queue.drop_old(session, now + queue.KEPT)
        assert queue.find_job(session, "kokubunji", "count", number) is not None
        queue.drop_old(session, now + queue.KEPT + timedelta(seconds=1))
        assert queue.find_job(session, "kokubunji", "count", number) is None


def test_progress_is_written_a_few_times_a_second_at_most(
    database: Database, library: Library, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = _enqueue(database, now)
    written: list[int] = []

    def note(_: Session, __: int, done: int, *_more: object) -> None:
        written.append(done)

    monkeypatch.setattr(queue, "progress", note)
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    job = Job(number, "kokubunji", {"to": 100}, "a", database, library, lambda: now)
    _count(job)
    assert written == [0, 100], "the end is always told"


def _scheduled(database: Database, now: datetime, moment: datetime, *entries: str) -> None:
    with database.writing() as session:
        for entry in entries or (ENTRY,):
            row = find_entry(session, entry)
            content = next(e.entry for e in load_published(session).entries if e.id == entry)
            new = content.model_copy(update={"answer": "予約した答え"})
            head = row.published_revision_id
            drafting.save_draft(session, entry, new, started_from=head, author="w", note="年度がわり", at=now)
            drafting.approve(session, entry, reviewer="chief", at=now, four_eyes=True)
            drafting.schedule(session, entry, moment)


def _answer(database: Database, entry: str = ENTRY) -> str:
    with database.reading() as session:
        return next(e.entry.answer for e in load_published(session).entries if e.id == entry)


@pytest.fixture
def open_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stands in the way but the drafts themselves: what the preview asks for has its own tests."""
    monkeypatch.setattr("admin.publishing.gate.blocking_pins", lambda *_, **__: [])
    monkeypatch.setattr("admin.publishing.gate.unseen", lambda *_, **__: False)


@pytest.mark.usefixtures("open_gate")
def test_an_approved_draft_goes_out_at_its_moment(filled: Database, now: datetime) -> None:
    moment = now + timedelta(hours=1)
    _scheduled(filled, now, moment, ENTRY, OTHER)
    publish_due(filled, moment - timedelta(seconds=1))
    assert _answer(filled) != "予約した答え"
    publish_due(filled, moment)
    publish_due(filled, moment)
    assert [_answer(filled), _answer(filled, OTHER)] == ["予約した答え"] * 2
    with filled.reading() as session:
        releases = list_releases(session, ["kokubunji", "common"])
        assert [found.entries for found in releases[:2]] == [(ENTRY,), (OTHER,)] or [
            found.entries for found in releases[:2]
        ] == [(OTHER,), (ENTRY,)], "one release for each pack"
        assert "承認: chief" in releases[0].release.reason
        assert "年度がわり" in releases[0].release.reason
        assert len(session.exec(select(AuditRow).where(AuditRow.action == "publish on schedule")).all()) == 2


@pytest.mark.usefixtures("open_gate")
def test_an_overtaken_draft_goes_back_and_the_others_go_out(filled: Database, now: datetime) -> None:
    second = "common/conversation/help"
    _scheduled(filled, now, now, OTHER, second)
    with filled.writing() as session:
        row = find_entry(session, OTHER)
        content = next(e.entry for e in load_published(session).entries if e.id == OTHER)
        overtaking = add_revision(session, row, content, author="pack", note="", at=now)
        publish(session, {OTHER: overtaking.id}, author="pack", reason="", at=now)
    publish_due(filled, now)
    assert [_answer(filled, entry) == "予約した答え" for entry in (OTHER, second)] == [False, True]
    with filled.reading() as session:
        draft = drafting.find_draft(session, OTHER)
        assert draft is not None
        assert (draft.state, draft.publish_at) == ("draft", None)
        assert "公開できませんでした" in drafting.comments(session, OTHER)[-1].text
        refused = session.exec(select(AuditRow).where(AuditRow.action == "schedule refused")).one()
        assert (refused.subject, refused.actor) == (OTHER, "system")


@pytest.mark.usefixtures("open_gate")
def test_pinned_questions_hold_a_scheduled_draft_back_too(
    filled: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.publishing.gate.blocking_pins", lambda *_, **__: ["守る質問"])
    _scheduled(filled, now, now)
    before = _answer(filled)
    publish_due(filled, now)
    assert _answer(filled) == before
    with filled.reading() as session:
        assert "守る質問 1 件" in drafting.comments(session, ENTRY)[-1].text


@pytest.mark.usefixtures("open_gate")
def test_somebody_who_is_faster_than_the_clock_breaks_nothing(
    filled: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _scheduled(filled, now, now)
    seen = due.refusal

    def meanwhile(session: Session, pack: str, entries: list[str], *, by_clock: bool) -> str | None:
        found = seen(session, pack, entries, by_clock=by_clock)
        drafting.discard(session, ENTRY)
        return found

    monkeypatch.setattr(due, "refusal", meanwhile)
    publish_due(filled, now)
    assert _answer(filled) != "予約した答え"


def test_the_policy_of_a_municipality(database: Database) -> None:
    with database.writing() as session:
        assert (policy_of(session, "kokubunji").four_eyes, policy_of(session, "kokubunji").replay_days) == (False, 30)
        set_policy(session, "kokubunji", four_eyes=True, replay_days=90)
        set_policy(session, "kokubunji", four_eyes=True, replay_days=60)
        for days in (0, 366):
            with pytest.raises(ValueError, match="日数"):
                set_policy(session, "kokubunji", four_eyes=False, replay_days=days)
    with database.reading() as session:
        assert (policy_of(session, "kokubunji").four_eyes, policy_of(session, "kokubunji").replay_days) == (True, 60)
        assert policy_of(session, "oyama").four_eyes is False
