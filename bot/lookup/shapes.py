"""What programs are given of the look-up page: the shapes of the API and of the open data's JSON files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Generic, Literal, TypeVar
from urllib.parse import quote

from fastapi import Request
from pydantic import BaseModel, Field

from bot.conversation.city import CityKnowledge
from bot.lookup.entries import written_in
from bot.lookup.links import Links, is_opinion
from bot.responses.compose import as_of_source
from bot.responses.days import JAPAN
from bot.responses.reply import Button, Card, Reply
from bot.responses.signals import decode
from bot.responses.text import plain_text
from bot.web.addresses import absolute
from knowledge.catalogue import catalogue
from knowledge.listings import Place, Procedure, SmartphoneClass
from knowledge.published import VisibleEntry

Item = TypeVar("Item", bound=BaseModel)


class Link(BaseModel):
    """A question that can be looked up."""

    topic: str = Field(description="項目の topic（例: mynumber-card/lost-card）")
    question: str
    url: str = Field(description="人が読むページ")


class Answer(BaseModel):
    """The answer to a question, the same as on LINE."""

    decision: Literal["answer", "ask", "fallback", "notice"] = Field(
        description="answer: 答え / ask: どれのことか聞き返す / fallback: 答えがなく、窓口を案内する / notice: お知らせ"
    )
    entry: str | None = Field(description="答えた項目の ID。聞き返すときや答えがないときは null")
    topic: str | None
    language: str
    question: str = Field(description="項目の質問文")
    answer: str
    steps: list[str]
    notices: list[str] = Field(description="答えの上に出す知らせ（災害の知らせなど）")
    buttons: list[Button] = Field(description="電話（tel）と公式ページ（link）")
    options: list[Link] = Field(description="聞き返すときの候補")
    cards: list[Card] = Field(description="教室・手続など、一覧で示すもの")
    source: str = Field(description="出典と、いつの情報か")
    text: str = Field(description="答えの全部を、読む順につないだ文")
    url: str = Field(description="答えのページ。項目がないときは調べるページ")


class Entry(BaseModel):
    """One entry, as people of the municipality read it."""

    id: str
    topic: str
    group: str = Field(description="分野の名前")
    question: str
    answer: str
    steps: list[str]
    actions: list[Button]
    source: str
    as_of: date = Field(description="情報の日付")
    review_by: date = Field(description="見直しの期限")
    language: str
    languages: list[str] = Field(description="読める言語")
    url: str


class ProcedureItem(BaseModel):
    """A procedure."""

    id: str
    name: str
    words: list[str] = Field(description="ほかの言い方")
    events: list[str] = Field(description="暮らしの出来事")
    online: str = Field(description="everywhere / some-cities / no / unknown")
    entrance: str
    needs: list[str]
    visit: str = Field(description="市役所に行く必要があるか")
    state: str
    topic: str | None
    source: str


class ClassItem(BaseModel):
    """A session of a smartphone class."""

    id: str
    title: str
    starts: datetime
    ends: datetime | None = Field(description="終わり。分からないときは null")
    content: str
    place: str
    address: str | None
    latitude: float | None
    longitude: float | None
    capacity: int | None
    fee: int | None = Field(description="円。分からないときは null")
    apply: str
    apply_until: date | None
    contact: str | None
    tel: str | None
    url: str | None
    note: str
    cancelled: bool = Field(description="中止になった回")
    calendar: str = Field(description="iCalendar のファイル")


class PlaceItem(BaseModel):
    """A place."""

    id: str
    name: str
    kind: str = Field(description="counter 窓口 / terminal 端末 / wifi / class 教室の会場 / facility 施設")
    address: str | None
    latitude: float | None
    longitude: float | None
    tel: str | None
    hours: str | None
    note: str
    url: str | None
    as_of: date
    source: str


class Listing(BaseModel, Generic[Item]):
    """All items of one kind. `release` changes whenever something is published."""

    municipality: str
    name: str
    release: int
    licence: str = Field(description="利用条件のページ")
    count: int
    items: list[Item]


def answer_of(reply: Reply, city: CityKnowledge, request: Request) -> Answer:
    """A reply in the API's shape."""
    links = Links(city, reply.language)
    page = links.entry(reply.topic) if reply.topic and reply.entry else links.to()
    options = [
        Link(topic=tap.subject, question=option.says, url=absolute(request, links.entry(tap.subject)))
        for option in reply.options
        if not is_opinion(option) and (tap := decode(option.data)) is not None and tap.subject in city.entries
    ]
    return Answer(
        decision=reply.kind.value,
        entry=reply.entry,
        topic=reply.topic,
        language=reply.language,
        question=reply.heading,
        answer=reply.body,
        steps=list(reply.steps),
        notices=list(reply.notices),
        buttons=list(reply.buttons),
        options=options,
        cards=list(reply.cards),
        source=reply.source,
        text=plain_text(reply),
        url=absolute(request, page),
    )


def entry_of(visible: VisibleEntry, city: CityKnowledge, request: Request, language: str = "ja") -> Entry:
    """An entry in one language; in Japanese where it is not written in that one."""
    entry, languages = visible.entry, written_in(visible.entry)
    found = next((v for lang, v in entry.variants.items() if lang == language and lang in languages), None)
    text, language = (found, language) if found else (entry, "ja")
    return Entry(
        id=visible.id,
        topic=entry.topic,
        group=catalogue().groups.get(entry.group, entry.group),
        question=text.question,
        answer=text.answer,
        steps=list(text.steps),
        actions=[Button(kind=a.kind, label=a.label, value=a.value) for a in entry.actions if a.kind != "ask"],
        source=as_of_source(city.register.cite(entry.sources), entry.as_of),
        as_of=entry.as_of,
        review_by=entry.review_by,
        language=language,
        languages=list(languages),
        url=absolute(request, Links(city, language).entry(entry.topic)),
    )


def procedure_of(procedure: Procedure, city: CityKnowledge) -> ProcedureItem:
    """A procedure with its sources named."""
    own = procedure.model_dump(exclude={"sources"})
    return ProcedureItem(**own, source=city.register.cite(procedure.sources))


def class_of(session: SmartphoneClass, city: CityKnowledge, request: Request) -> ClassItem:
    """A session; its times say that they are Japan's."""
    own = session.model_dump(exclude={"sample", "starts", "ends"})
    starts, ends = (t if t.tzinfo else t.replace(tzinfo=JAPAN) for t in (session.starts, session.ends))
    file = f"/lookup/{city.municipality}/classes/{quote(session.id)}.ics"
    return ClassItem(**own, starts=starts, ends=ends if ends > starts else None, calendar=absolute(request, file))


def place_of(place: Place, city: CityKnowledge) -> PlaceItem:
    """A place with its sources named."""
    return PlaceItem(**place.model_dump(exclude={"sources"}), source=city.register.cite(place.sources))
