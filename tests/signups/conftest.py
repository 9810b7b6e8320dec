"""Somebody at the bare host, each from an address of their own, so that no test uses up another one's tries."""

import re
import secrets
from itertools import count

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

_NUMBERS = count(1)
TOLD = re.compile(r"data-demo-code>(\d{6})<")


class Visitor(Client):
    """A browser at the bare host that signs up."""

    def __init__(self, **more) -> None:
        number = next(_NUMBERS)
        where = {"HTTP_HOST": settings.BASE_DOMAIN, "REMOTE_ADDR": f"10.{secrets.randbelow(255)}.7.{number % 250}"}
        super().__init__(**where, **more)
        self.phone = f"139{secrets.randbelow(10**8):08}"

    def ask(self, contact: str = "", **more):
        return self.post("/start/", {"contact": contact or self.phone, "agree": "on", **more})

    def told_code(self) -> str:
        return TOLD.search(self.get("/start/code/").content.decode())[1]

    def confirm(self):
        return self.post("/start/code/", {"code": self.told_code()})

    def order(self, **more):
        return self.post("/start/factory/", wish(**more))

    def come_to_the_form(self, contact: str = "") -> "Visitor":
        assert self.ask(contact).url == "/start/code/"
        assert self.confirm().url == "/start/factory/"
        return self


def wish(**more) -> dict[str, str]:
    facts = {"pack": "metal-working", "name": "恒川金属制品有限公司", "slug": f"hc{secrets.token_hex(4)}"}
    return {**facts, "size": "300", "person": "刘洋", **more}


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet(django_db_setup):
    cache.clear()


@pytest.fixture
def visitor(db) -> Visitor:
    return Visitor()
