"""The catalogues as CSV in the columns of the recommended data set (v2)."""

from __future__ import annotations

from knowledge.listings import PackListings
from knowledge.municipalities import FOUNDING
from knowledge.open_data import write_events, write_facilities, write_wifi
from knowledge.open_data.procedures import write_procedures
from knowledge.open_data.writing import six_digits


class CodeNeeded(ValueError):
    """The list can't be written without the municipality's code; the message is a Japanese sentence."""


def write_list(kind: str, own: PackListings, municipality: str, name: str, code: str, prefecture: str) -> bytes:
    """The list `kind` (events, facilities, wifi, procedures) of what a municipality itself lists. Raises CodeNeeded.

    `code` and `prefecture` are only needed for a municipality that is not known here.
    """
    if kind == "procedures":
        return write_procedures(own.procedures)
    body = _publisher(municipality, name, code.strip(), prefecture.strip())
    if kind == "events":
        return write_events((session for session in own.classes if not session.sample), layout="v2", **body)
    if kind == "wifi":
        return write_wifi((place for place in own.places if place.kind == "wifi"), layout="v2", **body)
    return write_facilities((place for place in own.places if place.kind != "wifi"), layout="v2", **body)


def _publisher(municipality: str, name: str, code: str, prefecture: str) -> dict[str, str]:
    known = FOUNDING.get(municipality)
    code, prefecture = (known.code, known.prefecture) if known else (code, prefecture)
    if not code or not prefecture:
        raise CodeNeeded("全国地方公共団体コードと都道府県の名前を書いてください（標準の一覧の、どの行にも入ります）。")
    try:
        return {
            "municipality_code": six_digits(code),
            "municipality_name": name,
            "prefecture": prefecture,
        }
    except ValueError as error:
        raise CodeNeeded(f"{error}。") from None
