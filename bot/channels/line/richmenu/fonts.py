"""Finding a Japanese font: the one that the operator names, else a usual one in the usual places."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from PIL import ImageFont

from bot.channels.line.richmenu.errors import FontMissing

WANTED = (
    "NotoSansCJK-Bold.ttc",
    "NotoSansCJKjp-Bold.otf",
    "NotoSansJP-Bold.otf",
    "NotoSansJP-Bold.ttf",
    "BIZUDPGothic-Bold.ttf",
    "BIZUDGothic-Bold.ttf",
    "ヒラギノ角ゴシック W6.ttc",
    "YuGothB.ttc",
    "meiryob.ttc",
    "NotoSansCJK-Medium.ttc",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKjp-Regular.otf",
    "NotoSansJP-Regular.otf",
    "NotoSansJP-Regular.ttf",
    "BIZUDPGothic-Regular.ttf",
    "BIZUDGothic-Regular.ttf",
    "ipaexg.ttf",
    "TakaoPGothic.ttf",
    "TakaoExGothic.ttf",
    "ipagp.ttf",
    "ipag.ttf",
)
"""Names of files, the best first: bold faces are read more easily, and Japanese letter shapes come first in each."""
_NONE = "日本語の字（フォント）が見つからないので、メニューを描けません。"
_INSTALL = (
    "Debian・Ubuntu なら apt install fonts-noto-cjk、"
    "Fedora・RHEL なら dnf install google-noto-sans-cjk-fonts で入ります。\n"
    "ほかの字を使うときは、MADOGUCHI_FONT にファイルの場所（.ttf .otf .ttc）を書いてください。"
)
_SAMPLE = "国"
_NO_CHARACTER = "\uffff"
"""A place in Unicode that never holds a character: every font draws its sign for a missing one."""


def find_font(chosen: str = "", folders: Iterable[Path] | None = None) -> Path:
    """The file to draw with: `chosen` if given, else the best one in `folders` (by default the system's).

    Raises FontMissing when there is none, or when `chosen` can't be read or has no Japanese.
    """
    if chosen:
        return _checked(Path(chosen).expanduser())
    found = {_name(file): file for file in _files(system_folders() if folders is None else folders)}
    for name in WANTED:
        if name in found:
            return found[name]
    raise FontMissing(f"{_NONE}\n{_INSTALL}")


@cache
def load_font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """The font in a size (pixels). In collections the first face is taken: in Noto's it is the Japanese one."""
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def system_folders() -> tuple[Path, ...]:
    """Where Linux, macOS and Windows keep fonts."""
    home = Path.home()
    if sys.platform == "darwin":
        return (home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    if sys.platform == "win32":
        return (Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",)
    return (home / ".local/share/fonts", home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for parent, _, names in os.walk(folder):
            yield from (Path(parent, name) for name in names)


def _name(file: Path) -> str:
    """The file's name; macOS writes 「ゴ」 in two signs."""
    return unicodedata.normalize("NFC", file.name)


def _checked(path: Path) -> Path:
    try:
        font = load_font(path, 32)
    except OSError:
        raise FontMissing(f"MADOGUCHI_FONT の {path} を、字（フォント）として読めません。\n{_INSTALL}") from None
    if bytes(font.getmask(_SAMPLE)) == bytes(font.getmask(_NO_CHARACTER)):
        raise FontMissing(f"MADOGUCHI_FONT の {path} には、日本語の字がありません。\n{_INSTALL}")
    return path
