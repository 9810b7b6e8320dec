"""Two browsers and a link at the same moment: one takes it, the others are shown who was first."""

from functools import partial

from django.test import Client
from django.urls import reverse

from alerts import links
from alerts.actions import acknowledge_alert, escalate_alert, raise_alert
from alerts.models import Alert
from core.models import Event
from notifications.models import Message
from people.permissions import Role
from tenants import due
from tenants.models import Domain, Due
from tests import make
from tests.threads import at_once


def raised():
    officers = [make.person(Role.SAFETY_OFFICER, name=name) for name in ("周敏", "孙立", "马国平")]
    alert = raise_alert(make.area(), "光幕失灵", by=make.person(Role.WORKER))
    return alert, officers


def test_of_two_pages_and_a_link_one_takes_it(fresh_factory):
    alert, officers = raised()
    fresh = lambda: Alert.objects.get(pk=alert.pk)  # noqa: E731 - each its own copy
    results = at_once(
        fresh_factory,
        lambda: acknowledge_alert(fresh(), by=officers[0]),
        lambda: acknowledge_alert(fresh(), by=officers[1]),
        lambda: acknowledge_alert(fresh(), by=officers[2], is_by_link=True),
    )
    first = {result.acknowledged_by_id for result in results}
    assert len(first) == 1 and first <= {officer.pk for officer in officers}
    assert Event.objects.filter(name="alert.acknowledged").count() == 1


def test_the_same_through_the_browser(fresh_factory):
    alert, officers = raised()
    host = Domain.objects.get(tenant=fresh_factory, is_primary=True).domain
    clients = [Client(HTTP_HOST=host) for _ in range(3)]
    for client, officer in zip(clients[:2], officers, strict=False):
        client.force_login(officer)
    path = reverse("acknowledge", args=[alert.pk])
    link = links.path_of(alert, officers[2])

    def press(client: Client, where: str) -> str:
        return client.post(where, follow=True).content.decode()

    presses = zip(clients, (path, path, link), strict=True)
    pages = at_once(fresh_factory, *(partial(press, client, where) for client, where in presses))
    alert.refresh_from_db()
    winner = alert.acknowledged_by
    assert Event.objects.filter(name="alert.acknowledged").count() == 1
    for officer, page in zip(officers, pages, strict=True):
        assert ("你已接警" if officer == winner else f"{winner.name}已接警") in page.replace(" ", "")


def test_taken_and_passed_on_at_the_same_moment(fresh_factory):
    """Whichever comes first: once it is taken no step follows, and nothing is left to be called."""
    for _round in range(5):
        alert, officers = raised()
        make.person(Role.LEADER)
        at_once(
            fresh_factory,
            lambda alert=alert, officers=officers: acknowledge_alert(Alert.objects.get(pk=alert.pk), by=officers[0]),
            lambda alert=alert: escalate_alert(alert, step=1),
            lambda alert=alert: escalate_alert(alert, step=1),
        )
        alert.refresh_from_db()
        assert alert.acknowledged_by == officers[0]
        events = list(Event.objects.filter(subject_type="alerts.alert", subject_id=str(alert.pk)).order_by("seq"))
        names = [event.name for event in events]
        assert names in (
            ["alert.raised", "alert.acknowledged"],
            ["alert.raised", "alert.escalated", "alert.acknowledged"],
        )
        escalate_alert(alert, step=2)
        assert not Event.objects.filter(name="alert.escalated", subject_id=str(alert.pk), data__step=2).exists()


def test_what_is_being_sent_does_not_hold_up_the_stop(fresh_factory):
    alert, officers = raised()
    for _row in iter(due.run_one, False):
        if Message.objects.filter(alert_id=alert.pk).exists():
            break
    acknowledge_alert(alert, by=officers[0])
    for _row in iter(due.run_one, False):
        pass
    assert not Message.objects.filter(alert_id=alert.pk, status="waiting").exists()
    assert not Due.objects.filter(factory=fresh_factory, handler="alerts.escalate").exists()
