"""行政手続の一覧: columns of our own, because the standard data set has no list of procedures that fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from knowledge.listings import Procedure
from knowledge.open_data.columns import Names
from knowledge.open_data.drafts import Draft, digest, finished, listed, read_id
from knowledge.open_data.table import Row
from knowledge.open_data.text import folded, one_line
from knowledge.open_data.writing import write_table
from knowledge.reading import Problem

EVENT_LABELS: Mapping[str, str] = {
    "moving": "引っ越し",
    "birth": "出産",
    "childcare": "子育て",
    "marriage": "結婚",
    "condolence": "おくやみ",
    "work": "就職・退職",
    "care": "介護",
    "health": "健康・医療",
    "disaster": "災害",
    "tax": "税金",
    "vehicle": "車・バイク",
    "card": "マイナンバーカード",
    "certificate": "証明書",
    "voting": "選挙",
    "facility": "施設の予約",
    "other": "そのほか",
}
ONLINE_LABELS: Mapping[str, str] = {
    "everywhere": "どの市でもできる",
    "some-cities": "できる市がある",
    "no": "できない",
    "unknown": "確かめていない",
}
STATE_LABELS: Mapping[str, str] = {
    "in-service": "行っている",
    "planned": "計画している",
    "ended": "終わった",
    "policy": "方針・きまり",
}
PROCEDURE_NAMES: Names = {
    "id": ("ID", "NO"),
    "name": ("手続の名称", "手続名", "名称", "手続"),
    "words": ("ほかの言い方",),
    "events": ("出来事", "ライフイベント"),
    "online": ("オンライン", "オンライン申請"),
    "entrance": ("入口", "申請先"),
    "needs": ("要るもの", "必要なもの", "持ち物"),
    "visit": ("来庁",),
    "state": ("状態",),
    "topic": ("項目",),
    "sources": ("出典",),
}
PROCEDURE_COLUMNS = tuple(names[0] for names in PROCEDURE_NAMES.values())
_REQUIRED = frozenset({"id", "name", "words", "events", "online", "entrance", "visit", "state", "sources"})
_BETWEEN = re.compile(r"[;；\n]")


def procedures_of(rows: Iterable[Row]) -> tuple[list[Procedure], list[Problem]]:
    """The procedures of these rows, and what is wrong with them. Never raises."""
    return listed((Draft(row) for row in rows), _read)


def _read(draft: Draft) -> tuple[Procedure, str] | None:
    row = draft.row
    made = f"own-{digest(row.text('name'))}"
    draft.values["words"] = _parts(row.text("words"))
    draft.values["needs"] = _parts(row.text("needs"))
    draft.values["sources"] = _parts(row.text("sources"))
    draft.values["events"] = [_code(EVENT_LABELS, part) for part in _parts(row.text("events"))]
    draft.put("id", read_id(draft, made))
    for name in ("name", "entrance", "visit", "topic"):
        draft.put(name, one_line(row.text(name)))
    draft.put("online", _code(ONLINE_LABELS, row.text("online")) or "unknown")
    draft.put("state", _code(STATE_LABELS, row.text("state")))
    procedure = finished(draft, Procedure, _REQUIRED)
    return (procedure, made) if procedure else None


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(one_line(part) for part in _BETWEEN.split(text) if part.strip()))


def _code(labels: Mapping[str, str], text: str) -> str:
    """The code behind a Japanese label; another text as it is, for the model to judge."""
    text = folded(text)
    return next((code for code, label in labels.items() if folded(label) == text), text)


def write_procedures(procedures: Iterable[Procedure]) -> bytes:
    """The list as CSV; reading it again gives equal procedures (but for a ; within a text)."""
    return write_table(PROCEDURE_COLUMNS, PROCEDURE_NAMES, [_cells(procedure) for procedure in procedures])


def _cells(procedure: Procedure) -> dict[str, str]:
    return {
        "id": procedure.id,
        "name": procedure.name,
        "words": _joined(procedure.words),
        "events": ";".join(EVENT_LABELS[event] for event in procedure.events),
        "online": ONLINE_LABELS[procedure.online],
        "entrance": procedure.entrance,
        "needs": _joined(procedure.needs),
        "visit": procedure.visit,
        "state": STATE_LABELS[procedure.state],
        "topic": procedure.topic or "",
        "sources": _joined(procedure.sources),
    }


def _joined(parts: tuple[str, ...]) -> str:
    return ";".join(part.replace(";", "、").replace("；", "、") for part in parts)
