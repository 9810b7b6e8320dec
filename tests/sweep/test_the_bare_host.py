"""The bare host: strangers find what is meant for them, operators their console, and neither anything of a factory."""

from collections.abc import Iterable, Iterator
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifecycle.models import Deletion
from operators.actions import add_operator, open_session
from operators.models import Operator
from people.permissions import Role
from sharing.models import Template
from tenants.models import Due
from tests import make
from tests.sweep.addresses import BARE_ADDRESSES, OPEN_AT_THE_BARE_HOST, REFUSED, Address, Two, client_of

pytestmark = pytest.mark.spread

GOING = UUID("6a0f9b1a-be80-49d8-87e5-9dc228595b4a")  # the deletion of a factory


@pytest.fixture
def operator(two, factory, other_factory) -> tuple[Operator, list[int]]:
    """Of the installation, and rows of work of both factories that were set aside."""
    row, _address = add_operator("Anna", make.PASSWORD, by=None)
    now = timezone.now()
    facts = {"handler": "notifications.send_sms", "due_at": now, "dead_at": now, "attempts": 12}
    dead = [
        Due.objects.create(
            factory=where, payload={"phone": of.mark, "text": of.mark}, last_error=f"DomainError: {of.mark}", **facts
        )
        for where, of in ((factory, two.own), (other_factory, two.foreign))
    ]
    Deletion.objects.create(
        pk=GOING, factory=other_factory, slug="two", name="二厂", asked_at=now, due_at=now, asked_by=1,
        archive={"sha256": "0" * 64},
    )  # fmt: skip
    return row, [one.pk for one in dead]


def _bare_urls(pks: Iterable[object]) -> Iterator[tuple[Address, str]]:
    for address in BARE_ADDRESSES:
        for pk in pks:
            values = {"pk": pk, "kind": "a", "code": "1", "token": "x" * 20, "verb": "approve"}
            values |= {"template": Template.objects.values_list("pk", flat=True).first() or uuid4()}
            url = address.url(values, settings.PUBLIC_SCHEMA_URLCONF)
            url = url or address.url(values | {"pk": GOING}, settings.PUBLIC_SCHEMA_URLCONF)
            assert url, f"{address} needs a value for each of its arguments here"
            yield address, url
            if not address.arguments:
                break


def _strangers(two: Two) -> dict[str, Client]:
    """At the bare host with nothing, with a cookie that nobody gave, and with what signs an administrator in elsewhere."""
    forged, admin = Client(HTTP_HOST=settings.BASE_DOMAIN), client_of(two.own.people[Role.ADMIN])
    forged.cookies["operator"] = "x" * 43
    admin.cookies["operator"] = admin.cookies[settings.SESSION_COOKIE_NAME].value
    admin.defaults["HTTP_HOST"] = settings.BASE_DOMAIN
    return {"nobody": Client(HTTP_HOST=settings.BASE_DOMAIN), "forged": forged, "of a factory": admin}


def test_what_is_open_at_the_bare_host_is_there():
    assert {address.name for address in BARE_ADDRESSES} >= OPEN_AT_THE_BARE_HOST


def test_nobody_but_an_operator_gets_in_at_the_bare_host(two, operator):
    _row, pks = operator
    door = reverse("operator:sign_in", settings.PUBLIC_SCHEMA_URLCONF)
    for who, client in _strangers(two).items():
        for address, url in _bare_urls(pks):
            for answer in (client.get(url), client.post(url), client.post(url, headers={"HX-Request": "true"})):
                assert answer.status_code < 500, (who, url)
                if address.name not in OPEN_AT_THE_BARE_HOST:
                    assert answer.status_code in REFUSED, (who, url)
                    assert answer.status_code != 302 or answer["Location"] == door, (who, url)
    assert Due.objects.filter(pk__in=pks).exclude(dead_at=None).count() == len(pks)


def test_an_operator_breaks_no_address_and_sees_nothing_of_a_factorys_people(two, operator):
    row, pks = operator
    client = Client(HTTP_HOST=settings.BASE_DOMAIN, raise_request_exception=False)
    client.cookies["operator"] = open_session(row)
    for address, url in _bare_urls([*pks, 1, 2**63]):
        if address.name in {"operator:sign_out", "operator:end_sessions"}:
            continue
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code < 500, url
            for mark in (two.own.mark, two.foreign.mark):
                assert mark not in answer.content.decode(), (address.name, url)
    assert client.get("/operator/dead/").status_code == 200, "still signed in at the end"


def test_the_operators_addresses_are_nothing_on_a_factorys_host(two, operator):
    row, pks = operator
    client = client_of(two.own.people[Role.ADMIN])
    client.cookies["operator"] = open_session(row)
    for address, url in _bare_urls(pks):
        if address.name.startswith("operator:"):
            assert client.get(url).status_code == client.post(url).status_code == 404, url
