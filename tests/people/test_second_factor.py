"""A code of an app after the password, for those whose role opens much: set up, asked for, lost, required."""

import html
import re
import time
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from core import totp
from core.models import Event
from people.models import SecondFactor, User
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tests import make

LOGIN, CONFIRM, PAGE, DESK, RULE = (
    "/account/login/",
    "/account/login/second/",
    "/account/second/",
    "/desk/",
    "/desk/people/second-factor/",
)

TRIES_WITHIN = totp.TRIES[0][2]


@pytest.fixture(autouse=True)
def _no_earlier_tries(browser):
    cache.clear()


@pytest.fixture
def admin(factory):
    return make.person(Role.ADMIN, name="陈管理")


@pytest.fixture
def officer(factory):
    officer = make.person(Role.SAFETY_OFFICER, name="赵安全")
    User.objects.filter(pk=officer.pk).update(phone="13912345678")
    return User.objects.get(pk=officer.pk)


def client_of(user: User | None = None) -> Client:
    client = Client(HTTP_HOST=provisioning.host_of("one"))
    if user:
        client.force_login(user)
    return client


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def key_on(answer) -> str:
    """As it is typed into an app."""
    return re.search(r"((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})", text_of(answer))[1].replace(" ", "")


def sets_up(person: User) -> tuple[str, list[str]]:
    """The secret and the recovery codes, through the person's own browser."""
    client = client_of(person)
    secret = key_on(client.get(PAGE))
    answer = client.post(PAGE, {"code": totp.code_of(secret, totp.current_step())})
    assert answer.status_code == 200, text_of(answer)
    codes = re.findall(r"<li>([a-z2-9-]{14})</li>", text_of(answer))
    assert len(set(codes)) == 10
    return secret, codes


def signs_in(client: Client, person: User, *codes: str):
    answer = client.post(LOGIN, {"login": person.phone, "password": make.PASSWORD})
    for code in codes:
        answer = client.post(CONFIRM, {"code": code})
    return answer


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def later(secret: str, steps: int = 1) -> str:
    return totp.code_of(secret, totp.current_step() + steps)


def names_of(person: User) -> list[str]:
    events = Event.objects.filter(subject_id=str(person.pk), name__startswith="second_factor.").order_by("seq")
    return [event.name for event in events]


def test_password_and_code_open_the_account_and_a_code_counts_once(officer):
    secret, codes = sets_up(officer)
    row = SecondFactor.objects.get()
    kept = f"{row.secret} {row.recovery}"
    assert secret not in kept and not any(code in kept for code in codes)
    client = client_of()
    answer = signs_in(client, officer)
    assert answer["Location"] == CONFIRM and not is_in(client) and client.get(DESK).status_code == 302
    used = totp.code_of(secret, SecondFactor.objects.get().last_step)
    for wrong in ("000000", used, "abc", "\0", "x" * 40, ""):
        cache.clear()
        assert client.post(CONFIRM, {"code": wrong}).status_code == 422 and not is_in(client)
    code = later(secret)
    answer = client.post(CONFIRM, {"code": f"{code[:3]} {code[3:]}"})
    assert answer.status_code == 302 and is_in(client) and client.get(DESK).status_code == 200
    again = client_of()
    assert signs_in(again, officer, code).status_code == 422 and not is_in(again)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=True):
        assert signs_in(client_of(), officer, code).status_code == 422, "one that is too old"
    assert names_of(officer) == ["second_factor.set"]


