"""Rows of the audit log as people read them: what was done in words, what changed by field, and as a CSV file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from admin.entries.diffs import FieldDiff, Kind, Segment, field_diffs
from admin.tables import AuditRow
from bot.web.static import JAPAN
from knowledge.open_data.text import clean, guarded

_COLUMNS = ("日時", "だれが", "名前", "何を", "どれに", "どこから", "前", "後")
_FIELDS = {
    "counter": "窓口",
    "sureness": "確かさ",
    "four_eyes": "二人で確かめる",
    "replay_days": "ためす日数",
    "publish_at": "公開の時刻",
    "release": "公開番号",
    "entries": "項目",
    "reason": "わけ",
    "approved": "承認した人",
    "role": "役割",
    "text": "文",
    "kind": "種類",
    "note": "メモ",
    "name": "名前",
    "oidc_subject": "組織のアカウント",
    "revision": "版",
    "rows": "行",
}


def changes_in(row: AuditRow) -> list[FieldDiff]:
    """What a row's change did, field by field."""
    before, after = row.before or {}, row.after or {}
    if "question" in before or "question" in after:
        return field_diffs(before, after)
    names = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
    return [_change(name, before.get(name), after.get(name)) for name in names]


def _change(name: str, before: object, after: object) -> FieldDiff:
    sides = ((Kind.REMOVED, before), (Kind.ADDED, after))
    segments = tuple(Segment(kind, _shown(value)) for kind, value in sides if value not in (None, "", []))
    return FieldDiff(name, _FIELDS.get(name, name), segments, as_list=True)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, list):
        return "、".join(_shown(item) for item in value)
    if isinstance(value, dict):
        return "、".join(f"{_FIELDS.get(k, k)}: {_shown(v)}" for k, v in value.items() if v not in (None, "", []))
    return str(value)


def as_csv(rows: Iterable[AuditRow], actions: Mapping[str, str], people: Mapping[str, str]) -> bytes:
    """The rows as a file for spreadsheets: UTF-8 with BOM, Japan's time, nothing that runs as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        moment = f"{row.at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}"
        cells = (row.actor, people.get(row.actor, ""), actions.get(row.action, row.action), row.subject, row.origin)
        writer.writerow([moment, *(guarded(clean(cell)) for cell in (*cells, _json(row.before), _json(row.after)))])
    return text.getvalue().encode("utf-8-sig")


def _json(content: Mapping[str, Any] | None) -> str:
    return json.dumps(content, ensure_ascii=False) if content else ""
