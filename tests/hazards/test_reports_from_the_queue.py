"""A report that waited on the phone: file by file, then the report; twice is once, and what is broken is said."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from core.models import Attachment, Event
from core.templatetags.core_tags import clock
from hazards.models import Hazard
from people.permissions import Role
from tenants.current import in_factory
from tests import make

JSON = {"Accept": "application/json"}


@pytest.fixture
def worker(browser):
    make.policies()
    worker = make.person(Role.WORKER, name="王建国")
    browser.force_login(worker)
    return worker


@pytest.fixture
def machine(worker):
    return make.machine()


def upload(browser, user, machine, *, pk="", content=None):
    file = SimpleUploadedFile("foto.jpg", content or make.photo_file().read(), "image/jpeg")
    data = {"id": pk or str(uuid.uuid4()), "user": user.pk, "name": "photos", "photos": file, "equipment": machine.pk}
    return browser.post(reverse("field:sync_report_file"), data, headers=JSON)


def report(user, machine, *photos, **changed):
    now = timezone.now()
    words = {"title": "护罩螺丝松了", "equipment": machine.pk, "category": make.category().pk, "level": "serious"}
    return {
        "id": str(uuid.uuid4()),
        "user": user.pk,
        "fields": [[name, str(value)] for name, value in words.items()],
        "files": {"photos": list(photos)},
        "submitted_at": (now - timedelta(hours=2)).isoformat(),
        "sent_at": now.isoformat(),
    } | changed


def send(browser, told):
    body = told if isinstance(told, str | bytes) else json.dumps(told)
    return browser.post(reverse("field:sync_report"), body, content_type="application/json", headers=JSON)


def test_photo_then_report_is_one_hazard_with_the_phones_time_beside_ours(browser, worker, machine):
    photo = upload(browser, worker, machine).json()["id"]
    answer = send(browser, report(worker, machine, photo))
    hazard = Hazard.objects.get()
    assert answer.json()["url"] == reverse("field:hazard", args=[hazard.pk])
    assert str(hazard.evidence.get().attachment_id) == photo
    assert hazard.reported_at - hazard.noticed_at > timedelta(hours=1)


def test_the_desk_too_says_when_it_was_written_down(browser, worker, machine):
    send(browser, report(worker, machine, upload(browser, worker, machine).json()["id"]))
    hazard = Hazard.objects.get()
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    page = browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    with override("zh-hans"):
        at = clock(hazard.noticed_at)
    assert make.in_language("zh-hans", "Written down at %(at)s without network", at=at) in page


def test_a_report_that_comes_twice_is_one_and_answered_alike(browser, worker, machine):
    told = report(worker, machine, upload(browser, worker, machine).json()["id"])
    first, second = send(browser, told), send(browser, told)
    assert first.json() == second.json()
    assert Hazard.objects.count() == Event.objects.filter(name="hazard.reported").count() == 1


def test_changed_on_the_way_the_first_one_stands(browser, worker, machine):
    told = report(worker, machine, upload(browser, worker, machine).json()["id"])
    send(browser, told)
    told["fields"] = [[name, "别的" if name == "title" else value] for name, value in told["fields"]]
    assert send(browser, told).status_code == 200
    assert Hazard.objects.get().title == "护罩螺丝松了"


def test_a_file_that_comes_twice_is_kept_once(browser, worker, machine):
    pk, content = str(uuid.uuid4()), make.photo_file().read()
    for _again in range(2):
        assert upload(browser, worker, machine, pk=pk, content=content).json()["id"] == pk
    assert Attachment.objects.count() == 1


def test_a_photo_that_is_still_on_the_phone_is_asked_for(browser, worker, machine):
    pk = str(uuid.uuid4())
    answer = send(browser, report(worker, machine, pk))
    assert (answer.status_code, answer.json()["missing"]) == (409, [pk])
    assert not Hazard.objects.exists()


def test_somebody_elses_photo_is_none_of_this_report(browser, worker, machine):
    photo = upload(browser, worker, machine).json()["id"]
    other = make.person(Role.WORKER)
    browser.force_login(other)
    assert send(browser, report(other, machine, photo)).status_code == 409
    assert not Hazard.objects.exists()


def test_a_report_of_somebody_else_waits_for_that_person(browser, worker, machine):
    other = make.person(Role.WORKER)
    assert upload(browser, other, machine).status_code == 401
    assert send(browser, report(other, machine)).status_code == 401
    assert not Hazard.objects.exists()


def test_signed_out_it_waits(client, worker, machine):
    client.logout()
    assert upload(client, worker, machine).status_code == 401
    assert send(client, report(worker, machine)).status_code == 401


def test_who_only_reads_reports_nothing(browser, worker, machine):
    reader = make.person(Role.INSPECTOR)
    browser.force_login(reader)
    assert upload(browser, reader, machine).status_code == 403


def test_a_machine_of_another_factory_is_none(browser, worker, machine, other_factory):
    with in_factory(other_factory):
        foreign = make.machine()
    photo = upload(browser, worker, machine).json()["id"]
    foreign.pk += 1_000_000
    assert send(browser, report(worker, foreign, photo)).status_code == 422
    assert not Hazard.objects.exists()


def test_what_is_no_photo_is_refused_with_a_sentence(browser, worker, machine):
    answer = upload(browser, worker, machine, content=b"no picture at all" * 100)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_without_a_photo_it_says_what_is_missing(browser, worker, machine):
    answer = send(browser, report(worker, machine))
    assert (answer.status_code, answer.json()["error"]) == (422, "请先拍一张照片。")


@pytest.mark.parametrize("broken", ["", "no json", "[]", "null", "{}", "[" * 100_000, b"\xff\xfe", "\0"])
def test_what_cannot_be_read_is_refused_with_a_sentence(browser, worker, machine, broken):
    answer = send(browser, broken)
    assert answer.status_code == 422
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "changed",
    [{"id": "x"}, {"user": "x"}, {"fields": None}, {"fields": [["a"]]}, {"files": []}, {"files": {"photos": ["x"]}}],
)
def test_a_report_that_makes_no_sense_is_refused_with_a_sentence(browser, worker, machine, changed):
    answer = send(browser, report(worker, machine) | changed)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert not Hazard.objects.exists()
