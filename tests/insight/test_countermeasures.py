"""From a pattern to a change by one press, and to an honest word about what it did."""

from datetime import time, timedelta
from pathlib import Path

import numpy as np
import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from benchmarks.histories import BEGIN, History, Plant, history
from facilities.calendar import today
from facilities.models import Shift
from insight.actions import search_history
from insight.models import Countermeasure, Judgement, Pattern, Verdict
from inspections.models import Plan, Run
from notifications.models import Notification
from people.permissions import Role
from sensors.models import Threshold
from tests import make
from training.models import Requirement, TrainingSession
from training.models.learning import Occasion

SEED, WEEKS = 13, 12
BAD_AREA = Plant({"area": 4}, -1, 4.0)


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def _pattern(factors: dict, **more) -> Pattern:
    """As a search would keep it."""
    search = search_history(by=None)
    facts = {
        "rank": 1, "factors": factors, "category": "", "n": 9, "exposure": 20, "rate_ratio": 3.0, "ci_low": 1.5,
        "ci_high": 5.0, "q": 0.01, "sentence": {"zh": "这里查出的问题多", "en": "Much is found here"},
        "action": {"zh": "多查", "en": "Check more"},
    }  # fmt: skip
    return Pattern.objects.create(search=search, **(facts | more))


def _failed_run(**columns) -> Run:
    return make.run(status=Run.Status.DONE, result=Run.Result.FAIL, submitted_at=timezone.now(), **columns)


def _press(browser, pattern: Pattern, kind: str, **more):
    """As the page offers it."""
    page = browser.get(reverse("console:pattern", args=[pattern.pk])).content.decode()
    form = page.split(f'name="kind" value="{kind}"')[1].split("</form>")[0]
    stamp = form.split('name="stamp" value="')[1].split('"')[0]
    return browser.post(
        reverse("console:take_countermeasure", args=[pattern.pk]), {"kind": kind, "stamp": stamp} | more, follow=True
    )


def test_one_press_plans_a_check_before_the_bad_hour(browser, officer):
    team, checks = make.team(), make.checklist()
    press, quiet = make.machine(), make.machine()
    usual = make.plan(of=checks, at=press, team=team)
    runs = [_failed_run(team=team, of=checks, equipment=press) for _one in range(5)]
    make.plan(of=checks, at=quiet, team=team)
    pattern = _pattern({"weekday": 3, "hour": [9, 11]}, run_ids=[run.pk for run in runs])

    page = _press(browser, pattern, "plan")
    plan = Plan.objects.exclude(pk=usual.pk).get(name__startswith="加查")
    assert (plan.rule, plan.opens_at, plan.window_minutes) == ("FREQ=WEEKLY;BYDAY=WE", time(8, 20), 40)
    assert plan.team == team and [stop.equipment for stop in plan.stops.all()] == [press]
    assert [theme.checklist for theme in plan.themes.all()] == [checks]
    assert "08:20–09:00" in page.content.decode() and press.code in page.content.decode()
    assert reverse("console:plan", args=[plan.pk]) in page.content.decode()


def test_it_is_the_machine_of_the_pattern_and_not_its_neighbour(browser, officer):
    """Also where a plan goes to more machines of the same area, and at a time of day."""
    bad = make.machine()
    usual = make.plan(at=bad, opens_at=time(0), window_minutes=24 * 60)
    for _one in range(3):
        make.plan(at=make.machine(bad.area))
    pattern = _pattern({"equipment": bad.code}, run_ids=[_failed_run(equipment=bad).pk for _one in range(5)])
    _press(browser, pattern, "plan")
    plan = Plan.objects.get(name__startswith="加查")
    assert [stop.equipment for stop in plan.stops.all()] == [bad] and plan.assignee == usual.assignee
    assert (plan.rule, plan.opens_at, plan.window_minutes) == (usual.rule, time(13), 120)


@pytest.mark.parametrize("is_known", [True, False])
def test_it_is_done_by_the_list_that_found_it_and_not_by_the_round_of_the_area(browser, officer, is_known):
    """Whether or not the inspections say which plan made them."""
    line, checks = make.machine(), make.checklist()
    usual = make.plan(of=checks, at=line)
    make.plan(of=make.checklist(), at=line.area)
    facts = {"equipment": line, "of": checks, "plan": usual if is_known else None}
    rows = [_failed_run(**facts).pk for _one in range(5)] + [_failed_run(equipment=make.machine(line.area)).pk]
    _press(browser, _pattern({"area": line.area.code}, run_ids=rows), "plan")
    plan = Plan.objects.get(name__startswith="加查")
    assert [theme.checklist for theme in plan.themes.all()] == [checks]
    assert [stop.equipment for stop in plan.stops.all()] == [line]


