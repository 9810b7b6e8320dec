"""An operator at the bare host, with the authenticator app in hand."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from core import totp
from operators.actions import add_operator, open_session
from operators.models import Operator

PASSWORD = "sieben Zwerge am Berg"
SIGN_IN, DEAD = "/operator/sign-in/", "/operator/dead/"


@dataclass
class Account:
    row: Operator
    secret: str

    @property
    def code(self) -> str:
        """The next one that was not used yet."""
        self.row.refresh_from_db()
        return totp.code_of(self.secret, max(totp.current_step(), self.row.last_step + 1))

    def sent(self, **changed: str) -> dict[str, str]:
        return {"name": self.row.name, "password": PASSWORD, "code": self.code} | changed


def account(name: str) -> Account:
    row, address = add_operator(name, PASSWORD, by=None)
    return Account(row, parse_qs(urlsplit(address).query)["secret"][0])


def at_bare_host(**more) -> Client:
    return Client(HTTP_HOST=settings.BASE_DOMAIN, **more)


@pytest.fixture
def anna(db) -> Account:
    cache.clear()
    return account("Anna")


@pytest.fixture
def console(anna) -> Client:
    client = at_bare_host()
    assert client.post(SIGN_IN, anna.sent()).status_code == 302
    return client


@pytest.fixture
def operator(db) -> Client:
    """Signed in at the console."""
    cache.clear()
    client = at_bare_host()
    client.cookies["operator"] = open_session(account("anna").row)
    return client


def url(name: str, *args: object) -> str:
    """Of the console."""
    return reverse(f"operator:{name}", urlconf="config.urls_public", args=args)
