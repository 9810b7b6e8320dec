"""Who is at the other end of a socket: host, factory, session and user in one synchronous step."""

import re
from collections.abc import Callable
from http.cookies import SimpleCookie
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.contrib.auth import get_user

from tenants.current import in_factory, in_public
from tenants.middleware import factory_of
from tenants.models import Factory

GUEST = re.compile(r"/ws/g/([^/]+)/")
_guest: list[Callable[[str], Any]] = []


def guests(function: Callable[[str], Any]) -> Callable[[str], Any]:
    """Registers the function that says who stands behind the token of a link; nobody, where it does not open."""
    _guest[:] = [function]
    return function


class TenantUserScope:
    """Puts `factory` and `user` into the scope, or refuses: unknown host, foreign origin, nobody signed in.

    At the address of a link its token says who it is, and a session of the same browser is not looked at.
    """

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        headers = {name: value.decode("latin1") for name, value in scope["headers"]}
        factory = user = None
        if _is_same_host(headers):
            factory, user = await database_sync_to_async(_resolve)(headers, scope["path"])
        if factory is None or user is None or not user.is_authenticated:
            return await WebsocketDenier()(scope, receive, send)
        return await self.app(dict(scope, factory=factory, user=user), receive, send)


def _is_same_host(headers: dict[bytes, str]) -> bool:
    """A page of another factory, though on a sibling host, may not open a socket here."""
    return urlsplit(headers.get(b"origin", "")).netloc.lower() == headers.get(b"host", "").lower()


def _resolve(headers: dict[bytes, str], path: str):
    with in_public():
        return _factory_and_user(headers, path)


def _factory_and_user(headers: dict[bytes, str], path: str):
    factory = factory_of(headers.get(b"host", "").lower())
    if factory is None or factory.status != Factory.Status.ACTIVE:
        return None, None
    if link := GUEST.fullmatch(path):
        with in_factory(factory):
            return factory, _guest[0](link[1])
    cookies = SimpleCookie(headers.get(b"cookie", ""))
    cookie = cookies.get(settings.SESSION_COOKIE_NAME)
    with in_factory(factory):
        session = import_module(settings.SESSION_ENGINE).SessionStore(cookie.value if cookie else None)
        holder: Any = SimpleNamespace(session=session)
        return factory, get_user(holder)
