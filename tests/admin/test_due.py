"""The due list: what wants a look and why, the review in one press, and links that are followed with care."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import httpcore2
import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.entries.counts import Use
from admin.publishing.policy import set_policy
from admin.staff import Role, add_staff
from admin.tables import AuditRow
from admin.worklists import links
from admin.worklists.due import (
    Known,
    ReviewRefused,
    Why,
    due_list,
    known,
    narrowed,
    next_review,
    note_review,
)
from admin.worklists.links import Checked, PublicOnly, check, dead_links, is_public, links_of, refusal, store_checks
from bot.tables import UtteranceRow
from deploy.cli import app as commands
from knowledge.database import Database
from knowledge.drafting import find_draft, save_draft
from knowledge.editing import current_release
from knowledge.published import Published, VisibleEntry, load_published
from knowledge.schema import Entry

OWN = "kokubunji/smartphone-class/find-a-class"
PAGE = "/admin/kokubunji/due"
TODAY = date(2026, 11, 21)
GOOD = "https://www.digital.go.jp/"


def _published(*entries: Entry, pack: str = "kokubunji") -> Published:
    return Published(1, {}, tuple(VisibleEntry(pack, entry, 1) for entry in entries), None)  # type: ignore[arg-type]


def _why(entry: Entry, **facts: Any) -> dict[Why, str]:
    name = f"kokubunji/{entry.topic}"
    with_use = {"used": {name: Use(given=1)}, "dead": {}, **facts}
    found = due_list(_published(entry), "kokubunji", ("kokubunji",), Known(TODAY, **with_use))
    return dict(found[0].reasons) if found else {}


# --- what wants a look


def test_each_reason_by_itself(entry_factory: Callable[..., Entry]) -> None:
    def made(**more: object) -> Entry:
        return entry_factory("mynumber-card/x", "質問", ("言い方",), "答え", **more)

    link = {"kind": "link", "label": "公式", "value": GOOD}
    variant = {"made_from": "00000000", "question": "Q", "answer": "A"}
    name = "kokubunji/mynumber-card/x"
    assert _why(made()) == {}
    assert _why(made(review_by="2026-11-20")) == {Why.OVERDUE: "期限 2026-11-20"}
    assert _why(made(review_by="2027-01-20")) == {Why.SOON: "期限 2027-01-20"}
    assert _why(made(review_by="2027-01-21")) == {}
    assert _why(made(variants={"en": variant})) == {Why.STALE: "英語"}
    assert _why(made(to_fill=["窓口の時間"])) == {Why.TO_FILL: "窓口の時間"}
    assert _why(made(actions=[link]), dead={GOOD: "ページがありません（404）"}) == {
        Why.DEAD_LINK: "公式: ページがありません（404）"
    }
    assert _why(made(), used={name: Use(10, 3, 2)}) == {Why.LOW_RATED: "5 件のうち 2 件"}
    assert _why(made(), used={name: Use(10, 7, 3)}) == {}
    assert _why(made(), used={name: Use(4, 1, 3)}) == {}
    assert _why(made(), used={}) == {Why.UNUSED: ""}
    assert _why(made(), used={}, watched=False) == {}
    assert _why(made(audience=["staff"]), used={}) == {}


def test_the_most_pressing_stands_first_and_can_be_narrowed(entry_factory: Callable[..., Entry]) -> None:
    entries = [
        entry_factory("mynumber-card/fill", "書き足す", ("あ",), "答え", to_fill=["x"], section="情報課"),
        entry_factory("mynumber-card/late", "遅い", ("い",), "答え", review_by="2026-10-01", section="市民課"),
        entry_factory("mynumber-card/later", "もっと遅い", ("う",), "答え", review_by="2026-09-30"),
    ]
    facts = Known(TODAY, {}, {}, watched=False)
    found = due_list(_published(*entries), "kokubunji", ("kokubunji",), facts)
    assert [due.item.entry.topic for due in found] == [
        "mynumber-card/later",
        "mynumber-card/late",
        "mynumber-card/fill",
    ]
    assert [due.item.entry.question for due in narrowed(found, section="市民課")] == ["遅い"]
    assert [due.item.entry.question for due in narrowed(found, why="to-fill")] == ["書き足す"]


def test_a_common_entry_that_the_city_answers_itself_is_not_the_citys(
    published: Published, entry_factory: Callable[..., Entry]
) -> None:
    late = Known(date(2030, 1, 1), {}, {})
    both = {due.item.id for due in due_list(published, "kokubunji", ("kokubunji", "common"), late)}
    assert OWN in both
    assert "common/smartphone-class/find-a-class" not in both
    assert {due.item.pack for due in due_list(published, "kokubunji", ("kokubunji",), late)} == {"kokubunji"}
    assert entry_factory


def _asked(entry: str, at: datetime, number: int, verdict: str | None = None) -> UtteranceRow:
    return UtteranceRow(
        id=f"u{number}",
        municipality="kokubunji",
        channel="line",
        at=at,
        text="x",
        key="x",
        decision="answer",
        entry=entry,
        candidates=[],
        verdict=verdict,
    )


def test_use_comes_from_what_was_asked_in_ninety_days(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        assert not known(session, "kokubunji", now).watched
        session.add_all([_asked(OWN, now, number, "not solved") for number in range(6)])
    with filled.reading() as session:
        facts = known(session, "kokubunji", now)
        assert (facts.watched, facts.used[OWN].low_rated) == (False, True)
    with filled.writing() as session:
        session.add(_asked("common/mynumber-card/lost-card", now - timedelta(days=91), 7))
    with filled.reading() as session:
        facts = known(session, "kokubunji", now)
        assert facts.watched
        found = due_list(load_published(session), "kokubunji", ("common",), facts)
    assert Why.UNUSED in next(d for d in found if d.item.id == "common/mynumber-card/lost-card").reasons


# --- the review that changes nothing


@pytest.fixture
def enter(app: FastAPI, filled: Database, new_client: Callable[[], TestClient]) -> Callable[[Role], TestClient]:
    """A browser of somebody new in 国分寺市."""

    def entered(role: Role) -> TestClient:
        client, now = new_client(), app.state.web.clock()
        with filled.writing() as session:
            staff = add_staff(session, f"new-{role}", "名", None, municipality="kokubunji", role=role, at=now)
            client.cookies.set("madoguchi_staff", sessions.start(session, staff, Method.PASSWORD, "", now))
        return client

    return entered


def _own(filled: Database) -> VisibleEntry:
    with filled.reading() as session:
        return next(item for item in load_published(session).entries if item.id == OWN)


def _form(filled: Database, **more: str) -> dict[str, str]:
    return {"entry": OWN, "revision": str(_own(filled).revision), "review_by": "2027-11-21", **more}


def test_one_press_of_an_approver_publishes_the_new_date(enter: Callable[[Role], TestClient], filled: Database) -> None:
    approver = enter(Role.APPROVER)
    before = _own(filled)
    answer = approver.post(f"{PAGE}/review", data=_form(filled, why="overdue"))
    assert answer.headers["location"] == f"{PAGE}?done=published&why=overdue"
    after = _own(filled)
    assert after.entry == before.entry.model_copy(update={"review_by": date(2027, 11, 21)})
    with filled.reading() as session:
        assert find_draft(session, OWN) is None
        assert current_release(session) == 2
        row = session.exec(select(AuditRow).where(AuditRow.action == "review entry")).one()
    assert (row.subject, row.before, row.after) == (OWN, {"review_by": "2027-03-31"}, {"review_by": "2027-11-21"})


def test_an_editors_press_is_a_draft_in_review(enter: Callable[[Role], TestClient], filled: Database) -> None:
    editor = enter(Role.EDITOR)
    assert editor.post(f"{PAGE}/review", data=_form(filled)).headers["location"] == f"{PAGE}?done=sent"
    with filled.reading() as session:
        draft = find_draft(session, OWN)
        assert draft is not None
        assert (draft.state, current_release(session)) == ("review", 1)
    again = editor.post(f"{PAGE}/review", data=_form(filled))
    assert again.status_code == 422
    assert "下書きがあります" in again.text


def test_where_two_must_look_one_press_is_not_enough(enter: Callable[[Role], TestClient], filled: Database) -> None:
    with filled.writing() as session:
        set_policy(session, "kokubunji", four_eyes=True, replay_days=30)
    assert enter(Role.APPROVER).post(f"{PAGE}/review", data=_form(filled)).headers["location"].endswith("sent")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"review_by": "2026-11-21"}, "あすから 3 年"),
        ({"review_by": "2030-01-01"}, "あすから 3 年"),
        ({"review_by": "いつか"}, "日を選んで"),
        ({"revision": "999"}, "ほかの人がこの項目を公開"),
    ],
)
def test_reviews_that_cannot_be_noted_say_why(
    enter: Callable[[Role], TestClient], filled: Database, changes: dict[str, str], words: str
) -> None:
    answer = enter(Role.APPROVER).post(f"{PAGE}/review", data=_form(filled, **changes))
    assert answer.status_code == 422
    assert words in answer.text


def test_common_entries_and_strange_ones_are_not_for_everybody(
    enter: Callable[[Role], TestClient], filled: Database
) -> None:
    approver = enter(Role.APPROVER)
    for entry, status in (("common/mynumber-card/lost-card", 403), ("oyama/a/b", 404), ("x", 404)):
        assert approver.post(f"{PAGE}/review", data={**_form(filled), "entry": entry}).status_code == status


def test_somebody_elses_draft_stops_a_review(filled: Database, now: datetime) -> None:
    item = _own(filled)
    with filled.writing() as session:
        save_draft(session, OWN, item.entry, started_from=item.revision, author="x", note="", at=now)
        with pytest.raises(ReviewRefused, match="下書き"):
            note_review(session, item, next_review(TODAY), author="y", may_publish=True, at=now)


def test_the_page_shows_reasons_and_offers_the_press(
    enter: Callable[[Role], TestClient], app: FastAPI, now: datetime
) -> None:
    app.state.web.clock.now = now + timedelta(days=200)
    page = enter(Role.EDITOR).get(PAGE).text
    assert page.count("見直し期限を過ぎた") >= 1
    assert "見直した：次は2028年6月" in page
    assert "見直した：" not in enter(Role.VIEWER).get(PAGE).text


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2026, 12, 31), date(2026, 1, 1)])
def test_the_proposed_date_exists(today: date) -> None:
    assert timedelta(days=360) < next_review(today) - today < timedelta(days=367)


# --- links


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (GOOD, ""),
        ("http://www.digital.go.jp/", "https ではない"),
        ("https://example.com/", "公式の住所の外（example.com）"),
        ("https://www.digital.go.jp:8443/", "形が正しくありません"),
        ("https://me@www.digital.go.jp/", "形が正しくありません"),
        ("https://www.digital.go.jp.evil.example/", "公式の住所の外"),
        ("file:///etc/passwd", "形が正しくありません"),
        ("https://[::1/", "形が正しくありません"),
        ("https://127.0.0.1/", "公式の住所の外"),
    ],
)
def test_only_official_hosts_over_https_are_followed(url: str, words: str) -> None:
    fault = refusal(url, {"www.digital.go.jp"})
    assert (words in fault) if words else fault == ""


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("192.168.1.1", False),
        ("172.16.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address that is refused
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["169.254.169.254"], []])
def test_a_name_that_leads_inside_is_never_connected_to(addresses: Collection[str]) -> None:
    asked: list[str] = []

    def resolve(host: str) -> Collection[str]:
        asked.append(host)
        return addresses

    with links.open_pool(resolve) as pool:
        found = check(GOOD, pool, {"www.digital.go.jp"})
    assert (found.status, found.fault, asked) == (None, "公開されていない住所を指しています", ["www.digital.go.jp"])


def test_the_address_that_was_looked_at_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[str] = []

    def connect(_: object, host: str, *__: object) -> None:
        reached.append(host)

    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    PublicOnly(lambda _: ["8.8.8.8", "8.8.4.4"]).connect_tcp("dns.example", 443)
    assert reached == ["8.8.8.8"]


def _pool(*answers: Sequence[bytes]) -> httpcore2.ConnectionPool:
    class Canned(httpcore2.MockBackend):
        def __init__(self) -> None:
            super().__init__([])
            self._answers = iter(answers)

        def connect_tcp(self, *_: object, **__: object) -> httpcore2.NetworkStream:
            return httpcore2.MockStream(list(next(self._answers)))

    return httpcore2.ConnectionPool(network_backend=Canned())


OK = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"]
GONE = [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]


def _moved(to: str) -> list[bytes]:
    return [f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()]


@pytest.mark.parametrize(
    ("answers", "status", "words"),
    [
        ([OK], 200, ""),
        ([GONE], 404, "ページがありません（404）"),
        ([_moved("/there"), OK], 200, ""),
        ([_moved("https://example.com/")], None, "公式の住所の外（example.com）"),
        ([_moved("http://www.digital.go.jp/")], None, "https ではない"),
        ([_moved("https://169.254.169.254/")], None, "公式の住所の外"),
        ([_moved("/again")] * 6, None, "多すぎます"),
        ([[b"nonsense\r\n\r\n"]], None, "つながりません"),
    ],
)
def test_what_comes_of_a_link(answers: list[list[bytes]], status: int | None, words: str) -> None:
    with _pool(*answers) as pool:
        found = check(GOOD, pool, {"www.digital.go.jp"})
    assert found.status == status
    assert (words in found.fault) if words else found.fault == ""


def test_a_long_page_is_not_read_to_its_end() -> None:
    served: list[int] = []

    def pieces() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"
        while True:
            served.append(1)
            yield b"x" * 10_000

    class Endless(httpcore2.MockStream):
        def __init__(self) -> None:
            super().__init__([])
            self._pieces = pieces()

        def read(self, *_: object, **__: object) -> bytes:
            return next(self._pieces)

    class Backend(httpcore2.MockBackend):
        def connect_tcp(self, *_: object, **__: object) -> httpcore2.NetworkStream:
            return Endless()

    with httpcore2.ConnectionPool(network_backend=Backend([])) as pool:
        assert check(GOOD, pool, {"www.digital.go.jp"}).fault == ""
    assert len(served) < 20


def test_results_are_kept_and_forgotten_with_the_link(database: Database, now: datetime) -> None:
    for checks, dead in (
        ([Checked("https://a/", 404, "なし"), Checked("https://b/", 200)], {"https://a/"}),
        ([Checked("https://a/", 200), Checked("https://b/", None, "つながりません")], {"https://b/"}),
        ([Checked("https://a/", 200)], set()),
    ):
        with database.writing() as session:
            store_checks(session, checks, now)
        with database.reading() as session:
            assert set(dead_links(session)) == dead


def test_the_command_checks_every_link_and_says_what_is_dead(
    filled: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    entry_factory: Callable[..., Entry],
    now: datetime,
) -> None:
    item = _own(filled)
    action = {"kind": "link", "label": "公式", "value": GOOD}
    content = Entry.model_validate({**item.entry.model_dump(), "actions": [action]})
    with filled.writing() as session:
        changed = VisibleEntry(item.pack, content, item.revision)
        note_review(session, changed, next_review(TODAY), author="x", may_publish=True, at=now)
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    monkeypatch.setattr(links, "addresses_of", lambda _: ["127.0.0.1"])
    monkeypatch.setattr(links, "check", lambda url, _: Checked(url, 404, "ページがありません（404）"))
    result = CliRunner().invoke(commands, ["links", "check"])
    assert result.exit_code == 0, result.output
    assert f"{GOOD}  ページがありません（404）" in result.output
    assert "開けないもの 1" in result.output
    with filled.reading() as session:
        assert set(dead_links(session)) == {GOOD}
    assert links_of([content, content]) == [GOOD]
    assert entry_factory
