"""What special checks and outside authorities found is written down at the desk."""

import pytest
from django.urls import reverse

from hazards.models import OTHER, Category, Hazard, Level
from people.permissions import Role
from tests import make


@pytest.fixture
def officer(browser):
    make.policies()
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    browser.force_login(officer)
    return officer


def _write(browser, **more):
    sent = {"source": "external", "title": "护栏松了", "area": make.area().pk, "photos": make.photo_file()}
    return browser.post(reverse("console:record_hazard"), sent | more)


def test_an_outside_check_is_written_down(browser, officer):
    answer = _write(browser, level="major", description="区应急局抽查")
    hazard = Hazard.objects.get()
    assert answer.url == reverse("console:hazard", args=[hazard.pk])
    assert (hazard.source, hazard.level, hazard.reporter) == (Hazard.Source.EXTERNAL, Level.MAJOR, officer)
    assert hazard.evidence.count() == 1


def test_kind_and_level_may_be_left_out(browser, officer):
    _write(browser, source="special")
    hazard = Hazard.objects.get()
    assert (hazard.source, hazard.category.code, hazard.level) == (Hazard.Source.SPECIAL, OTHER, Level.GENERAL)


def test_kinds_are_listed_with_the_rest_at_the_end(browser, officer):
    make.category()
    form = browser.get(reverse("console:record_hazard")).context["form"]
    assert list(form.fields["category"].queryset)[-1] == Category.objects.get(code=OTHER)


@pytest.mark.parametrize("missing", ["title", "area", "photos", "source"])
def test_what_is_missing_comes_back_with_all_else(browser, officer, missing):
    answer = _write(browser, description="区应急局抽查", **{missing: ""})
    assert answer.status_code == 422
    assert "区应急局抽查" in answer.content.decode()
    assert not Hazard.objects.exists()


def test_no_other_source_can_be_named(browser, officer):
    assert _write(browser, source="inspection").status_code == 422


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.INSPECTOR, Role.SUPPLIER])
def test_who_has_no_part_in_it_is_refused(browser, officer, role):
    browser.force_login(make.person(role))
    assert browser.get(reverse("console:record_hazard")).status_code == 403
    assert _write(browser).status_code == 403
    assert not Hazard.objects.exists()
