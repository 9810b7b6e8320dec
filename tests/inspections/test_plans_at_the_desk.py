"""Plans as one sentence at the desk: made, looked at before they are saved, changed and stopped."""

from datetime import time, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from core.models import Event
from facilities.models import Shift
from inspections.models import Plan, Run
from people.models import User
from people.permissions import Role
from portals.console.rules import rule_words, slots_of, written
from tests import make


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    User.objects.filter(pk=officer.pk).update(language="en")
    browser.force_login(officer)
    return officer


def a_plan(**more):
    facts = {
        "often": "day",
        "every": 1,
        "days": "all",
        "opens_at": "00:00",
        "who": f"team:{make.team().pk}",
        "places": [f"machine:{make.machine().pk}", f"machine:{make.machine().pk}"],
        "themes": [make.checklist().pk],
        "window": 1439,
        "unit": "1",
        "remind_minutes": 15,
        "name": "冲压机班前",
        "starts_on": timezone.localdate().isoformat(),
    }
    return {name: value for name, value in (facts | more).items() if value is not None}


def test_one_sentence_makes_a_route_over_the_machines_and_their_checks_of_today(browser, officer):
    data = a_plan()
    assert browser.post("/desk/plans/add/", data).status_code == 302
    plan = Plan.objects.get()
    assert [f"machine:{stop.equipment_id}" for stop in plan.stops.all()] == data["places"]
    assert plan.runs.filter(opens_at__date=timezone.localdate()).count() == 2
    body = browser.get("/desk/plans/").content.decode()
    assert "every day" in body and "23 h 59 min" in body


def test_a_plan_for_one_person_by_number_or_by_name(browser, officer):
    worker = make.person(Role.WORKER, name="王建国")
    for person in (f" {worker.employee_no} ", "王建国"):
        assert browser.post("/desk/plans/add/", a_plan(who="", person=person)).status_code == 302
    assert {run.assignee for run in Run.objects.all()} == {worker}


def test_a_plan_for_a_role_with_a_stand_in(browser, officer):
    other = make.person(Role.WORKER)
    data = a_plan(who=f"role:{Role.MAINTENANCE}", person="nobody", fallback=other.phone)
    assert browser.post("/desk/plans/add/", data).status_code == 302
    plan = Plan.objects.get()
    assert (plan.role, plan.assignee, plan.fallback) == (Role.MAINTENANCE, None, other)
    assert {(run.role, run.fallback) for run in Run.objects.all()} == {(Role.MAINTENANCE, other)}


def test_several_shifts_at_once_make_one_plan_each(browser, officer):
    shifts = [Shift.objects.create(code=f"S{n}", name=f"班{n}", starts_at=time(n), ends_at=time(n + 8)) for n in (0, 8)]
    assert browser.post("/desk/plans/add/", a_plan(shifts=[shift.pk for shift in shifts])).status_code == 302
    assert set(Plan.objects.values_list("name", "shift", "opens_at")) == {
        (f"冲压机班前 · 班{n}", shift.pk, None) for n, shift in zip((0, 8), shifts, strict=True)
    }


def test_the_order_of_the_route_is_the_one_that_was_given(browser, officer):
    places = [f"machine:{make.machine().pk}", f"area:{make.area().pk}", f"machine:{make.machine().pk}"]
    shown = browser.post("/desk/plans/add/", a_plan(places=places, places_order=places, do=f"down places {places[0]}"))
    assert shown.status_code == 200 and not Plan.objects.exists(), "a button with a name only looks"
    order = [key for key, _row in shown.context["places"]]
    assert order == [places[1], places[0], places[2]]
    assert f'do" value="up places {places[2]}' in shown.content.decode()
    browser.post("/desk/plans/add/", a_plan(places=places, places_order=order))
    assert [stop.equipment_id or stop.area_id for stop in Plan.objects.get().stops.all()] == [
        int(key.partition(":")[2]) for key in order
    ]


def test_themes_take_turns_in_their_order(browser, officer):
    lists = [make.checklist() for _number in range(3)]
    keys = [str(row.pk) for row in lists]
    browser.post("/desk/plans/add/", a_plan(themes=keys, themes_order=keys[::-1]))
    assert [theme.checklist for theme in Plan.objects.get().themes.all()] == lists[::-1]


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_what_it_will_do_is_shown_before_it_is_saved(browser, officer, htmx):
    answer = browser.post("/desk/plans/add/", a_plan(do="look", opens_at="23:59"), headers=htmx)
    look, days = answer.context["look"], timezone.localdate()
    left = (days.replace(day=1) + timedelta(days=32)).replace(day=1) - days
    assert (look.times, look.checks, len(look.days)) == (left.days, left.days * 2, 3)
    assert look.days[0].date() == days
    assert ("<html" in answer.content.decode()) is not bool(htmx)
    assert f"{look.days[2]:%m-%d}" in answer.content.decode()
    assert not Plan.objects.exists()


