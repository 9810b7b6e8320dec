"""Who sees which hazards: in the list, on the page, and the photo itself."""

import pytest
from django.urls import reverse

from hazards.models import Evidence, Hazard, Status
from people.permissions import PARTNER_ROLES, Role
from tests import make

SEES_ALL = {
    Role.TEAM_LEADER,
    Role.WORKSHOP_HEAD,
    Role.SAFETY_OFFICER,
    Role.LEADER,
    Role.HEAD,
    Role.ADMIN,
    Role.INSPECTOR,
}


@pytest.fixture
def hazard(factory):
    return make.hazard(Status.RECTIFYING)


def _statuses(browser, person, hazard) -> set[int]:
    """What the phone's page and the photo answer."""
    browser.force_login(person)
    photo = hazard.evidence.get().attachment
    urls = [reverse("field:hazard", args=[hazard.pk]), reverse("file", args=[photo.pk])]
    return {browser.get(url).status_code for url in urls}


@pytest.mark.parametrize("role", list(Role))
def test_by_duty_or_not_at_all(browser, hazard, role):
    person = make.person(role)
    is_seen = role in SEES_ALL
    assert Hazard.objects.visible_to(person).filter(pk=hazard.pk).exists() == is_seen
    assert _statuses(browser, person, hazard) == ({200} if is_seen else {404})


@pytest.mark.parametrize("role", list(Role))
def test_the_one_who_reported_it_sees_it_whatever_the_role(browser, role):
    reporter = make.person(role)
    hazard = make.hazard(reporter=reporter)
    Evidence.objects.create(hazard=hazard, attachment=make.photo(reporter), stage=Evidence.Stage.BEFORE)
    assert _statuses(browser, reporter, hazard) == {200}


def test_the_one_who_fixes_it_sees_it_with_the_photo_from_before(browser, hazard):
    assert _statuses(browser, hazard.owner, hazard) == {200}


def test_the_team_sees_what_its_team_must_fix(browser, hazard):
    mate, stranger = make.person(Role.WORKER), make.person(Role.WORKER)
    team = make.team(mate)
    Hazard.objects.filter(pk=hazard.pk).update(team=team)
    assert _statuses(browser, mate, hazard) == {200}
    assert _statuses(browser, stranger, hazard) == {404}


@pytest.mark.parametrize("role", sorted(PARTNER_ROLES))
def test_a_partner_sees_nothing_even_as_a_member_of_the_team(browser, hazard, role):
    partner = make.person(role)
    Hazard.objects.filter(pk=hazard.pk).update(team=make.team(partner))
    assert _statuses(browser, partner, hazard) == {404}


def test_a_bound_role_sees_its_workshop_and_what_lies_below(browser):
    above, elsewhere = make.department("冲压车间"), make.department("喷涂车间")
    below = make.department("冲压一线")
    below.parent = above
    below.save()
    head = make.person(Role.WORKSHOP_HEAD, in_department=above, bound=True)
    seen, deeper, hidden = (make.hazard(area=make.area(place)) for place in (above, below, elsewhere))
    assert set(Hazard.objects.visible_to(head)) == {seen, deeper}
    browser.force_login(head)
    page = browser.get(reverse("console:hazards")).content.decode()
    assert seen.number in page
    assert deeper.number in page
    assert hidden.number not in page
    assert browser.get(reverse("console:hazard", args=[hidden.pk])).status_code == 404
    assert browser.post(reverse("console:decide", args=[hidden.pk, "void"]), {"note": "x"}).status_code == 404


def test_the_workers_own_list_holds_only_what_they_reported(browser):
    worker = make.person(Role.WORKER)
    own, other = make.hazard(reporter=worker), make.hazard(owner=worker, status=Status.ASSIGNED)
    browser.force_login(worker)
    page = browser.get(reverse("field:mine")).content.decode()
    assert own.number in page
    assert other.number not in page


def test_a_worker_does_not_come_to_the_desk(browser, hazard):
    browser.force_login(hazard.owner)
    assert browser.get(reverse("console:hazards")).status_code == 403
    assert browser.get(reverse("console:hazard", args=[hazard.pk])).status_code in {403, 404}


def test_a_search_finds_nothing_that_is_hidden(browser):
    here, there = make.department("冲压车间"), make.department("喷涂车间")
    head = make.person(Role.WORKSHOP_HEAD, in_department=here, bound=True)
    hidden = make.hazard(area=make.area(there), title="静电接地断开")
    browser.force_login(head)
    for query in ({"q": "静电"}, {"q": hidden.number}, {"group": "all", "department": there.pk}):
        assert "静电接地断开" not in browser.get(reverse("console:hazards"), query).content.decode()


def test_a_duplicate_is_not_merged_into_what_one_does_not_see(browser):
    here, there = make.department("冲压车间"), make.department("喷涂车间")
    officer = make.person(Role.SAFETY_OFFICER, in_department=here, bound=True)
    mine, hidden = make.hazard(area=make.area(here)), make.hazard(area=make.area(there))
    browser.force_login(officer)
    answer = browser.post(reverse("console:decide", args=[mine.pk, "merge"]), {"into": hidden.number})
    assert answer.status_code == 422
