"""イベント一覧: every row is one session of a class."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone

from knowledge.listings import SmartphoneClass
from knowledge.open_data.columns import EVENT_COLUMNS, EVENT_NAMES, Layout
from knowledge.open_data.drafts import Draft, digest, finished, listed, read_address, read_coordinates, read_id
from knowledge.open_data.notes import Labels, divided, labelled_lines, labels_of
from knowledge.open_data.table import Row, read_table
from knowledge.open_data.text import one_line
from knowledge.open_data.values import day, minutes, people, telephone, web_address, yen
from knowledge.open_data.writing import Publisher, shown, write_table
from knowledge.reading import Problem

_LABELS: Labels = {
    "when": "日時",
    "fee_detail": "料金",
    "apply_time": "申し込みの終わりの時間",
    "extension": "内線",
    "access": "行き方",
    "parking": "駐車場",
    "organiser": "主催",
}
_NOTE_LIMIT = 500
CANCELLED = "【中止】"
"""What stands before the title of a session that will not be held: the list has no column for that."""
_CANCELLED = re.compile(r"^[\s　]*(?:[【\[(（〔]\s*(?:開催)?中止\s*[】\])）〕]|※\s*中止\s)[\s　]*")
_REQUIRED = frozenset({"id", "title", "starts", "ends", "place"})
REQUIRED_COLUMNS = frozenset({"title", "start_date", "start_time"})
_JAPAN = timezone(timedelta(hours=9))


def read_events(content: bytes, name: str) -> tuple[list[SmartphoneClass], list[Problem]]:
    """The sessions of an event list that is shown to people as `name`, and what is wrong with it.

    Never raises. An error means that a row is missing from the result; a warning that a value of it is.
    All events are read: which of them are classes, the list does not say.
    """
    rows, problems = read_table(content, name, EVENT_NAMES, REQUIRED_COLUMNS)
    sessions, faults = events_of(rows)
    return sessions, sorted((*problems, *faults), key=lambda problem: problem.line)


def events_of(rows: Iterable[Row]) -> tuple[list[SmartphoneClass], list[Problem]]:
    """The sessions of these rows, and what is wrong with them. Never raises."""
    return listed((Draft(row) for row in rows), _read_session)


def _read_session(draft: Draft) -> tuple[SmartphoneClass, str] | None:
    times = _read_times(draft)
    if times is None:
        return None
    row, address = draft.row, read_address(draft.row)
    announced, place = one_line(row.text("title")), one_line(row.text("place")) or address
    title = _CANCELLED.sub("", announced) or announced
    # Of the series and the moment: the same session has the same id in next month's file.
    made = f"{digest(title, place)}-{times[0]:%Y%m%d-%H%M}"
    draft.put("id", read_id(draft, made))
    draft.put("title", title)
    draft.put("cancelled", title != announced)
    draft.put("place", place)
    draft.put("starts", times[0])
    draft.put("ends", times[1])
    draft.put("address", address)
    read_coordinates(draft)
    _read_details(draft, times[1])
    session = finished(draft, SmartphoneClass, _REQUIRED)
    return (session, made) if session else None


def _read_times(draft: Draft) -> tuple[datetime, datetime] | None:
    first_day, first_minute = draft.require("start_date", day), draft.require("start_time", minutes)
    if first_day is None or first_minute is None:
        return None
    starts = _moment(first_day, first_minute)
    last_day, last_minute = draft.read("end_date", day) or first_day, draft.read("end_time", minutes)
    # Many files leave the end out. The end is then the start: a length that we made up would be shown to people as
    # the city's word, and a session without an end could not be put in order with the others.
    ends = _moment(last_day, first_minute if last_minute is None else last_minute)
    if ends < starts:
        column = "end_date" if last_day < first_day else "end_time"
        draft.problems.append(draft.row.problem(column, "始まりより前です"))
        return None
    if ends - starts > timedelta(days=1):
        draft.warn("end_date", "一回が一日より長くなっています。教室が何回かあるときは、一回を一行にしてください")
    return starts, ends


def _moment(on: date, at: int) -> datetime:
    return datetime.combine(on, time()) + timedelta(minutes=at)


def _read_details(draft: Draft, ends: datetime) -> None:
    row = draft.row
    draft.put("content", row.text("content"))
    draft.put("apply", row.text("apply"))
    draft.put("contact", one_line(row.text("contact")))
    draft.take("capacity", people)
    draft.put("fee", _read_fee(draft))
    draft.take("tel", telephone)
    draft.take("url", web_address)
    until = draft.read("apply_until", day)
    if until and until > ends.date():
        draft.warn("apply_until", "終わりより後なので、除きました")
    else:
        draft.put("apply_until", until)
    draft.finish_note((*labelled_lines(row, _LABELS), row.text("note")), _NOTE_LIMIT)


def _read_fee(draft: Draft) -> int | None:
    kind = one_line(draft.row.text("fee_kind"))
    if draft.row.text("fee") or not kind:
        return draft.read("fee", yen)
    if kind != "無料":
        draft.remarks.append(f"料金種別: {kind}")
    return 0 if kind == "無料" else None


def write_events(
    classes: Iterable[SmartphoneClass],
    *,
    layout: Layout,
    municipality_code: str,
    municipality_name: str,
    prefecture: str,
) -> bytes:
    """The event list with these sessions, without made-up ones. Raises ValueError for an impossible code.

    The standard wants a reading (カナ) of every title; we know none, so that column stays empty.
    """
    publisher = Publisher(municipality_code, municipality_name, prefecture)
    columns = EVENT_COLUMNS[layout]
    labels = labels_of(columns, EVENT_NAMES, _LABELS)
    rows = [
        {**publisher.cells(layout, c.address), **_cells(c), **divided(c.note, labels)} for c in classes if not c.sample
    ]
    return write_table(columns, EVENT_NAMES, rows)


def _cells(session: SmartphoneClass) -> dict[str, str]:
    starts, ends = _in_japan(session.starts), _in_japan(session.ends)
    return {
        "id": session.id,
        "title": f"{CANCELLED if session.cancelled else ''}{session.title}",
        "start_date": starts.date().isoformat(),
        "end_date": ends.date().isoformat(),
        "start_time": f"{starts:%H:%M}",
        # An end that is the start was not known (see `_read_times`).
        "end_time": f"{ends:%H:%M}" if ends > starts else "",
        "content": session.content,
        "fee": shown(session.fee),
        "fee_kind": "" if session.fee is None else "有料" if session.fee else "無料",
        "contact": session.contact or "",
        "tel": session.tel or "",
        "place": session.place,
        "address": session.address or "",
        "latitude": shown(session.latitude),
        "longitude": shown(session.longitude),
        "capacity": shown(session.capacity),
        "apply_until": session.apply_until.isoformat() if session.apply_until else "",
        "apply": session.apply,
        "url": session.url or "",
    }


def _in_japan(moment: datetime) -> datetime:
    return moment.astimezone(_JAPAN) if moment.tzinfo else moment
