"""Tables of the knowledge base. `entry` names a question; `revision` holds each text it ever had; a `release`
is a published state. Contents are JSON of the models in `knowledge.schema`: `table=True` classes don't validate,
so nothing is written here that was not one of those models first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.database import UtcDateTime


class PackRow(SQLModel, table=True):
    """A pack: `common` or a municipality. `upstream` is the profile that came from its file the last time; what staff
    set differently in `profile` survives the next one."""

    __tablename__ = "pack"

    id: str = Field(primary_key=True, max_length=31)
    profile: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    upstream: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class SourceRow(SQLModel, table=True):
    """A fact of the register of sources."""

    __tablename__ = "source"

    id: str = Field(primary_key=True, max_length=12)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class ListingRow(SQLModel, table=True):
    """A procedure, a place or a class (`kind`) of a pack; `content` is its model in `knowledge.listings`."""

    __tablename__ = "listing"
    __table_args__ = (UniqueConstraint("pack", "kind", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    pack: str = Field(sa_column=Column(ForeignKey("pack.id"), nullable=False))
    kind: str = Field(max_length=16)
    key: str = Field(max_length=60)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class EntryRow(SQLModel, table=True):
    """An entry and which of its revisions is published.

    `upstream_revision_id` is the last text that came from a pack file: the base of the three-way comparison when
    a pack upgrade meets staff edits. `conflict_revision_id` is a pack text that waits for a person's decision;
    `conflict_base_revision_id` is the pack text that the staff text was made from.
    """

    __tablename__ = "entry"

    id: str = Field(primary_key=True, max_length=120)
    pack: str = Field(sa_column=Column(ForeignKey("pack.id"), nullable=False, index=True))
    topic: str = Field(max_length=80, index=True)
    published_revision_id: int | None = None
    upstream_revision_id: int | None = None
    conflict_revision_id: int | None = None
    conflict_base_revision_id: int | None = None


class RevisionRow(SQLModel, table=True):
    """One text of an entry. Never changed after it was written."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: str = Field(sa_column=Column(ForeignKey("entry.id"), nullable=False, index=True))
    number: int
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    author: str = Field(max_length=120)
    note: str = Field(default="", max_length=400)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ReleaseRow(SQLModel, table=True):
    """A published state of the knowledge base. `pack` is whose it is when it changed no entry (settings, listings)."""

    __tablename__ = "release"

    number: int = Field(primary_key=True)
    author: str = Field(max_length=120)
    reason: str = Field(max_length=400)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    undoes: int | None = None
    pack: str | None = Field(default=None, max_length=31)


class ReleaseChangeRow(SQLModel, table=True):
    """What a release changed: revision before and after; none means that the entry was not published."""

    __tablename__ = "release_change"

    release_number: int = Field(sa_column=Column(ForeignKey("release.number"), primary_key=True))
    entry_id: str = Field(sa_column=Column(ForeignKey("entry.id"), primary_key=True))
    before_revision_id: int | None = None
    after_revision_id: int | None = None


class CurrentReleaseRow(SQLModel, table=True):
    """One row: the number of the newest release. Publishing locks it, so releases come one after another and a
    replica that has seen number n has seen everything up to n."""

    __tablename__ = "current_release"

    id: int = Field(default=1, primary_key=True)
    number: int = 0


class DraftRow(SQLModel, table=True):
    """What staff are about to change in an entry: one shared draft an entry, at revision `revision_id`.

    `base_revision_id` is what was published when the draft was begun (none: a new entry). `removal` means that the
    entry is to be taken down. `publish_at` waits for that moment once the draft is approved. `writers` are the sign-in
    names of all who had a hand in it. `takes_revision_id` is a waiting pack text that this draft has dealt with.
    """

    __tablename__ = "draft"

    entry_id: str = Field(sa_column=Column(ForeignKey("entry.id"), primary_key=True))
    base_revision_id: int | None = None
    revision_id: int | None = None
    removal: bool = False
    state: str = Field(default="draft", max_length=16)
    note: str = Field(default="", max_length=400)
    publish_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, index=True))
    updated_by: str = Field(max_length=120)
    updated_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    reviewer: str | None = Field(default=None, max_length=120)
    writers: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    takes_revision_id: int | None = None


class CommentRow(SQLModel, table=True):
    """What staff say to each other about a draft."""

    __tablename__ = "draft_comment"

    id: int | None = Field(default=None, primary_key=True)
    entry_id: str = Field(sa_column=Column(ForeignKey("entry.id"), nullable=False, index=True))
    author: str = Field(max_length=120)
    text: str = Field(max_length=1000)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class TypedRow(SQLModel, table=True):
    """What one person has typed into an entry's form and not saved yet, kept as typed (it may break rules)."""

    __tablename__ = "typed_text"

    entry_id: str = Field(primary_key=True, max_length=120)
    author: str = Field(primary_key=True, max_length=120)
    started_from: int | None = None
    form: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class PinnedRow(SQLModel, table=True):
    """A question that must go on being answered by this topic; publishing stops when it would not be."""

    __tablename__ = "pinned_question"
    __table_args__ = (UniqueConstraint("municipality", "text"),)

    id: int | None = Field(default=None, primary_key=True)
    municipality: str = Field(max_length=31)
    text: str = Field(max_length=200)
    topic: str = Field(max_length=80)
    author: str = Field(max_length=120)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
