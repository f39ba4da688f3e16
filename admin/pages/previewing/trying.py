"""Try it: what a citizen would read, and why; in the published state and with the drafts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from admin.access import Viewer
from admin.entries.labels import LANGUAGES
from admin.entries.line_view import line_messages
from admin.pages.view import view
from admin.publishing.drafted import drafted
from admin.publishing.trying import masked, tried
from admin.publishing.wording import FEATURES, known_feature
from admin.staff import Role
from bot import announcements
from bot.responses.compose import Style
from bot.web.state import Reading, Web

router = APIRouter(prefix="/admin/{municipality}/try")

MOST = 500
"""Characters of a question that are read."""


@router.get("")
def try_it(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    q: Annotated[str, Query(max_length=MOST)] = "",
    state: Literal["published", "draft", "both"] = "published",
    language: Annotated[str, Query(max_length=8)] = "ja",
    large: bool = False,
) -> Response:
    """Asks a question without writing it down."""
    published = web.library.published(session)
    city = web.library.city(session, municipality)
    style = Style(language if language in LANGUAGES else "ja", large)
    text, at = masked(q), web.clock()
    standing = announcements.standing(session, municipality, at)
    states = []
    if text.text and state in ("published", "both"):
        states.append(("今、公開中", city))
    if text.text and state in ("draft", "both"):
        states.append(
            ("下書きを公開したら", web.library.drafted_city(session, drafted(published, session), municipality))
        )
    results = [(title, tried(text, of, style, at, standing), of.thresholds) for title, of in states]
    held = staff.role_in(municipality)
    elsewhere = (c for c in published.municipalities if c != municipality and staff.role_in(c) is not None)
    return view(
        request,
        "previewing/try.html",
        staff,
        city=city,
        q=text.text,
        kinds=[str(kind).strip("【】") for kind in text.kinds],
        state=state,
        style=style,
        languages={"ja": "日本語", **LANGUAGES},
        results=[(title, result, limits, line_messages(result.reply)) for title, result, limits in results],
        feature=known_feature,
        features=FEATURES,
        others=[(c, published.packs[c].name) for c in elsewhere],
        editor=held is not None and held.allows(Role.EDITOR),
        most=MOST,
    )
