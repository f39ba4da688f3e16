"""Headings that break between phrases: 「マイナンバーカードを / なくしたときは？」, not in the middle of a word.

BudouX says where phrases end; its own HTML carries inline styles, which the pages' CSP blocks, so only its segments
are used. A page that shows the result needs the class `phrases` (`word-break: keep-all`) around it.
"""

from __future__ import annotations

import re
from functools import cache

import budoux
from markupsafe import Markup, escape

LEAST = 15
"""Shorter headings fit on one line of a telephone."""
_KANA = re.compile(r"[ぁ-ゖァ-ヺ]")


def with_breaks(text: str) -> Markup:
    """`text`, escaped, with `<wbr>` between its phrases when it is Japanese and longer than 14 characters.

    `<wbr>` is no character: what is read aloud, copied or searched stays the text itself.
    """
    if len(text) < LEAST or not _KANA.search(text):
        return escape(text)
    return Markup("<wbr>").join(_parser().parse(text))


@cache
def _parser() -> budoux.Parser:
    return budoux.load_default_japanese_parser()
