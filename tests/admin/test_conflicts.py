"""Conflicts and duplicates: what is found, and that staff have the last word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from admin.jobs.runner import Runner
from admin.tables import AuditRow
from admin.tasks import TASKS
from admin.worklists.conflicts import Trouble, findings
from admin.worklists.figures import Figure, figures
from bot.conversation.city import CityKnowledge, city_knowledge, common_shelf
from bot.library import Library
from knowledge.database import Database
from knowledge.drafting import approve, begin_entry, publish_drafts
from knowledge.published import Published, VisibleEntry
from knowledge.schema import Entry

DAY = date(2026, 11, 21)
Found = Callable[..., list[tuple[str, str, tuple[str, ...]]]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("手数料は1,000円です。", [(Figure.FEE, "1000円")]),
        ("２万円分です。", [(Figure.FEE, "20000円")]),
        ("何度でも無料です。", [(Figure.FEE, "0円")]),
        ("令和4年6月1日から。", [(Figure.DATE, "2022年6月1日")]),
        ("令和元年に始めました。", [(Figure.DATE, "2019年")]),
        ("2022年6月です。", [(Figure.DATE, "2022年6月")]),
        ("有効期間は5年間です。", []),
        ("3時間かかります。", []),
        ("午前8時30分から午後5時15分まで。", [(Figure.TIME, "8:30"), (Figure.TIME, "17:15")]),
        ("9:00〜17:00です。", [(Figure.TIME, "9:00"), (Figure.TIME, "17:00")]),
        ("午後1時半です。", [(Figure.TIME, "13:30")]),
        ("０４２−３２５−０１１１へ。", []),
        ("042-325-0111へ。", [(Figure.TELEPHONE, "042-325-0111")]),
        ("#7119へ。", [(Figure.TELEPHONE, "#7119")]),
    ],
)
def test_figures_are_read_in_one_spelling(text: str, said: list[tuple[Figure, str]]) -> None:
    assert [(s.kind, s.value) for s in figures(text)] == said


@pytest.fixture
def found(
    published: Published, city: CityKnowledge, entry_factory: Callable[..., Entry], now: datetime
) -> Callable[..., list[tuple[str, str, tuple[str, ...]]]]:
    """What is found when these entries (pack, topic, question, phrasings, answer) are published too."""

    def check(*more: tuple[str, str, str, tuple[str, ...], str]) -> list[tuple[str, str, tuple[str, ...]]]:
        added = [VisibleEntry(pack, entry_factory(*rest)) for pack, *rest in more]
        ids = {entry.id for entry in added}
        entries = (*(e for e in published.entries if e.id not in ids), *added)
        state = Published(2, published.packs, entries, published.register)
        lexicon = city.index.lexicon
        seen = city_knowledge(state, "kokubunji", DAY, lexicon, common_shelf(state, DAY, lexicon))
        return [
            (f.trouble, f.about, tuple(side.entry.split("/", 1)[1] for side in f.sides))
            for f in findings(state, seen, now)
        ]

    return check


def test_a_sound_pack_has_nothing_to_settle(found: Found) -> None:
    assert found() == []


def test_the_same_words_in_two_entries_are_found_in_any_spelling(found: Found) -> None:
    extra = ("kokubunji", "mynumber-card/renew-card", "カードの更新", ("カードを　落とした？",), "窓口へ。")
    same = [f for f in found(extra) if f[0] == Trouble.SAME]
    assert [(f[1], set(f[2])) for f in same] == [
        ("カードを落とした", {"mynumber-card/lost-card", "mynumber-card/renew-card"})
    ]


def test_a_phrasing_that_leads_to_another_entry_is_found(found: Found) -> None:
    extra = ("kokubunji", "conversation/help", "何を聞けますか？", ("死にたい", "使い方"), "聞けます。")
    emergency = ("common", "conversation/emergency", "命の危険があるとき", ("火事です",), "119へ電話してください。")
    astray = [f for f in found(extra, emergency) if f[0] == Trouble.ASTRAY]
    assert [f[1] for f in astray] == ["死にたい"]
    assert astray[0][2] == ("conversation/help", "conversation/emergency")


def test_near_duplicates_are_found(found: Found) -> None:
    extra = ("kokubunji", "mynumber-card/stolen", "盗まれたら", ("ぬすまれた",), "まず電話で、カードを止めてください。")
    steps = "0120-95-0178 に電話します。\n市の窓口で紛失届を出します。"
    twin = (*extra[:4], f"まず電話で、カードを止めてください。24時間いつでも、無料です。\n{steps}")
    assert [f[2] for f in found(twin) if f[0] == Trouble.TWIN] == [("mynumber-card/lost-card", "mynumber-card/stolen")]
    assert [f for f in found(extra) if f[0] == Trouble.TWIN] == []


def test_a_city_that_names_another_fee_than_the_common_entry_is_found(found: Found) -> None:
    common = ("common", "payment/fees", "手数料は？", ("証明書の手数料",), "1通300円です。2023年4月からです。")
    city = ("kokubunji", "payment/fees", "市の手数料は？", ("市の手数料はいくら",), "1通200円です。2023年4月からです。")
    assert [f for f in found(common, city) if f[0] == Trouble.FIGURES] == [
        ("contradicting", "料金: 200円 / 300円", ("payment/fees", "payment/fees"))
    ]


def test_staff_settle_what_was_found(
    client: TestClient, filled: Database, library: Library, now: datetime, entry_factory: Callable[..., Entry]
) -> None:
    login = {"login": "editor", "password": "correct horse battery"}
    assert client.post("/admin/sign-in", data=login).status_code == 303
    here = "/admin/kokubunji/conflicts"
    assert "まだ調べていません" in client.get(here).text
    _publish(filled, now, entry_factory("mynumber-card/renew", "更新は？", ("カードの紛失",), "窓口へ。"))
    assert client.post(here).status_code == 303
    assert client.post(here).status_code == 303
    assert "順番を待っています" in client.get(here).text
    runner = Runner(filled, library, lambda: now, TASKS)
    assert runner.run_once()
    assert not runner.run_once()
    page = client.get(here).text
    assert "カードの紛失" in page
    key = page.split('name="key" value="')[1][:16]
    assert client.post(f"{here}/dismiss", data={"key": "0" * 16}).status_code == 404
    assert client.post(f"{here}/dismiss", data={"key": key, "reason": "どちらでもよい"}).status_code == 303
    page = client.get(here).text
    assert "どちらでもよい" in page
    assert f'action="{here}/dismiss"' not in page
    assert client.post(f"{here}/take-back", data={"key": key}).status_code == 303
    assert client.post(f"{here}/take-back", data={"key": key}).status_code == 404
    assert f'action="{here}/dismiss"' in client.get(here).text
    with filled.reading() as session:
        actions = set(session.exec(select(AuditRow.action)).all())
    assert actions >= {"leave conflict", "list conflict again"}


def _publish(filled: Database, now: datetime, entry: Entry) -> None:

    name = f"kokubunji/{entry.topic}"
    with filled.writing() as session:
        begin_entry(session, "kokubunji", entry, author="editor", note="", at=now)
        approve(session, name, reviewer="chief", at=now, four_eyes=False)
        publish_drafts(session, [name], author="chief", reason="", at=now)
