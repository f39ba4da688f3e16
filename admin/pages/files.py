"""Files in and out, and forms with more choices than usual. What is sent is read after the role was checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request, Response
from starlette.datastructures import UploadFile

from knowledge.workbooks import MOST_BYTES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BESIDE = 64 * 1024
"""Bytes of a request that are not the file's."""
_MOST_FIELDS = 20_000
TOO_LARGE = "ファイルが大きすぎます（5 MB まで）。いくつかに分けてください。"
NO_FILE = "ファイルを選んでから、ボタンを押してください。"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file with the form's other fields. `fault` is a Japanese sentence when there is nothing to read."""

    name: str
    content: bytes
    fields: Mapping[str, str]
    fault: str = ""


async def _sent(request: Request) -> Sent:
    """The form field `file`. A request that says to be too large is not read at all."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MOST_BYTES + _BESIDE:
        return Sent("", b"", {}, TOO_LARGE if length.isdigit() else NO_FILE)
    async with request.form(max_files=1, max_fields=50) as form:
        file = form.get("file")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        if not isinstance(file, UploadFile) or not file.filename:
            return Sent("", b"", fields, NO_FILE)
        content = await file.read(MOST_BYTES + 1)
    return Sent(PurePath(file.filename).name[:120], content, fields, "" if len(content) <= MOST_BYTES else TOO_LARGE)


async def _choices(request: Request) -> Mapping[str, str]:
    """All fields of a form, of which there may be several for each of some thousand rows."""
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


SentFile = Annotated[Sent, Depends(_sent)]
Choices = Annotated[Mapping[str, str], Depends(_choices)]


def attachment(content: bytes, name: str, kind: str) -> Response:
    """A file that the browser saves; no cache keeps it."""
    place = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=kind, headers={"content-disposition": place, "cache-control": "no-store"})
