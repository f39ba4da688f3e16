"""Try-it: a question asked of one state, with everything that led to the reply. Nothing of it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from admin.publishing.wording import DECISIONS, REASONS, known_feature
from bot.conversation.city import CityKnowledge
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.standing import Standing, reply_under
from bot.conversation.turn import Person, take_turn
from bot.intents import Candidate, Decision, Masked, Recognition, mask
from bot.responses.compose import Style
from bot.responses.reply import Reply

SHOWN = 3
"""Candidates that are shown when asking back."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate as staff see it. `role` says what becomes of it; `short_of` how much it lacks to be answered."""

    entry: str
    topic: str
    question: str
    confidence: float
    role: str
    short_of: float | None
    features: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a state makes of a question. `recognition` is none where it was no question (a wish, a list)."""

    reply: Reply
    recognition: Recognition | None
    decision: str
    reason: str
    candidates: tuple[Weighed, ...]
    signs: tuple[tuple[str, str, float], ...]
    matter: str | None

    @property
    def topic(self) -> str | None:
        """The topic that answers, if one does."""
        return self.reply.topic


def tried(text: Masked, city: CityKnowledge, style: Style, at: datetime, standing: Standing) -> Tried:
    """Asks as on LINE: the same turn of the conversation, under the same announcements."""
    inbound = Inbound(
        id="", kind=InboundKind.TEXT, municipality=city.municipality, at=at, text=text.text, masked=text.kinds
    )
    turn = take_turn(inbound, Person(style), city)
    assert turn.reply is not None, "texts are always replied to"  # noqa: S101
    reply = reply_under(standing, turn.reply, city, style)
    heard = turn.recognition
    if heard is None:
        return Tried(reply, None, "願いに応じる", "聞き方や文字の大きさ、一覧などの願いと読みました。", (), (), None)
    matter = city.matters.get(heard.outside or "")
    return Tried(
        reply,
        heard,
        DECISIONS[heard.decision],
        REASONS.get(heard.reason, heard.reason),
        tuple(_weighed(heard, candidate, place, city) for place, candidate in enumerate(heard.candidates)),
        tuple((*known_feature(name), value) for name, value in heard.signs.items()),
        matter.name if matter else None,
    )


def _weighed(heard: Recognition, candidate: Candidate, place: int, city: CityKnowledge) -> Weighed:
    visible = city.entries.get(candidate.topic)
    question = visible.entry.question if visible else candidate.topic
    answered = heard.decision is Decision.ANSWER and place == 0
    offered = heard.decision is Decision.ASK and place < SHOWN
    role = "答える" if answered else "候補に出す" if offered else "出さない"
    lacking = None if answered else max(city.thresholds.answer - candidate.confidence, 0.0)
    features = tuple(candidate.features.items())
    return Weighed(candidate.entry, candidate.topic, question, candidate.confidence, role, lacking, features)


def masked(text: str) -> Masked:
    """The question without personal data, as every channel masks it before anything else looks at it."""
    return mask(text.strip())
