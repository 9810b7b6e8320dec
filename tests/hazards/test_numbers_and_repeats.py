"""Numbers without gaps, the same thing found again, and reports that end without a fix."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError
from core.events import history
from hazards.actions import merge_hazard, reject_hazard, report_hazard, void_hazard
from hazards.models import Evidence, Hazard, Status
from people.permissions import Role
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def report(factory):
    """Reports the same thing at the same machine, unless told otherwise."""
    make.policies()
    worker, machine, kind = make.person(Role.WORKER), make.machine(), make.category()

    def report(**more) -> Hazard:
        facts = {"title": "防护栏缺失", "category": kind, "area": machine.area, "equipment": machine}
        return report_hazard(by=worker, **(facts | more))

    return report


def test_numbers_run_on_within_a_month_and_begin_again_with_the_next(report):
    with time_machine.travel(datetime(2026, 1, 31, 23, 59, tzinfo=SHANGHAI), tick=False) as clock:
        numbers = [report().number, report().number]
        clock.move_to(datetime(2026, 2, 1, 0, 1, tzinfo=SHANGHAI))
        numbers.append(report().number)
    assert numbers == ["YH-202601-0001", "YH-202601-0002", "YH-202602-0001"]


def test_the_month_is_that_of_the_factory_and_not_of_greenwich(report):
    with time_machine.travel(datetime(2026, 2, 1, 7, 0, tzinfo=SHANGHAI), tick=False):
        assert report().number == "YH-202602-0001"


def test_a_report_that_is_taken_back_leaves_no_gap(report):
    first = report().number
    with pytest.raises(RuntimeError), transaction.atomic():
        report()
        raise RuntimeError
    assert int(report().number[-4:]) == int(first[-4:]) + 1


def test_a_refused_report_leaves_no_gap(report):
    used = make.photo()
    report(photos=[used])
    with pytest.raises(DomainError):
        report(photos=[used], title="另一处")
    assert sorted(hazard.number[-4:] for hazard in [*Hazard.objects.all(), report()]) == ["0001", "0002"]


def close(hazard) -> None:
    Hazard.objects.filter(pk=hazard.pk).update(status=Status.CLOSED, closed_at=timezone.now())


def test_the_same_thing_within_90_days_after_closure_points_at_the_earlier_one(report):
    with time_machine.travel(datetime(2026, 1, 1, 12, 0, tzinfo=SHANGHAI), tick=False) as clock:
        first = report()
        clock.shift(timedelta(days=40))
        close(first)
        clock.shift(timedelta(days=90))
        second = report()
        clock.shift(timedelta(seconds=1))
        third = report()
    assert first.repeat_of is None
    assert second.repeat_of == first, "counted from its closure, not from its report"
    assert third.repeat_of is None


def test_what_is_still_open_was_reported_twice_and_is_no_repeat(report):
    report()
    assert report().repeat_of is None


def test_of_several_it_points_at_the_one_that_was_closed_last(report):
    first, second = report(), report()
    with time_machine.travel(datetime(2026, 1, 1, 12, 0, tzinfo=SHANGHAI), tick=False) as clock:
        close(second)
        clock.shift(timedelta(days=1))
        close(first)
        clock.shift(timedelta(days=1))
        assert report().repeat_of == first


def test_another_machine_or_another_kind_is_no_repeat(report):
    close(report())
    assert report(category=make.category()).repeat_of is None
    elsewhere = make.machine()
    assert report(equipment=elsewhere, area=elsewhere.area).repeat_of is None
    assert report(equipment=None).repeat_of is None, "the area is not the machine"


def test_a_machine_that_was_moved_is_the_same_machine(report):
    first = report()
    close(first)
    assert report(area=make.area()).repeat_of == first


@pytest.mark.parametrize("status", [Status.REJECTED, Status.VOIDED, Status.MERGED])
def test_what_was_no_hazard_is_not_repeated(report, status):
    first = report()
    Hazard.objects.filter(pk=first.pk).update(status=status)
    assert report().repeat_of is None


@pytest.mark.parametrize("status", [Status.REPORTED, Status.CONFIRMED, Status.ASSIGNED])
def test_a_duplicate_is_merged_and_both_stay_readable(factory, status):
    officer, first, second = make.person(Role.SAFETY_OFFICER), make.hazard(Status.RECTIFYING), make.hazard(status)
    Evidence.objects.create(hazard=second, attachment=make.photo(), stage=Evidence.Stage.BEFORE)
    merge_hazard(second, by=officer, into=first)
    second.refresh_from_db()
    assert (second.status, second.merged_into) == (Status.MERGED, first)
    assert second.evidence.exists()
    assert next(iter(history(second))).data["note"] == first.number


def test_nothing_is_merged_with_itself_or_with_what_is_closed(factory):
    officer, hazard = make.person(Role.SAFETY_OFFICER), make.hazard()
    for into in (hazard, make.hazard(Status.CLOSED), make.hazard(Status.MERGED)):
        with pytest.raises(DomainError):
            merge_hazard(hazard, by=officer, into=into)
    assert Hazard.objects.get(pk=hazard.pk).status == Status.REPORTED


@pytest.mark.parametrize(("step", "status"), [(reject_hazard, Status.REJECTED), (void_hazard, Status.VOIDED)])
def test_setting_aside_needs_a_reason_that_stays_on_record(factory, step, status):
    officer, hazard = make.person(Role.SAFETY_OFFICER), make.hazard()
    for empty in ("", "  "):
        with pytest.raises(DomainError):
            step(hazard, by=officer, note=empty)
    step(hazard, by=officer, note="现场看过，不属实")
    assert Hazard.objects.get(pk=hazard.pk).status == status
    assert next(iter(history(hazard))).data["note"] == "现场看过，不属实"


def test_the_desk_merges_by_number_and_says_when_it_is_unknown(browser):
    officer, first, second = make.person(Role.SAFETY_OFFICER), make.hazard(), make.hazard()
    browser.force_login(officer)
    url = reverse("console:decide", args=[second.pk, "merge"])
    answer = browser.post(url, {"into": "YH-209901-0001"})
    told = "There is no open hazard with this number. Copy it from the list."
    assert make.in_language("zh-hans", told) in answer.content.decode()
    assert answer.status_code == 422
    assert "YH-209901-0001" in answer.content.decode()
    assert browser.post(url, {"into": first.number}).status_code == 302
    second.refresh_from_db()
    assert second.merged_into == first
    assert first.number in browser.get(reverse("console:hazard", args=[second.pk])).content.decode()
