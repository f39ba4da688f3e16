"""The audit log as a page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from admin.access import Approver
from admin.audit import recent_audit
from admin.pages.view import view
from bot.web.state import Reading, Web

router = APIRouter(prefix="/admin")

_ACTIONS = {
    "announce": "お知らせ・休止を出した",
    "stop announcement": "お知らせ・休止を止めた",
    "sign in": "サインイン",
    "sign out": "サインアウト",
    "publish entry": "項目を公開",
    "settle question": "質問を答えないことに",
    "add staff": "職員を追加",
}


@router.get("/{municipality}/audit")
def audit(request: Request, web: Web, session: Reading, staff: Approver, municipality: str) -> Response:
    """Who did what, newest first."""
    city = web.library.city(session, municipality)
    return view(request, "audit.html", staff, city=city, rows=recent_audit(session, [municipality]), actions=_ACTIONS)
