"""What goes out: entries for an Excel file, and packs as a zip of YAML files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session, col, select

from admin.spreadsheets.columns import Content
from knowledge.packs import write_packs
from knowledge.published import Published
from knowledge.tables import DraftRow, EntryRow, RevisionRow

_STATES: Mapping[str, str] = {"draft": "下書き", "review": "確認待ち", "approved": "公開待ち"}
_PUBLISHED = "公開中"


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """An entry on its way into a row: its text (JSON), the revision that it is, and where its draft stands."""

    id: str
    revision: int
    state: str
    content: Content


def sheet_entries(session: Session, packs: Sequence[str], group: str = "") -> list[SheetEntry]:
    """Every entry of these packs as staff see it, by id: its draft where there is one, else what is published.

    `group` leaves only the topics of one group.
    """
    drafts = {draft.entry_id: draft for draft in session.exec(select(DraftRow)).all()}
    rows = session.exec(select(EntryRow).where(col(EntryRow.pack).in_(packs)).order_by(col(EntryRow.id))).all()
    wanted = [row for row in rows if not group or row.topic.startswith(f"{group}/")]
    heads = {row.id: _head(row, drafts.get(row.id)) for row in wanted}
    texts = {
        text.id: text.content
        for text in session.exec(
            select(RevisionRow).where(col(RevisionRow.id).in_([h for h in heads.values() if h]))
        ).all()
    }
    return [
        SheetEntry(row.id, head, _STATES[drafts[row.id].state] if row.id in drafts else _PUBLISHED, texts[head])
        for row in wanted
        if (head := heads[row.id])
    ]


def _head(row: EntryRow, draft: DraftRow | None) -> int | None:
    return draft.revision_id if draft is not None else row.published_revision_id


def zip_packs(published: Published, packs: Sequence[str]) -> bytes:
    """A zip of these packs as they are published, in the files that `madoguchi pack validate` and `import` read."""
    stream = io.BytesIO()
    with TemporaryDirectory() as folder:
        root = Path(folder)
        entries = ((item.pack, item.entry) for item in published.entries if item.pack in packs)
        write_packs(root, [published.packs[pack] for pack in packs], entries, published.listings)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(path for path in root.rglob("*") if path.is_file()):
                archive.write(file, file.relative_to(root))
    return stream.getvalue()
