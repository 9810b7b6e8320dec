"""By card or wallet: whatever the card service tells, in any order, late or twice, what is true there is true here."""

import itertools
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import CardEvent, Payment, Subscription
from core.models import Event
from tests.billing import card_service
from tests.billing.card_service import DAY

CARD = {"band": "100", "way": "card", "months": "12"}


def moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, tz=UTC)


@pytest.fixture
def customer(trial, service) -> str:
    Subscription.objects.update(customer="cus_9")
    return "cus_9"


def standing() -> tuple:
    row = Subscription.objects.get()
    return row.plan, row.band, row.ends_at, row.is_refused, row.is_ending, row.card_subscription


def test_the_button_leads_to_the_services_own_page(browser, administrator, service):
    answer = browser.post(reverse("console:pay"), CARD)
    assert answer.status_code == 302 and answer.url.startswith("https://pay.example/")
    (_get, path, said, _key) = service.asked[-1]
    assert path == "/v1/checkout/sessions"
    assert said["mode"] == "subscription"
    assert said["line_items[0][price_data][unit_amount]"] == "480000"
    assert said["line_items[0][price_data][recurring][interval]"] == "year"
    row = Subscription.objects.get()
    assert row.customer == said["customer"] and row.plan == "trial"
    assert said["subscription_data[trial_end]"] == str(int(row.ends_at.timestamp())), "the trial is given to its end"


def test_who_comes_after_the_end_is_charged_at_once(browser, administrator, service):
    Subscription.objects.update(ends_at=timezone.now() + timedelta(days=1))
    browser.post(reverse("console:pay"), CARD)
    assert "subscription_data[trial_end]" not in service.asked[-1][2]


def test_the_ways_to_pay_are_named_as_everybody_names_them(browser, administrator, service):
    page = browser.get(reverse("console:billing")).content.decode()
    assert all(word in page for word in ("对公转账", "支付宝或微信", "银行卡")) and "教育卡" not in page


def test_one_factory_is_one_customer(browser, administrator, service):
    for _time in range(2):
        browser.post(reverse("console:pay"), CARD)
    assert [path for _m, path, _s, _k in service.asked].count("/v1/customers") == 1


def test_a_service_that_does_not_answer_is_told_and_nothing_typed_is_lost(browser, administrator, service):
    service.is_down = True
    for way in ("card", "wallet"):
        answer = browser.post(reverse("console:pay"), CARD | {"way": way, "coupon": ""})
        assert answer.status_code == 422 and "没有扣款" in answer.content.decode()
    assert not Payment.objects.filter(status="asked").exists()


def test_a_card_that_pays_makes_a_year(customer, service, tell, work_off):
    sub = service.subscription(customer)
    bill = service.invoice(sub)
    page = service.new("cs", mode="subscription", subscription=sub["id"], client_reference_id="1")
    for kind, about in (
        ("checkout.session.completed", page),
        ("customer.subscription.created", sub),
        ("invoice.paid", bill),
    ):
        assert tell(*service.event(kind, about)) == 200
    work_off()
    ends = moment(sub["items"]["data"][0]["current_period_end"])
    assert standing() == ("card", "100", ends, False, False, sub["id"])
    assert list(Payment.objects.values_list("way", "status", "total")) == [("card", "paid", 480_000)]
    assert Subscription.objects.get().factory.open_until > ends


LIFE = ("customer.subscription.created", "invoice.paid", "customer.subscription.updated", "invoice.payment_failed")


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_in_any_order_and_twice_the_end_is_the_same(customer, service, tell, work_off, order):
    """A year was paid, the renewal was refused: told in this order, each twice, the worker coming in between."""
    began = int(time.time()) - 366 * DAY
    sub = service.subscription(customer, starts=began)
    paid = service.invoice(sub)
    sub["items"]["data"][0] |= {"current_period_start": began + 365 * DAY, "current_period_end": began + 730 * DAY}
    sub["status"] = "past_due"
    failed = service.invoice(sub, status="open", paid=0)
    about = (sub, paid, sub, failed)
    for place in order:
        sent = service.event(LIFE[place], about[place])
        assert tell(*sent) == tell(*sent) == 200
        work_off()
    assert standing() == ("card", "100", moment(began + 365 * DAY), True, False, sub["id"])
    assert Payment.objects.count() == 1
    assert Event.objects.filter(name="subscription.refused").count() == 1
    assert Subscription.objects.get().factory.standing == "open"


def test_a_replayed_event_is_looked_at_once(customer, service, tell, work_off):
    sub = service.subscription(customer)
    sent = service.event("customer.subscription.created", sub, "evt_1")
    tell(*sent)
    work_off()
    asked = len(service.asked)
    for _time in range(3):
        assert tell(*sent) == 200
    work_off()
    assert len(service.asked) == asked and CardEvent.objects.count() == 1


def test_what_the_service_did_not_sign_changes_nothing(customer, service, tell, work_off):
    body, signed = service.event("customer.subscription.created", service.subscription(customer))
    old = card_service.signature(body, at=int(time.time()) - 3600)
    forged = card_service.signature(body, secret="another")
    for wrong in ("", "t=1,v1=ab", forged, old, signed.replace("v1=", "v0=")):
        assert tell(body, wrong) == 400
    assert tell(body + b" ", signed) == 400
    assert tell(b"no json", card_service.signature(b"no json")) == 400
    assert tell(b"{}", card_service.signature(b"{}")) == 400
    assert CardEvent.objects.count() == 0


