"""The bare host: strangers find what is meant for them, operators their console, and neither anything of a factory."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from operators.actions import open_session
from people.permissions import Role
from tenants.models import Due
from tests.sweep.addresses import BARE_ADDRESSES, OPEN_AT_THE_BARE_HOST, REFUSED, Two, bare_urls, client_of

pytestmark = pytest.mark.spread


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
        for address, url in bare_urls(pks):
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
    for address, url in bare_urls([*pks, 1, 2**63]):
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
    for address, url in bare_urls(pks):
        if address.name.startswith("operator:"):
            assert client.get(url).status_code == client.post(url).status_code == 404, url
