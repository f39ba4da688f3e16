"""LINE's actions: what a tap does. Limits from LINE's OpenAPI description and reference."""

from __future__ import annotations

from bot.channels.line.standin.rules import Rule, address, by_type, one_of, record, text

DATE = r"\d{4}-\d{2}-\d{2}"
TIME = r"\d{2}:\d{2}"
MOMENT = rf"{DATE}[tT]{TIME}"


def actions(label: int, *, label_required: bool) -> Rule:
    """The actions of a place whose labels have at most `label` units."""

    def kind(name: str, required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
        given = {"type": one_of(name), **required}
        more = dict(optional or {})
        (given if label_required else more)["label"] = text(label)
        return record(given, more)

    def moment(mode: str, pattern: str) -> Rule:
        bounds = {name: text(20, pattern=pattern) for name in ("initial", "max", "min")}
        return kind("datetimepicker", {"data": text(300), "mode": one_of(mode)}, bounds)

    pickers = {"date": moment("date", DATE), "time": moment("time", TIME), "datetime": moment("datetime", MOMENT)}
    return by_type(
        {
            "message": kind("message", {"text": text(300)}),
            "uri": kind(
                "uri",
                {"uri": address("http", "https", "line", "tel", limit=1000)},
                {"altUri": record({}, {"desktop": address("http", "https", "line", "tel", limit=1000)})},
            ),
            "postback": kind(
                "postback",
                {"data": text(300)},
                {
                    "displayText": text(300),
                    "inputOption": one_of("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"),
                    "fillInText": text(300),
                },
            ),
            "datetimepicker": by_type(pickers, "mode"),
            "camera": kind("camera", {}),
            "cameraRoll": kind("cameraRoll", {}),
            "location": kind("location", {}),
            "richmenuswitch": kind(
                "richmenuswitch", {"richMenuAliasId": text(32, pattern=r"[a-z0-9_-]{1,32}"), "data": text(300)}
            ),
            "clipboard": kind("clipboard", {"clipboardText": text(1000)}),
        }
    )
