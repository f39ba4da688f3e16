"""Bytes to text, and the small repairs that every cell gets."""

from __future__ import annotations

import codecs
import re
import unicodedata

UNREADABLE = "\ufffd"
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BREAKS = re.compile(r"[\r\n\t]+")
_ZERO_LIKE = ("-", "ー", "―", "−", "—", "*", "なし", "無し", "不明")
_RISKY = re.compile(r"'*(?:[\t\r\n\0]|\s*[=+\-@＝＋－＠])")
_NUMBER_OR_TELEPHONE = re.compile(r"[+-][0-9][0-9 ().-]*")


def is_archive(content: bytes) -> bool:
    """Whether this is an Excel workbook or a zip, whatever it is called."""
    return content.startswith(_ARCHIVES)


def decode(content: bytes) -> str:
    """The text of a file in any encoding that cities use. What cannot be read stands as U+FFFD."""
    if content.startswith(codecs.BOM_UTF8):
        return content.decode("utf-8-sig", "replace")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    candidates = [content.decode(encoding, "replace") for encoding in ("utf-8", "cp932")]
    if b"\0" in content and UNREADABLE in candidates[0]:
        # Only UTF-16 has zero bytes: beside every comma, on the side where the high byte stands.
        little = content[1::2].count(0) >= content[::2].count(0)
        return content.decode("utf-16-le" if little else "utf-16-be", "replace")
    return min(candidates, key=lambda text: text.count(UNREADABLE))


def clean(text: str) -> str:
    """Without control characters and outer spaces; lines end in LF."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) != "Cc").strip()


def one_line(text: str) -> str:
    """The same on one line: cells hold line breaks where the sheet was too narrow."""
    return clean(" ".join(filter(None, (part.strip() for part in _BREAKS.split(text)))))


def folded(text: str) -> str:
    """For values with a form (dates, numbers): full width and half width are one."""
    return unicodedata.normalize("NFKC", text).strip()


def is_nothing(text: str) -> bool:
    """Whether a value with a form says that there is none."""
    return not text or text in _ZERO_LIKE


def guarded(text: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would take it for a formula.

    Numbers and telephone numbers stay as they are: they have nothing to run, and programs read them. A cell that has
    the apostrophe already gets one more, so that `unguarded` gives back exactly what went in.
    """
    return f"'{text}" if _RISKY.match(text) and not _NUMBER_OR_TELEPHONE.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The cell without the apostrophe of `guarded`."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text
