"""Columns that the models have no field for: they become labelled lines of the note, and columns again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from knowledge.open_data.columns import Names, column_key, fields_by_key
from knowledge.open_data.table import Row
from knowledge.open_data.text import clean, one_line

Labels = Mapping[str, str]
"""Field → the label of its line in a note."""


def labels_of(columns: Iterable[str], names: Names, labels: Labels) -> Labels:
    """The labels whose fields are among these columns."""
    fields = fields_by_key(names)
    present = {fields.get(column_key(column)) for column in columns}
    return {field: label for field, label in labels.items() if field in present}


def labelled_lines(row: Row, labels: Labels) -> list[str]:
    """A line for each of these fields that has a text, in the order of `labels`."""
    return _lines({field: row.text(field) for field in labels}, labels)


def _lines(texts: Mapping[str, str], labels: Labels) -> list[str]:
    return [f"{label}: {one_line(texts[field])}" for field, label in labels.items() if texts.get(field)]


def fitting(pieces: Iterable[str], limit: int) -> tuple[str, list[str]]:
    """The pieces that fit into `limit` characters as one text, and those left out; none is cut in the middle."""
    kept: list[str] = []
    left_out: list[str] = []
    for piece in filter(None, pieces):
        (kept if len("\n".join((*kept, piece))) <= limit else left_out).append(piece)
    return "\n".join(kept), left_out


def divided(note: str, labels: Labels) -> dict[str, str]:
    """The columns that this note was made from. A note of another making is wholly the last column (`note`)."""
    texts: dict[str, str] = {}
    rest: list[str] = []
    for line in note.split("\n"):
        field = next((f for f, label in labels.items() if line.startswith(f"{label}: ") and f not in texts), None)
        if field is None or rest:
            rest.append(line)
        else:
            texts[field] = line.removeprefix(f"{labels[field]}: ")
    texts["note"] = "\n".join(rest)
    read_back = {field: clean(text) for field, text in texts.items()}
    same = "\n".join(filter(None, [*_lines(read_back, labels), read_back["note"]])) == note
    return texts if same else {"note": note}
