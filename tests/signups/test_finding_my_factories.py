"""Somebody who forgot the address of their factory: the answer is the same for everybody until the code is right."""

import re

import pytest

from people.actions import Person, add_user, change_user, close_account, reopen_account
from people.permissions import Role
from signups.models import Proof, Whereabouts
from tenants.current import in_factory
from tests import make
from tests.signups.conftest import TOLD, Visitor

CODE, LIST = "/find/mine/code/", "/find/mine/list/"


def look_for(visitor: Visitor, contact: str) -> str:
    assert visitor.post("/find/mine/", {"contact": contact}).url == CODE
    code = TOLD.search(visitor.get(CODE).content.decode())[1]
    assert visitor.post(CODE, {"code": code}).url == LIST
    return visitor.get(LIST).content.decode()


@pytest.fixture
def wang(factory):
    return add_user(Person(name="王建国", phone="13712345678", email="wang@example.com"), by=None)


def test_whoever_proves_the_number_sees_all_of_their_factories(wang, other_factory):
    with in_factory(other_factory):
        add_user(Person(name="王建国", phone="13712345678"), by=None)
    for contact, seen in (("+86 137 1234 5678", {"一厂", "二厂"}), ("Wang@Example.com", {"一厂"})):
        page = look_for(Visitor(), contact)
        assert {name for name in ("一厂", "二厂") if name in page} == seen
        assert "//one.localhost" in page


def test_known_and_unknown_are_answered_alike(wang):
    answers = []
    for phone in ("13712345678", "13787654321"):
        visitor = Visitor()
        asked = visitor.post("/find/mine/", {"contact": phone})
        page = visitor.get(CODE).content.decode()
        same = re.sub(r"\d{6}</b>|\d{3} \*{4} \d{4}|csrf\S+|value=\"\w{64}\"|\"X-CSRFToken\": \"\w+\"", "", page)
        answers.append((asked.status_code, asked.url, same))
    assert answers[0] == answers[1]
    assert Proof.objects.filter(purpose="find").count() == 2


def test_before_the_code_is_right_nothing_is_told(wang):
    visitor = Visitor()
    assert visitor.get(LIST).url == "/find/mine/"
    visitor.post("/find/mine/", {"contact": "13712345678"})
    assert visitor.get(LIST).url == CODE
    assert visitor.post(CODE, {"code": "x"}).status_code == 422
    assert visitor.get(LIST).url == CODE


def test_a_proof_for_finding_opens_no_factory_and_the_other_way_round(wang):
    visitor = Visitor()
    look_for(visitor, "13712345678")
    visitor.cookies["sign_up"] = visitor.cookies["find"].value
    assert visitor.get("/start/factory/").url == "/start/"


def test_who_has_no_account_is_told_what_to_do(db):
    page = look_for(Visitor(), "13700009999")
    assert "/start/" in page and "137 **** 9999" in page


def test_it_follows_changes_of_the_account(wang, factory):
    admin = make.person(Role.ADMIN)
    change_user(wang, Person(name="王建国", phone="13700001111", email="wang@example.com"), by=admin)
    assert "一厂" not in look_for(Visitor(), "13712345678")
    assert "一厂" in look_for(Visitor(), "13700001111")
    close_account(wang, by=admin, note="离职")
    assert not Whereabouts.objects.filter(account=wang.pk, factory=factory).exists()
    reopen_account(wang, by=admin)
    assert Whereabouts.objects.filter(account=wang.pk, factory=factory).count() == 2


def test_a_shared_browser_forgets_what_was_found(wang):
    visitor = Visitor()
    look_for(visitor, "13712345678")
    visitor.post("/find/mine/done/")
    assert visitor.get(LIST).url == "/find/mine/"
