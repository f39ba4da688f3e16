"""Two processes publish at once, while people ask: releases come one after another, and nobody sees half of one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import col, select
from world import SOAK, Count, World

from bot.tables import UtteranceRow
from knowledge.published import load_published
from knowledge.tables import ReleaseChangeRow, ReleaseRow, RevisionRow

PUBLISHER = Path(__file__).with_name("publisher.py")
TIMES = 20 * SOAK
MARK = re.compile("〔(.+?)〕")
ASKED = {"カードをなくした": "common/mynumber-card/lost-card", "職員と話したい": "common/digital-support/talk-to-staff"}


def _publisher(world: World, who: str, how: str) -> subprocess.Popen[str]:
    url = world.webs[0].environment["MADOGUCHI_DATABASE_URL"]
    command = [sys.executable, str(PUBLISHER), url, who, str(TIMES), how]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, env=world.webs[0].environment)


def _seen(world: World) -> tuple[int, frozenset[str]]:
    """A release as a process that answers loads it: its number, and the marks of the entries that change together."""
    with world.database.reading() as session:
        published = load_published(session)
    pair = [item.entry.answer for item in published.entries if item.id in ASKED.values()]
    return published.release, frozenset(mark for answer in pair for mark in MARK.findall(answer))


def _marks(world: World) -> dict[int, str]:
    """Which mark belongs to which release."""
    with world.database.reading() as session:
        releases = session.exec(select(ReleaseRow).where(ReleaseRow.number > 1)).all()
        return {release.number: release.author for release in releases}


def _assert_chain(world: World) -> None:
    """Releases are numbered without a gap, and each change begins where the one before it ended."""
    with world.database.reading() as session:
        numbers = session.exec(select(ReleaseRow.number).order_by(col(ReleaseRow.number))).all()
        query = select(ReleaseChangeRow).order_by(col(ReleaseChangeRow.release_number))
        changes = session.exec(query).all()
        texts = {text.id: text for text in session.exec(select(RevisionRow)).all()}
    assert list(numbers) == list(range(1, len(numbers) + 1))
    now: dict[str, int | None] = {}
    for change in changes:
        assert change.before_revision_id == now.get(change.entry_id), change
        now[change.entry_id] = change.after_revision_id
    together = Counter(change.release_number for change in changes if change.release_number > 1)
    assert set(together.values()) == {2}, "both entries, or none"
    assert all(texts[n].entry_id == entry for entry, n in now.items())


@pytest.mark.parametrize("ways", [("edit", "edit"), ("draft", "draft"), ("edit", "draft")], ids="-".join)
def test_two_releases_at_once(world: World, count: Callable[..., Count], ways: tuple[str, str]) -> None:
    before = max(_marks(world), default=1)
    with count(world, seed=60 + len("".join(ways))) as crowd:
        publishers = [_publisher(world, f"{'-'.join(ways)}{number}", how) for number, how in enumerate(ways)]
        asked = []
        seen = []
        while any(publisher.poll() is None for publisher in publishers):
            for question in ASKED:
                asked.append(crowd.citizens.happen({"kind": "text", "text": question}))
                crowd.citizens.tell_until_heard(asked[-1])
            seen.append(_seen(world))
        said = [publisher.communicate()[0].split("\n") for publisher in publishers]
    numbers = sorted(int(line.split()[1]) for lines in said for line in lines if line.startswith("release"))
    assert [publisher.returncode for publisher in publishers] == [0, 0]
    assert numbers == list(range(before + 1, before + 1 + 2 * TIMES)), "each took effect, one after the other"
    _assert_chain(world)
    marks = _marks(world)
    for release, shown in seen:
        assert shown == ({marks[release]} if release > 1 else set()), f"half of release {release}: {shown}"
    _assert_answers(world, crowd, marks)


def _assert_answers(world: World, crowd: Count, marks: dict[int, str]) -> None:
    """Each answer is the text of the release that the question is noted with."""
    replies = {reply.reply_token: str(reply.messages) for reply in world.line.standin.sent}
    tokens = {told.id: told.token or "" for told in crowd.citizens.told}
    with world.database.reading() as session:
        noted = session.exec(select(UtteranceRow).where(col(UtteranceRow.entry).in_(ASKED.values()))).all()
    mine = [(row, replies[tokens[row.id]]) for row in noted if tokens.get(row.id) in replies]
    assert len(mine) >= crowd.figures.answered * 0.9
    for row, reply in mine:
        if row.release > 1:
            assert MARK.findall(reply)[:1] == [marks[row.release]], row.release
    assert len({row.release for row, _ in mine}) > 1, "answers came from several releases"
