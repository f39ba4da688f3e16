"""What comes in from a channel, as a value. Already masked; nothing of the channel's own types is left."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.intents import PersonalKind


class InboundKind(StrEnum):
    """What a person did. `IGNORED` needs no reply and leaves no trace but its row."""

    TEXT = "text"
    TAP = "tap"
    STICKER = "sticker"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"
    LOCATION = "location"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    UNSEND = "unsend"
    IGNORED = "ignored"


class Inbound(BaseModel):
    """One event of one person.

    `id` is the channel's own event id: it names the utterance in buttons and makes redelivery harmless.
    `person` is a keyed hash, never a user id. `text` is masked; `masked` tells what was taken out.
    `message` is the channel's message id, so that an unsent message can be forgotten. `latitude` and `longitude`
    are degrees of a place that was sent, rounded to about 100 m; they are kept nowhere else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: InboundKind
    municipality: str
    at: datetime
    person: str | None = None
    text: str = ""
    masked: tuple[PersonalKind, ...] = ()
    data: str = ""
    message: str | None = None
    latitude: float | None = None
    longitude: float | None = None
