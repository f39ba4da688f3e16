"""The shape of the knowledge base: entries, variants, actions, packs.

Plain pydantic models. Every way into the knowledge base (pack files, the admin's forms, Excel) is validated
here, so a rule stands in one place only. Rules that need more than one entry are in `knowledge.validation`.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date as Date  # noqa: N812 - `Plan.date` would shadow it
from datetime import time
from itertools import chain, pairwise
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

COMMON = "common"
ELSEWHERE = "elsewhere"
"""The group of topics that are not answered here: their entries say whom to ask instead."""
MOST_STEPS = 10
"""More is two procedures. Even the longest entry then fits one LINE message."""

PackId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
TopicId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*/[a-z0-9][a-z0-9-]*$", max_length=80)]
EntryId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*/[a-z0-9][a-z0-9-]*$")]
SourceId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}(-[A-Z]{2})?-\d{2,3}$")]
Language = Literal["easy", "en", "zh", "ko", "vi", "pt", "tl", "ne"]
Audience = Literal["citizen", "helper", "staff"]
ServiceState = Literal["in-service", "planned", "ended", "policy"]


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def _no_control(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("制御文字（タブなど）は使えません")
    return text


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("改行は使えません")
    return _no_control(text)


_TEXT = AfterValidator(_no_control)
_ONE_LINE = AfterValidator(_one_line)

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _ONE_LINE]
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), _ONE_LINE]
Phrasing = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), _ONE_LINE]
Step = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _ONE_LINE]


class Strict(BaseModel):
    """Base of all knowledge models: unknown fields are errors, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Action(Strict):
    """A next step offered under an answer.

    `tel`: value is a telephone number as dialled (digits and hyphens, or #7119).
    `link`: value is an https address on the list of allowed hosts.
    `ask`: value is the topic id of a related question.
    """

    kind: Literal["link", "tel", "ask"]
    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20), _ONE_LINE]
    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), _ONE_LINE]

    @model_validator(mode="after")
    def _value_fits_kind(self) -> Self:
        if self.kind == "link" and not self.value.startswith("https://"):
            raise ValueError("リンクは https:// で始めてください")
        if self.kind == "tel" and not all(c in "0123456789-#" for c in self.value):
            raise ValueError("電話番号は数字とハイフン（または #）で書いてください")
        if self.kind == "ask" and "/" not in self.value:
            raise ValueError("関連する質問は topic の id で書いてください")
        return self


class Variant(Strict):
    """The same answer in やさしい日本語 or in another language.

    `made_from` is the `Entry.text_revision` of the Japanese text it was made from; when that text changes,
    the variant is stale until somebody has looked at it again.
    """

    made_from: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160), _ONE_LINE]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1200), _TEXT]
    steps: tuple[
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400), _ONE_LINE], ...
    ] = Field(default=(), max_length=MOST_STEPS)
    phrasings: tuple[Phrasing, ...] = ()


class Entry(Strict):
    """One FAQ entry of one pack. Its id is `<pack>/<topic>`; the pack is where it is kept."""

    topic: TopicId
    question: Question
    phrasings: tuple[Phrasing, ...]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600), _TEXT]
    steps: tuple[Step, ...] = Field(default=(), max_length=MOST_STEPS)
    actions: tuple[Action, ...] = Field(default=(), max_length=4)
    section: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), _ONE_LINE] | None = (
        None
    )
    audience: tuple[Audience, ...] = ("citizen", "helper")
    state: ServiceState = "in-service"
    sources: tuple[SourceId, ...] = ()
    as_of: Date
    review_by: Date
    valid_from: Date | None = None
    valid_until: Date | None = None
    to_fill: tuple[
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), _ONE_LINE], ...
    ] = ()
    variants: dict[Language, Variant] = Field(default_factory=dict)

    @property
    def group(self) -> str:
        """The topic's group, e.g. `mynumber-card`."""
        return self.topic.split("/", 1)[0]

    @property
    def text_revision(self) -> str:
        """Eight hex digits that change when the Japanese question, answer or steps change."""
        text = "\x1f".join((self.question, self.answer, *self.steps))
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def stale_variants(self) -> tuple[Language, ...]:
        """Languages whose text was made from an older Japanese text."""
        return tuple(lang for lang, v in self.variants.items() if v.made_from != self.text_revision)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.review_by < self.as_of:
            raise ValueError("見直し期限（review_by）が情報の日付（as_of）より前です")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("公開の終わり（valid_until）が始まり（valid_from）より前です")
        return self


