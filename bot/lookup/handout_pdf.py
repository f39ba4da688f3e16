"""Sheets as a PDF by WeasyPrint, where that is installed (`pip install '.[pdf]'`). Nothing is fetched from outside."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bot.web.static import DIRECTORY as SHARED

_SHEETS = (SHARED / "static" / "page.css", Path(__file__).parent / "static" / "handout.css")
_RUBY = """
ruby { display: inline-table; line-height: 1.05; vertical-align: text-bottom; border-collapse: collapse; width: auto; }
rt { display: table-header-group; text-align: center; white-space: nowrap; }
rp { display: none; }
"""
"""WeasyPrint does not know ruby: a reading stands above its kanji as the head of a small table."""


@cache
def can_make_pdf() -> bool:
    """Whether WeasyPrint is installed, with the libraries that it needs."""
    if find_spec("weasyprint") is None:
        return False
    try:
        import weasyprint  # noqa: F401, PLC0415 - optional; OSError where Pango is missing
    except OSError:
        return False
    return True


def pdf_of(html: str) -> bytes:
    """The pages of `html` as a PDF, with our own style sheets. Raises ImportError where WeasyPrint is not installed."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - optional
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 - optional

    only_data = URLFetcher(allowed_protocols=["data"])
    texts = [*(path.read_text(encoding="utf-8") for path in _SHEETS), _RUBY]
    sheets = [CSS(string=text, url_fetcher=only_data) for text in texts]
    document = HTML(string=html.replace('<link rel="stylesheet"', "<meta"), url_fetcher=only_data)
    return bytes(document.write_pdf(stylesheets=sheets))
