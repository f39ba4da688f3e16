"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for the day it is lost.

A code's time step is used once. Secrets are sealed with the service's key (while it is replaced, those sealed with the
key before are sealed anew when they are used), recovery codes kept as digests.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import unicodedata
from datetime import datetime
from hmac import compare_digest

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import func
from sqlmodel import Session, col, delete, or_, select, update

from admin.accounts.tables import PasskeyRow, RecoveryCodeRow
from admin.staff import staff_id
from admin.tables import StaffRow

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_STEP = 30
_ISSUER = "まどぐち 管理"


def new_secret() -> str:
    """A secret for an authenticator app, in base32."""
    return pyotp.random_base32()


def qr_code(secret: str, login: str) -> str:
    """What an authenticator app reads with the camera, as the address of an SVG picture."""
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")


def spaced(secret: str) -> str:
    """The secret in groups of four, for typing it."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def step_of(secret: str, code: str, at: datetime, after: int | None = None) -> int | None:
    """The time step that this code belongs to: now, one before or one after, and later than `after`."""
    now = int(at.timestamp()) // _STEP
    totp = pyotp.TOTP(secret)
    steps = [step for step in (now, now - 1, now + 1) if after is None or step > after]
    return next((step for step in steps if compare_digest(totp.generate_otp(step), code)), None)


def switch_on(session: Session, staff: StaffRow, secret: str, code: str, keys: tuple[str, ...], at: datetime) -> bool:
    """Stores the secret when the code shows that the app has it too."""
    step = step_of(secret, typed(code), at)
    if step is None:
        return False
    staff.totp_secret, staff.totp_step = sealed(secret, keys), step
    session.add(staff)
    return True


def code_fits(session: Session, staff: StaffRow, code: str, keys: tuple[str, ...], at: datetime) -> bool:
    """Whether an app's code or a recovery code lets this member of staff in. It is used up by this."""
    code = typed(code)
    return _totp_fits(session, staff, code, keys, at) if code.isdigit() else _recovers(session, staff, code, at)


def typed(code: str) -> str:
    """A code as it is compared: without spaces and hyphens, in half-width small letters."""
    folded = unicodedata.normalize("NFKC", code).casefold()
    return "".join(character for character in folded if character.isascii() and character.isalnum())


def _totp_fits(session: Session, staff: StaffRow, code: str, keys: tuple[str, ...], at: datetime) -> bool:
    secret = opened(staff.totp_secret, keys)
    step = step_of(secret, code, at, staff.totp_step) if secret else None
    if secret is None or step is None:
        return False
    unused = or_(col(StaffRow.totp_step).is_(None), col(StaffRow.totp_step) < step)
    values = {"totp_step": step} | ({"totp_secret": sealed(secret, keys)} if len(keys) > 1 else {})
    used = update(StaffRow).where(col(StaffRow.id) == staff.id, unused).values(**values)
    return session.exec(used).rowcount == 1


def _recovers(session: Session, staff: StaffRow, code: str, at: datetime) -> bool:
    mine = (col(RecoveryCodeRow.staff_id) == staff.id, col(RecoveryCodeRow.digest) == _digest(staff, code))
    used = update(RecoveryCodeRow).where(*mine, col(RecoveryCodeRow.used_at).is_(None)).values(used_at=at)
    return session.exec(used).rowcount == 1


def new_recovery_codes(session: Session, staff: StaffRow) -> list[str]:
    """Ten new codes, to be shown this once; older ones stop working."""
    session.exec(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.staff_id) == staff.id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCodeRow(staff_id=staff_id(staff), digest=_digest(staff, code)) for code in codes)
    return ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in codes]


def recovery_codes_left(session: Session, staff: StaffRow) -> int:
    """How many recovery codes still work."""
    unused = (col(RecoveryCodeRow.staff_id) == staff.id, col(RecoveryCodeRow.used_at).is_(None))
    return session.exec(select(func.count()).select_from(RecoveryCodeRow).where(*unused)).one()


def has_factor(session: Session, staff: StaffRow) -> bool:
    """Whether a password alone does not let this member of staff in."""
    return staff.totp_secret is not None or _has_passkey(session, staff)


def _has_passkey(session: Session, staff: StaffRow) -> bool:
    return session.exec(select(PasskeyRow.id).where(PasskeyRow.staff_id == staff.id).limit(1)).first() is not None


def switch_off(session: Session, staff: StaffRow) -> None:
    """Forgets the authenticator app, and the recovery codes when no passkey needs them."""
    staff.totp_secret = staff.totp_step = None
    session.add(staff)
    forget_useless_codes(session, staff)


def forget_useless_codes(session: Session, staff: StaffRow) -> None:
    """Recovery codes without a second factor to recover are forgotten."""
    if not has_factor(session, staff):
        session.exec(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.staff_id) == staff.id))


def reset(session: Session, staff: StaffRow) -> None:
    """Forgets app, passkeys and recovery codes: somebody lost them all."""
    session.exec(delete(PasskeyRow).where(col(PasskeyRow.staff_id) == staff.id))
    switch_off(session, staff)


def _digest(staff: StaffRow, code: str) -> str:
    """Codes have 79 random bits: a plain digest can't be searched through."""
    return hashlib.sha256(f"{staff.id}:{code}".encode()).hexdigest()


def _box(key: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"totp secrets").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def sealed(secret: str, keys: tuple[str, ...]) -> str:
    """The secret as it is stored: encrypted and authenticated with the first of the service's keys."""
    return _box(keys[0]).encrypt(secret.encode()).decode()


def opened(stored: str | None, keys: tuple[str, ...]) -> str | None:
    """The secret; None when there is none, or when it is sealed with none of these keys."""
    try:
        return MultiFernet([_box(key) for key in keys]).decrypt(stored.encode()).decode() if stored else None
    except InvalidToken:
        return None


def sealed_otherwise(session: Session, key: str) -> int:
    """How many members of staff have an authenticator app whose secret this key does not open."""
    stored = session.exec(select(StaffRow.totp_secret).where(col(StaffRow.totp_secret).is_not(None))).all()
    return sum(opened(secret, (key,)) is None for secret in stored)