def _clock_time(value: object) -> time:
    """YAML reads 17:15 without quotes as 1035, the minutes since midnight: the same time."""
    if isinstance(value, time):
        return value
    if isinstance(value, int) and 0 <= value < 24 * 60:
        return time(*divmod(value, 60))
    if isinstance(value, str) and (found := re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value, re.ASCII)):
        return time(int(found[1]), int(found[2]))
    raise ValueError("時刻は 8:30 のように書いてください")


def _days_of_the_year(text: str) -> str:
    for day in text.split(".."):
        try:
            Date.fromisoformat(f"2024-{day}")  # a leap year: 02-29 is a day
        except ValueError:
            raise ValueError(f"{day} という日はありません（12-29 のように、月-日で書いてください）") from None
    return text


ClockTime = Annotated[
    time, BeforeValidator(_clock_time), PlainSerializer(lambda t: f"{t.hour}:{t.minute:02}", return_type=str)
]
Days = Annotated[str, StringConstraints(min_length=1, pattern=r"^月?火?水?木?金?土?日?祝?$")]
ClosedDays = Annotated[
    str, StringConstraints(pattern=r"^\d\d-\d\d(\.\.\d\d-\d\d)?$"), AfterValidator(_days_of_the_year)
]


class Hours(Strict):
    """When a counter is open on certain days: `days` like 月火水木金 or 土日祝, `lunch` a break within."""

    days: Days
    opens: ClockTime
    closes: ClockTime
    lunch: tuple[ClockTime, ClockTime] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        times = (self.opens, *(self.lunch or ()), self.closes)
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise ValueError("時刻は、開く・（昼休みの始まり・終わり）・閉まる、の順に書いてください")
        return self


class Opening(Strict):
    """When a counter is open, in Japan's time, so that a reply can say whether it is open now.

    A national holiday (祝) goes by the hours that name 祝, whatever its weekday; without such hours it is closed.
    `closed` are days of every year, like 12-29..01-03 (年末年始); a range may run over the new year.
    """

    hours: Annotated[tuple[Hours, ...], Field(min_length=1)]
    closed: tuple[ClosedDays, ...] = ()

    @model_validator(mode="after")
    def _a_day_once(self) -> Self:
        days = list(chain.from_iterable(hours.days for hours in self.hours))
        if len(days) != len(set(days)):
            raise ValueError("同じ曜日が二度出ています")
        return self


class Counter(Strict):
    """A counter or telephone that people are handed over to. `hours` is for reading, `opening` for reckoning."""

    name: Line
    tel: Annotated[str, StringConstraints(pattern=r"^[0-9#-]+$")] | None = None
    hours: Line | None = None
    opening: Opening | None = None
    sources: tuple[SourceId, ...] = ()

    @model_validator(mode="after")
    def _hours_have_a_source(self) -> Self:
        if self.opening is not None and not self.sources:
            raise ValueError("受付時間（opening）には出典（sources）が必要です")
        return self


class Plan(Strict):
    """The digital plan a city pack was drawn from."""

    title: Line
    date: Line
    as_of: Date


class Sureness(Strict):
    """How sure a municipality wants to be: least probability (0–1) to answer at once, and to ask back."""

    answer: Annotated[float, Field(gt=0, le=1)]
    ask: Annotated[float, Field(gt=0, le=1)]


class Pack(Strict):
    """`pack.yaml`: who a pack belongs to and where its people are sent when there is no answer."""

    id: PackId
    name: Line
    plan: Plan | None = None
    counter: Counter
    website: Annotated[Line, StringConstraints(pattern=r"^https://")] | None = None
    sureness: Sureness | None = None
    to_fill: tuple[Line, ...] = ()


class PlanFact(Strict):
    """A fact of a city's plan: where it stands and what it says, in our own words."""

    id: SourceId
    pack: PackId
    section: str
    kind: Literal["in-service", "planned", "policy", "statistic", "time-expired"]
    summary: str = ""
    terms: tuple[str, ...] = ()


class NationalFact(Strict):
    """A fact of a national programme, or of a city's public page."""

    id: SourceId
    publisher: str
    as_of: str
    confidence: Literal["high", "medium", "low"]
    summary: str = ""
    addresses: tuple[str, ...] = ()
