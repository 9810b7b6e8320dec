"""On the phone a photo is enough; the place is guessed; and who reported reads what becomes of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, NotAllowed
from core.events import history
from facilities.qr import issue_sticker, token_of
from hazards.actions import merge_hazard, reject_hazard, report_hazard, void_hazard
from hazards.models import OTHER, Hazard, Level, Status
from hazards.standing import standings
from inspections.models import Run
from notifications.models import Notification
from people.models import User
from people.permissions import Role
from tests import make


@pytest.fixture
def worker(browser):
    make.policies()
    worker = make.person(Role.WORKER, name="李卫国", in_department=make.department())
    browser.force_login(worker)
    return worker


def _send(browser, **more):
    return browser.post(reverse("field:report"), {"photos": make.photo_file()} | more)


def test_a_photo_at_the_guessed_place_is_enough(browser, worker):
    area = make.area(worker.department)
    answer = _send(browser, area=area.pk)
    hazard = Hazard.objects.get()
    assert answer.url == reverse("field:hazard", args=[hazard.pk])
    assert hazard.title == f"拍照上报 · {area.name['zh']}"
    assert (hazard.category.code, hazard.level) == (OTHER, Level.GENERAL)


def test_a_voice_note_gives_the_title_where_nothing_is_written(browser, worker):
    machine = make.machine()
    _send(browser, equipment=machine.pk, voice=make.voice_file())
    assert Hazard.objects.get().title == f"语音上报 · {machine.name['zh']}"


def test_a_line_is_the_title(browser, worker):
    _send(browser, area=make.area().pk, title="  护栏松了 ")
    assert Hazard.objects.get().title == "护栏松了"


def test_without_a_photo_nothing_is_sent_and_the_words_stay(browser, worker):
    answer = browser.post(reverse("field:report"), {"title": "护栏松了", "area": make.area().pk})
    assert answer.status_code == 422
    assert "护栏松了" in answer.content.decode()
    assert not Hazard.objects.exists()


@pytest.mark.parametrize("field", ["title", "description"])
def test_far_too_many_words_come_back_with_a_sentence(browser, worker, field):
    assert _send(browser, area=make.area().pk, **{field: "长" * 100_000}).status_code == 422
    assert not Hazard.objects.exists()


def _guess(browser):
    return browser.get(reverse("field:report")).context["form"].initial


def test_the_place_is_that_of_the_check_begun_last(browser, worker):
    run = make.run(worker, status=Run.Status.DOING, inspector=worker, started_at=timezone.now())
    assert _guess(browser)["equipment"] == run.equipment_id


def test_else_it_is_that_of_the_label_scanned_last(browser, worker):
    machine = make.machine()
    point = issue_sticker(machine, by=make.person(Role.ADMIN))
    browser.get(reverse("field:qr", args=[token_of(point)]))
    assert _guess(browser)["equipment"] == machine.pk


def test_a_label_scanned_yesterday_says_nothing_any_more(browser, worker):
    home = make.area(worker.department)
    point = issue_sticker(make.machine(), by=make.person(Role.ADMIN))
    session = browser.session
    session["label"] = [point.pk, (timezone.now() - timedelta(hours=9)).isoformat()]
    session.save()
    assert _guess(browser)["area"] == home.pk


def test_else_it_is_where_the_team_works(browser, worker):
    team = make.team(in_department=make.department())
    User.objects.filter(pk=worker.pk).update(team=team)
    place, _other = make.area(team.department), make.area(worker.department)
    assert _guess(browser)["area"] == place.pk


def test_the_address_of_a_label_goes_before_every_guess(browser, worker):
    make.run(worker, status=Run.Status.DOING, inspector=worker, started_at=timezone.now())
    machine = make.machine()
    form = browser.get(reverse("field:report") + f"?equipment={machine.pk}").context["form"]
    assert form.initial["equipment"] == str(machine.pk)


def test_whoever_has_no_place_is_asked(browser, worker):
    page = browser.get(reverse("field:report")).content.decode()
    assert "data-where open" in page


# What the reporter reads.


def _line(hazard: Hazard) -> tuple[str, str, str]:
    (found,) = standings([Hazard.objects.select_related("owner", "merged_into").get(pk=hazard.pk)])
    return found.line, found.next, found.reason


def test_the_receipt_says_who_looks_and_by_when(browser, worker):
    make.person(Role.SAFETY_OFFICER, name="周敏")
    _send(browser, area=make.area().pk)
    hazard = Hazard.objects.get()
    page = browser.get(reverse("field:hazard", args=[hazard.pk])).content.decode()
    by = timezone.localtime(hazard.reported_at + timedelta(hours=1))
    assert hazard.number in page
    assert "周敏会在" in page
    assert f"{by:%H:%M} 前看" in page


def test_several_officers_are_named_by_their_duty(factory):
    make.person(Role.SAFETY_OFFICER)
    make.person(Role.SAFETY_OFFICER)
    assert _line(make.hazard())[1].startswith("安全员会在")


def test_an_officer_of_another_workshop_is_not_the_one_who_looks(factory):
    make.person(Role.SAFETY_OFFICER, name="外人", in_department=make.department(), bound=True)
    make.person(Role.SAFETY_OFFICER, name="周敏")
    assert "周敏" in _line(make.hazard())[1]


def test_when_nobody_looked_in_time_it_says_so(factory):
    late = make.hazard(reported_at=timezone.now() - timedelta(hours=5))
    assert _line(late)[1] == "到时间还没人看，已经告诉分管领导。"


def test_every_status_has_plain_words(factory):
    for status in Status:
        found = standings([make.hazard(status)])[0]
        assert found.line, status
        assert "_" not in found.line


def test_set_aside_with_the_reason(factory):
    officer = make.person(Role.SAFETY_OFFICER)
    other, merged, rejected, voided = (make.hazard() for _each in range(4))
    merge_hazard(merged, by=officer, into=other)
    reject_hazard(rejected, by=officer, note="是水，不是油")
    void_hazard(voided, by=officer, note="报错了地方")
    assert other.number in _line(merged)[0]
    assert _line(rejected)[2] == "是水，不是油"
    assert _line(voided)[2] == "报错了地方"


def test_my_reports_show_where_each_stands(browser, worker):
    hazard = make.hazard(Status.RECTIFYING, reporter=worker, owner=make.person(Role.MAINTENANCE, name="陈志强"))
    for page in ("field:mine", "field:home"):
        text = browser.get(reverse(page)).content.decode()
        assert "陈志强正在修" in text
        assert hazard.title in text


# Without an account: sensors and suppliers.


@pytest.mark.parametrize("source", [Hazard.Source.SENSOR, Hazard.Source.SUPPLIER])
def test_a_sensor_or_supplier_reports_under_its_own_name(factory, source):
    make.policies()
    area = make.area()
    hazard = report_hazard(by=None, source=source, title="温度 61 ℃", area=area, reported_as="喷房温度 3")
    (event,) = history(hazard)
    assert (hazard.reporter, event.actor, event.data["reported_as"]) == (None, None, "喷房温度 3")
    assert hazard.found_by == hazard.get_source_display()


def test_their_name_stands_in_the_history(browser):
    make.policies()
    hazard = report_hazard(
        by=None, source=Hazard.Source.SENSOR, title="温度 61 ℃", area=make.area(), reported_as="喷房温度 3"
    )
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    assert "喷房温度 3" in browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()


@pytest.mark.parametrize(
    "source", [Hazard.Source.REPORT, Hazard.Source.INSPECTION, Hazard.Source.SPECIAL, Hazard.Source.IMPORT]
)
def test_all_others_need_somebody(factory, source):
    with pytest.raises(NotAllowed):
        report_hazard(by=None, source=source, title="x", area=make.area())


def test_what_says_nothing_at_all_is_refused(factory):
    with pytest.raises(DomainError):
        report_hazard(by=make.person(Role.WORKER), area=make.area(), title="   ")


def test_nobody_is_told_where_nobody_reported(factory):
    make.policies()
    hazard = report_hazard(by=None, source=Hazard.Source.SENSOR, title="温度 61 ℃", area=make.area())
    reject_hazard(hazard, by=make.person(Role.SAFETY_OFFICER), note="传感器坏了")
    assert not Notification.objects.exists()
