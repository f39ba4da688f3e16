"""Breaks between phrases change nothing of the text, and let nothing through unescaped."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.web.line_breaks import with_breaks


def test_a_long_heading_breaks_between_phrases() -> None:
    assert with_breaks("マイナンバーカードをなくしたときは？") == "マイナンバーカードを<wbr>なくした<wbr>ときは？"


@pytest.mark.parametrize(
    "text", ["", "休日に受け取れますか", "Where can I apply for a My Number Card?", "마이넘버카드를 잃어버렸을 때는?"]
)
def test_short_and_foreign_headings_stay(text: str) -> None:
    assert with_breaks(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<b>カードをなくしたときは、どうすればよいですか</b>",
        "\"&'カードをなくしたときは、",
    ],
)
def test_markup_in_a_heading_is_escaped(text: str) -> None:
    shown = with_breaks(text)
    assert isinstance(shown, Markup)
    assert "<" not in shown.replace("<wbr>", "")


@given(st.text(alphabet=st.sampled_from("カードをなくした手続は<>&\"'wbr; ab？"), max_size=60))
def test_the_text_itself_stays(text: str) -> None:
    assert html.unescape(str(with_breaks(text)).replace("<wbr>", "")) == text
