"""The procedures finder: what people come to the city hall for, by life event, by name, online or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from fastapi import APIRouter, Request, Response

from bot.intents.normalising import compact
from bot.lookup.asking import QUESTION_LIMIT, style_of
from bot.lookup.links import Links
from bot.lookup.view import kept, show_of, standing_of
from bot.web.freshness import PRIVATE
from bot.web.state import Reading, Web
from knowledge.listings import Event, Procedure

PAGE = 20
EVENTS: Mapping[Event, str] = {
    "moving": "引っ越し",
    "birth": "出産",
    "childcare": "子育て",
    "marriage": "結婚",
    "condolence": "おくやみ",
    "work": "就職・退職",
    "care": "介護",
    "health": "健康・医療",
    "disaster": "災害",
    "tax": "税金",
    "vehicle": "車・バイク",
    "card": "マイナンバーカード",
    "certificate": "証明書",
    "voting": "選挙",
    "facility": "施設の予約",
    "other": "そのほか",
}
WAYS: Mapping[str, tuple[str, ...]] = {"online": ("everywhere", "some-cities"), "counter": ("no",)}
"""How something is done, and the values of `Procedure.online` that mean it."""

router = APIRouter(prefix="/lookup")


@router.get("/{municipality}/procedures")
def procedures(
    request: Request,
    web: Web,
    session: Reading,
    municipality: str,
    name: str = "",
    event: str = "",
    way: str = "",
    page: str = "1",
    lang: str = "",
) -> Response:
    """Procedures that fit all that was chosen, a page at a time."""
    city = web.library.city(session, municipality)
    links, standing = Links(city, style_of(lang).language), standing_of(session, web, city)
    event, way = event if event in EVENTS else "", way if way in WAYS else ""
    found = find(city.procedures, name[:QUESTION_LIMIT], event, way)
    number = min(max(int(page) if page.isdecimal() and len(page) < 4 else 1, 1), _pages(len(found)))

    def make() -> Response:
        shown = found[(number - 1) * PAGE : number * PAGE]
        present = {e for p in city.procedures for e in p.events}
        values = {"events": [(key, label) for key, label in EVENTS.items() if key in present]}
        chosen = {"name": name, "event": event, "way": way}
        counts = {"count": len(found), "page": number, "pages": _pages(len(found))}
        return show_of(
            request, "procedures.html", links, found=shown, standing=standing, **values, chosen=chosen, **counts
        )

    answer = kept(request, links, standing, make)
    if name:
        answer.headers["cache-control"] = PRIVATE
    return answer


def find(procedures: Iterable[Procedure], name: str, event: str, way: str) -> list[Procedure]:
    """Procedures with `name` in their names, of this life event, done in this way. What is empty, all fit.

    Those whose name itself fits come before those that are also called so.
    """
    asked = compact(name)
    fitting = [
        p
        for p in procedures
        if (not event or event in p.events)
        and (not way or p.online in WAYS[way])
        and any(asked in compact(word) for word in (p.name, *p.words))
    ]
    return sorted(fitting, key=lambda p: asked not in compact(p.name))


def _pages(count: int) -> int:
    return max(1, -(-count // PAGE))


assert set(EVENTS) == set(get_args(Event)), "every life event has a name"  # noqa: S101
