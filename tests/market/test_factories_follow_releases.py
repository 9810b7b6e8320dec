"""A factory that was there before gets what a release brings along, once; what it changed since stays."""

import pytest
from django.core.management import call_command

from core.models import Event
from market.actions import follow_release, install_pack
from market.packs import load_pack
from people.models import JobRole
from people.permissions import Role
from tenants.models import Due
from tests import make
from training.library import written_courses, written_licence_kinds
from training.models import Course, Enrolment, Lesson, LicenceKind, Question, Requirement

pytestmark = pytest.mark.django_db
METAL = "metal-working"


@pytest.fixture
def old_factory(factory):
    """As one whose pack was installed before there were courses and licences in the product."""
    install_pack(load_pack(METAL), by=None)
    for model in (Requirement, Question, Lesson, Course, LicenceKind):
        model.objects.all().delete()


def _counts() -> tuple[int, int, int]:
    return Course.objects.count(), LicenceKind.objects.count(), Requirement.objects.count()


def test_an_old_factory_gets_courses_and_licences_and_decides_itself_who_has_to_learn_what(old_factory):
    welder = make.person(Role.WORKER)
    welder.job_role = JobRole.objects.get(code="welder")
    welder.save()
    follow_release()
    assert _counts() == (len(written_courses()), len(written_licence_kinds()), 0)
    assert not Enrolment.objects.exists()
    install_pack(load_pack(METAL), by=None)
    codes = set(Requirement.objects.filter(job_role=welder.job_role).values_list("course_code", flat=True))
    assert set(Enrolment.objects.open().filter(person=welder).values_list("course_code", flat=True)) == codes != set()


def test_it_is_done_once_and_says_nothing_the_second_time(old_factory):
    follow_release()
    there = _counts()
    assert not any(follow_release().values())
    assert _counts() == there
    assert Event.objects.filter(name="pack.followed").count() == 1


def test_what_the_factory_changed_since_stays(old_factory):
    follow_release()
    Course.objects.filter(code="C02").update(status=Course.Status.RETIRED, title={"zh": "我们自己的"})
    follow_release()
    assert Course.objects.get(code="C02").status == Course.Status.RETIRED


def test_without_a_pack_a_factory_has_the_kinds_of_licences_only(factory):
    follow_release()
    assert _counts() == (0, len(written_licence_kinds()), 0)


def test_an_upgrade_writes_one_row_for_each_factory_and_a_worker_does_it_there(
    factory, other_factory, work_off, monkeypatch
):
    monkeypatch.setattr("tenants.management.commands.bootstrap.prepare_roles", lambda: None)
    for _time in range(2):
        call_command("bootstrap")
    rows = Due.objects.filter(handler="market.follow_release")
    assert sorted(rows.values_list("factory", flat=True)) == sorted({*rows.values_list("factory", flat=True)})
    assert {factory.pk, other_factory.pk} <= {*rows.values_list("factory", flat=True)}
    work_off()
    assert LicenceKind.objects.count() == len(written_licence_kinds())
    assert not rows.exists()
