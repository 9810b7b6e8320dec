"""A contractor's projects at the desk: another last day, also for one that was ended."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners import actions
from partners.entry import missing
from people.permissions import Role
from tests import make


@pytest.fixture
def project(factory):
    return make.project()


def sent(browser, project, day):
    return browser.post(
        reverse("console:contractor_act", args=[project.company_id, "prolong"]), {"project": project.pk, "ends_on": day}
    )


def test_our_contact_prolongs_it(browser, officer, project):
    actions.end_project(project, by=officer)
    member = make.crew_member(make.project(project.company))
    browser.force_login(officer)
    page = browser.get(reverse("console:contractor", args=[project.company_id])).content.decode()
    assert page.count('name="ends_on"') == 2
    later = timezone.localdate() + timedelta(days=60)
    assert sent(browser, project, later).status_code == 302
    project.refresh_from_db()
    assert project.ends_on == later and not project.is_over
    assert "project" not in [gap.code for gap in missing(member)]


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-02-30", "1999-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_is_refused_and_stands_there_still(browser, officer, project, day):
    browser.force_login(officer)
    answer = sent(browser, project, day)
    assert answer.status_code == 422 and f'value="{day}"' in answer.content.decode()


def test_only_who_looks_after_them_does(browser, project):
    browser.force_login(make.person(Role.LEADER))
    assert sent(browser, project, timezone.localdate()).status_code == 403
