"""Who is at the other end of a socket: host, factory, session and user in one synchronous step."""

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


class TenantUserScope:
    """Puts `factory` and `user` into the scope, or refuses: unknown host, foreign origin, nobody signed in."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        headers = {name: value.decode("latin1") for name, value in scope["headers"]}
        factory = user = None
        if _is_same_host(headers):
            factory, user = await database_sync_to_async(_resolve)(headers)
        if factory is None or user is None or not user.is_authenticated:
            return await WebsocketDenier()(scope, receive, send)
        return await self.app(dict(scope, factory=factory, user=user), receive, send)


def _is_same_host(headers: dict[bytes, str]) -> bool:
    """A page of another factory, though on a sibling host, may not open a socket here."""
    return urlsplit(headers.get(b"origin", "")).netloc.lower() == headers.get(b"host", "").lower()


def _resolve(headers: dict[bytes, str]):
    with in_public():
        return _factory_and_user(headers)


def _factory_and_user(headers: dict[bytes, str]):
    factory = factory_of(headers.get(b"host", "").lower())
    if factory is None or factory.status != Factory.Status.ACTIVE:
        return None, None
    cookies = SimpleCookie(headers.get(b"cookie", ""))
    cookie = cookies.get(settings.SESSION_COOKIE_NAME)
    with in_factory(factory):
        session = import_module(settings.SESSION_ENGINE).SessionStore(cookie.value if cookie else None)
        holder: Any = SimpleNamespace(session=session)
        return factory, get_user(holder)
