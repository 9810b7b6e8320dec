"""Factories opened and deleted by the operator's commands."""

import re
import secrets
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from facilities.models import EquipmentType
from people.models import User
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Factory


def run(*arguments: str) -> str:
    said = StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


@pytest.fixture
def slug(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        name = f"h{secrets.token_hex(4)}"
        yield name
        if Factory.objects.filter(domains__domain=provisioning.host_of(name)).exists():
            provisioning.delete_factory(provisioning.find(name))


def test_the_first_administrator_signs_in_and_finds_the_pack(slug):
    said = run(
        "create_factory", "--slug", slug, "--name", "新厂", "--admin-phone", "139 0000 1111", "--pack", "metal-working"
    )
    password = re.search(r"password (\S+)", said)[1]
    client = Client(HTTP_HOST=provisioning.host_of(slug))
    client.post("/account/login/", {"login": "13900001111", "password": password})
    assert client.get("/desk/people/").status_code == 200
    with in_factory(provisioning.find(slug)):
        assert EquipmentType.objects.filter(code="press").exists()
        assert User.objects.get().can("people.manage")


def test_a_taken_and_an_impossible_slug_are_refused_with_a_sentence(slug):
    run("create_factory", "--slug", slug, "--name", "新厂")
    for wished in (slug, "www", "X", "a--b"):
        with pytest.raises(CommandError):
            run("create_factory", "--slug", wished, "--name", "另一家")


def test_deleting_asks_for_yes_and_leaves_nothing(slug):
    run("create_factory", "--slug", slug, "--name", "新厂")
    with pytest.raises(CommandError, match="--yes"):
        run("delete_factory", "--factory", slug)
    assert provisioning.find(slug)
    run("delete_factory", "--factory", slug, "--yes")
    with pytest.raises(Factory.DoesNotExist):
        provisioning.find(slug)
    assert Client(HTTP_HOST=provisioning.host_of(slug)).get("/").status_code == 404
