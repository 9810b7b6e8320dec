"""What a pack brought and nobody uses goes in one step; the page says before what stays and why."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from core.models import Event
from facilities.models import Area, Equipment, EquipmentType
from hazards.models import Category, Route
from inspections.actions import draft_checklist
from inspections.models import Checklist, Run
from market.actions import install_pack
from market.models import PackPart
from market.packs import load_pack
from market.parts import release
from market.removal import outlook_of
from partners.entry import CREW_ROLE
from people.models import JobRole, User
from people.permissions import Role
from tests import make
from tests.market.conftest import METAL
from training.models import Requirement

PAGE = f"/desk/market/packs/{METAL}/remove/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, Role.ADMIN)
    User.objects.filter(pk=officer.pk).update(language="en")
    browser.force_login(User.objects.get(pk=officer.pk))
    install_pack(load_pack(METAL), by=None)
    return User.objects.get(pk=officer.pk)


def take_out(browser):
    return browser.post(PAGE, {"stamp": browser.get(PAGE).context["stamp"]}, follow=True)


def test_of_an_unused_pack_everything_goes_but_what_contractors_need(browser, officer):
    assert "Contractors need a briefing" in browser.get(PAGE).content.decode()
    answer = take_out(browser)
    assert "parts are taken out" in answer.content.decode()
    codes = [row["code"] for row in load_pack(METAL)["job_roles"]]
    assert not Checklist.objects.exists() and not Area.objects.exists() and not EquipmentType.objects.exists()
    assert set(Category.objects.values_list("code", flat=True)) == {"other"}
    assert JobRole.objects.filter(code__in=codes).get().code == CREW_ROLE, "the entry exam is for it"
    assert not Requirement.objects.exclude(job_role=None).exclude(job_role__code=CREW_ROLE).exists()
    event = Event.objects.get(name="pack.removed")
    assert len(event.data["taken"]) == len(release(METAL).parts) - 2
    install_pack(load_pack(METAL), by=None)
    assert Checklist.objects.current().filter(code="press-preshift").exists(), "it can come back"


def test_what_is_used_stays_with_all_that_it_needs(browser, officer):
    press, checklist = EquipmentType.objects.get(code="press"), Checklist.objects.get(code="press-preshift")
    area = Area.objects.get(code="press-shop")
    machine = Equipment.objects.create(code="CY-1", name="冲床", type=press, area=area)
    run = make.run(of=checklist, equipment=machine, status=Run.Status.DONE)
    Route.objects.create(category=Category.objects.order_by("pk").last(), team=make.team())
    person = make.person(Role.WORKER)
    User.objects.filter(pk=person.pk).update(job_role=JobRole.objects.get(code="welder"))
    draft_checklist(Checklist.objects.get(code="weld-preshift"), by=officer)
    with override("en"):
        staying = {part.key: why for part, why in outlook_of(release(METAL)).staying}
    assert staying["checklist:press-preshift"] == "Checks that were made or are due: 1"
    assert staying["area:press-shop"] and staying["equipment_type:press"] == "Machines: 1"
    assert staying["job_role:welder"] == "People: 1" and staying["checklist:weld-preshift"] == "A draft of it is open."
    take_out(browser)
    run.refresh_from_db()
    assert run.checklist == checklist and checklist.items.count() == len(
        release(METAL).parts["checklist", "press-preshift"]["items"]
    )
    assert set(Checklist.objects.values_list("code", flat=True)) == {"press-preshift", "weld-preshift"}
    assert set(Area.objects.values_list("code", flat=True)) >= {"press-shop"}
    assert set(Category.objects.filter(routes__isnull=False)), "who fixes what stays"
    used = {item.category_id for item in checklist.items.all()}
    assert Category.objects.filter(pk__in=used).count() == len(used)
    assert PackPart.objects.filter(pack=METAL).exists(), "the rest still follows the pack"


def test_suppliers_keep_their_questionnaire(browser, officer):
    make.self_inspection()
    assert f"questionnaire:{METAL}-saq" in {part.key for part, _why in outlook_of(release(METAL)).staying}


def test_what_came_into_use_since_the_page_was_shown_stops_it(browser, officer):
    stamp = browser.get(PAGE).context["stamp"]
    Equipment.objects.create(
        code="CY-1", name="冲床", type=EquipmentType.objects.get(code="press"), area=Area.objects.get(code="press-shop")
    )
    answer = browser.post(PAGE, {"stamp": stamp})
    assert answer.status_code == 409 and "Something changed since you looked" in answer.content.decode()
    assert Checklist.objects.exists() and not Event.objects.filter(name="pack.removed").exists()


def test_a_pack_that_is_not_installed_has_nothing_to_take_out(browser, officer):
    page = reverse("console:remove_pack", args=["food-processing"])
    assert "Nothing to take out" in browser.get(page).content.decode()
    assert browser.post(page).status_code == 409