def test_five_tries_then_the_right_one_has_to_wait_too(officer):
    secret, _codes = sets_up(officer)
    client = client_of()
    # Tries are counted by periods: here one has just begun.
    seconds = TRIES_WITHIN.total_seconds()
    begun = datetime.fromtimestamp((time.time() // seconds + 1) * seconds + 1, UTC)
    with time_machine.travel(begun, tick=True):
        signs_in(client, officer, *["000000"] * 5)
        assert client.post(CONFIRM, {"code": later(secret, 0)}).status_code == 429 and not is_in(client)


def test_a_recovery_code_counts_once_and_new_ones_take_the_place_of_the_old(officer):
    secret, codes = sets_up(officer)
    client = client_of()
    assert signs_in(client, officer, codes[0].upper().replace("-", " ")).status_code == 302 and is_in(client)
    assert signs_in(client_of(), officer, codes[0]).status_code == 422
    assert "9" in text_of(client.get(PAGE))
    answer = client.post(PAGE, {"code": later(secret), "do": "codes"})
    fresh = re.findall(r"<li>([a-z2-9-]{14})</li>", text_of(answer))
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    cache.clear()
    assert signs_in(client_of(), officer, codes[1]).status_code == 422
    assert signs_in(client_of(), officer, fresh[1]).status_code == 302
    wanted = ["second_factor.set", "second_factor.recovered", "second_factor.renewed", "second_factor.recovered"]
    assert names_of(officer) == wanted


def test_whoever_sets_it_up_may_switch_it_off_with_a_code(officer):
    secret, codes = sets_up(officer)
    client = client_of(officer)
    assert client.post(PAGE, {"code": codes[0], "do": "off"}).status_code == 422, "only the app's"
    assert client.post(PAGE, {"code": later(secret), "do": "off"}).status_code == 302
    assert not SecondFactor.objects.exists()
    assert signs_in(client := client_of(), officer).status_code == 302 and is_in(client)


def test_a_worker_is_not_bothered(factory, admin):
    client = client_of(admin)
    client.post(RULE, {"days": "0"})
    worker = make.person(Role.WORKER)
    User.objects.filter(pk=worker.pk).update(phone="13912345679")
    worker.refresh_from_db()
    client = client_of()
    assert signs_in(client, worker)["Location"] == "/" and is_in(client)
    assert client.get("/m/me/").status_code == 200 and PAGE not in text_of(client.get("/m/me/"))
    assert client.get(PAGE).status_code == 403


def test_required_means_reminded_first_and_then_no_desk_without_it(officer, admin):
    boss = client_of(admin)
    assert "赵安全" in text_of(boss.get(RULE))
    assert client_of(officer).post(RULE, {"days": "7"}).status_code == 403
    assert boss.post(RULE, {"days": "5"}).status_code == 422
    assert boss.post(RULE, {"days": "7"}).status_code == 302
    client = client_of()
    answer = signs_in(client, officer)
    assert answer["Location"] == f"{PAGE}?next=%2F"
    page = text_of(client.get(answer["Location"]))
    assert make.in_language("zh-hans", "Later") in page and client.get(DESK).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=True):
        answer = client.get(f"{DESK}people/")
        assert answer["Location"] == f"{PAGE}?next=%2Fdesk%2Fpeople%2F"
        assert client.post(f"{DESK}people/add/", {"name": "李四"}).status_code == 403
        assert client.get("/m/").status_code == 200, "alerts and reports cannot wait"
        assert make.in_language("zh-hans", "Later") not in text_of(client.get(PAGE))
        secret = key_on(client.get(answer["Location"]))
        answer = client.post(PAGE, {"code": later(secret, 0), "next": "/desk/people/"})
        assert answer.status_code == 200 and 'href="/desk/people/"' in text_of(answer)
        assert client.get(f"{DESK}people/").status_code == 200
        assert client.post(PAGE, {"code": later(secret), "do": "off"}).status_code == 422, "it stays"
    assert client_of(admin).post(RULE, {"do": "stop"}).status_code == 302
    names = Event.objects.filter(name__in=["second_factor.required", "second_factor.optional"]).order_by("seq")
    assert [event.name for event in names] == ["second_factor.required", "second_factor.optional"]


def test_an_administrator_takes_it_off_for_a_lost_phone_with_a_reason(officer, admin, other_factory):
    sets_up(officer)
    drop = f"{DESK}people/{officer.pk}/second-factor/drop/"
    assert client_of(officer).post(drop, {"note": "手机丢了"}).status_code == 403
    with in_factory(other_factory):
        stranger = Client(HTTP_HOST=provisioning.host_of("two"))
        stranger.force_login(make.person(Role.ADMIN))
        assert stranger.post(drop, {"note": "手机丢了"}).status_code in (403, 404, 409, 422)
    boss = client_of(admin)
    assert boss.post(drop, {"note": " "}).status_code == 422 and SecondFactor.objects.exists()
    assert boss.post(drop, {"note": "手机丢了"}).status_code == 302 and not SecondFactor.objects.exists()
    assert boss.post(drop, {"note": "手机丢了"}).status_code == 409
    event = Event.objects.get(name="second_factor.dropped")
    assert event.actor_id == admin.pk and event.data["note"] == "手机丢了"
    assert signs_in(client := client_of(), officer).status_code == 302 and is_in(client)


def test_the_only_administrator_is_helped_at_the_command_line(admin):
    sets_up(admin)
    User.objects.filter(pk=admin.pk).update(employee_no="HD0001")
    asked = {"factory": "one", "person": "HD0001", "stdout": StringIO()}
    with pytest.raises(CommandError):
        call_command("drop_second_factor", **asked, reason=" ")
    call_command("drop_second_factor", **asked, reason="视频里认过人")
    assert not SecondFactor.objects.exists()


def test_who_thinks_better_of_it_signs_in_as_somebody_else(officer):
    sets_up(officer)
    client = client_of()
    signs_in(client, officer)
    assert client.get(LOGIN).status_code == 302, "the code is waited for"
    client.post("/account/logout/")
    assert client.get(LOGIN).status_code == 200 and client.get(CONFIRM)["Location"] == LOGIN