def test_it_comes_late_and_the_service_was_down(customer, service, tell, work_off):
    sub = service.subscription(customer)
    tell(*service.event("customer.subscription.created", sub))
    service.is_down = True
    work_off()
    assert standing()[0] == "trial"
    service.is_down = False
    sub["cancel_at_period_end"] = True  # what came after is true by now
    tell(*service.event("customer.subscription.updated", sub))
    work_off()
    assert standing()[0] == "card" and standing()[4]


def test_an_ended_renewal_lasts_until_its_end(customer, service, tell, work_off):
    sub = service.subscription(customer)
    tell(*service.event("customer.subscription.created", sub))
    work_off()
    ends = sub["items"]["data"][0]["current_period_end"]
    sub |= {"status": "canceled", "ended_at": ends}
    service.objects[sub["id"]] = sub
    tell(*service.event("customer.subscription.deleted", sub))
    work_off()
    assert standing() == ("prepaid", "100", moment(ends), False, False, "")
    assert Subscription.objects.get().open_until == moment(ends)


def test_a_checkout_that_never_paid_changes_nothing(customer, trial, service, tell, work_off):
    sub = service.subscription(customer, status="incomplete")
    tell(*service.event("customer.subscription.created", sub))
    work_off()
    sub["status"] = "incomplete_expired"
    tell(*service.event("customer.subscription.updated", sub))
    work_off()
    assert standing() == ("trial", "100", trial.ends_at, False, False, "")


def test_an_older_subscription_that_ends_does_not_end_the_present_one(customer, service, tell, work_off):
    old = service.subscription(customer, starts=time.time() - 300 * DAY)
    now = service.subscription(customer, "300")
    for sub in (old, now):
        tell(*service.event("customer.subscription.created", sub))
        work_off()
    old |= {"status": "canceled", "ended_at": int(time.time())}
    tell(*service.event("customer.subscription.deleted", old))
    work_off()
    assert standing()[:2] == ("card", "300") and standing()[5] == now["id"]


def test_somebody_elses_customer_is_nobody_here(trial, service, tell, work_off):
    sub = service.subscription("cus_foreign")
    for kind, about in (("customer.subscription.created", sub), ("invoice.paid", service.invoice(sub))):
        tell(*service.event(kind, about))
    work_off()
    assert standing()[0] == "trial" and Payment.objects.count() == 0
    assert CardEvent.objects.filter(handled_at=None).count() == 0


def test_a_wallet_pays_a_year_once(browser, administrator, trial, service, tell, work_off):
    answer = browser.post(reverse("console:pay"), CARD | {"way": "wallet"})
    assert answer.url.startswith("https://pay.example/")
    payment = Payment.objects.get()
    page = next(thing for thing in service.objects.values() if thing["object"] == "cs")
    assert (page["client_reference_id"], service.asked[-1][3]) == (payment.number, payment.number)
    tell(*service.event("checkout.session.completed", page))  # scanned, not paid yet
    work_off()
    assert Payment.objects.get().status == "asked"
    page["payment_status"] = "paid"
    for _time in range(2):
        tell(*service.event("checkout.session.async_payment_succeeded", page))
        work_off()
    payment.refresh_from_db()
    assert payment.status == "paid" and payment.from_at == trial.ends_at
    assert timedelta(days=393) < Subscription.objects.get().ends_at - timezone.now() < timedelta(days=397)


def test_a_wallet_page_that_nobody_paid_is_withdrawn(browser, administrator, service, tell, work_off):
    browser.post(reverse("console:pay"), CARD | {"way": "wallet"})
    page = next(thing for thing in service.objects.values() if thing["object"] == "cs")
    page["status"] = "expired"
    tell(*service.event("checkout.session.expired", page))
    work_off()
    assert Payment.objects.get().status == "void"


def test_another_size_is_asked_for_at_the_service_with_its_difference(
    browser, administrator, customer, service, tell, work_off
):
    sub = service.subscription(customer)
    tell(*service.event("customer.subscription.created", sub))
    work_off()
    assert browser.post(reverse("console:change_size"), {"band": "300"}).status_code == 302
    said = next(said for method, path, said, _k in service.asked if path.endswith(sub["id"]) and method == "POST")
    assert (said["proration_behavior"], said["items[0][price_data][unit_amount]"]) == ("create_prorations", "960000")
    assert standing()[1] == "300"
    assert Event.objects.filter(name="subscription.changed", actor=administrator).exists()


def test_who_pays_by_card_is_not_asked_to_pay_twice(browser, administrator, customer, service, tell, work_off):
    tell(*service.event("customer.subscription.created", service.subscription(customer)))
    work_off()
    for way in ("card", "wallet"):
        assert browser.post(reverse("console:pay"), CARD | {"way": way}).status_code == 409
    assert 'id="pay"' not in browser.get(reverse("console:billing")).content.decode()


def test_without_a_key_there_is_no_card_and_no_door(browser, administrator, tell):
    assert tell(b"{}", "") == 404
    page = browser.get(reverse("console:billing")).content.decode()
    assert 'value="card"' not in page and 'value="transfer"' in page
