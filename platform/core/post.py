"""The one way in which the product talks to somebody else's server: seconds, not minutes, and never to one of its own.

An address that a factory types in may lead anywhere, so what its name resolves to is looked at for each connection,
and that same address is the one connected to. Redirects are not followed.
"""

import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

LOOK_UP, CONNECT, READ, ALTOGETHER = 3.0, 3.0, 5.0, 8.0
MOST_READ = 64 * 1024


class ChannelError(Exception):
    """The gateway did not take it. reason: one sentence for an administrator.

    is_permanent: trying again cannot help. wait: how long the gateway wants to be left alone; else it is doubled.
    """

    def __init__(self, reason: str, *, is_permanent: bool = False, wait: timedelta | None = None):
        super().__init__(reason)
        self.reason, self.is_permanent, self.wait = reason, is_permanent, wait


class NoAnswer(ChannelError):
    """Nobody is there, or too slow: whatever else goes there waits a while, so that it holds up nobody else."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]

    def said(self) -> dict[str, Any]:
        """The JSON object of the answer; nothing where it is something else."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def post_json(url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return post(url, content, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def post(url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
    return ask("POST", url, content, headers)


def ask(method: str, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
    base = settings.GATEWAYS.get(urlsplit(url).hostname or "")
    refuse_strange(url)
    target = base + url[url.index("/", len("https://")) :] if base else url
    line = _Line(time.monotonic() + ALTOGETHER, is_guarded=not (base or settings.PRIVATE_ADDRESSES))
    try:
        return _talk(method, target, content, {"User-Agent": "Anhuan", **headers}, line)
    except (httpcore.TimeoutException, TimeoutError):
        raise NoAnswer(_("The gateway does not answer.")) from None
    except (socket.gaierror, UnicodeError):
        raise NoAnswer(_("There is no such host: %(host)s.") % {"host": urlsplit(url).hostname}) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        words = {"error": str(error)[:120] or type(error).__name__}
        raise NoAnswer(_("The gateway cannot be reached: %(error)s.") % words) from None


def refuse_strange(url: str) -> None:
    """https to a name on its usual port; whatever else would be a way into somebody's own network."""
    parts = urlsplit(url)
    schemes = ("https", "http") if settings.PRIVATE_ADDRESSES else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise ChannelError(_("The address must begin with https://."), is_permanent=True)
    if parts.username or parts.password or not url.isascii() or any(sign.isspace() for sign in url):
        raise ChannelError(_("The address is not complete. Copy it again, whole."), is_permanent=True)


def refuse_private(host: str) -> list[str]:
    """Addresses of the name, all of them out in the Internet; those come first that every network knows."""
    found = look_up(host)
    if not all(_is_outside(address) for address in found):
        raise ChannelError(_("This address leads into a private network, which is not allowed."), is_permanent=True)
    return sorted(found, key=lambda address: ":" in address)


def look_up(host: str) -> list[str]:
    """Its addresses, in time: the system's resolver knows no limit, so one that hangs keeps a thread of its own and
    nobody who waits for it.
    """
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()
    threading.Thread(target=_ask_resolver, args=(host, answers), daemon=True).start()
    try:
        found = answers.get(timeout=LOOK_UP)
    except Empty:
        raise NoAnswer(_("The name %(host)s cannot be looked up right now.") % {"host": host}) from None
    if isinstance(found, Exception):
        raise found
    return found


def _ask_resolver(host: str, answers: "SimpleQueue[list[str] | Exception]") -> None:
    try:
        answers.put([str(row[4][0]) for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)])
    except (OSError, UnicodeError) as error:
        answers.put(error)


def _is_outside(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if inner or ip in ipaddress.ip_network("64:ff9b::/96"):
            return bool(inner) and _is_outside(str(inner))
    return ip.is_global and not ip.is_multicast


class _Line(httpcore.SyncBackend):
    """Looks where a name leads at the moment of connecting; the certificate is still asked for the name."""

    def __init__(self, until: float, *, is_guarded: bool) -> None:
        self.until, self.is_guarded = until, is_guarded

    def connect_tcp(self, host: str, *args: Any, **more: Any) -> httpcore.NetworkStream:
        address = (refuse_private(host) if self.is_guarded else look_up(host))[0]
        return _Timed(super().connect_tcp(address, *args, **more), self.until)


class _Timed(httpcore.NetworkStream):
    """Ends in time, also where the other side sends a byte every few seconds."""

    def __init__(self, inner: httpcore.NetworkStream, until: float) -> None:
        self.inner, self.until = inner, until

    def _left(self, timeout: float | None) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(timeout or left, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self.inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self.until)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


def _talk(method: str, url: str, content: bytes, headers: Mapping[str, str], line: _Line) -> Answer:
    limits = {"timeout": {"connect": CONNECT, "read": READ, "write": READ, "pool": CONNECT}}
    with (
        httpcore.ConnectionPool(ssl_context=_authorities(), network_backend=line) as pool,
        pool.stream(method, url, headers=list(headers.items()), content=content, extensions=limits) as response,
    ):
        body = b""
        for part in response.iter_stream():
            body += part
            if len(body) > MOST_READ:
                break
        kept = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Answer(response.status, body[:MOST_READ], kept)


def _authorities() -> ssl.SSLContext:
    """Those of the system, among them the ones a company adds, and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