def test_a_rule_that_never_fires_says_so_before_and_while_saving(browser, officer):
    data = a_plan(often="rule", rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    look = browser.post("/desk/plans/add/", data | {"do": "look"})
    assert look.status_code == 200 and "makes no check" in look.content.decode()
    saved = browser.post("/desk/plans/add/", data)
    assert saved.status_code == 422 and "BYMONTHDAY=30" in saved.content.decode()
    assert not Plan.objects.exists()


WRONG = [
    ({"places": None}, "places"),
    ({"places": ["machine:999999999"]}, "places"),
    ({"places": ["nonsense"]}, "places"),
    ({"themes": None}, "themes"),
    ({"themes": ["x"]}, "themes"),
    ({"who": ""}, "who"),
    ({"who": "team:999999999"}, "who"),
    ({"who": "role:leader"}, "who"),
    ({"who": "", "person": "13999999999"}, "person"),
    ({"who": "", "person": "\0"}, "person"),
    ({"fallback": "13999999999"}, "fallback"),
    ({"window": 0}, "window"),
    ({"window": "soon"}, "window"),
    ({"window": 40000, "unit": "1440"}, "__all__"),
    ({"every": 0}, "every"),
    ({"often": "hour"}, "often"),
    ({"often": "rule"}, "rule"),
    ({"often": "rule", "rule": "FREQ=SECONDLY"}, "__all__"),
    ({"often": "rule", "rule": "x" * 201}, "rule"),
    ({"often": "week", "weekdays": ["XX"]}, "weekdays"),
    ({"often": "month_day", "month_day": "32"}, "month_day"),
    ({"days": "never"}, "days"),
    ({"opens_at": ""}, "opens_at"),
    ({"shifts": ["999999999"]}, "shifts"),
    ({"starts_on": "0000-00-00"}, "starts_on"),
    ({"starts_on": "1900-01-01"}, "__all__"),
    ({"ends_on": "2020-01-01"}, "__all__"),
    ({"remind_minutes": -1}, "remind_minutes"),
    ({"name": "长" * 81}, "name"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG, ids=[str(wrong)[:50] for wrong, _field in WRONG])
def test_what_is_wrong_is_said_and_the_rest_stays(browser, officer, wrong, field):
    data = a_plan(remind_minutes=77) | wrong
    data = {name: value for name, value in data.items() if value is not None}
    response = browser.post("/desk/plans/add/", data)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert wrong.get("remind_minutes") or 'value="77"' in response.content.decode()
    assert not Plan.objects.exists()
    assert browser.post("/desk/plans/add/", data | {"do": "look"}, headers={"HX-Request": "true"}).status_code == 200


def test_two_of_the_same_name_are_told_apart_by_number(browser, officer):
    for _number in range(2):
        make.person(Role.WORKER, name="李强")
    answer = browser.post("/desk/plans/add/", a_plan(who="", person="李强"))
    assert answer.status_code == 422 and "Several people have this name" in answer.content.decode()


@pytest.mark.parametrize("preset", ["", "preshift", "weekly", "monthly", "nonsense"])
def test_presets_fill_the_sentence(browser, officer, preset):
    assert browser.get(f"/desk/plans/add/?preset={preset}").status_code == 200


def test_a_plan_is_changed_and_what_is_open_stays(browser, officer):
    browser.post("/desk/plans/add/", a_plan())
    plan = Plan.objects.get()
    page = browser.get(f"/desk/plans/{plan.pk}/change/")
    assert page.status_code == 200 and page.context["look"].days, "what it does now is shown at once"
    data = a_plan(often="week", weekdays=["MO", "TH"], window=2, unit="60", opens_at="00:00")
    assert browser.post(f"/desk/plans/{plan.pk}/change/", data).status_code == 302
    plan.refresh_from_db()
    assert (plan.rule, plan.window_minutes) == ("FREQ=WEEKLY;BYDAY=MO,TH", 120)
    assert plan.runs.filter(opens_at__date=timezone.localdate(), status=Run.Status.DUE).count() == 2
    shown = browser.get(f"/desk/plans/{plan.pk}/")
    assert "every week, Mon, Thu" in shown.content.decode()
    assert "Plan changed" in shown.content.decode()


def test_a_stopped_plan_makes_no_more_checks_and_says_who_stopped_it(browser, officer):
    browser.post("/desk/plans/add/", a_plan())
    plan = Plan.objects.get()
    browser.post(f"/desk/plans/{plan.pk}/stop/")
    browser.post(f"/desk/plans/{plan.pk}/stop/")
    assert not Plan.objects.get(pk=plan.pk).is_active
    assert Event.objects.get(name="plan.stopped").actor == officer
    assert "every day" in browser.get("/desk/plans/?stopped=1").content.decode()
    assert plan.runs.filter(opens_at__lte=timezone.now(), status=Run.Status.DUE).count() == 2, "what is open stays"
    assert browser.post(f"/desk/plans/{plan.pk}/change/", a_plan()).status_code == 409
    assert browser.get(f"/desk/plans/{plan.pk}/").status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.SAFETY_OFFICER, Role.ADMIN}])
def test_others_do_not_plan(browser, officer, role):
    browser.post("/desk/plans/add/", a_plan())
    plan = Plan.objects.get()
    browser.force_login(make.person(role))
    for path in ("/desk/plans/add/", f"/desk/plans/{plan.pk}/change/", f"/desk/plans/{plan.pk}/stop/"):
        assert browser.post(path, a_plan()).status_code == 403
    assert Plan.objects.filter(is_active=True).count() == 1


RULES = [
    ("FREQ=DAILY", "every day"),
    ("FREQ=DAILY;INTERVAL=3", "every 3 days"),
    ("FREQ=WEEKLY", "every week"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "every 2 weeks, Mon, Thu"),
    ("FREQ=MONTHLY;BYMONTHDAY=5", "every month, day 5"),
    ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1", "every 3 months, last day"),
    ("FREQ=MONTHLY;BYDAY=2TU", "every month, second Tue"),
    ("FREQ=MONTHLY;BYDAY=-1FR", "every month, last Fri"),
    ("FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1"),
    ("FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
    ("nonsense", "nonsense"),
]


@pytest.mark.parametrize(("rule", "words"), RULES)
def test_the_builder_reads_back_what_it_wrote_and_says_it(rule, words):
    with override("en"):
        assert rule_words(rule) == words
    slots = {"every": 1, "weekdays": [], "month_day": "1", "nth": "1", "nth_day": "MO"} | slots_of(rule)
    assert written(slots) == rule
