"""The editor's form: nothing typed is lost, rules speak beside the field, differences are shown, hints are hints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from admin.entries.citing import cited, find_facts
from admin.entries.diffs import Kind, field_diffs, text_diff
from admin.entries.forms import (
    EntryForm,
    content_of,
    empty_form,
    form_from,
    form_of,
    form_of_content,
    form_stored,
)
from admin.entries.line_view import answer_messages
from admin.entries.plain_language import hints
from admin.entries.rules import ERROR, check, lenient, text_revision
from bot.conversation.city import CityKnowledge
from bot.responses.compose import Style
from knowledge.dictionary import hard_words
from knowledge.packs import read_packs
from knowledge.schema import Entry
from knowledge.sources import SourceRegister, read_facts

TOPIC = "mynumber-card/lost-card"
TODAY = date(2026, 11, 21)


@cache
def _all_entries() -> tuple[Entry, ...]:
    return tuple(read.entry for read in read_packs().entries)


def test_every_entry_of_the_packs_goes_through_the_form_unchanged() -> None:
    for entry in _all_entries():
        form = form_of(entry)
        assert Entry.model_validate(content_of(form, entry.topic)) == entry, entry.topic
        assert text_revision(form, entry.topic) == entry.text_revision, entry.topic
        assert form_stored(form.stored()) == form, entry.topic


@given(
    st.fixed_dictionaries(
        {name: st.text(max_size=40) for name in ("question", "answer", "steps", "phrasings", "as_of", "easy_answer")}
    )
)
def test_whatever_is_typed_comes_back(typed: dict[str, str]) -> None:
    sent = {
        name: text.replace("\r", "").replace("\x00", "").encode("utf-8", "replace").decode()
        for name, text in typed.items()
    }
    form = form_from(FormData(list(sent.items())))
    assert {name: getattr(form, name) for name in sent if name != "easy_answer"} == {
        name: text for name, text in sent.items() if name != "easy_answer"
    }
    assert form.variant("easy").answer == (sent["easy_answer"] if sent["easy_answer"].strip() else "")
    assert form_stored(form.stored()) == form
    shown = lenient(form, TOPIC, TODAY)
    assert shown is None or shown.topic == TOPIC


def _form(entry: Entry, **changes: object) -> EntryForm:
    return form_of_content({**entry.model_dump(mode="json"), **changes})


@pytest.fixture
def lost(city: CityKnowledge) -> Entry:
    """The entry that tests change."""
    return city.entries[TOPIC].entry


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"question": ""}, "question", "空です"),
        ({"question": "あ" * 61}, "question", "長すぎます（60 文字まで）"),
        ({"answer": "あ" * 601}, "answer", "長すぎます（600 文字まで）"),
        ({"answer": "a\tb"}, "answer", "制御文字"),
        ({"steps": ["手順"] * 11}, "steps", "多すぎます（10 個まで）"),
        ({"phrasings": ["なくした", "あ" * 121]}, "phrasings", "2番目: 長すぎます"),
        ({"phrasings": ["人と話したい"]}, "phrasings", "「職員と話したい」にもあります"),
        ({"question": "電話で相談したい"}, "question", "「職員と話したい」にもあります"),
        ({"as_of": "きのう"}, "as_of", "2026-11-21 の形で"),
        ({"review_by": "2020-01-01"}, "review_by", "より前です"),
        ({"valid_from": "2027-01-02", "valid_until": "2027-01-01"}, "valid_until", "より前です"),
        ({"sources": ["A-999"]}, "sources", "台帳にありません"),
        ({"actions": [{"kind": "link", "label": "店", "value": "https://shop.example/"}]}, "actions", "許された公式の"),
        ({"actions": [{"kind": "link", "label": "店", "value": "http://a"}]}, "actions.link.value", "https://"),
        ({"actions": [{"kind": "ask", "label": "次", "value": "payment/none"}]}, "actions", "関連する質問"),
        ({"actions": [{"kind": "tel", "label": "", "value": "119"}]}, "actions.label", "空です"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    city: CityKnowledge, lost: Entry, changes: dict[str, object], field: str, words: str
) -> None:
    checkup = check(_form(lost, **changes), TOPIC, "common", city)
    assert checkup.entry is None
    said = " ".join(fault.message for fault in checkup.of(field.split(".", maxsplit=1)[0]) if fault.level == ERROR)
    assert words in said
    assert "_" not in said


def test_advice_does_not_stand_in_the_way(city: CityKnowledge, lost: Entry) -> None:
    checkup = check(_form(lost, answer="費用は 987 円です。", sources=[]), TOPIC, "common", city)
    assert checkup.entry is not None
    said = {(fault.field, fault.message) for fault in checkup.faults}
    assert ("answer", "数字「987」が出典にありません") in said
    assert ("sources", "出典がありません") in said
    assert any(field == "phrasings" and "個から" in message for field, message in said)
    assert {fault.level for fault in checkup.faults} == {"warning"}


def test_the_citys_own_website_may_be_linked_to(city: CityKnowledge, lost: Entry) -> None:
    link = {"kind": "link", "label": "市", "value": "https://www.city.kokubunji.tokyo.jp/x"}
    assert check(_form(lost, actions=[link]), TOPIC, "kokubunji", city).entry is not None


def test_a_language_is_stale_until_somebody_has_looked(city: CityKnowledge, lost: Entry) -> None:
    english = {"question": "Lost?", "answer": "Call.", "steps": [], "phrasings": [], "made_from": ""}
    first = check(_form(lost, variants={"en": english}), TOPIC, "common", city)
    assert first.entry is not None
    assert first.entry.stale_variants() == ()
    form = _form(first.entry, answer="直した答えです。")
    changed = check(form, TOPIC, "common", city).entry
    assert changed is not None
    assert changed.stale_variants() == ("en",)
    again = check(form.reviewed("en", text_revision(form, TOPIC)), TOPIC, "common", city).entry
    assert again is not None
    assert again.stale_variants() == ()


def test_a_new_form_is_true_today_and_looked_at_in_a_year() -> None:
    form = empty_form(TODAY)
    assert (form.as_of, form.review_by) == ("2026-11-21", "2027-11-21")
    assert form.with_phrasing("新しい").with_phrasing("新しい").phrasings == "新しい"


def test_the_look_is_the_real_line_message(city: CityKnowledge, lost: Entry) -> None:
    form = _form(lost, answer="直した答えです。")
    entry = check(form, TOPIC, "common", city).entry
    assert entry is not None
    messages = answer_messages(entry, "common", city, Style())
    assert messages[-1]["type"] == "flex"
    assert "直した答えです。" in str(messages)
    assert city.entries["mynumber-card/found-after-lost"].entry.question in str(messages[-1]["quickReply"])


def test_an_unfinished_form_is_shown_as_far_as_it_goes(city: CityKnowledge, lost: Entry) -> None:
    entry = lenient(_form(lost, question="", steps=["あ" * 300], as_of="?"), TOPIC, TODAY)
    assert entry is not None
    assert (entry.question, entry.steps, entry.answer) == ("（質問）", (), lost.answer)
    assert answer_messages(entry, "common", city, Style("ja", True))


TEXT = st.text(alphabet="カードを止める、まず電話0-9 abc\n。", max_size=40)


@given(TEXT, TEXT)
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    segments = text_diff(before, after)
    assert "".join(s.text for s in segments if s.kind is not Kind.ADDED) == before
    assert "".join(s.text for s in segments if s.kind is not Kind.REMOVED) == after
    assert (before == after) == all(s.kind is Kind.SAME for s in segments)


def test_differences_by_field(lost: Entry, entry_factory: Callable[..., Entry]) -> None:
    before = lost.model_dump(mode="json")
    after = {**before, "answer": before["answer"] + "朝も。", "phrasings": ["新しい聞き方", *before["phrasings"][1:]]}
    found = {diff.field: diff for diff in field_diffs(before, after)}
    assert set(found) == {"answer", "phrasings"}
    assert found["answer"].label == "答え"
    assert [(s.kind, s.text) for s in found["phrasings"].segments] == [
        ("removed", "カードをなくした"),
        ("added", "新しい聞き方"),
    ]
    assert field_diffs(before, before) == []
    assert {s.kind for diff in field_diffs(None, before) for s in diff.segments} == {"added"}
    assert {s.kind for diff in field_diffs(before, None) for s in diff.segments} == {"removed"}
    english = {"en": {"made_from": "0" * 8, "question": "Lost?", "answer": "Call."}}
    new = entry_factory(TOPIC, lost.question, lost.phrasings, lost.answer, variants=english).model_dump(mode="json")
    labels = {diff.field: diff.label for diff in field_diffs({**new, "variants": {}}, new)}
    assert labels == {"variants.en.question": "英語の質問", "variants.en.answer": "英語の答え"}
    marked = {**new, "variants": {"en": {**new["variants"]["en"], "made_from": "1" * 8}}}
    assert ["見直した" in diff.segments[0].text for diff in field_diffs(new, marked)] == [True]


@pytest.mark.parametrize(
    ("text", "quote", "advice"),
    [
        ("あ" * 51 + "。", "あああ", "52 文字"),
        ("申請しないわけではありません。", "ないわけではありません", "打ち消し"),
        ("持って行かなければなりません。", "なければなりません", "打ち消し"),
        ("用紙に記載します。", "記載", "書く"),
        ("一つです。二つです。三つです。四つです。", "四つです。", "3 文まで"),
        ("電子証明書を使います。", "電子証明書", "知らない人が多い"),
    ],
)
def test_what_is_hard_gets_a_hint(text: str, quote: str, advice: str) -> None:
    assert any(quote in hint.quote and advice in hint.message for hint in hints(text)), hints(text)


@pytest.mark.parametrize(
    "text",
    [
        "まず電話で、カードを止めてください。24時間いつでも、無料です。",
        "コンビニ交付（コンビニの機械で取ること）が使えます。",
        "電子証明書（本人のしるし）を使います。",
        "紛失届を出します。",
        "",
    ],
)
def test_what_reads_well_gets_none(text: str) -> None:
    assert hints(text) == []


def test_a_word_inside_a_longer_one_is_named_once() -> None:
    assert [hint.quote for hint in hints("署名用電子証明書が要ります。")] == ["署名用電子証明書"]


def test_the_list_of_hard_words() -> None:
    plainer, jargon = hard_words()
    assert len(plainer) >= 60
    assert len({word.hard for word in plainer}) == len(plainer)
    assert len({word.word for word in jargon}) == len(jargon)
    assert all(word.hard not in word.plain for word in plainer)
    assert all(word.hard in name for word in plainer for name in word.not_in)


@cache
def _register() -> SourceRegister:
    facts, _ = read_facts()
    plans = {pack.id: pack.plan for pack in read_packs().packs.values() if pack.plan is not None}
    return SourceRegister(facts, plans)


def test_sources_are_found_by_number_and_by_words() -> None:
    register = _register()
    assert find_facts(register, "fuchu", "ａ-022")[0].id == "A-022"
    found = find_facts(register, "fuchu", "アンケート カード")
    assert found
    assert all(getattr(fact, "pack", "fuchu") == "fuchu" for fact in found)
    assert not any(hasattr(fact, "pack") for fact in find_facts(register, "common", "アンケート カード"))
    first = found[0].id
    assert first not in {fact.id for fact in find_facts(register, "fuchu", "アンケート カード", [first])}
    assert find_facts(register, "fuchu", "  ") == []
    assert [(name, fact is None) for name, fact, _ in cited(register, ["A-022", "A-999"])] == [
        ("A-022", False),
        ("A-999", True),
    ]
