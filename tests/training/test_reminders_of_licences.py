"""The clock tells of what ends: each step once, also when the worker is late, and no more once it is renewed."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from core.models import Event
from notifications.catalogue import RULES
from notifications.models import Notification
from people.actions import close_account
from people.models import JobRole
from people.permissions import Role
from tenants.models import Due
from tests import make
from training import actions
from training.actions import Card
from training.models import Enrolment, Requirement

pytestmark = pytest.mark.django_db
ENDINGS = ("licence.expiring", "licence.ending", "licence.expired")


def _told() -> list[tuple[str, int, int]]:
    events = Event.objects.filter(name__in=ENDINGS).order_by("seq")
    return [(event.name.split(".")[1], event.data["step"], event.data["days"]) for event in events]


def _to(clock, day: date, hour: int = 12) -> None:
    clock.move_to(datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8))


def _live(clock, work_off, first: date, last: date) -> None:
    day = first
    while day <= last:
        _to(clock, day)
        work_off()
        day += timedelta(days=1)


@pytest.mark.parametrize(("kind", "years"), [("SW-WELD", 6), ("SE-N1", 4)])
def test_over_its_years_each_step_is_told_once_on_its_day(factory, clock, work_off, kind, years):
    """特种作业操作证 counts six years, 特种设备作业人员证 four."""
    licence = make.licence(kind=kind)
    end = licence.ends_on
    assert end == date(2026 + years, 11, 1)
    for month in range(6, years * 12 - 6, 6):
        _to(clock, date(2026, 11, 2) + timedelta(days=30 * month))
        work_off()
    assert _told() == []
    _live(clock, work_off, end - timedelta(days=182), end + timedelta(days=5))
    assert _told() == [
        ("expiring", 180, 180), ("expiring", 90, 90), ("expiring", 60, 60), ("expiring", 30, 30),
        ("ending", 7, 7), ("ending", 0, 0), ("expired", -1, -1),
    ]  # fmt: skip
    assert not Due.objects.filter(key__startswith=f"licence:{licence.pk}:").exists()


def test_the_holder_and_the_officers_hear_of_it_and_only_the_last_week_is_loud(factory, clock, work_off):
    officer, licence = make.person(Role.SAFETY_OFFICER), make.licence()
    make.person(Role.TEAM_LEADER)
    _to(clock, licence.ends_on - timedelta(days=30))
    work_off()
    assert set(Notification.objects.filter(event="licence.expiring").values_list("user", flat=True)) == {
        officer.pk, licence.person_id,
    }  # fmt: skip
    line = Notification.objects.filter(event="licence.expiring").first().line
    assert licence.person.name in line and str(licence.ends_on) in line and "30" in line
    assert [RULES[name].is_digest for name in ENDINGS] == [True, False, False]


def test_a_worker_that_was_late_tells_of_each_step_once(factory, clock, work_off):
    licence = make.licence()
    _to(clock, licence.ends_on - timedelta(days=175))
    work_off()
    _to(clock, licence.ends_on - timedelta(days=88))
    work_off()
    work_off()
    assert _told() == [("expiring", 180, 175), ("expiring", 90, 88)]


def test_a_worker_that_slept_through_several_steps_tells_only_of_the_last(factory, clock, work_off):
    licence = make.licence()
    _to(clock, licence.ends_on - timedelta(days=5))
    work_off()
    assert _told() == [("ending", 7, 5)]
    _to(clock, licence.ends_on + timedelta(days=40))
    work_off()
    assert _told() == [("ending", 7, 5), ("expired", -1, -40)]


@pytest.mark.parametrize("end", ["renewed", "withdrawn", "left"])
def test_nothing_is_told_once_it_does_not_matter_any_more(factory, clock, work_off, end):
    officer, licence = make.person(Role.SAFETY_OFFICER, Role.ADMIN), make.licence()
    _to(clock, licence.ends_on - timedelta(days=100))
    work_off()
    assert _told() == [("expiring", 180, 100)]
    issued_on = licence.ends_on - timedelta(days=101)
    if end == "renewed":
        actions.renew_licence(licence, Card("SW-WELD", issued_on, "T2"), by=officer)
    elif end == "withdrawn":
        actions.withdraw_licence(licence, by=officer, note="遗失")
    else:
        close_account(licence.person, by=officer, note="离职")
    for days in (90, 60, 30, 7, 0, -1, -30):
        _to(clock, licence.ends_on - timedelta(days=days))
        work_off()
    assert _told() == [("expiring", 180, 100)]


def test_a_corrected_last_day_moves_what_will_be_told(factory, clock, work_off):
    officer, licence = make.person(Role.SAFETY_OFFICER), make.licence()
    earlier = date(2027, 6, 1)
    actions.correct_expiry(licence, by=officer, expires_on=earlier, note="证面所印")
    _live(clock, work_off, date(2026, 11, 28), earlier + timedelta(days=2))
    counts = Counter(step for _name, step, _days in _told())
    assert counts == dict.fromkeys((180, 90, 60, 30, 7, 0, -1), 1)


@pytest.fixture
def required(factory):
    """A welder, with a course that the post asks for and its certificate."""
    role = JobRole.objects.create(code="welder", name={"zh": "焊工", "en": "Welder"})
    welder, course = make.person(Role.WORKER), make.course()
    welder.job_role = role
    welder.save()
    actions.require_course(course.code, by=None, job_role=role, days=7)
    rule = Requirement.objects.get()
    Enrolment.objects.update(status=Enrolment.Status.PASSED)
    return welder, course, rule


def _certificate(welder, course):
    return actions.issue_certificate(welder, course.title, by=None, score=90, hours=2, valid_months=12, course=course)


def _open(welder) -> list[tuple[str, date]]:
    return list(Enrolment.objects.open().filter(person=welder).values_list("reason", "due_on"))


def test_thirty_days_before_a_certificate_ends_its_course_is_to_be_learned_again(required, clock, work_off):
    welder, course, _rule = required
    certificate = _certificate(welder, course)
    _live(clock, work_off, certificate.expires_on - timedelta(days=33), certificate.expires_on - timedelta(days=31))
    assert _open(welder) == []
    _live(clock, work_off, certificate.expires_on - timedelta(days=30), certificate.expires_on + timedelta(days=3))
    assert _open(welder) == [("renewal", certificate.expires_on)]
    told = Event.objects.filter(name="certificate.expiring").order_by("seq").values_list("data__days", flat=True)
    assert list(told) == [30, 7]


def test_who_has_a_newer_certificate_or_need_not_have_it_is_left_alone(required, clock, work_off):
    welder, course, rule = required
    certificate = _certificate(welder, course)
    _to(clock, certificate.expires_on - timedelta(days=40))
    _certificate(welder, course)
    _to(clock, certificate.expires_on - timedelta(days=6))
    work_off()
    assert _open(welder) == []
    actions.drop_requirement(rule, by=make.person(Role.TRAINER))
    _to(clock, certificate.expires_on + timedelta(days=325))
    work_off()
    assert _open(welder) == []
    assert not Event.objects.filter(name="certificate.expiring").exists()


def test_what_was_taken_back_is_not_renewed(required, clock, work_off):
    welder, course, _rule = required
    certificate = _certificate(welder, course)
    actions.revoke_certificate(certificate, by=make.person(Role.TRAINER), note="替考")
    assert not Due.objects.filter(key__startswith=f"certificate:{certificate.pk}:").exists()
