"""Into the operator console: name, password and a code that counts once; nobody else, from nowhere else."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core import totp
from operators.actions import close_operator, reset_second_factor, set_password
from operators.models import OperatorEntry, OperatorSession
from people.permissions import Role
from tenants import provisioning
from tests import make
from tests.operator.conftest import DEAD, PASSWORD, SIGN_IN, account, at_bare_host

MOST = totp.TRIES[0][1]


def is_in(client) -> bool:
    return client.get(DEAD).status_code == 200


def test_name_password_and_code_open_the_console(anna):
    client = at_bare_host()
    answer = client.post(SIGN_IN, anna.sent(name=" anna ", code=f"{anna.code[:3]} {anna.code[3:]}"))
    assert answer.status_code == 302 and answer["Location"] == DEAD
    assert is_in(client)
    newest = OperatorEntry.objects.order_by("-pk").values_list("what", "operator__name")[:2]
    assert list(newest) == [("signed_in", "Anna"), ("made", None)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Berta"},
        {"password": "sieben Zwerge im Tal"},
        {"code": "000000"},
        {"code": "abc"},
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(anna, wrong):
    client = at_bare_host()
    answer = client.post(SIGN_IN, anna.sent(**wrong), headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "That does not fit together." in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert not is_in(client) and "operator" not in answer.cookies


def test_what_is_missing_is_asked_for_and_strange_bytes_break_nothing(anna):
    client = at_bare_host()
    for sent in (
        {},
        anna.sent(code=""),
        anna.sent(password=""),
        anna.sent(name="x" * 61),
        anna.sent(name="An\0na"),
        anna.sent(code="１２３４５６"),
    ):
        assert client.post(SIGN_IN, sent).status_code == 422
    assert not is_in(client)


def test_a_closed_account_is_told_the_same_and_loses_its_browsers(anna, console):
    close_operator(anna.row, by=None)
    assert not is_in(console)
    answer = at_bare_host().post(SIGN_IN, anna.sent(), headers={"Accept-Language": "en"})
    assert answer.status_code == 422 and "That does not fit together." in answer.content.decode()


def test_a_name_that_nobody_has_takes_as_long_as_a_wrong_password(anna):
    def seconds(**sent: str) -> float:
        """Of this thread's own work, whatever else the machine does."""
        began = time.thread_time()
        at_bare_host().post(SIGN_IN, anna.sent(**sent))
        return time.thread_time() - began

    seconds(password="warm up")
    known, unknown = seconds(password="no"), seconds(name="Berta", password="no")
    assert 0.5 < known / unknown < 2


def test_a_code_counts_once_and_none_from_before_it(anna):
    sent = anna.sent()
    before = sent | {"code": totp.code_of(anna.secret, totp.current_step() - 1)}
    assert at_bare_host().post(SIGN_IN, sent).status_code == 302
    for again in (sent, before):
        client = at_bare_host()
        assert client.post(SIGN_IN, again).status_code == 422
        assert not is_in(client)


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(anna, steps, counts):
    with time_machine.travel(timezone.now(), tick=False):
        code = totp.code_of(anna.secret, totp.current_step() + steps)
        assert (at_bare_host().post(SIGN_IN, anna.sent(code=code)).status_code == 302) is counts


def test_after_some_wrong_tries_even_the_right_ones_wait(anna):
    client = at_bare_host()
    for _try in range(MOST):
        client.post(SIGN_IN, anna.sent(password="no"))
    assert client.post(SIGN_IN, anna.sent(name="ANNA")).status_code == 429
    assert not is_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert client.post(SIGN_IN, anna.sent()).status_code == 302


def test_one_address_tries_few_accounts(anna):
    client, statuses = at_bare_host(), []
    for number in range(21):
        statuses.append(client.post(SIGN_IN, anna.sent(name=f"name {number}", password="x")).status_code)
    assert statuses == [422] * 20 + [429]
    elsewhere = at_bare_host(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post(SIGN_IN, anna.sent()).status_code == 302


def test_the_session_ends_after_hours_of_rest_and_after_a_shift_of_work(anna, console):
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=3)):
        assert is_in(console)
    with time_machine.travel(now + timedelta(hours=6)):
        assert is_in(console), "being used keeps it open"
    with time_machine.travel(now + timedelta(hours=9)):
        assert is_in(console)
    with time_machine.travel(now + timedelta(hours=12, minutes=1)):
        assert not is_in(console), "twelve hours at most"


def test_a_session_that_nobody_uses_is_over_after_four_hours(anna, console):
    with time_machine.travel(timezone.now() + timedelta(hours=4, minutes=1)):
        assert not is_in(console)


