"""On the phone: a near miss in three taps, an injury that calls for help, and nothing that comes twice."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from alerts.models import Alert
from core.models import Event
from facilities.qr import issue_sticker, token_of
from incidents.models import Incident
from notifications.models import Message, Notification
from people.permissions import Role
from tenants import provisioning
from tests import make
from tests.incidents.conftest import local


@pytest.fixture
def phone(client, worker) -> Client:
    client.defaults["HTTP_HOST"] = provisioning.host_of("one")
    client.force_login(worker)
    return client


def taps(place, **more) -> dict:
    return {"client_id": str(uuid.uuid4()), "kind": "near_miss", "what": "machine", "when": "now"} | place | more


def test_from_the_label_a_near_miss_is_one_choice_and_one_button(phone, worker):
    press = make.machine()
    sticker = issue_sticker(press, by=make.person(Role.ADMIN))
    label = phone.get(f"/m/q/{token_of(sticker)}/").content.decode()
    assert f'href="/m/incident/?equipment={press.pk}"' in label
    page = phone.get(f"/m/incident/?equipment={press.pk}").content.decode()
    assert f'<option value="{press.pk}" selected>' in page and 'value="near_miss" checked' in page
    assert 'href="tel:120"' in page
    answer = phone.post("/m/incident/", taps({"equipment": press.pk}))
    incident = Incident.objects.get()
    assert answer.url == f"/m/incidents/{incident.pk}/"
    assert (incident.severity, incident.equipment, incident.area) == ("near_miss", press, press.area)
    assert (incident.accident, incident.title) == ("GB6441-2025:machine", "夹到、割到、卷到")
    assert not Alert.objects.exists() and not incident.must_report
    assert incident.number in phone.get(answer.url).content.decode()


def test_sent_twice_it_is_one(phone):
    said = taps({"area": make.area().pk})
    for _n in range(2):
        assert phone.post("/m/incident/", said).status_code == 302
    assert Incident.objects.count() == 1 and Event.objects.filter(name="incident.reported").count() == 1


def test_what_is_missing_is_said_and_the_rest_stays(phone):
    area = make.area()
    answer = phone.post("/m/incident/", taps({"area": area.pk}, what="", title="叉车蹭到人", photos=make.photo_file()))
    page = answer.content.decode()
    assert answer.status_code == 422 and "点一下出了什么事" in page and "叉车蹭到人" in page
    assert 'name="photos-kept"' in page and not Incident.objects.exists()
    assert phone.post("/m/incident/", taps({}, area="")).status_code == 422


def test_an_injury_calls_the_people_on_duty_by_more_than_one_way(phone, officer, work_off):
    with time_machine.travel(timezone.now()):
        phone.post("/m/incident/", taps({"area": make.area().pk}, kind="minor", hurt="钱有福"))
        alert = Alert.objects.get()
        assert "钱有福" not in alert.line and "夹到" in alert.line
        work_off()
    assert Notification.objects.filter(user=officer, event="alert.raised", is_urgent=True).exists()
    assert Message.objects.filter(person=officer, channel="sms").exists()
    assert Incident.objects.get().hurt == "钱有福"
    assert "钱有福" not in str(list(Event.objects.values_list("data", flat=True))), "the ledger keeps no name"


def test_an_hour_that_is_still_to_come_was_yesterdays(phone):
    area = make.area().pk
    with time_machine.travel(local(2026, 11, 3, 1, 0)):
        phone.force_login(make.person(Role.WORKER))
        phone.post("/m/incident/", taps({"area": area}, when="earlier", at="23:30"))
        phone.post("/m/incident/", taps({"area": area}, when="earlier", at="00:10"))
    assert sorted(Incident.objects.values_list("happened_at", flat=True)) == [
        local(2026, 11, 2, 23, 30),
        local(2026, 11, 3, 0, 10),
    ]


def hand_in(phone, worker, said, *, sent_at, handed=None, **more):
    told = {"id": said["client_id"], "user": worker.pk, "fields": [[k, str(v)] for k, v in said.items()], "files": {}}
    told |= {"submitted_at": (handed or sent_at).isoformat(), "sent_at": sent_at.isoformat()} | more
    return phone.post("/m/sync/incident/", told, "application/json", headers={"Accept": "application/json"})


def test_what_waited_without_network_happened_when_the_phone_says_less_its_error(phone, worker):
    """The phone's clock is ten minutes ahead, and the report waited for two hours."""
    said, now = taps({"area": make.area().pk}), timezone.now()
    ahead = now + timedelta(minutes=10)
    for _n in range(2):
        answer = hand_in(phone, worker, said, sent_at=ahead, handed=ahead - timedelta(hours=2))
        assert answer.status_code == 200, answer.content
    incident = Incident.objects.get()
    assert abs(incident.happened_at - (now - timedelta(hours=2))) < timedelta(seconds=30)
    assert abs(incident.skew_seconds - 600) < 30
    assert answer.json()["url"] == f"/m/incidents/{incident.pk}/"
    refused = hand_in(phone, worker, taps({"area": make.area().pk}, what="nothing"), sent_at=now)
    assert refused.status_code == 422 and Incident.objects.count() == 1


def test_everybody_reads_the_lesson_and_nobody_the_name(phone, worker, officer):
    incident = make.incident(severity="first_aid", hurt="钱有福", reporter=make.person(Role.WORKER))
    Incident.objects.filter(pk=incident.pk).update(
        status="closed", lesson="绑按钮，等于没有按钮。", closed_at=timezone.now()
    )
    page = phone.get("/m/incidents/").content.decode()
    assert "绑按钮" in page and "钱有福" not in page
    assert phone.get(f"/m/incidents/{incident.pk}/").status_code == 404
    assert phone.get(f"/desk/incidents/{incident.pk}/").status_code == 403
