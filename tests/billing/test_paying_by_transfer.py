"""A year in advance by bank transfer: request, arrival, receipt, coupon."""

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.urls import reverse
from django.utils import timezone

from billing.actions import make_coupon
from billing.models import Coupon, Payment, Subscription
from core.models import Event
from operators.actions import open_session
from operators.models import OperatorEntry
from people.permissions import Role
from tenants.models import Factory
from tests import make
from tests.operator.conftest import account, at_bare_host

SAID = {"band": "100", "way": "transfer", "title": "华东某金属加工企业", "tax_number": "91330282MA2AE7K51K"}


@pytest.fixture
def operator(db):
    who = account("anna")
    client = at_bare_host()
    client.cookies["operator"] = open_session(who.row)
    return client


def pay(browser, **changed):
    return browser.post(reverse("console:pay"), SAID | changed)


def test_a_request_stands_on_the_page_with_its_paper(browser, administrator):
    assert pay(browser).status_code == 302
    payment = Payment.objects.get()
    assert (payment.price, payment.total, payment.months, payment.status) == (480_000, 480_000, 12, "asked")
    page = browser.get(reverse("console:billing")).content.decode()
    assert payment.number in page and "¥4,800.00" in page
    paper = browser.get(reverse("console:payment_paper", args=[payment.pk]))
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    assert Event.objects.filter(name="subscription.asked", actor=administrator).exists()


def test_the_money_arrives_and_a_year_is_added_to_the_rest_of_the_trial(
    browser, administrator, trial, operator, factory
):
    pay(browser)
    payment = Payment.objects.get()
    page = operator.get(reverse("operator:payments", urlconf="config.urls_public")).content.decode()
    assert payment.number in page and factory.name in page
    operator.post(reverse("operator:confirm_payment", urlconf="config.urls_public", args=[payment.pk]))
    payment.refresh_from_db()
    subscription = Subscription.objects.get()
    assert payment.status == "paid" and payment.from_at == trial.ends_at
    assert subscription.ends_at == trial.ends_at + relativedelta(years=1)
    assert Factory.objects.get(pk=factory.pk).open_until == subscription.ends_at
    assert OperatorEntry.objects.filter(what="payment_confirmed", factory=factory.pk).count() == 1
    assert Event.objects.filter(name="subscription.paid").count() == 1


def test_confirmed_twice_it_counts_once(browser, administrator, operator):
    pay(browser)
    url = reverse("operator:confirm_payment", urlconf="config.urls_public", args=[Payment.objects.get().pk])
    operator.post(url)
    ends = Subscription.objects.get().ends_at
    operator.post(url)
    assert Subscription.objects.get().ends_at == ends
    assert Event.objects.filter(name="subscription.paid").count() == 1


def test_who_pays_late_has_a_year_from_the_day_of_the_money(browser, administrator, trial, operator):
    pay(browser)
    Subscription.objects.update(ends_at=timezone.now() - timedelta(days=100))
    operator.post(reverse("operator:confirm_payment", urlconf="config.urls_public", args=[Payment.objects.get().pk]))
    left = Subscription.objects.get().ends_at - timezone.now()
    assert timedelta(days=364) < left < timedelta(days=367)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "发票"),
        ({"tax_number": "123"}, "税号"),
        ({"band": "9"}, "9"),
        ({"way": "card"}, "card"),
        ({"coupon": "NIX"}, "优惠码"),
        ({"title": "x" * 121}, "120"),
    ],
)
def test_what_is_missing_is_said_and_the_rest_is_kept(browser, administrator, changed, words):
    answer = pay(browser, **changed)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page
    assert Payment.objects.count() == 0
    assert (changed.get("tax_number") or SAID["tax_number"]) in page


def test_a_coupon_makes_it_cheaper_once_for_each_factory(browser, administrator):
    make_coupon("herbst 25", 25, 10)
    pay(browser, coupon="herbst25")
    payment = Payment.objects.get()
    assert (payment.price, payment.total, payment.off) == (480_000, 360_000, 120_000)
    answer = pay(browser, coupon="HERBST25")
    assert answer.status_code == 422 and "用过" in answer.content.decode()


def test_a_withdrawn_request_gives_its_coupon_back(browser, administrator):
    make_coupon("ONCE", 10, 1)
    pay(browser, coupon="ONCE")
    browser.post(reverse("console:withdraw_payment", args=[Payment.objects.get().pk]))
    assert Payment.objects.get().status == "void"
    assert pay(browser, coupon="ONCE").status_code == 302


def test_an_ended_coupon_is_refused(browser, administrator):
    coupon = make_coupon("SUMMER", 10, 5, ends_on=timezone.localdate() - timedelta(days=1))
    assert "结束" in pay(browser, coupon="SUMMER").content.decode()
    Coupon.objects.filter(pk=coupon.pk).update(ends_on=None, most=0)
    assert "用完" in pay(browser, coupon="SUMMER").content.decode()


def test_three_open_requests_are_enough(browser, administrator):
    assert [pay(browser).status_code for _n in range(4)] == [302, 302, 302, 422]


def test_only_who_pays_sees_it(browser, trial):
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    assert browser.get(reverse("console:billing")).status_code == 403
    assert pay(browser).status_code == 403
    assert Payment.objects.count() == 0


def test_a_stranger_to_the_payment_finds_nothing(browser, administrator):
    foreign = Payment.objects.create(
        factory_name="二厂", number="AH-x", way="transfer", band="100", months=12, price=1, total=1
    )
    for name in ("payment_paper", "withdraw_payment"):
        url = reverse(f"console:{name}", args=[foreign.pk])
        assert (browser.post(url) if "withdraw" in name else browser.get(url)).status_code == 404
