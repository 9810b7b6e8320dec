"""The dashboard: each number is its definition, its rows and its export; targets, the area's rows, and who sees what."""

import random
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from core.archives import before, month_of
from facilities.calendar import today
from hazards.archive import Filter as HazardFilter
from hazards.models import Hazard, Level, Status
from insight import figures
from insight.figures import Scope, measure
from insight.heat import heat
from insight.models import Target
from insight.targets import set_targets
from insight.waiting import funnel, standing
from inspections.models import Run
from people.permissions import Role
from portals.console.views.dashboard import links
from tests import make
from tests.hazards.lives import some

PAGE = "/desk/dashboard/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def _lived(seed: int) -> None:
    """Checks of every fate, hazards, and alerts that were taken or not."""
    rng, now = random.Random(seed), timezone.now()
    some(60, seed)
    places, worker, of = [make.machine() for _n in range(2)], make.person(Role.WORKER), make.checklist()
    plans = [make.plan(worker, of=of, at=place) for place in places]
    Run.objects.all().delete()
    for number in range(80):
        at = now - timedelta(hours=24 * 60 * number / 80, minutes=rng.uniform(0, 50))
        plan = rng.choice(plans)
        place = places[plans.index(plan)]
        status = rng.choice(["done", "done", "done", "missed", "excused", "withdrawn"])
        done = {"submitted_at": at, "seconds": 300, "result": "pass", "inspector": worker} if status == "done" else {}
        make.run(
            worker, of=of, equipment=place, plan=plan, opens_at=at - timedelta(hours=2), closes_at=at, status=status,
            is_late=status == "done" and rng.random() < 0.3, **done,
        )  # fmt: skip
    for number in range(30):
        at = now - timedelta(hours=rng.uniform(0, 24 * 60))
        taken = {"acknowledged_at": at + timedelta(minutes=rng.uniform(1, 40))} if number % 4 else {}
        Alert.objects.create(
            line=f"停机 {number}", department=rng.choice(places).area.department, raised_at=at,
            subject_type="hazards.hazard", subject_id="1", **taken,
        )  # fmt: skip


def _rows(browser, address: str) -> int:
    """As many as the list behind an address shows, page by page."""
    kind = address.split("?", maxsplit=1)[0]
    seen, path = 0, address
    while path:
        page = browser.get(path).content.decode()
        seen += len(re.findall(rf'href="{kind}\d+/"', page))
        following = re.search(r'rel="next" href="\?([^"]+)"', page)
        path = f"{kind}?{following[1].replace('&amp;', '&')}" if following else ""
    return seen


@pytest.mark.parametrize("seed", range(3))
def test_every_number_is_as_many_rows_as_its_link_shows(browser, officer, seed):
    _lived(seed)
    day = today()
    days = [(day - timedelta(days=29), day), month_of(day - timedelta(days=40)), (day, day)][seed]
    scopes = [Scope(officer), Scope(officer, Run.objects.all()[0].department_id)]
    scopes.append(Scope(officer, Hazard.objects.all()[0].department_id))
    for scope in scopes:
        values = measure(scope, days)
        for key in ("on_time", "response", "closed_loop", "days", "overdue"):
            found = links(scope, key, days)
            if "bottom" in found:
                assert _rows(browser, found["bottom"]) == values[key].bottom, (key, scope)
            if "top" in found:
                assert _rows(browser, found["top"]) == values[key].top, (key, scope)


def test_workshops_and_months_add_up_to_the_whole(officer):
    _lived(7)
    days = (today() - timedelta(days=29), today())
    found = figures.read(Scope(officer), days)
    whole, workshops = measure(Scope(officer), days), found.workshops
    assert found.now == whole and found.past == measure(Scope(officer), before(*days))
    for key in ("on_time", "response", "closed_loop", "days", "overdue"):
        assert sum(workshop.values[key].bottom for workshop in workshops) == whole[key].bottom, key
        for workshop in workshops:
            alone = measure(Scope(officer, workshop.department.pk), days)[key]
            assert alone == workshop.values[key], key
    month = month_of(today() - timedelta(days=31))
    for key, value in measure(Scope(officer), month).items():
        assert dict(found.months[key])[month[0]] == value, key


def test_the_funnel_and_what_waits_lead_to_their_rows(browser, officer):
    _lived(2)
    days = (today() - timedelta(days=59), today())
    stages = funnel(Scope(officer), days)
    assert stages[0].reached == sum(stage.stands for stage in stages)
    found = standing(Scope(officer))
    for row in [*stages, *found.people, *found.turns]:
        count = row.stands if hasattr(row, "stands") else row.count
        assert row.behind.of(Hazard.objects.all()).count() == count
    assert found.people and found.turns and isinstance(stages[0].behind, HazardFilter)


def test_the_page_says_what_is_counted_against_which_target_and_where_it_leads(browser, officer):
    _lived(1)
    page = browser.get(PAGE).content.decode()
    for figure in figures.FIGURES:
        assert str(figure.key) in page
    assert page.count('<svg class="spark"') == 6 and "by=ended" in page and "look:hazards" in page
    assert "数据不足" in page
    for span in ("today", "quarter", "year"):
        assert browser.get(PAGE, {"span": span}).status_code == 200
    part = browser.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "spark" in part


def test_the_overview_and_the_dashboard_show_the_same_numbers(browser, officer):
    _lived(3)
    now = measure(Scope(officer), (today() - timedelta(days=29), today()))
    page = browser.get("/desk/").content.decode()
    assert f"{now['closed_loop'].number:g}<small> %" in page
    assert f"{now['on_time'].number:g}<small> %" in page