def test_what_was_done_once_is_not_offered_again(browser, officer):
    press = make.machine()
    make.plan(at=press)
    facts = {"run_ids": [_failed_run(equipment=press).pk]}
    pattern = _pattern({"equipment": press.code}, **facts)
    page = browser.get(reverse("console:pattern", args=[pattern.pk])).content.decode()
    stamp = page.split('name="stamp" value="')[1].split('"')[0]
    _press(browser, pattern, "plan")
    again = {"kind": "plan", "stamp": stamp}
    later = _pattern({"equipment": press.code}, **facts)
    for one in (pattern, later):
        refused = browser.post(reverse("console:take_countermeasure", args=[one.pk]), again)
        assert refused.status_code == 409 and "已经采取过" in refused.content.decode()
        assert 'value="plan"' not in refused.content.decode()
    assert Plan.objects.filter(name__startswith="加查").count() == 1
    assert "加查" in browser.get(reverse("console:patterns")).content.decode()


def test_what_has_changed_since_the_page_was_drawn_is_shown_again(browser, officer):
    press = make.machine()
    plan = make.plan(at=press)
    pattern = _pattern({"equipment": press.code}, run_ids=[_failed_run(equipment=press).pk])
    page = browser.get(reverse("console:pattern", args=[pattern.pk])).content.decode()
    stamp = page.split('name="stamp" value="')[1].split('"')[0]
    Plan.objects.filter(pk=plan.pk).update(opens_at=time(10))
    post = reverse("console:take_countermeasure", args=[pattern.pk])
    refused = browser.post(post, {"kind": "plan", "stamp": stamp})
    assert refused.status_code == 409 and "15:00" in refused.content.decode()
    assert browser.post(post, {"kind": "nothing", "stamp": "x"}).status_code == 409
    assert not Countermeasure.objects.exists()


def test_a_sensor_warns_where_the_pattern_begins(browser, officer):
    paint = make.area()
    sensor = make.sensor(at=paint)
    make.sensor()
    run = _failed_run(equipment=make.machine(paint))
    pattern = _pattern({"humidity_pct": [20.0, 40.0]}, run_ids=[run.pk])
    page = _press(browser, pattern, "limit").content.decode()
    limit = Threshold.objects.get()
    assert (limit.sensor, limit.direction, limit.low) == (sensor, "below", 40.0)
    assert "低于 40 %RH" in page
    _end(browser)
    assert Threshold.objects.get().dropped_at


def test_where_nothing_measures_it_the_page_says_what_to_do_first(browser, officer):
    pattern = _pattern({"temperature_c": [32.0, 40.0]}, run_ids=[_failed_run().pk])
    page = browser.get(reverse("console:pattern", args=[pattern.pk])).content.decode()
    assert "没有测这个的传感器" in page and "没有巡检计划" in page
    assert 'value="limit"' not in page and 'value="talk"' in page


def test_new_people_learn_the_course_of_their_post_once_more(browser, officer):
    course, pattern = make.course(), _pattern({"tenure_week": 3}, run_ids=[_failed_run().pk])
    assert _press(browser, pattern, "course", course="no-such").status_code == 422
    assert not Requirement.objects.filter(occasion=Occasion.THIRD_WEEK).exists()
    _press(browser, pattern, "course", course=course.code)
    row = Requirement.objects.get(occasion=Occasion.THIRD_WEEK)
    assert (row.course_code, row.job_role, row.days) == (course.code, None, 7)
    _end(browser)
    assert not Requirement.objects.exists()


def _end(browser):
    row = Countermeasure.objects.get()
    return browser.post(reverse("console:end_countermeasure", args=[row.pk]), {"note": "换别的办法"})


def test_a_talk_with_those_who_were_there(browser, officer):
    Shift.objects.create(code="D", name={"zh": "白班", "en": "Day"}, starts_at=time(7, 30), ends_at=time(16))
    worker = make.person(Role.WORKER)
    pattern = _pattern({"weekday": 5}, run_ids=[_failed_run(inspector=worker).pk])
    _press(browser, pattern, "talk")
    session = TrainingSession.objects.get()
    local = timezone.localtime(session.starts_at)
    assert (local.isoweekday(), local.time()) == (5, time(7, 30)) and local.date() > today()
    _end(browser)
    assert TrainingSession.objects.get().status == TrainingSession.Status.CANCELLED


