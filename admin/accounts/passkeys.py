"""Passkeys (WebAuthn): made on somebody's own device and unlocked there, so that nothing can be typed at a false page.

Each is asked to check its owner (fingerprint, face, PIN): a passkey stands for both factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import webauthn
from sqlmodel import Session, col, select
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from admin.accounts.second_factor import forget_useless_codes
from admin.accounts.tables import PasskeyRow
from admin.staff import staff_id
from admin.tables import StaffRow

_NAME = "まどぐち 管理"


class PasskeyRefused(Exception):
    """What the browser sent does not show that somebody has the passkey."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser is asked, as JSON, and the challenge that its answer must carry (base64url)."""

    options: str
    challenge: str


def passkeys_of(session: Session, staff: StaffRow) -> Sequence[PasskeyRow]:
    """The passkeys of a member of staff, oldest first."""
    return session.exec(select(PasskeyRow).where(PasskeyRow.staff_id == staff.id).order_by(col(PasskeyRow.id))).all()


def ask_for_new(session: Session, staff: StaffRow, origin: str) -> Asked:
    """What a browser needs to make a passkey."""
    options = webauthn.generate_registration_options(
        rp_id=_host(origin),
        rp_name=_NAME,
        user_name=staff.login,
        user_display_name=staff.name,
        user_id=f"staff:{staff.id}".encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[_descriptor(row) for row in passkeys_of(session, staff)],
    )
    return Asked(webauthn.options_to_json(options), bytes_to_base64url(options.challenge))


def ask_for_one(session: Session, staff: StaffRow | None, origin: str) -> Asked:
    """What a browser needs to use a passkey: one of this member of staff, or whichever it has."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(origin),
        user_verification=UserVerificationRequirement.REQUIRED,
        allow_credentials=[_descriptor(row) for row in passkeys_of(session, staff)] if staff else None,
    )
    return Asked(webauthn.options_to_json(options), bytes_to_base64url(options.challenge))


def add(
    session: Session, staff: StaffRow, name: str, credential: str, *, challenge: str, origin: str, at: datetime
) -> PasskeyRow:
    """Stores a new passkey. Raises PasskeyRefused."""
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=_host(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise PasskeyRefused(str(error)) from None
    found = bytes_to_base64url(verified.credential_id)
    if session.exec(select(PasskeyRow).where(PasskeyRow.credential_id == found)).one_or_none() is not None:
        raise PasskeyRefused("known already")
    row = PasskeyRow(
        staff_id=staff_id(staff),
        name=name.strip()[:60] or "パスキー",
        credential_id=found,
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def owner(session: Session, credential: str, *, challenge: str, origin: str, at: datetime) -> tuple[StaffRow, str]:
    """Whose passkey the browser showed, and what they call it. Raises PasskeyRefused."""
    try:
        shown = parse_authentication_credential_json(credential)
        found = bytes_to_base64url(shown.raw_id)
        row = session.exec(select(PasskeyRow).where(PasskeyRow.credential_id == found)).one_or_none()
        staff = session.get(StaffRow, row.staff_id) if row else None
        if row is None or staff is None or staff.disabled_at is not None:
            raise PasskeyRefused("nobody's passkey")
        verified = webauthn.verify_authentication_response(
            credential=shown,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=_host(origin),
            expected_origin=origin,
            credential_public_key=webauthn.base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise PasskeyRefused(str(error)) from None
    row.sign_count, row.used_at = verified.new_sign_count, at
    return staff, row.name


def find(session: Session, staff: StaffRow, number: int) -> PasskeyRow | None:
    """A passkey of this member of staff by its number."""
    row = session.get(PasskeyRow, number)
    return row if row is not None and row.staff_id == staff.id else None


def remove(session: Session, staff: StaffRow, row: PasskeyRow) -> None:
    """Forgets a passkey, and the recovery codes when nothing needs them any more."""
    session.delete(row)
    session.flush()
    forget_useless_codes(session, staff)


def _descriptor(row: PasskeyRow) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(row.credential_id))


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""