def test_targets_are_the_factorys_and_stay_on_record(browser, officer):
    assert figures.targets()["on_time"] == 98
    sent = figures.targets() | {"on_time": 95, "days": 2.5}
    assert browser.post("/desk/dashboard/targets/", sent).status_code == 302
    set_targets({"on_time": 96}, by=officer)
    assert figures.targets()["on_time"] == 96 and figures.targets()["days"] == 2.5
    assert Target.objects.count() == 3
    wrong = browser.post("/desk/dashboard/targets/", sent | {"on_time": 101})
    assert wrong.status_code == 422 and 'value="101"' in wrong.content.decode()


@pytest.mark.parametrize("role", [Role.ADMIN, Role.WORKSHOP_HEAD, Role.INSPECTOR])
def test_only_officers_and_leaders_set_targets(browser, factory, role):
    browser.force_login(make.person(role))
    assert browser.get("/desk/dashboard/targets/").status_code == 403


def test_the_rows_of_an_area_are_what_its_cell_counts(browser, officer):
    machine, at = make.machine(), timezone.now() - timedelta(days=2)
    for number in range(6):
        make.run(equipment=machine, status=Run.Status.DONE, submitted_at=at, seconds=600, result="fail")
        make.hazard(Status.MERGED if number == 5 else Status.REPORTED, area=machine.area, reported_at=at)
    make.run(equipment=machine, status=Run.Status.DONE, submitted_at=at - timedelta(days=60), seconds=600)
    make.incident(area=machine.area, happened_at=at)
    page = browser.get(reverse("console:heat_area", args=[machine.area_id])).content.decode()
    assert _rows(browser, re.search(r'href="(/desk/incidents/\?[^"]+)"', page)[1].replace("&amp;", "&")) == 1
    assert len(re.findall(r'href="/desk/hazards/\d+/"', page)) == 5
    assert len(re.findall(r'href="/desk/runs/\d+/"', page)) == 6
    assert "× 3" in page and "数据不足" not in page


def test_a_cell_of_a_week_says_the_same_on_the_page_of_its_rows(browser, officer):
    """Also of the week that still runs, and of weeks in which the whole plant was worse than usual."""
    bad, good, now = make.machine(), make.machine(), timezone.now()
    for number in range(60):
        at = now - timedelta(hours=number * 8)
        make.run(equipment=(bad, good)[number % 2], status=Run.Status.DONE, submitted_at=at, seconds=900)
        if number % 2 == 0 and number < 30:
            make.hazard(area=bad.area, reported_at=at, level=Level.MAJOR)
    found = {area.pk: cells[-3:] for area, cells in heat(Scope(officer)).weeks.lines}
    assert found[bad.area_id][-1].times > found[good.area_id][-1].times
    for area, cells in found.items():
        for cell in cells:
            asked = {"from": cell.days[0], "to": cell.days[1]}
            page = browser.get(reverse("console:heat_area", args=[area]), asked).content.decode()
            shown = "数据不足" if cell.is_scarce else f"{cell.times:.1f}×"
            assert shown in page, cell


def test_days_that_are_still_to_come_are_no_period_that_runs_backwards(browser, officer):
    page = browser.get(PAGE, {"from": "2099-01-01"}).content.decode()
    assert "2099-01-01 · 对比 2098-12-31" in page
    assert "aria-current" not in page[page.index("<main") :].split("<form", 1)[0]


def test_a_workshop_head_sees_the_own_workshop(browser, officer):
    mine, other = make.machine(), make.machine()
    for machine in (mine, other):
        make.hazard(area=machine.area, level=Level.MAJOR)
    head = make.person(Role.WORKSHOP_HEAD, in_department=mine.area.department, bound=True)
    browser.force_login(head)
    page = browser.get(PAGE).content.decode()
    assert f"/areas/{mine.area_id}/" in page and f"/areas/{other.area_id}/" not in page
    assert browser.get(reverse("console:heat_area", args=[other.area_id])).status_code == 404


def test_of_what_somebody_may_not_see_no_figure_says_that_there_is_none(browser, officer):
    area = make.machine().area
    Alert.objects.create(
        line="停机", department=area.department, raised_at=timezone.now(), subject_type="hazards.hazard", subject_id="1"
    )
    assert "条告警没人接" in browser.get(PAGE).content.decode()
    browser.force_login(make.person(Role.TEAM_LEADER, in_department=area.department, bound=True))
    page = browser.get(PAGE).content.decode()
    assert "条告警没人接" not in page and "告警平均响应" not in page and "巡检准时完成率" in page


def test_a_figures_days_stay_when_its_alerts_are_filtered_further(browser, officer):
    page = browser.get("/desk/alerts/", {"state": "taken", "from": "2026-11-01", "to": "2026-11-27"}).content.decode()
    assert "2026-11-01 至 2026-11-27" in page
    assert 'name="from" value="2026-11-01"' in page and 'name="to" value="2026-11-27"' in page


def test_a_leader_finds_it_on_the_phone(browser, factory):
    browser.force_login(make.person(Role.LEADER))
    assert PAGE in browser.get("/m/me/").content.decode()
    assert browser.get(PAGE).status_code == 200


@pytest.mark.parametrize("role", [Role.WORKER, Role.TRAINER, Role.SUPPLIER, Role.GUARD])
def test_who_answers_for_no_hazards_sees_no_dashboard(browser, factory, role):
    browser.force_login(make.person(role))
    assert browser.get(PAGE).status_code == 403


def test_the_period_before_is_one_like_it(officer):
    month = month_of(today() - timedelta(days=40))
    assert before(*month)[1] == month[0] - timedelta(days=1)


@pytest.mark.parametrize("asked", [{"department": "99999"}, {"from": "2026-02-31"}, {"span": "never"}])
def test_what_is_not_there_is_said(browser, officer, asked):
    assert browser.get(PAGE, asked).status_code == 422
