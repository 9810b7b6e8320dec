"""Bad names, too many tries, strange addresses: a clear sentence each time, and nothing typed is lost."""

import html
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from signups import actions
from signups.contacts import contact_of
from signups.models import Proof, SignUp
from tenants import provisioning
from tenants.models import Due, Factory
from tests import make
from tests.signups.conftest import Visitor, wish

BOTH = pytest.mark.parametrize("language", ["zh-hans", "en"])
SHAPE = "Use 3 to 30 lower-case letters, digits or hyphens, beginning with a letter."
RESERVED = "“%(slug)s” is reserved. Choose another short name."
TAKEN = "“%(slug)s” is taken. Choose another short name."
TOO_OFTEN = "That was very often in a short time. Wait a while, then try again."


def text(answer) -> str:
    return html.unescape(answer.content.decode())


def says(answer, language: str, sentence: str, **words) -> bool:
    return make.in_language(language, sentence, **words) in text(answer)


def speaking(visitor: Visitor, language: str) -> Visitor:
    visitor.cookies["django_language"] = language
    return visitor


@BOTH
@pytest.mark.parametrize(
    ("typed", "sentence", "slug"),
    [
        ("www", RESERVED, "www"),
        ("WWW", RESERVED, "www"),
        ("ADMIN", RESERVED, "admin"),
        ("ａｄｍｉｎ", RESERVED, "admin"),
        ("adm1n", RESERVED, "adm1n"),
        ("w-w-w", RESERVED, "w-w-w"),
        ("adrnin", RESERVED, "adrnin"),
        ("0perator", SHAPE, ""),
        ("anhuan-login", RESERVED, "anhuan-login"),
        ("4nhuan", SHAPE, ""),
        ("xn--80aaa1a", SHAPE, ""),
        ("аdmin", SHAPE, ""),
        ("hengchuan.evil", SHAPE, ""),
        ("a" * 100, SHAPE, ""),
        ("<script>", SHAPE, ""),
        ("0ne", SHAPE, ""),
        ("one", TAKEN, "one"),
        ("o-n-e", TAKEN, "o-n-e"),
        ("on3", TAKEN, "on3"),
    ],
)
def test_a_short_name_that_cannot_be_had(visitor, language, typed, sentence, slug):
    speaking(visitor, language).come_to_the_form()
    answer = visitor.order(slug=typed, name="恒川金属制品有限公司", person="刘洋")
    assert answer.status_code == 422
    assert says(answer, language, sentence, **({"slug": slug} if slug else {}))
    page = text(answer)
    assert (
        'value="恒川金属制品有限公司"' in page and 'value="刘洋"' in page and f'value="{typed.lower()}"' in page.lower()
    )
    assert not SignUp.objects.exists() and not Due.objects.filter(handler="market.open_factory").exists()


@BOTH
@pytest.mark.parametrize(
    "changed",
    [
        {"name": "厂" * 300},
        {"name": ""},
        {"name": "   "},
        {"name": "中奖了 http://evil.example/ 快点"},
        {"name": "12345"},
        {"name": "恒川\u202egnp.exe"},
        {"person": "洋" * 300},
        {"person": ""},
        {"person": "www.evil.example"},
        {"pack": "no-such-trade"},
        {"pack": ""},
        {"size": "7"},
        {"size": ""},
        {"slug": "x" * 300},
        {"name": "a\0b", "slug": "x"},
    ],
    ids="-".join,
)
def test_an_answer_that_is_none(visitor, language, changed):
    speaking(visitor, language).come_to_the_form()
    answer = visitor.order(**changed)
    assert answer.status_code == 422
    page = text(answer)
    assert "field-error" in page or "note bad" in page
    for name, value in changed.items():
        if name in ("name", "person") and value.strip() and "\0" not in value:
            assert f'value="{value}"' in page, "what was typed stands there"
    assert not SignUp.objects.exists()


@pytest.mark.parametrize(
    "contact",
    ["", "12", "1391234567", "nobody", "a@b", "a b@example.com", "@example.com", "a@-x.com", "x" * 250 + "@a.de", "\0"],
)
def test_a_contact_that_is_none(visitor, contact):
    answer = visitor.post("/start/", {"contact": contact, "agree": "on"})
    assert answer.status_code == 422 and "field-error" in text(answer)
    assert not Proof.objects.exists()


def test_nothing_goes_on_without_consent(visitor):
    answer = visitor.post("/start/", {"contact": visitor.phone})
    assert answer.status_code == 422 and f'value="{visitor.phone}"' in text(answer)
    assert says(answer, "zh-hans", "Without it no factory can be opened. Read both, then tick here.")
    visitor.ask()
    assert Proof.objects.get().agreed_to == "2026-11-26"


@pytest.mark.parametrize("mail", ["a@mailinator.com", "A@Sub.YopMail.com", "x@guerrillamail.de"])
def test_a_mailbox_that_vanishes(visitor, mail):
    answer = visitor.ask(mail)
    assert answer.status_code == 422
    assert says(answer, "zh-hans", "This mailbox lasts only a short while. Use a lasting one, or your phone number.")


