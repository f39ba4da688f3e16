"""Cards: a session of a class, or a place, with what somebody needs to go there. Composed from what was listed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

from bot.responses.days import clock_text, day_text, in_japan
from bot.responses.phrases import phrase
from bot.responses.reply import Button, Card
from bot.responses.text import clip
from knowledge.listings import Place, SmartphoneClass

TITLE = 60
LINE = 120
"""UTF-16 units of a line: what does not fit is on the city's page."""
ADDRESS = 1_000
"""Characters of a link that LINE takes."""
OWN_ADDRESS = 600
"""Characters of a link that is made here: ten cards with all their links must stay within one carousel."""
MAP = "https://www.google.com/maps/search/"
CALENDAR = "https://calendar.google.com/calendar/render"
SAMPLE = "【見本】"


def class_card(session: SmartphoneClass, *, city: str, now: datetime, km: float | None = None) -> Card:
    """A session, as seen at `now` ; `km` is how far away it is."""
    session = session.model_copy(update={"starts": in_japan(session.starts), "ends": in_japan(session.ends)})
    title = session.title
    if session.sample and not title.startswith(SAMPLE):
        title = f"{SAMPLE}{title}"
    if session.cancelled:
        title = f"{phrase('class_cancelled_mark')}{title}"
    buttons = (
        _map_button(session, session.address or f"{city} {session.place}") if not session.sample else None,
        _telephone(session.tel),
        _calendar_button(session, title) if not session.cancelled else None,
        _details(session.url),
    )
    return Card(
        title=clip(title, TITLE),
        lines=tuple(_one_line(line) for line in (*_distance(km), *_class_lines(session, in_japan(now).date()))),
        buttons=tuple(button for button in buttons if button),
        note=phrase("class_sample") if session.sample else _one_line(session.note),
    )


def place_card(place: Place, *, city: str, km: float | None = None) -> Card:
    """A place; `km` is how far away it is."""
    buttons = (_map_button(place, place.address or f"{city} {place.name}"), _telephone(place.tel), _details(place.url))
    as_of = phrase("place_as_of", day=f"{place.as_of.year}年{place.as_of.month}月{place.as_of.day}日")
    lines = [*_distance(km), phrase(f"place_{place.kind}")]
    lines += [phrase("place_address", address=place.address)] if place.address else []
    lines += [phrase("place_hours", hours=place.hours)] if place.hours else []
    return Card(
        title=clip(place.name, TITLE),
        lines=tuple(map(_one_line, lines)),
        buttons=tuple(button for button in buttons if button),
        note=" ".join(filter(None, (_one_line(place.note), as_of))),
    )


def distance_text(km: float) -> str:
    """A distance as people read it: 約300 m, 約1.2 km, 約14 km. A position is only known to some 100 m."""
    hundreds = max(1, round(km * 10))
    if hundreds < 10:
        return phrase("metres", number=str(hundreds * 100))
    return phrase("kilometres", number=f"{km:.1f}" if km < 9.95 else f"{km:.0f}")


def _distance(km: float | None) -> tuple[str, ...]:
    return () if km is None else (phrase("distance", distance=distance_text(km)),)


def _class_lines(session: SmartphoneClass, today: date) -> Iterator[str]:
    if session.cancelled:
        yield phrase("class_cancelled")
    yield _when(session, today)
    where = session.place
    if session.address and session.address not in where:
        where = f"{where}（{session.address}）"
    yield phrase("class_place", place=where)
    if session.content:
        yield phrase("class_content", content=session.content)
    if session.fee is not None:
        yield phrase("class_fee", fee=f"{session.fee:,}") if session.fee else phrase("class_free")
    if session.capacity:
        yield phrase("class_seats", seats=str(session.capacity))
    if not session.cancelled:
        yield from _applying(session, today)


def _applying(session: SmartphoneClass, today: date) -> Iterator[str]:
    if session.apply_until and session.apply_until < today:
        yield phrase("class_closed")
        return
    if session.apply:
        yield phrase("class_apply", apply=session.apply)
    if session.apply_until:
        yield phrase("class_until", day=day_text(session.apply_until, today))
    if session.contact:
        yield phrase("class_contact", contact=session.contact)


def _when(session: SmartphoneClass, today: date) -> str:
    starts, ends = session.starts, session.ends
    start = f"{day_text(starts.date(), today)}{clock_text(starts)}"
    if ends <= starts:
        # Where a list gives no end, the end is the start.
        return phrase("class_from", start=start)
    end = clock_text(ends) if ends.date() == starts.date() else f"{day_text(ends.date(), today)}{clock_text(ends)}"
    return phrase("class_when", start=start, end=end)


def _one_line(text: str) -> str:
    return clip(" ".join(text.split()), LINE)


def _map_button(listed: Place | SmartphoneClass, words: str) -> Button:
    """A map of the exact point where it is known, else a search for the words."""
    if listed.latitude is not None and listed.longitude is not None:
        words = f"{listed.latitude},{listed.longitude}"
    value = _fitting(lambda text: f"{MAP}?{urlencode({'api': '1', 'query': text})}", words)
    return Button(kind="link", label=phrase("map"), value=value)


def _calendar_button(session: SmartphoneClass, title: str) -> Button:
    ends = session.ends if session.ends > session.starts else session.starts + timedelta(hours=1)
    dates = f"{session.starts:%Y%m%dT%H%M%S}/{ends:%Y%m%dT%H%M%S}"

    def address(text: str) -> str:
        fixed = {"action": "TEMPLATE", "dates": dates, "ctz": "Asia/Tokyo", "location": clip(session.place, 20)}
        return f"{CALENDAR}?{urlencode({**fixed, 'text': text})}"

    return Button(kind="link", label=phrase("to_calendar"), value=_fitting(address, title))


def _fitting(address: Callable[[str], str], text: str) -> str:
    """The address with as much of the text as fits."""
    while len(address(text)) > OWN_ADDRESS:
        text = text[: len(text) * 3 // 4]
    return address(text)


def _telephone(number: str | None) -> Button | None:
    """(042)325-0111 is dialled 042-325-0111; what has no digit is no number."""
    dialled = re.sub(r"[()-]+", "-", number or "").strip("-")
    return Button(kind="tel", label=phrase("telephone"), value=dialled) if re.search("[0-9]", dialled) else None


def _details(address: str | None) -> Button | None:
    """The page of the thing, where LINE would open it."""
    value = quote(address or "", safe="!#$%&'()*+,/:;=?@[]~")
    try:
        opens = bool(urlsplit(value).hostname)
    except ValueError:
        return None
    return Button(kind="link", label=phrase("details"), value=value) if opens and len(value) <= ADDRESS else None
