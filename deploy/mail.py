"""Sending mail by SMTP, as the operator set it up."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP as MAIL_LINES

from deploy.settings import Settings, SettingsError

SECONDS = 20.0


class MailFailed(Exception):
    """The mail server did not take it; the message has no address and no text."""


def is_set_up(settings: Settings) -> bool:
    """Whether mail can be sent at all; it is off until an operator names a server."""
    return bool(settings.smtp_host)


def send_mail(settings: Settings, to: Sequence[str], subject: str, text: str) -> None:
    """Sends one mail; nobody sees the others' addresses. Raises MailFailed, and SettingsError without a server."""
    if not settings.smtp_host or not settings.smtp_from:
        raise SettingsError("MADOGUCHI_SMTP_HOST と MADOGUCHI_SMTP_FROM を設定してください。")
    message = EmailMessage(policy=MAIL_LINES)
    message["Subject"], message["From"] = subject, settings.smtp_from
    message["To"] = "undisclosed-recipients:;"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        with _server(settings) as server:
            server.send_message(message, settings.smtp_from, list(to))
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(type(error).__name__) from None


def _server(settings: Settings) -> smtplib.SMTP:
    host, port = settings.smtp_host, settings.smtp_port
    secure = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=secure)
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS)
        if settings.smtp_security == "starttls":
            server.starttls(context=secure)
    if settings.smtp_user:
        server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    return server
