"""Class mode without a network: what makes it installable, the service worker, and the copy of a city's answers."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections import OrderedDict
from datetime import datetime
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from bot.conversation.city import CityKnowledge
from bot.conversation.standing import Standing
from bot.lookup.class_view import ClassLinks
from bot.lookup.device_copy import city_copy
from bot.lookup.links import Links
from bot.lookup.view import BUILD, show_of, standing_of
from bot.responses.days import in_japan
from bot.web.addresses import absolute
from bot.web.freshness import fresh, tag_of
from bot.web.state import Reading, Web
from bot.web.static import DIRECTORY as SHARED

HERE = Path(__file__).parent / "static"
NAMES = (
    "class.css",
    "class.js",
    "class-device.js",
    "class-lesson.js",
    "offline-class.js",
    "offline-search.js",
    "icon-192.png",
    "icon-512.png",
)
FILES = ("/static/page.css", "/static/icon.svg", *(f"/static/lookup/{name}" for name in NAMES))
"""What a device keeps to show class mode without a network."""
MOST_COPIES = 16
"""Copies kept ready; each is about 250 KB."""

router = APIRouter(prefix="/lookup")
_lock = threading.Lock()
_copies: OrderedDict[tuple[str, str], tuple[tuple[CityKnowledge, Standing] | None, bytes]] = OrderedDict()


@router.get("/offline/service-worker.js")
def service_worker() -> Response:
    """The service worker; it names the files it keeps, and changes when one of them does."""
    text = (HERE / "service-worker.js").read_text(encoding="utf-8")
    text = text.replace("__BUILD__", _files_hash()).replace("__FILES__", json.dumps(FILES))
    headers = {"service-worker-allowed": "/lookup/", "cache-control": "no-cache"}
    return Response(text, media_type="text/javascript", headers=headers)


@cache
def _files_hash() -> str:
    paths = [SHARED / "static" / "page.css", *(HERE / name for name in NAMES), HERE / "service-worker.js"]
    return hashlib.blake2b(b"".join(path.read_bytes() for path in paths), digest_size=6).hexdigest()


@router.get("/{municipality}/manifest.webmanifest")
def manifest(web: Web, session: Reading, municipality: str) -> Response:
    """What a telephone needs to put class mode on its home screen."""
    city = web.library.city(session, municipality)
    icons = [
        {"src": f"/static/lookup/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    content = {
        "name": f"{city.name} まどぐち 教室モード",
        "short_name": f"{city.name}の教室",
        "lang": "ja",
        "start_url": f"/lookup/{municipality}/class",
        "scope": f"/lookup/{municipality}/",
        "id": f"/lookup/{municipality}/class",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0017c1",
        "icons": icons,
    }
    return Response(json.dumps(content, ensure_ascii=False), media_type="application/manifest+json")


@router.get("/{municipality}/class/offline")
def shell(request: Request, web: Web, session: Reading, municipality: str) -> Response:
    """Class mode as a page without content, which `offline-class.js` fills from the copy."""
    links = ClassLinks(Links(web.library.city(session, municipality)))
    return show_of(request, "class_offline.html", links.links, pages=links, kana=False)


@router.get("/{municipality}/offline.json")
def copy(request: Request, web: Web, session: Reading, municipality: str) -> Response:
    """The copy of a city's answers. A browser that has it sends its tag, and gets it again only when it changed."""
    city = web.library.city(session, municipality)
    day = in_japan(web.clock()).date()
    standing = standing_of(session, web, city)
    base = absolute(request, "")
    tag = tag_of(BUILD, city.index.release, day, base, len(city.classes), standing)
    return fresh(request, tag, lambda: _sent(request, _packed(city, standing, base, web.clock())))


def _packed(city: CityKnowledge, standing: Standing, base: str, at: datetime) -> bytes:
    """The copy, gzipped; made once for a city's knowledge, its notices and the address it is asked for at."""
    made_from = (city, standing)
    with _lock:
        before, packed = _copies.pop((city.municipality, base), (None, b""))
        if before is None or before[0] is not city or before[1] != standing:
            made = city_copy(city, at, standing, lambda topic: f"{base}{Links(city).entry(topic)}")
            packed = gzip.compress(made, 9, mtime=0)
        _copies[city.municipality, base] = (made_from, packed)
        if len(_copies) > MOST_COPIES:
            _copies.popitem(last=False)
    return packed


def _sent(request: Request, packed: bytes) -> Response:
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), media_type="application/json")
    headers = {"content-encoding": "gzip", "vary": "accept-encoding"}
    return Response(packed, media_type="application/json", headers=headers)
