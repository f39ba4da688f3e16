"""What a municipality sets about itself: its counter, and how sure it wants to be. It survives pack upgrades."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from knowledge.editing import EntryNotFound, publish
from knowledge.reading import explain
from knowledge.schema import Opening, Pack
from knowledge.tables import PackRow

_RANGE = r"(\d{1,2}:\d{2})\s*[-~〜–]\s*(\d{1,2}:\d{2})"
_HOURS = re.compile(rf"([月火水木金土日祝]+)\s+{_RANGE}(?:\s+昼休み\s*{_RANGE})?", re.ASCII)


class InvalidProfile(ValueError):
    """What was typed breaks a rule; `faults` are Japanese sentences."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class CounterForm:
    """The counter as a form: `opening` has one line a group of days, `closed` one line a day or range."""

    name: str = ""
    tel: str = ""
    hours: str = ""
    opening: str = ""
    closed: str = ""
    sources: str = ""

    @classmethod
    def of(cls, pack: Pack) -> CounterForm:
        """The form as it is filled in now."""
        counter = pack.counter
        days, closed = _lines_of(counter.opening) if counter.opening else ("", "")
        sources = " ".join(counter.sources)
        return cls(counter.name, counter.tel or "", counter.hours or "", days, closed, sources)

    def content(self) -> dict[str, Any]:
        """The counter as JSON. Raises InvalidProfile for a line of hours that can't be read."""
        hours = [_hours(line) for line in self.opening.splitlines() if line.strip()]
        closed = [line.strip() for line in unicodedata.normalize("NFKC", self.closed).splitlines() if line.strip()]
        return {
            "name": self.name,
            "tel": unicodedata.normalize("NFKC", self.tel).strip() or None,
            "hours": self.hours.strip() or None,
            "opening": {"hours": hours, "closed": closed} if hours or closed else None,
            "sources": self.sources.split(),
        }


def _hours(line: str) -> dict[str, Any]:
    found = _HOURS.fullmatch(unicodedata.normalize("NFKC", line).strip())
    if found is None:
        raise InvalidProfile([f"「{line.strip()}」を読めません。「月火水木金 8:30-17:15」のように書いてください。"])
    days, opens, closes, *lunch = found.groups()
    return {"days": days, "opens": opens, "closes": closes, "lunch": lunch if lunch[0] else None}


def _lines_of(opening: Opening) -> tuple[str, str]:
    rows = []
    for hours in opening.model_dump(mode="json")["hours"]:
        lunch = f" 昼休み {'-'.join(hours['lunch'])}" if hours["lunch"] else ""
        rows.append(f"{hours['days']} {hours['opens']}-{hours['closes']}{lunch}")
    return "\n".join(rows), "\n".join(opening.closed)


def sureness_content(answer: str, ask: str) -> dict[str, float] | None:
    """The thresholds as JSON; both empty: the service's own. Raises InvalidProfile."""
    if not answer.strip() and not ask.strip():
        return None
    try:
        found = {"answer": float(answer), "ask": float(ask)}
    except ValueError:
        raise InvalidProfile(["確かさは、0 と 1 の間の数（0.6 など）で、二つとも書いてください。"]) from None
    if not 0 < found["ask"] < found["answer"] <= 1:
        raise InvalidProfile(["確かさは 0 と 1 の間で、聞き返すほうを、すぐ答えるほうより小さくしてください。"])
    return found


def change_profile(
    session: Session, municipality: str, changes: Mapping[str, Any], *, author: str, reason: str, at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Stores changed parts of a pack's profile and makes a release, so that every process takes them up.

    Returns the changed parts as they were and as they are now. Raises InvalidProfile and EntryNotFound.
    """
    row = session.get(PackRow, municipality, with_for_update=True)
    if row is None:
        raise EntryNotFound(municipality)
    try:
        profile = Pack.model_validate({**row.profile, **changes}).model_dump(mode="json")
    except ValidationError as error:
        raise InvalidProfile([explain(fault) for fault in error.errors(include_url=False)]) from None
    before = {name: row.profile.get(name) for name in changes}
    if profile != row.profile:
        row.upstream = row.profile if row.upstream is None else row.upstream
        row.profile = profile
        publish(session, {}, author=author, reason=reason, at=at, pack=municipality)
    return before, {name: profile[name] for name in changes}
