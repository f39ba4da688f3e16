"""Charts as SVG: small pictures that a table beside them says in words. Pure.

Colours and letters come from classes (reports.css), so that they follow light, dark and print. svg.py puts elements
together but escapes nothing: every text goes through `_words`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import svg
from markupsafe import Markup, escape

WIDTH = 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 8, 10, 22
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Series:
    """A row of values, None where there is none. `kind` is a class of reports.css: one, two, three, four, then."""

    name: str
    values: Sequence[float | None]
    kind: str


def columns_chart(label: str, names: Sequence[str], series: Sequence[Series], height: int = 180) -> Markup:
    """Columns, one beside another for each name; further series of kind "then" are drawn as a line over them."""
    bars = [s for s in series if s.kind != "then"]
    top = nice_top(v for s in series for v in s.values if v is not None)
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(names))
    wide = step * 0.8 / max(1, len(bars))
    drawn: list[svg.Element] = [*_frame(top, height, ""), *_names(names, step, height)]
    for number, one in enumerate(bars):
        for place, value in enumerate(one.values):
            y = _y(value or 0, top, height)
            x = _LEFT + step * (place + 0.1) + wide * number
            drawn.append(_box(x, y, wide, height - _BOTTOM - y, one.kind, f"{names[place]} {one.name} {_short(value)}"))
    for one in series:
        if one.kind == "then":
            drawn += _lines(one, step, top, height)
    return _picture(label, drawn, height)


def lines_chart(label: str, names: Sequence[str], series: Sequence[Series], height: int = 180) -> Markup:
    """Lines of rates (0–1) over time, with a dot for each value; different dashes tell them apart without colour."""
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(names))
    drawn: list[svg.Element] = [*_frame(1.0, height, "%"), *_names(names, step, height)]
    for one in series:
        drawn += _lines(one, step, 1.0, height)
    return _picture(label, drawn, height)


def bars_chart(label: str, rows: Sequence[tuple[str, float]], kind: str = "one") -> Markup:
    """Bars from left to right, each under its name."""
    top = max((value for _, value in rows), default=1) or 1
    drawn: list[svg.Element] = []
    for place, (name, value) in enumerate(rows):
        y = place * 34
        drawn.append(_words(0, y + 12, _cut(name, 27), "name"))
        drawn.append(_box(0, y + 17, (WIDTH - 40) * value / top, 10, kind, f"{name} {_short(value)}"))
        drawn.append(_words((WIDTH - 40) * value / top + 5, y + 26, _short(value), "number"))
    return _picture(label, drawn, max(1, len(rows)) * 34)


_WEEKDAYS = "月火水木金土日"


def heat_map(label: str, counts: Mapping[tuple[int, int], int]) -> Markup:
    """Questions by weekday and hour in five shades; the number stands in the table."""
    top = max(counts.values(), default=0)
    wide, high = (WIDTH - 22) / 24, 20
    drawn: list[svg.Element] = [
        _words(22 + wide * (hour + 0.5), 10, str(hour), "axis middle") for hour in range(0, 24, 3)
    ]
    for weekday, name in enumerate(_WEEKDAYS):
        drawn.append(_words(0, 16 + weekday * high + 14, name, "axis"))
        for hour in range(24):
            value = counts.get((weekday, hour), 0)
            shade = f"heat heat-{shade_of(value, top)}"
            x, y = 22 + wide * hour, 16 + weekday * high
            drawn.append(_box(x + 0.5, y + 0.5, wide - 1, high - 1, shade, f"{name}曜 {hour}時台 {value}件"))
    return _picture(label, drawn, 16 + 7 * high)


def shade_of(value: float, top: float) -> int:
    """0 for nothing, else 1 to 5 by the part of the most."""
    return 0 if not value or not top else min(5, int(5 * value / top) + 1) if value < top else 5


def nice_top(values: object) -> float:
    """A round number that no value exceeds, at least 4, so that ticks are whole numbers."""
    most = max((float(v) for v in values), default=0.0)  # type: ignore[attr-defined]
    power = 1
    while True:
        for factor in (4, 8, 12, 20):
            if most <= factor * power:
                return float(factor * power)
        power *= 10


def _picture(label: str, drawn: Sequence[svg.Element], height: int) -> Markup:
    picture = svg.SVG(
        viewBox=f"0 0 {WIDTH} {height}",  # type: ignore[arg-type]
        class_=["chart"],
        elements=list(drawn),
        extra={"role": "img", "aria-label": str(escape(label))},
    )
    return Markup(picture.as_str())  # noqa: S704 - every text was escaped where it came in


def _words(x: float, y: float, text: str, kind: str) -> svg.Text:
    return svg.Text(x=_r(x), y=_r(y), text=str(escape(text)), class_=kind.split())


def _box(x: float, y: float, width: float, height: float, kind: str, title: str) -> svg.Rect:
    told = svg.Title(text=str(escape(title)))
    wide, high = _r(max(0.0, width)), _r(max(0.0, height))
    return svg.Rect(x=_r(x), y=_r(y), width=wide, height=high, class_=["fill", *kind.split()], elements=[told])


def _frame(top: float, height: int, unit: str) -> list[svg.Element]:
    drawn: list[svg.Element] = []
    for tick in range(_TICKS + 1):
        value = top * tick / _TICKS
        y = _y(value, top, height)
        said = f"{value * 100:.0f}%" if unit else f"{value:,.0f}"
        drawn.append(svg.Line(x1=_LEFT, x2=WIDTH - _RIGHT, y1=_r(y), y2=_r(y), class_=["grid"]))
        drawn.append(_words(_LEFT - 4, y + 4, said, "axis end"))
    return drawn


def _names(names: Sequence[str], step: float, height: int) -> list[svg.Element]:
    """Names below, as many as there is room for."""
    every = max(1, -(-len(names) // 8))
    return [
        _words(_LEFT + step * (place + 0.5), height - 6, name, "axis middle")
        for place, name in enumerate(names)
        if place % every == 0
    ]


def _lines(one: Series, step: float, top: float, height: int) -> list[svg.Element]:
    """A line for each stretch without gaps, and dots where they don't crowd."""
    points = [
        None if v is None else (_r(_LEFT + step * (n + 0.5)), _r(_y(v, top, height))) for n, v in enumerate(one.values)
    ]
    drawn: list[svg.Element] = []
    for there, run in groupby(points, key=lambda p: p is not None):
        if there:
            line = [point for point in run if point is not None]
            drawn.append(svg.Polyline(points=line, class_=["line", one.kind]))  # type: ignore[arg-type]
    if len(points) <= 16:
        drawn += [svg.Circle(cx=p[0], cy=p[1], r=2.5, class_=["dot", one.kind]) for p in points if p is not None]
    return drawn


def _y(value: float, top: float, height: int) -> float:
    return height - _BOTTOM - (height - _BOTTOM - _TOP) * value / top


def _r(number: float) -> float:
    return round(number, 1)


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
