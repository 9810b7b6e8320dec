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

from realtime import groups
from realtime.groups import Address
from tenants.current import in_factory, in_public
from tenants.fleet import is_held
from tenants.middleware import factory_of, is_public
from tenants.models import Factory

LINK = re.compile(r"/ws/(g|wall)/([^/]+)/")
VISITOR = "/ws/sign-up/"
_behind: dict[str, Callable[[str], tuple[Address, ...]]] = {}
_behind_cookies: dict[str, Callable[[dict[str, str]], int | None]] = {}


def guests(function: Callable[[str], Any]) -> Callable[[str], Any]:
    """Registers the function that says who stands behind the token of a link; nobody, where it does not open."""
    _behind["g"] = lambda token: (groups.person(guest.pk),) if (guest := function(token)) else ()
    return function


def screens(function: Callable[[str], Any]) -> Callable[[str], Any]:
    """Registers the function that says which screen on a wall the token of its link is for."""
    _behind["wall"] = lambda token: (groups.SCREENS, groups.screen(found.pk)) if (found := function(token)) else ()
    return function


def visitors(function: Callable[[dict[str, str]], int | None]) -> Callable[[dict[str, str]], int | None]:
    """Registers the function that says from a browser's cookies for which sign-up it waits at the bare host."""
    _behind_cookies[VISITOR] = function
    return function


class TenantUserScope:
    """Puts `schema`, `factory`, `addresses` and, where somebody signed in, `user` into the scope.

    Refuses an unknown host, a foreign origin, and whoever is nobody here. The bare host knows only those who wait for
    their own factory there.

    At the address of a link its token says who it is, and a session of the same browser is not looked at.
    """

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        headers = {name: value.decode("latin1") for name, value in scope["headers"]}
        found = None
        if _is_same_host(headers):
            found = await database_sync_to_async(_resolve)(headers, scope["path"])
        if not found or not found["addresses"]:
            return await WebsocketDenier()(scope, receive, send)
        return await self.app(dict(scope, **found), receive, send)


def _is_same_host(headers: dict[bytes, str]) -> bool:
    """A page of another factory, though on a sibling host, may not open a socket here."""
    return urlsplit(headers.get(b"origin", "")).netloc.lower() == headers.get(b"host", "").lower()


def _resolve(headers: dict[bytes, str], path: str) -> dict[str, Any] | None:
    host = headers.get(b"host", "").lower()
    with in_public():
        if is_public(host):
            return _visitor(headers, path)
        factory = factory_of(host)
        if factory is None or factory.status != Factory.Status.ACTIVE or is_held(factory) or path == VISITOR:
            return None
    place = {"schema": factory.schema_name, "factory": factory}
    with in_factory(factory):
        if link := LINK.fullmatch(path):
            return {**place, "addresses": _behind[link[1]](link[2])}
        user = _signed_in(headers)
        addresses = (groups.person(user.pk),) if user.is_authenticated else ()
        return {**place, "addresses": addresses, "user": user}


def _visitor(headers: dict[bytes, str], path: str) -> dict[str, Any] | None:
    if path not in _behind_cookies:
        return None
    cookies = {name: cookie.value for name, cookie in SimpleCookie(headers.get(b"cookie", "")).items()}
    sign_up = _behind_cookies[path](cookies)
    return {"schema": groups.BARE_HOST, "addresses": (groups.visitor(sign_up),) if sign_up else ()}


def _signed_in(headers: dict[bytes, str]) -> Any:
    cookies = SimpleCookie(headers.get(b"cookie", ""))
    cookie = cookies.get(settings.SESSION_COOKIE_NAME)
    session = import_module(settings.SESSION_ENGINE).SessionStore(cookie.value if cookie else None)
    holder: Any = SimpleNamespace(session=session)
    return get_user(holder)
