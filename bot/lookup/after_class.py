"""After class: a helper writes down how many came and what they said, or participants say it themselves in two taps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from bot import class_results
from bot.class_results import GRADES, NAME_LENGTH, SATISFACTION, UNDERSTANDING, Class, Counts
from bot.conversation.city import CityKnowledge
from bot.lookup.class_view import ClassLinks, segments
from bot.lookup.links import Links
from bot.lookup.qr import qr_picture
from bot.lookup.view import show_of
from bot.responses.days import in_japan
from bot.web.addresses import absolute
from bot.web.freshness import PRIVATE
from bot.web.limits import Limit, address_of
from bot.web.same_origin import same_origin
from bot.web.state import Reading, Web, Writing
from knowledge.listings import SmartphoneClass

RESULTS = Limit("class results", 20, 600)
ANSWERS = Limit("survey answers", 120, 600)
"""A whole class may answer from one address."""
LOOKING_BACK = 60
"""Days for which a class may still be told of."""
SURVEY_DAYS = 14

router = APIRouter(prefix="/lookup")
Given = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Faulty:
    """Why something can't be written down: a Japanese sentence. `status` as HTTP has it, `wait` in seconds."""

    sentence: str
    status: int = 400
    wait: int = 0


async def form_fields(request: Request) -> Given:
    """The fields of a form as text; files are left out."""
    form: FormData = await request.form()
    return {name: value.strip() for name, value in form.items() if isinstance(value, str)}


@router.get("/{municipality}/class/after")
def after_class(request: Request, web: Web, session: Reading, municipality: str, saved: str = "") -> Response:
    """The form."""
    city = web.library.city(session, municipality)
    return _form(request, city, request.query_params, saved=bool(saved))


@router.post("/{municipality}/class/after", dependencies=[Depends(same_origin)])
def write_down(
    request: Request, web: Web, session: Writing, municipality: str, given: Given = Depends(form_fields)
) -> Response:
    """Writes down how a class went. What was typed comes back when something is wrong."""
    city = web.library.city(session, municipality)
    if wait := web.limits.wait(RESULTS, address_of(request)):
        return _form(request, city, given, Faulty(_too_many(wait), 429, wait))
    try:
        held = _held(city, given, _today(request), LOOKING_BACK)
        counts = Counts(
            _number(given, "participants", "参加した人数"),
            tuple(_number(given, f"u{n}", "理解度の人数") for n in range(GRADES)),
            tuple(_number(given, f"s{n}", "満足度の人数") for n in range(GRADES)),
        )
        class_results.record(session, municipality, held, counts, "helper", web.clock())
    except ValueError as error:
        return _form(request, city, given, Faulty(str(error)))
    return RedirectResponse(ClassLinks(Links(city)).to("/after", saved=1), 303)


@router.get("/{municipality}/class/after/code")
def survey_code(request: Request, web: Web, session: Reading, municipality: str) -> Response:
    """A large QR code that leads participants to the survey of this class."""
    city = web.library.city(session, municipality)
    try:
        held = _held(city, request.query_params, _today(request), SURVEY_DAYS)
    except ValueError as error:
        return _form(request, city, request.query_params, Faulty(str(error)))
    address = absolute(request, Links(city).to("/class/survey"), **_fields(held))
    return _page(request, city, "class_survey_code.html", held=held, code=qr_picture(address), address=address)


@router.get("/{municipality}/class/survey")
def survey(request: Request, web: Web, session: Reading, municipality: str, thanks: str = "") -> Response:
    """Two questions for somebody who took part; without a name."""
    city = web.library.city(session, municipality)
    return _survey(request, city, request.query_params, thanks=bool(thanks))


@router.post("/{municipality}/class/survey", dependencies=[Depends(same_origin)])
def answer_survey(
    request: Request, web: Web, session: Writing, municipality: str, given: Given = Depends(form_fields)
) -> Response:
    """Adds one answer to the counts of the class. Who answered is not kept."""
    city = web.library.city(session, municipality)
    if wait := web.limits.wait(ANSWERS, address_of(request)):
        return _survey(request, city, given, Faulty(_too_many(wait), 429, wait))
    try:
        held = _held(city, given, _today(request), SURVEY_DAYS)
        grades = _grade(given, "u"), _grade(given, "s")
        class_results.add_answer(session, municipality, held, *grades, web.clock())
    except ValueError as error:
        return _survey(request, city, given, Faulty(str(error)))
    return RedirectResponse(Links(city).to("/class/survey", thanks="1"), 303)


