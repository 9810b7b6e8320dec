"""Operators' accounts are made and changed at the server's command line."""

import io
import re
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command

from core import totp
from operators.models import Operator, OperatorEntry
from portals.operator.demo.operator import NAME
from tests.operator.conftest import DEAD, SIGN_IN, account, at_bare_host

PASSWORD = "neun Birken am See"


@pytest.fixture
def run(db, monkeypatch):
    cache.clear()

    def run(*arguments: str, typed: str = PASSWORD) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{typed}\n"))
        said = io.StringIO()
        call_command(*arguments, stdout=said)
        return said.getvalue()

    return run


def secret_in(said: str) -> str:
    address = re.search(r"^otpauth://totp/\S+", said, flags=re.M)[0]
    facts = parse_qs(urlsplit(address).query)
    assert facts["issuer"] == [f"Anhuan {settings.BASE_DOMAIN}"]
    return facts["secret"][0]


def signs_in(secret: str, *, name: str = "Anna", password: str = PASSWORD) -> bool:
    row = Operator.objects.get(name__iexact=name)
    code = totp.code_of(secret, max(totp.current_step(), row.last_step + 1))
    client = at_bare_host()
    client.post(SIGN_IN, {"name": name, "password": password, "code": code})
    return client.get(DEAD).status_code == 200


def test_the_first_operator_scans_the_code_and_signs_in(run):
    said = run("create_operator", "--name", "Anna")
    assert "█" in said, "a QR code"
    assert signs_in(secret_in(said))
    assert OperatorEntry.objects.filter(what="made", about__name="Anna", operator=None).exists()
    row = Operator.objects.get()
    assert PASSWORD not in row.password and secret_in(said) not in row.second_factor


@pytest.mark.parametrize("password", ["", "short", "password123", "  "])
def test_a_weak_password_is_refused_with_a_sentence(run, password):
    with pytest.raises(CommandError):
        run("create_operator", "--name", "Anna", typed=password)
    assert not Operator.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "x", "x" * 61, "\0", "anna", " ANNA ", "Ａnna"])
def test_an_impossible_and_a_taken_name_are_refused(run, name):
    run("create_operator", "--name", "Anna")
    with pytest.raises(CommandError):
        run("create_operator", "--name", name)
    assert Operator.objects.count() == 1


def test_a_new_second_factor_takes_the_old_ones_place(run):
    old = secret_in(run("create_operator", "--name", "Anna"))
    new = secret_in(run("change_operator", "--name", "anna", "--second-factor"))
    assert not signs_in(old)
    assert signs_in(new)


def test_a_new_password_a_closed_and_an_opened_account(run):
    secret = secret_in(run("create_operator", "--name", "Anna"))
    run("change_operator", "--name", "Anna", "--password", typed="zehn Dohlen am Turm")
    assert not signs_in(secret)
    run("change_operator", "--name", "Anna", "--close")
    assert not signs_in(secret, password="zehn Dohlen am Turm")
    run("change_operator", "--name", "Anna", "--reopen")
    assert signs_in(secret, password="zehn Dohlen am Turm")
    run("change_operator", "--name", "Anna", "--end-sessions")
    with pytest.raises(CommandError):
        run("change_operator", "--name", "Berta", "--close")


def test_only_the_demo_tells_the_code_of_the_moment(run, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="Only the demo"):
        run("operator_code")
    settings.DEMO = True
    with pytest.raises(CommandError, match="load_demo"):
        run("operator_code")
    demo = account(NAME)
    for _time in range(2):
        assert run("operator_code").strip() == demo.code
        sent = demo.sent()
        assert at_bare_host().post(SIGN_IN, sent).status_code == 302 or _time
