"""Nobody without a session, nobody of another factory, and never a 500."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Event
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tests.sweep.addresses import ADDRESSES, OPEN_TO_EVERYBODY, REFUSED, answers, client_of, foreign_urls, own_urls

pytestmark = pytest.mark.spread


def test_nobody_without_a_session_gets_in(two):
    client = client_of()
    for ask in (client.get, client.post):
        for address, url, answer in answers(ask, own_urls(two)):
            if address.name not in OPEN_TO_EVERYBODY:
                assert answer.status_code in REFUSED, url
                assert answer.status_code != 302 or answer.url.startswith(("/account/", "/s/login/", "/k/start/")), url


@pytest.mark.parametrize("role", list(Role))
def test_no_address_breaks_for_any_role(two, role):
    client = client_of(two.own.people[role])
    for _address, url, answer in answers(client.get, own_urls(two), final=(403, 405)):
        assert answer.status_code < 500, url
        if answer.status_code == 200 and role in (Role.WORKER, Role.SAFETY_OFFICER):
            assert client.get(url, headers={"HX-Request": "true"}).status_code < 500, url


@pytest.mark.parametrize("role", [Role.WORKER, Role.SAFETY_OFFICER, Role.ADMIN, Role.LEADER])
def test_an_empty_post_breaks_nothing(two, role):
    for _address, url, answer in answers(client_of(two.own.people[role]).post, own_urls(two), final=(403, 405)):
        assert answer.status_code < 500, url


@pytest.mark.parametrize("role", [Role.WORKER, Role.SAFETY_OFFICER, Role.ADMIN, Role.LEADER])
def test_what_belongs_to_another_factory_cannot_be_reached_and_nothing_is_changed_there(two, other_factory, role):
    with in_factory(other_factory):
        before = list(Event.objects.values_list("seal", flat=True))
    client = client_of(two.own.people[role])
    for ask in (client.get, client.post):
        for _address, url, answer in answers(ask, foreign_urls(two)):
            assert answer.status_code in REFUSED - {302}, f"{url}: {answer.status_code}"
            assert two.foreign.mark not in answer.content.decode(errors="ignore"), url
    with in_factory(other_factory):
        assert list(Event.objects.values_list("seal", flat=True)) == before


@pytest.mark.parametrize("role", [Role.SAFETY_OFFICER, Role.ADMIN])
def test_no_page_shows_a_word_of_another_factory(two, role):
    client = client_of(two.own.people[role])
    for address in ADDRESSES:
        if not address.arguments and address.name != "account_logout":
            answer = client.get(reverse(address.name))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert two.foreign.mark.encode() not in content, address.name


def test_a_session_of_one_factory_is_nothing_in_another(two):
    client = client_of(two.own.people[Role.ADMIN])
    assert client.get(reverse("console:home")).status_code == 200
    client.defaults["HTTP_HOST"] = provisioning.host_of("two")
    answer = client.get(reverse("console:home"))
    assert answer.status_code == 302
    assert re.match("/account/login/", answer.url)


@pytest.mark.parametrize("host", ["nobody.localhost", "t_0123.localhost", "public.localhost", "one.two.localhost"])
def test_an_unknown_host_gets_a_friendly_page_and_no_data(two, host):
    answer = Client(HTTP_HOST=host).get("/")
    assert answer.status_code == 404
    assert "甲记" not in answer.content.decode()
    assert "<title>" in answer.content.decode()
