"""The certificate a server shows, checked as LINE checks it: a whole chain to a known authority, TLS 1.2 or newer."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime

TIMEOUT = 5.0
"""Seconds to connect, and again for the handshake."""


class CertificateFault(Exception):
    """The connection is not to be trusted, or there is none; the message is a Japanese sentence with what to do."""


def valid_until(host: str, port: int = 443, context: ssl.SSLContext | None = None) -> datetime:
    """Until when the server's certificate is good. Raises CertificateFault when it is not good now.

    Python, like LINE, does not look for missing intermediate certificates: a chain with a gap is found here.
    """
    context = context or ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), timeout=TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            shown = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        raise CertificateFault(_distrust(error)) from None
    except ssl.SSLError as error:
        raise CertificateFault(
            f"TLS でつながりません（{error.reason}）。TLS 1.2 以上で待ち受けるようにしてください。"
        ) from None
    except OSError as error:
        raise CertificateFault(
            f"{host}:{port} につながりません（{error.strerror or type(error).__name__}）。"
            "名前（DNS）と、443番の通信が許されているかを確かめてください。"
        ) from None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)


def _distrust(error: ssl.SSLCertVerificationError) -> str:
    reason = error.verify_message
    if "expired" in reason:
        return "証明書の期限が切れています。新しい証明書に替えてください。"
    if "mismatch" in reason.lower() or "not valid for" in reason:
        return "証明書の名前がサーバーの名前と違います。この名前の証明書に替えてください。"
    return (
        f"証明書を信頼できません（{reason}）。広く使われている認証局の証明書にし、"
        "中間証明書もサーバーに置いてください（自分で作った証明書では LINE から届きません）。"
    )
