"""An operator opens a kept archive as a second factory; the first one hears of it."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Event, LedgerHead
from lifecycle import orders
from market.actions import follow_release
from operators.actions import open_session
from operators.models import OperatorEntry
from people.permissions import Role
from tenants import due, provisioning
from tenants.current import in_factory, in_public
from tenants.models import Due
from tests import make
from tests.lifecycle.conftest import new_slug
from tests.operator.conftest import account, at_bare_host


def url(name: str, *args) -> str:
    return reverse(f"operator:{name}", urlconf="config.urls_public", args=args)


@pytest.fixture
def operator(fresh_factory) -> Client:
    client = at_bare_host()
    with in_public():
        client.cookies["operator"] = open_session(account(new_slug()).row)
    return client


def works_off() -> None:
    with in_public():
        while due.run_one():
            pass


def test_a_kept_archive_is_opened_as_a_copy_and_both_logs_say_so(operator, fresh_factory):
    follow_release()  # as every factory has, so that the copy finds nothing new
    admin, slug = make.person(Role.ADMIN), new_slug()
    page = html.unescape(operator.get(url("factory", fresh_factory.pk)).content.decode())
    assert "export_factory" in page
    job = orders.order_export(by=admin)
    works_off()
    head = LedgerHead.objects.get()
    asked = {"job": str(job.pk), "slug": slug}
    for bad in ({"slug": "www"}, {"slug": "one"}, {"job": "0"}, {"slug": ""}):
        assert operator.post(url("restore", fresh_factory.pk), asked | bad).status_code == 422
    assert operator.post(url("restore", fresh_factory.pk), asked).status_code == 302
    assert slug in operator.get(url("factory", fresh_factory.pk)).content.decode()
    works_off()
    copy = provisioning.find(slug)
    with in_factory(copy):
        # As the archive was made before its own note was sealed.
        assert LedgerHead.objects.get().seq == head.seq - 1 and not Event.objects.filter(name="factory.copied").exists()
    assert Event.objects.get(name="factory.copied").data["note"] == slug
    assert OperatorEntry.objects.get(what="restored", factory=copy.pk).facts["slug"] == slug
    assert slug in operator.get(url("log")).content.decode()
    Due.objects.filter(factory=copy).delete()
    provisioning.delete_factory(copy)


def test_what_cannot_be_restored_stands_in_the_log_with_its_reason(operator, fresh_factory):
    admin, slug = make.person(Role.ADMIN), new_slug()
    job = orders.order_export(by=admin)
    works_off()
    job.refresh_from_db()
    with open(job.result.original.path, "ab") as file:
        file.truncate(1000)
    operator.post(url("restore", fresh_factory.pk), {"job": str(job.pk), "slug": slug})
    works_off()
    assert "归档" in OperatorEntry.objects.get(what="restore_refused", factory=fresh_factory.pk).facts["reason"]
    assert not Due.objects.filter(handler="lifecycle.restore").exists()
