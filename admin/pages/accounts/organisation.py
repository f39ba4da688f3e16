"""Signing in with the organisation's account: to its provider and back."""

from __future__ import annotations

import logging
from hmac import compare_digest
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from admin.accounts import ceremonies
from admin.accounts.ceremonies import Ceremony, Purpose
from admin.accounts.oidc import Identity, IdentityProvider, ProviderError, staff_with
from admin.accounts.sessions import Method
from admin.accounts.settings import Accounts, AccountSettings, origin_of
from admin.pages.accounts.entering import HOME, enter, give_cookie, go, own_page, step_token
from admin.pages.view import view
from bot.web.state import Web, WebParts

router = APIRouter(prefix="/admin/sign-in/oidc")
log = logging.getLogger(__name__)

_FAILED = "組織のアカウントでのサインインができませんでした。もう一度ためすか、情報管理の担当に知らせてください。"
_STALE = "サインインの途中で時間がたちました。もう一度、はじめからお願いします。"


@router.get("")
def depart(request: Request, web: Web, accounts: Accounts, again: bool = False, next: str = HOME) -> Response:
    """To the provider. The network is asked before a transaction begins, so that nobody waits for it."""
    provider = _provider(accounts)
    try:
        departure = provider.depart(_return_address(request, web), again=again)
    except ProviderError as error:
        return _failed(request, error)
    content = {"state": departure.state, "nonce": departure.nonce, "verifier": departure.verifier}
    with web.database.writing() as session:
        kept = {**content, "again": again, "next": own_page(next)}
        token = ceremonies.begin(session, Purpose.OIDC, web.clock(), content=kept)
    response = go(departure.url)
    give_cookie(response, web, Purpose.OIDC, token)
    return response


@router.get("/callback")
def arrive(
    request: Request,
    web: Web,
    accounts: Accounts,
    state: str = "",
    code: str = "",
    error: str = "",
    iss: str | None = None,
) -> Response:
    """Back from the provider: who was registered gets a session."""
    provider = _provider(accounts)
    begun = _begun(request, web, state)
    if begun is None:
        return _page(request, _STALE, 400)
    try:
        if error or not code or iss not in (None, provider.issuer):
            raise ProviderError(f"came back with {error[:40] or 'nothing'}")
        identity = provider.arrive(
            code,
            nonce=begun.content["nonce"],
            verifier=begun.content["verifier"],
            return_to=_return_address(request, web),
            at=web.clock(),
            again=begun.content["again"],
        )
    except ProviderError as fault:
        return _failed(request, fault)
    return _enter(request, web, identity, begun.content["next"])


def _begun(request: Request, web: WebParts, state: str) -> Ceremony | None:
    """What this browser began, used up before the network is asked."""
    with web.database.writing() as session:
        begun = ceremonies.finish(session, step_token(request, web, Purpose.OIDC), Purpose.OIDC, web.clock())
    return begun if begun and compare_digest(begun.content["state"].encode(), state.encode()) else None


def _enter(request: Request, web: WebParts, identity: Identity, next_page: str) -> Response:
    with web.database.writing() as session:
        staff = staff_with(session, identity)
        if staff is not None:
            return enter(request, web, session, staff, Method.OIDC, next_page=next_page)
    return view(request, "accounts/unknown.html", status=403, subject=identity.subject)


def _provider(accounts: AccountSettings) -> IdentityProvider:
    if accounts.provider is None:
        raise HTTPException(404)
    return accounts.provider


def _return_address(request: Request, web: WebParts) -> str:
    return f"{origin_of(request, web)}/admin/sign-in/oidc/callback"


def _failed(request: Request, error: ProviderError) -> Response:
    log.warning("organisation sign-in: %s", error)
    return _page(request, _FAILED, 502)


def _page(request: Request, fault: str, status: int) -> Response:
    shown: dict[str, Any] = {"fault": fault, "notice": "", "login": "", "organisation": True}
    return view(request, "accounts/sign_in.html", status=status, **shown)
