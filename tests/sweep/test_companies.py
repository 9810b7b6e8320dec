"""Suppliers and contractors: each its own portal, and nothing of another company."""

from collections.abc import Iterable, Iterator

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from core.models import Attachment
from people.permissions import Role
from tests.sweep.addresses import ADDRESSES, REFUSED, Address, Two, answers, beside, client_of, in_order, own_urls

pytestmark = pytest.mark.spread

# By which way a row of the partners' room belongs to a company.
WAYS = (
    "company",
    "report__company",
    "reply__report__company",
    "project__company",
    "member__project__company",
)


def _ids_of(company) -> set[object]:
    """Of everything that is this company's, with its hazards and what its people sent."""
    found: set[object] = {company.pk, *company.corrections.values_list("hazard", flat=True)}
    found |= set(Attachment.objects.filter(by__in=company.users).values_list("pk", flat=True))
    for model in apps.get_app_config("partners").get_models():
        names = {field.name for field in model._meta.fields}
        for way in WAYS:
            if way.split("__")[0] in names:
                found |= set(model._default_manager.filter(**{way: company}).values_list("pk", flat=True))
    return found


def _urls_with(two: Two, pks: Iterable[object], verbs: tuple[str, ...]) -> Iterator[tuple[Address, str]]:
    """Each address that takes an argument, with each of the numbers and, where it takes one, each of the verbs."""
    for address in ADDRESSES:
        if address.arguments and not address.name.startswith("account_"):
            for pk in pks:
                for verb in verbs if "verb" in address.arguments else ("",):
                    if url := address.url({"pk": pk, "token": "x", **beside(two.own), "verb": verb}):
                        yield address, url


def _refuses_all(client: Client, urls: list[tuple[Address, str]], home: str, *hidden: str) -> None:
    """Who belongs to a company is led home at most, and reads none of the words."""
    for ask in (client.get, client.post):
        for _address, url, answer in answers(ask, urls):
            assert answer.status_code in REFUSED, f"{url}: {answer.status_code}"
            assert answer.status_code != 302 or answer.url == home, url
            assert not any(word in answer.content.decode(errors="ignore") for word in hidden), url


def test_a_supplier_reaches_nothing_of_another_one(two):
    """Each address, with each number of the other's objects: its hazards, reports, answers, photos, files and papers."""
    own, other = two.own.companies
    client = client_of(own.users.get())
    urls = list(_urls_with(two, in_order(_ids_of(other) - _ids_of(own)), ("start", "accept", "check")))
    _refuses_all(client, urls, reverse("supplier:home"), f"{two.own.mark}供应商1")


def test_no_page_of_a_supplier_names_another_one(two):
    client = client_of(two.own.companies[0].users.get())
    for address in ADDRESSES:
        if not address.arguments and address.name != "account_logout":
            answer = client.get(reverse(address.name))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert f"{two.own.mark}供应商1".encode() not in content, address.name


def test_a_supplier_lands_in_its_own_portal_and_in_no_page_of_the_factory(two):
    client = client_of(two.own.companies[0].users.get())
    assert client.get("/").url == reverse("supplier:home")
    for address, url in own_urls(two):
        if address.name.startswith(("console:", "field:")) and address.name != "field:qr":
            answer = client.get(url)
            assert answer.status_code in {403, 404, 405} or answer.url == reverse("supplier:home"), url


@pytest.mark.parametrize("role", [Role.CONTRACTOR_ADMIN, Role.CONTRACTOR_WORKER])
def test_a_contractor_reaches_nothing_of_another_one(two, role):
    """Each address, with each number of the other's objects: projects, crew, permits, papers, photos and signatures."""
    own, other = two.own.contractors
    client = client_of(two.own.people[role])
    urls = list(_urls_with(two, in_order(_ids_of(other) - _ids_of(own)), ("approve", "check")))
    _refuses_all(client, urls, reverse("contractor:home"), f"{two.own.mark}承包商1", f"{two.own.mark}别家")


@pytest.mark.parametrize("role", [Role.CONTRACTOR_ADMIN, Role.CONTRACTOR_WORKER])
def test_a_contractor_lands_in_the_own_portal_and_reads_of_nobody_else(two, role):
    client = client_of(two.own.people[role])
    assert client.get("/").url == reverse("contractor:home")
    for address in ADDRESSES:
        if not address.arguments and address.name != "account_logout":
            answer = client.get(reverse(address.name))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert f"{two.own.mark}承包商1".encode() not in content, address.name
            assert f"{two.own.mark}别家".encode() not in content, address.name