def test_codes_to_one_number_are_few_however_it_is_written(visitor, time_machine):
    time_machine.move_to("2031-05-05 10:00:00+00:00")
    assert visitor.ask().status_code == 302
    other = Visitor()
    for spelling in (visitor.phone, f"+86 {visitor.phone}", f"{visitor.phone[:3]}-{visitor.phone[3:]}"):
        answer = other.ask(spelling)
        assert answer.status_code == 429 and says(answer, "zh-hans", TOO_OFTEN)
        assert spelling in text(answer)
    assert Proof.objects.count() == 1


def test_codes_asked_from_one_address_are_few(visitor, time_machine):
    time_machine.move_to("2031-05-06 10:00:00+00:00")
    answers = [visitor.ask(f"1380000{number:04}").status_code for number in range(25)]
    assert answers.count(302) == 20 and answers[-1] == 429


def test_guesses_at_a_code_are_few(visitor):
    visitor.ask()
    right = visitor.told_code()
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _try in range(5):
        answer = visitor.post("/start/code/", {"code": wrong})
        assert answer.status_code == 422
        assert says(answer, "zh-hans", "That is not the code. Look at the newest message.")
    answer = visitor.post("/start/code/", {"code": right})
    assert answer.status_code == 422
    assert says(answer, "zh-hans", "This code counts no more. Have another one sent.")


def test_an_old_code_counts_no_more(visitor, time_machine):
    visitor.ask()
    right = visitor.told_code()
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    assert visitor.post("/start/code/", {"code": right}).status_code == 422
    assert visitor.post("/start/code/again/").url == "/start/code/"
    assert visitor.confirm().url == "/start/factory/"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("13912340001", "+86 139 1234 0001"),
        ("liu@example.com", "LIU+2@example.com"),
        ("li.u@gmail.com", "liu+x@googlemail.com"),
    ],
)
def test_one_trial_for_one_number_or_mailbox(db, work_off, first, second, time_machine):
    one, other = Visitor(), Visitor()
    one.come_to_the_form(first).order(name="恒川金属")
    work_off()
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    other.come_to_the_form(second)
    answer = other.order(name="恒川二厂")
    assert answer.status_code == 409 and "“恒川金属”" in text(answer) and 'value="恒川二厂"' in text(answer)
    assert SignUp.objects.count() == 1


def test_two_sign_ups_for_one_name_at_once(second_fresh_factory, fresh_factory):
    """One gets it; the other is told, and what was typed is there."""
    slug, start, answers = f"n{fresh_factory.schema_name[-8:]}", Barrier(2), []
    visitors = [Visitor().come_to_the_form() for _number in range(2)]

    def order(visitor: Visitor) -> None:
        start.wait()
        answers.append(visitor.order(slug=slug, person="周敏"))
        connection.close()

    threads = [Thread(target=order, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = SignUp.objects.filter(slug=slug)
    try:
        assert sorted(answer.status_code for answer in answers) == [302, 422]
        refused = next(answer for answer in answers if answer.status_code == 422)
        assert says(refused, "zh-hans", TAKEN, slug=slug) and 'value="周敏"' in text(refused)
        assert rows.count() == 1
        assert Due.objects.filter(handler="market.open_factory", payload__sign_up=rows.get().pk).count() == 1
    finally:
        _forget(visitors)


def test_many_orders_of_one_number_at_once_are_one_trial(second_fresh_factory, fresh_factory):
    start, phone, refusals = Barrier(8), f"137{fresh_factory.pk:08}", []
    proofs = [_proved(phone) for _number in range(8)]

    def order(number: int) -> None:
        start.wait()
        wished = actions.Wish(**wish(slug=f"m{number}{fresh_factory.schema_name[-8:]}"))
        try:
            actions.order_factory(proofs[number], wished, address=f"10.9.9.{number}")
        except actions.WrongStatus as refused:
            refusals.append(refused)
        finally:
            connection.close()

    threads = [Thread(target=order, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = SignUp.objects.filter(proof__in=proofs)
    try:
        assert made.count() == 1 and len(refusals) == 7
    finally:
        Due.objects.filter(payload__sign_up__in=list(made.values_list("pk", flat=True))).delete()
        made.delete()
        Proof.objects.filter(pk__in=[proof.pk for proof in proofs]).delete()


def _proved(phone: str) -> Proof:
    contact, now = contact_of(phone), timezone.now()
    facts = {"way": contact.way, "address": contact.address, "identity": contact.identity, "language": "zh-hans"}
    hashed = actions.hash_of(f"{phone}{Proof.objects.count()}")
    return Proof.objects.create(
        token_hash=hashed, purpose="sign_up", code_mark="", expires_at=now, confirmed_at=now, **facts
    )


def _forget(visitors: list[Visitor]) -> None:
    proofs = Proof.objects.filter(address__in=[visitor.phone for visitor in visitors])
    rows = SignUp.objects.filter(proof__in=proofs)
    Due.objects.filter(payload__sign_up__in=list(rows.values_list("pk", flat=True))).delete()
    Due.objects.filter(payload__proof__in=list(proofs.values_list("pk", flat=True))).delete()
    rows.delete()
    proofs.delete()


def test_no_schema_is_taken_before_the_number_is_proved(visitor):
    before = Factory.objects.count(), provisioning.PreparedSchema.objects.count()
    visitor.ask()
    visitor.order()
    assert (Factory.objects.count(), provisioning.PreparedSchema.objects.count()) == before