def test_taken_back_everything_ends_with_it(browser, officer):
    press = make.machine()
    make.plan(at=press)
    pattern = _pattern({"equipment": press.code}, run_ids=[_failed_run(equipment=press).pk])
    _press(browser, pattern, "plan")
    row = Countermeasure.objects.get()
    end = reverse("console:end_countermeasure", args=[row.pk])
    empty = browser.post(end, {"note": " "})
    assert empty.status_code == 422 and "原因" in empty.content.decode()
    assert browser.post(end, {"note": "机器要换了"}, follow=True).status_code == 200
    assert not Plan.objects.get(pk=row.made["plan"]).is_active
    second = browser.post(end, {"note": "再撤一次"})
    assert second.status_code == 409 and "再撤一次" in second.content.decode()
    page = browser.get(reverse("console:countermeasures")).content.decode()
    assert "已撤销" in page


@pytest.mark.parametrize(("role", "status"), [(Role.LEADER, 403), (Role.ADMIN, 403), (Role.WORKER, 403)])
def test_only_the_safety_officer_does_it(browser, factory, role, status):
    pattern = _pattern({"weekday": 5}, run_ids=[_failed_run().pk])
    browser.force_login(make.person(role))
    post = reverse("console:take_countermeasure", args=[pattern.pk])
    assert browser.post(post, {"kind": "talk", "stamp": "x"}).status_code == status


def _past(stops_at: int | None) -> History:
    """A bad area; from that day on as good as any other, or never."""
    bad, good = (history(SEED, planted=planted) for planted in ([BAD_AREA], []))
    return bad if stops_at is None else bad.with_found(np.where(_days(bad) < stops_at, bad.found, good.found))


def _days(past: History) -> np.ndarray:
    return np.array([(moment.date() - BEGIN).days for moment in past.moments])


def _bring(past: History, is_in: np.ndarray, file: Path, shift: timedelta) -> None:
    past.part(is_in).moved(shift).write_runs(file)
    call_command("import_history", factory="one", runs=file)


@pytest.mark.parametrize("works", [True, False])
def test_after_weeks_it_is_said_whether_it_worked(browser, officer, tmp_path, work_off, works):
    """The bad area becomes as good as the others on the day of the countermeasure, or stays as it was."""
    leader = make.person(Role.LEADER)
    day = 720 - WEEKS * 7
    shift = timedelta(days=(today() - BEGIN).days - day)
    past = _past(day if works else None)
    _bring(past, _days(past) < day, tmp_path / "before.csv", shift)
    pattern = search_history(by=None).patterns.get(rank=1)
    assert pattern.factors == {"area": "4号区"}
    _press(browser, pattern, "talk")
    assert "还未评估" in browser.get(reverse("console:countermeasures")).content.decode()

    with time_machine.travel(timezone.now() + timedelta(weeks=WEEKS), tick=True):
        _bring(past, _days(past) >= day, tmp_path / "after.csv", shift)
        work_off()
        row = Countermeasure.objects.get()
        looks = list(Judgement.objects.filter(countermeasure=row))
        assert [look.weeks for look in looks] == [4, 8, 12]
        last = looks[-1]
        assert last.here_before > 40 and last.there_after > 20
        browser.force_login(leader)
        page = browser.get(reverse("console:countermeasure", args=[row.pk])).content.decode()
    if works:
        assert last.verdict == Verdict.BETTER and last.ci_high < 1 and "有效果" in page
    else:
        assert last.verdict in (Verdict.NONE, Verdict.UNCLEAR) and last.ci_low < 1 < last.ci_high
        assert "看不出效果" in page or "下不了结论" in page
    assert Notification.objects.filter(user=leader, event="countermeasure.judged").count() == 3


def test_the_list_offers_only_what_still_holds_tomorrow(browser, officer, tmp_path):
    """A talk has its day; it is offered on the pattern's own page."""
    _bring(_past(None), _days(_past(None)) >= 0, tmp_path / "runs.csv", timedelta())
    pattern = search_history(by=officer).patterns.get(rank=1)
    assert pattern.proposed is None
    take = reverse("console:take_countermeasure", args=[pattern.pk])
    assert take not in browser.get(reverse("console:patterns")).content.decode()
    assert take in browser.get(reverse("console:pattern", args=[pattern.pk])).content.decode()
