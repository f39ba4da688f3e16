"""Following the links of answers, to find dead ones. Only official hosts over https, and never into our own network."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

import httpcore2
from sqlmodel import Session, col, delete, select

from admin.worklists.tables import LinkCheckRow
from knowledge.schema import Entry
from knowledge.validation import ALLOWED_HOSTS

REDIRECTS = 5
MOST_BYTES = 64 * 1024
SECONDS = 10.0
WHOLE_SECONDS = 30.0
"""For one answer with its body: a server that drips keeps nobody waiting."""
AGENT = "madoguchi-link-check"

Resolve = Callable[[str], Collection[str]]
"""A host's name to its addresses. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a link. `fault` is a Japanese sentence, empty for a link that works."""

    url: str
    status: int | None = None
    fault: str = ""


class NotPublic(OSError):
    """A name leads into a private network."""


def addresses_of(host: str) -> Collection[str]:
    """The addresses of a name, as the machine resolves it. Raises OSError."""
    return dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM))


def is_public(address: str) -> bool:
    """Whether an address is on the open internet: not private, loopback, link-local, multicast or reserved."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


class PublicOnly(httpcore2.SyncBackend):
    """Connects to the address that was looked at, so that a name can't lead elsewhere a moment later."""

    def __init__(self, resolve: Resolve = addresses_of) -> None:
        super().__init__()
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to a public address of `host`. Raises NotPublic and httpcore2.ConnectError."""
        addresses = list(self._resolve(host))
        if not addresses or not all(map(is_public, addresses)):
            raise NotPublic(host)
        return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


def open_pool(resolve: Resolve = addresses_of) -> httpcore2.ConnectionPool:
    """Connections for a run of checks; certificates are verified, proxies are not used."""
    return httpcore2.ConnectionPool(ssl_context=ssl.create_default_context(), network_backend=PublicOnly(resolve))


def check(url: str, pool: httpcore2.ConnectionPool, hosts: Collection[str] = ALLOWED_HOSTS) -> Checked:
    """Follows a link and its redirects, each of which has to be allowed as well."""
    try:
        status, fault = _followed(url, pool, hosts)
    except tuple(_FAULTS) as error:
        return Checked(url, None, next(said for kind, said in _FAULTS.items() if isinstance(error, kind)))
    return Checked(url, status, fault)


_FAULTS: Mapping[type[Exception], str] = {
    NotPublic: "公開されていない住所を指しています",
    httpcore2.TimeoutException: "時間内に返事がありません",
    TimeoutError: "時間内に返事がありません",
    ssl.SSLError: "証明書を確かめられません",
    httpcore2.NetworkError: "つながりません",
    httpcore2.ProtocolError: "つながりません",
    OSError: "つながりません",
    ValueError: "つながりません",
}
"""What an error means, the narrower ones first."""


def _followed(url: str, pool: httpcore2.ConnectionPool, hosts: Collection[str]) -> tuple[int | None, str]:
    """The last status, and what is wrong (empty for nothing)."""
    for _ in range(REDIRECTS + 1):
        if fault := refusal(url, hosts):
            return None, fault
        status, onward = _get(pool, url)
        if not onward:
            return status, "" if status < 400 else f"ページがありません（{status}）"
        url = urljoin(url, onward)
    return None, "移動（リダイレクト）が多すぎます"


def refusal(url: str, hosts: Collection[str]) -> str:
    """Why a link is not followed, as a Japanese sentence; empty for one that may be."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "リンクの形が正しくありません"
    if parts.scheme != "https" or port not in (None, 443) or parts.username is not None:
        return "https ではないページへ移りました" if parts.scheme == "http" else "リンクの形が正しくありません"
    return "" if parts.hostname in hosts else f"公式の住所の外（{(parts.hostname or '')[:80]}）へ移りました"


def _get(pool: httpcore2.ConnectionPool, url: str) -> tuple[int, str]:
    """The status, and where a redirect leads (else empty). A body is read up to a limit and thrown away."""
    limits = dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)
    headers = [("user-agent", AGENT), ("accept", "text/html,*/*;q=0.1"), ("connection", "close")]
    until = time.monotonic() + WHOLE_SECONDS
    with pool.stream("GET", url, headers=headers, extensions={"timeout": limits}) as response:
        if response.status in (301, 302, 303, 307, 308):
            found = {name.lower(): value for name, value in response.headers}
            return response.status, found.get(b"location", b"").decode("latin-1")
        read = 0
        for piece in response.iter_stream():
            read += len(piece)
            if read > MOST_BYTES:
                break
            if time.monotonic() > until:
                raise TimeoutError
        return int(response.status), ""


def links_of(entries: Iterable[Entry]) -> list[str]:
    """Every address that these entries link to, once."""
    return sorted({action.value for entry in entries for action in entry.actions if action.kind == "link"})


def check_all(urls: Iterable[str], pool: httpcore2.ConnectionPool) -> Iterator[Checked]:
    """Checks one after another: nobody's server is to notice us."""
    for url in urls:
        yield check(url, pool)


def store_checks(session: Session, found: Iterable[Checked], at: datetime) -> None:
    """Keeps what came of links; what nothing links to any more is forgotten."""
    checked = list(found)
    session.exec(delete(LinkCheckRow).where(col(LinkCheckRow.url).not_in([one.url for one in checked])))
    for one in checked:
        session.merge(LinkCheckRow(url=one.url, status=one.status, fault=one.fault[:200], checked_at=at))
    session.flush()


def dead_links(session: Session) -> Mapping[str, LinkCheckRow]:
    """The links that did not work the last time, by address."""
    rows = session.exec(select(LinkCheckRow).where(LinkCheckRow.fault != "")).all()
    return {row.url: row for row in rows}
