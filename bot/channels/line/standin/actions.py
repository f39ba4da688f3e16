"""LINE's actions: what a tap does. Limits from LINE's OpenAPI description and reference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, time

from bot.channels.line.standin.rules import Rule, Violation, address, both, by_type, one_of, record, text

LINK_SCHEMES = ("http", "https", "line", "tel")
IN_MESSAGES = ("message", "uri", "postback", "datetimepicker", "clipboard")
"""Actions of templates and Flex messages."""
IN_QUICK_REPLIES = (*IN_MESSAGES, "camera", "cameraRoll", "location")
"""Camera, camera roll and location exist only here; switching the rich menu does not exist here."""
IN_RICH_MENUS = (*IN_MESSAGES, "richmenuswitch")

Moment = date | time | datetime


def actions(label: int, *, label_required: bool, allowed: Collection[str] = IN_MESSAGES) -> Rule:
    """The actions of a place whose labels have at most `label` units."""
    place = _Place(label, label_required)
    kinds = {**_sending(place), **_opening(place)}
    return by_type({name: kinds[name] for name in allowed})


class _Place:
    """Where an action stands: how long its label may be, and whether it needs one."""

    def __init__(self, label: int, label_required: bool) -> None:
        self._label = {"label": text(label)}
        self._label_required = label_required

    def kind(self, name: str, required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
        given, more = {"type": one_of(name), **required}, dict(optional or {})
        (given if self._label_required else more).update(self._label)
        return record(given, more)


def _sending(place: _Place) -> dict[str, Rule]:
    """Actions that send something to the bot."""
    postback = place.kind(
        "postback",
        {"data": text(300)},
        {
            "displayText": text(300),
            "text": text(300),
            "inputOption": one_of("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"),
            "fillInText": text(300),
        },
    )
    pickers = {
        "date": both(_picker(place, "date"), _bounds(_date)),
        "time": both(_picker(place, "time"), _bounds(_time)),
        "datetime": both(_picker(place, "datetime"), _bounds(_datetime)),
    }
    return {
        "message": place.kind("message", {"text": text(300)}),
        "postback": both(postback, _postback_choices),
        "datetimepicker": by_type(pickers, "mode"),
        "richmenuswitch": place.kind(
            "richmenuswitch", {"richMenuAliasId": text(32, pattern=r"[a-z0-9_-]{1,32}"), "data": text(300)}
        ),
    }


def _opening(place: _Place) -> dict[str, Rule]:
    """Actions that happen on the phone."""
    link = address(*LINK_SCHEMES, limit=1000)
    return {
        "uri": place.kind("uri", {"uri": link}, {"altUri": record({}, {"desktop": link})}),
        "camera": place.kind("camera", {}),
        "cameraRoll": place.kind("cameraRoll", {}),
        "location": place.kind("location", {}),
        "clipboard": place.kind("clipboard", {"clipboardText": text(1000)}),
    }


def _postback_choices(value: object, place: str) -> Iterator[Violation]:
    """`text` is the old name of `displayText`; words to fill in need an open keyboard."""
    if not isinstance(value, dict):
        return
    if "text" in value and "displayText" in value:
        yield Violation("must not be specified together with displayText", f"{place}.text")
    if "fillInText" in value and value.get("inputOption") != "openKeyboard":
        yield Violation("needs inputOption openKeyboard", f"{place}.fillInText")


def _picker(place: _Place, mode: str) -> Rule:
    moments = {name: text(20) for name in ("initial", "max", "min")}
    return place.kind("datetimepicker", {"data": text(300), "mode": one_of(mode)}, moments)


def _date(value: str) -> Moment:
    return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a picker has no time zone


def _time(value: str) -> Moment:
    return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 - the same


def _datetime(value: str) -> Moment:
    return datetime.strptime(value.lower(), "%Y-%m-%dt%H:%M")  # noqa: DTZ007 - the same


def _bounds(read: Callable[[str], Moment]) -> Rule:
    """Moments that exist, from `min` over `initial` to `max`."""

    def check(value: object, place: str) -> Iterator[Violation]:
        moments: dict[str, Moment] = {}
        for name in ("min", "initial", "max"):
            if not isinstance(value, dict) or not isinstance(value.get(name), str):
                continue
            try:
                moments[name] = read(value[name])
            except ValueError:
                yield Violation("invalid format", f"{place}.{name}")
        if list(moments.values()) != sorted(moments.values()):
            yield Violation("must be in the order of min, initial, max", place)

    return check