def _held(city: CityKnowledge, given: Given, today: date, back: int) -> Class:
    """The class that a form speaks of. Raises ValueError with a Japanese sentence."""
    for listed in city.classes:
        if given.get("class_key") == listed.id:
            return _of_list(listed)
    try:
        held_on = date.fromisoformat(given.get("held_on", ""))
    except ValueError:
        raise ValueError("教室の日にちを入れてください。") from None
    if not today - timedelta(days=back) <= held_on <= today:
        raise ValueError(f"教室の日にちは、今日までの{back}日のうちにしてください。")
    title, place = given.get("title", "").strip(), given.get("place", "").strip()
    if not title:
        raise ValueError("教室を一覧から選ぶか、教室の名前を書いてください。")
    if len(title) > NAME_LENGTH or len(place) > NAME_LENGTH or not (title + place).isprintable():
        raise ValueError(f"教室の名前と場所は、{NAME_LENGTH}文字までで書いてください。")
    return Class(held_on, title, place)


def _of_list(listed: SmartphoneClass) -> Class:
    day = in_japan(listed.starts).date()
    return Class(day, listed.title[:NAME_LENGTH], listed.place[:NAME_LENGTH], listed.id)


def _fields(held: Class) -> dict[str, str]:
    if held.key:
        return {"class_key": held.key}
    return {"held_on": held.held_on.isoformat(), "title": held.title, "place": held.place}


def _number(given: Given, field: str, name: str) -> int:
    text = given.get(field, "").strip() or "0"
    if not text.isdecimal() or len(text) > 4:
        raise ValueError(f"{name}は、0〜9 の数字で書いてください。")
    return int(text)


def _grade(given: Given, field: str) -> int:
    chosen = given.get(field, "")
    return int(chosen) if chosen.isdecimal() and len(chosen) == 1 else GRADES


def _recent(city: CityKnowledge, today: date) -> list[tuple[str, str]]:
    """Listed sessions of the last weeks up to today, the newest first: id and what to call it."""
    past = [(in_japan(c.starts).date(), c) for c in city.classes]
    found = [(day, c) for day, c in past if today - timedelta(days=LOOKING_BACK) <= day <= today]
    found.sort(key=lambda item: item[0], reverse=True)
    return [(c.id, f"{day.month}月{day.day}日 {c.title}（{c.place}）") for day, c in found]


def _form(
    request: Request, city: CityKnowledge, given: Given, fault: Faulty | None = None, saved: bool = False
) -> Response:
    values = {"given": given, "saved": saved, "classes": _recent(city, _today(request)), "today": _today(request)}
    return _page(request, city, "class_after.html", fault, **values)


def _survey(
    request: Request, city: CityKnowledge, given: Given, fault: Faulty | None = None, thanks: bool = False
) -> Response:
    return _page(request, city, "class_survey.html", fault, given=given, thanks=thanks)


def _page(
    request: Request, city: CityKnowledge, template: str, fault: Faulty | None = None, **values: object
) -> Response:
    shown = {"pages": ClassLinks(Links(city)), "fault": fault.sentence if fault else "", "read": segments}
    grades = {"understanding": UNDERSTANDING, "satisfaction": SATISFACTION}
    page = show_of(request, template, Links(city), **shown, **grades, **values)
    page.headers["cache-control"] = PRIVATE
    if fault:
        page.status_code = fault.status
    if fault and fault.wait:
        page.headers["retry-after"] = str(fault.wait)
    return page


def _today(request: Request) -> date:
    return in_japan(request.app.state.web.clock()).date()


def _too_many(wait: int) -> str:
    return f"続けてたくさん届いたので、少し休んでいます。{-(-wait // 60)}分ほどしてから、もう一度送ってください。"