def test_signing_out_ends_this_browser_and_everywhere_ends_all(anna, console):
    other = at_bare_host()
    other.post(SIGN_IN, anna.sent())
    kept = console.cookies["operator"].value
    assert console.post(reverse("operator:sign_out", urlconf=settings.PUBLIC_SCHEMA_URLCONF)).status_code == 302
    console.cookies["operator"] = kept
    assert not is_in(console), "the cookie alone is nothing"
    assert is_in(other)
    third = at_bare_host()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert third.post(SIGN_IN, anna.sent()).status_code == 302
    assert other.post("/operator/end-sessions/").status_code == 302
    assert not is_in(other) and not is_in(third) and not OperatorSession.objects.exists()


def test_a_new_password_or_second_factor_ends_every_browser(anna, console):
    set_password(anna.row, "acht Raben im Wald", by=None)
    assert not is_in(console)
    assert at_bare_host().post(SIGN_IN, anna.sent()).status_code == 422, "the old password"
    reset_second_factor(anna.row, by=None)
    sent = anna.sent(password="acht Raben im Wald")
    assert at_bare_host().post(SIGN_IN, sent).status_code == 422, "the old app"


def test_the_cookie_is_for_this_host_only_and_the_database_holds_its_hash(anna, settings):
    settings.HTTPS = True
    client = at_bare_host()
    cookie = client.post(SIGN_IN, anna.sent(), secure=True).cookies["__Host-operator"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Strict")
    assert (cookie["path"], cookie["domain"], cookie["max-age"]) == ("/", "", "")
    assert cookie.value not in str(OperatorSession.objects.values())


def test_a_forged_a_long_and_an_empty_cookie_open_nothing(anna, console):
    for value in (
        "",
        "x",
        "x" * 5000,
        console.cookies["operator"].value[:-1],
        OperatorSession.objects.get().token_hash,
    ):
        client = at_bare_host()
        client.cookies["operator"] = value
        assert not is_in(client)


def test_no_browser_keeps_a_page_of_the_console(console):
    assert "no-store" in console.get(DEAD)["Cache-Control"]


def test_who_is_signed_in_at_a_factory_cannot_get_in(factory, anna):
    admin = make.person(Role.ADMIN)
    client = at_bare_host()
    client.force_login(admin)  # its session, sent to the bare host
    for path in (DEAD, "/operator/log/"):
        answer = client.get(path)
        assert answer.status_code == 302 and answer["Location"] == SIGN_IN
    assert client.get("/").status_code == 200, "and it breaks no page there"
    sent = {"name": admin.phone, "password": make.PASSWORD, "code": "123456"}
    assert client.post(SIGN_IN, sent).status_code == 422


def test_on_a_factorys_host_there_is_no_console(factory, anna, console):
    console.force_login(make.person(Role.ADMIN))
    console.defaults["HTTP_HOST"] = provisioning.host_of("one")
    for path in ("/operator/", SIGN_IN, DEAD, "/operator/log/", f"{DEAD}replay/"):
        assert console.get(path).status_code == 404 and console.post(path).status_code == 404


def test_what_was_written_down_can_be_neither_changed_nor_removed(anna, console):
    for statement in ("UPDATE operators_operatorentry SET what = 'x'", "DELETE FROM operators_operatorentry"):
        with pytest.raises(Exception, match=r"permission denied|append-only"), connection.cursor() as cursor:
            cursor.execute("SAVEPOINT before")
            try:
                cursor.execute(statement)
            finally:
                cursor.execute("ROLLBACK TO SAVEPOINT before")
    assert OperatorEntry.objects.filter(what="signed_in").exists()


def test_two_accounts_do_not_hold_up_each_other(anna):
    berta = account("Berta")
    for _try in range(MOST + 1):
        at_bare_host().post(SIGN_IN, anna.sent(password="no"))
    assert at_bare_host().post(SIGN_IN, berta.sent()).status_code == 302


def test_the_page_says_what_it_is_in_both_languages(db):
    client = at_bare_host()
    assert "运营控制台" in client.get(SIGN_IN).content.decode()
    assert "Operator console" in client.get(SIGN_IN, headers={"Accept-Language": "en"}).content.decode()


def test_a_form_that_another_site_sends_is_refused(anna):
    client = at_bare_host(enforce_csrf_checks=True)
    assert client.post(SIGN_IN, anna.sent()).status_code == 403
    assert not is_in(client)


def test_a_wrong_code_is_not_shown_again_and_the_name_is(anna):
    page = at_bare_host().post(SIGN_IN, anna.sent(code="918273")).content.decode()
    assert 'value="Anna"' in page and "918273" not in page
