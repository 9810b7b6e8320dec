"""Stars by who has installed it, and numbers of the floor that are nobody's: shown from three factories on."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from facilities.calendar import today
from inspections.models import Answer, Checklist, Run
from market.actions import install_pack
from market.measuring import measure
from market.packs import load_pack
from people.models import User
from people.permissions import Role
from sharing.models import Measure, Rating
from sharing.opinions import figures_of
from tenants.models import Due
from tests import make
from tests.market.conftest import METAL

LIST = "press-preshift"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    User.objects.filter(pk=officer.pk).update(language="en")
    browser.force_login(officer)
    return officer


def test_who_has_installed_it_gives_stars_once(browser, officer, factory, other_factory):
    rate, page = reverse("console:rate_pack", args=[METAL]), reverse("console:pack", args=[METAL])
    assert browser.post(rate, {"stars": "5"}).status_code == 403 and not Rating.objects.exists()
    install_pack(load_pack(METAL), by=None)
    assert browser.post(rate, {"stars": "9"}).status_code == 422
    for stars in ("2", "4"):
        browser.post(rate, {"stars": stars})
    assert Rating.objects.get().stars == 4
    Rating.objects.create(subject=f"pack:{METAL}", factory=other_factory, stars=5)
    for address in (page, reverse("console:market")):
        body = browser.get(address).content.decode()
        assert "4.5 of 5 · 2 factories" in body and other_factory.name not in body


def _checked(officer, count: int) -> None:
    checklist, machine = Checklist.objects.get(code=LIST), make.machine()
    for n in range(count):
        run = make.run(
            officer, of=checklist, equipment=machine, status=Run.Status.DONE, seconds=60 + n, submitted_at=timezone.now()
        )  # fmt: skip
        if n < 2:
            hazard = make.hazard() if n == 0 else None
            facts = {"item": checklist.items.all()[0], "value": "fail", "answered_at": timezone.now()}
            Answer.objects.create(run=run, hazard=hazard, **facts)


def test_numbers_are_handed_in_without_a_name_and_shown_from_three_factories_on(browser, officer, factory):
    install_pack(load_pack(METAL), by=None)
    assert Due.objects.get(factory=factory, key="market.measure").due_at > timezone.now() + timedelta(days=6)
    _checked(officer, 19)
    measure()
    assert not Measure.objects.exists(), "so few say nothing"
    _checked(officer, 2)
    for _time in range(2):
        measure()
    own = Measure.objects.get()
    assert (own.checklist, own.runs, own.hazards) == (LIST, 21, 2)
    assert factory.schema_name not in own.mark and len(own.mark) == 64
    page = reverse("console:pack", args=[METAL])
    Measure.objects.create(checklist=LIST, mark="b", runs=79, seconds=own.seconds + 5, hazards=3, day=today())
    assert not figures_of([LIST], today()) and "Measured in" not in browser.get(page).content.decode()
    Measure.objects.create(checklist=LIST, mark="c", runs=100, seconds=own.seconds - 5, hazards=5, day=today())
    assert f"Measured in 3 factories: 200 checks, {own.seconds} s in the middle, 5.0 hazards in 100 checks" in (
        browser.get(page).content.decode()
    )
    Measure.objects.filter(mark="c").update(day=today() - timedelta(days=91))
    assert not figures_of([LIST], today()), "old numbers are nobody's opinion any more"


def test_a_list_that_is_not_used_any_more_is_forgotten(officer):
    install_pack(load_pack(METAL), by=None)
    _checked(officer, 20)
    measure()
    Run.objects.update(submitted_at=timezone.now() - timedelta(days=200))
    measure()
    assert not Measure.objects.exists()
