"""Try it: what a citizen would read, and why; in the published state and with the drafts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from admin.access import Capability
from admin.entries.labels import LANGUAGES
from admin.entries.line_view import line_messages
from admin.pages.previewing.cities import with_drafts
from admin.pages.visit import ViewerReads
from admin.publishing.trying import masked, tried
from admin.publishing.wording import FEATURES, known_feature
from bot import announcements
from bot.responses.compose import Style

router = APIRouter(prefix="/admin/{municipality}/try")

MOST = 500
"""Characters of a question that are read."""


@router.get("")
def try_it(
    visit: ViewerReads,
    q: Annotated[str, Query(max_length=MOST)] = "",
    state: Literal["published", "draft", "both"] = "published",
    language: Annotated[str, Query(max_length=8)] = "ja",
    large: bool = False,
) -> Response:
    """Asks a question without writing it down."""
    city, text = visit.city, masked(q)
    style = Style(language if language in LANGUAGES else "ja", large)
    standing = announcements.standing(visit.session, visit.municipality, visit.at)
    states = []
    if text.text and state in ("published", "both"):
        states.append(("今、公開中", city))
    if text.text and state in ("draft", "both"):
        states.append(("下書きを公開したら", with_drafts(visit)))
    results = [(title, tried(text, of, style, visit.at, standing), of.thresholds) for title, of in states]
    return visit.show(
        "previewing/try.html",
        city=city,
        q=text.text,
        kinds=[str(kind).strip("【】") for kind in text.kinds],
        state=state,
        style=style,
        languages={"ja": "日本語", **LANGUAGES},
        results=[(title, result, limits, line_messages(result.reply)) for title, result, limits in results],
        feature=known_feature,
        features=FEATURES,
        others=visit.other_cities.items(),
        editor=visit.may(Capability.EDIT),
        most=MOST,
    )
