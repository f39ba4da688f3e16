"""The daily digest by e-mail: how many questions came that had no answer, by section. Counts and an address, no texts:
mail is no safe place for what people wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from admin.reports.queue import NO_SECTION
from admin.reports.tables import DigestRecipientRow
from admin.review.states import OPEN
from admin.review.tables import QuestionGroupRow

MOST_ADDRESSES = 10
SECTION_LENGTH = 40
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
Addresses = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """What is told to the people of a section: new questions since the last digest, and all that wait."""

    municipality: str
    section: str
    addresses: Addresses
    new: int
    open: int


def addresses_of(text: str) -> Addresses:
    """The addresses that stand in a text, one a line or with commas. Raises ValueError with a Japanese sentence."""
    found = tuple(dict.fromkeys(part for part in re.split(r"[\s,、;]+", text) if part))
    for address in found:
        if len(address) > 254 or _ADDRESS.fullmatch(address) is None:
            raise ValueError(f"「{address}」は、メールアドレスの形ではありません。")
    if len(found) > MOST_ADDRESSES:
        raise ValueError(f"送り先は、一つの担当に {MOST_ADDRESSES} 件までにしてください。")
    return found


def recipients(session: Session, municipality: str) -> Sequence[DigestRecipientRow]:
    """Who gets the digest, by section; what belongs to no section comes first."""
    row = DigestRecipientRow
    return session.exec(select(row).where(row.municipality == municipality).order_by(col(row.section))).all()


def sections_known(session: Session, municipality: str, entries: Sequence[str | None]) -> list[str]:
    """The sections that entries or waiting questions name, in order."""
    g = QuestionGroupRow
    named = session.exec(select(g.section).where(g.municipality == municipality).distinct()).all()
    return sorted({section for section in (*named, *entries) if section})


def set_recipients(session: Session, municipality: str, section: str, text: str, at: datetime) -> tuple[str, str]:
    """Stores who gets a section's digest; nobody takes it away. Returns the addresses before and after.

    Raises ValueError with a Japanese sentence.
    """
    section = " ".join(section.split())
    if len(section) > SECTION_LENGTH:
        raise ValueError(f"担当の名前は {SECTION_LENGTH} 文字までにしてください。")
    after = "\n".join(addresses_of(text))
    if len(after) > 1000:
        raise ValueError("送り先が長すぎます。少なくしてください。")
    row = session.get(DigestRecipientRow, (municipality, section))
    before = row.addresses if row else ""
    if row is None and after:
        session.add(DigestRecipientRow(municipality=municipality, section=section, addresses=after, sent_until=at))
    elif row is not None and after:
        row.addresses = after
    elif row is not None:
        session.delete(row)
    return before, after


def digest_of(session: Session, row: DigestRecipientRow) -> Digest:
    """What there is to tell. The digest of no section has all sections that nobody gets."""
    g = QuestionGroupRow
    taken = select(DigestRecipientRow.section).where(
        DigestRecipientRow.municipality == row.municipality, col(DigestRecipientRow.section) != ""
    )
    mine = col(g.section) == row.section if row.section else col(g.section).not_in(taken)
    waiting = (col(g.municipality) == row.municipality, col(g.state).in_(OPEN), col(g.merged_into).is_(None), mine)
    new = func.count().filter(col(g.created_at) > row.sent_until)
    counts = session.connection().execute(columns(new, func.count()).where(*waiting)).one()
    return Digest(row.municipality, row.section, tuple(row.addresses.split()), int(counts[0]), int(counts[1]))


def due(session: Session, now: datetime) -> list[DigestRecipientRow]:
    """Rows to which nothing was sent for most of a day."""
    row = DigestRecipientRow
    query = select(row).where(col(row.sent_until) <= now - timedelta(hours=20))
    return list(session.exec(query.order_by(col(row.municipality), col(row.section))).all())


def letter(digest: Digest, city: str, address: str) -> tuple[str, str]:
    """Subject and text. `address` is that of the queue; empty where nobody set one."""
    section = digest.section or NO_SECTION
    lines = [
        f"{city}のまどぐちからのお知らせです。",
        "",
        f"担当: {section}",
        f"新しく届いた「答えのない質問」: {digest.new} 件",
        f"手の付いていないもの（前からのものを含む）: {digest.open} 件",
        "",
        *([f"こちらで見られます（サインインが要ります）: {address}"] if address else ["管理の画面で見られます。"]),
        "",
        "個人の情報を守るため、質問の文はメールに書きません。",
        "送り先は、管理の画面の「毎日のお知らせ」で変えられます。",
    ]
    return f"【まどぐち】{city} 答えのない質問 {digest.new} 件（{section}）", "\n".join(lines) + "\n"
