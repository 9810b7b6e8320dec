"""The operator sees how every factory stands, gives time and pauses, and the factory's own ledger says so."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.actions import open_trial
from billing.models import Subscription
from core.models import Event
from operators.models import OperatorEntry
from tenants import provisioning
from tenants.models import Factory
from tests.operator.conftest import url


@pytest.fixture
def trial(factory) -> Subscription:
    return open_trial(factory, "300")


def test_each_factory_stands_in_the_group_that_it_belongs_to(operator, trial, other_factory):
    page = operator.get(url("factories")).content.decode()
    assert "一厂" in page and "二厂" in page and "101–300" in page
    on_trial = operator.get(url("factories"), {"group": "trial"}).content.decode()
    assert "一厂" in on_trial and "二厂" not in on_trial
    Factory.objects.filter(pk=trial.factory_id).update(open_until=timezone.now() - timedelta(days=1))
    over = operator.get(url("factories"), {"group": "over"}).content.decode()
    assert "一厂" in over and "设置停住" in over
    assert "一厂" not in operator.get(url("factories"), {"q": "二"}).content.decode()
    for odd in ({"group": "x"}, {"page": "-1"}, {"q": "\x00%_"}, {"page": "9" * 40}):
        assert operator.get(url("factories"), odd).status_code == 200


def test_the_list_asks_as_often_however_many_factories_there_are(operator, trial, other_factory):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            operator.get(url("factories"))
        return len(queries)

    one = asked()
    open_trial(other_factory, "50")
    assert asked() == one


def test_a_paused_factory_says_so_and_is_opened_again(operator, factory, trial):
    page = operator.post(url("suspend", factory.pk), {"reason": ""})
    assert page.status_code == 422
    assert operator.post(url("suspend", factory.pk), {"reason": "收到法院通知"}).status_code == 302
    visitor = Client(HTTP_HOST=provisioning.host_of("one"))
    assert "暂停" in visitor.get("/account/login/").content.decode()
    assert Event.objects.get(name="factory.suspended").data["note"] == "收到法院通知"
    assert operator.post(url("suspend", factory.pk), {"reason": "又一次"}).status_code == 409
    assert operator.post(url("resume", factory.pk)).status_code == 302
    assert visitor.get("/account/login/").status_code == 200
    kinds = OperatorEntry.objects.filter(factory=factory.pk).order_by("pk").values_list("what", flat=True)
    assert list(kinds) == ["suspended", "resumed"]


def test_time_that_is_given_stands_in_both_logs(operator, factory, trial):
    assert operator.post(url("give_time", factory.pk), {"days": "0"}).status_code == 422
    assert operator.post(url("give_time", factory.pk), {"days": "14"}).status_code == 302
    assert Subscription.objects.get().ends_at == trial.ends_at + timedelta(days=14)
    assert Factory.objects.get(pk=factory.pk).open_until == trial.ends_at + timedelta(days=14)
    assert Event.objects.filter(name="subscription.given").exists()
    assert OperatorEntry.objects.get(what="time_given").facts == {"days": 14}


def test_what_a_card_renews_is_not_moved(operator, factory, trial):
    Subscription.objects.update(plan="card")
    assert operator.post(url("give_time", factory.pk), {"days": "14"}).status_code == 409
    assert Subscription.objects.get().ends_at == trial.ends_at


def test_of_a_factory_only_sums_are_shown(operator, factory, trial):
    page = operator.get(url("factory", factory.pk)).content.decode()
    assert (factory.name in page and "账本" in page) or "Ledger" in page
    assert operator.get(url("factory", 999_999_999)).status_code == 404
