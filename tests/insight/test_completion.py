"""The board of a day: due = on time + late + missed + open, every number with its rows, streaks by days that count."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from insight import completion
from insight.figures import Scope, measure
from inspections.models import Run
from people.permissions import Role
from tests import make

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 10)


def at(day: date, hour: int = 8, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def plan(factory):
    plan = make.plan()
    Run.objects.all().delete()
    return plan


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER)


def run(plan, status: str = "done", day: date = DAY, *, late: bool = False, minutes: int = 10, **columns) -> Run:
    opens = columns.pop("opens_at", at(day))
    facts = {"opens_at": opens, "closes_at": opens + timedelta(minutes=90), "status": status, "is_late": late}
    if status == "done":
        facts |= {"submitted_at": opens + timedelta(minutes=minutes), "result": "pass"}
    return make.run(plan=plan, **(facts | columns))


def test_each_check_stands_in_one_number(plan, officer):
    for status, late in (("done", False), ("done", False), ("done", True), ("missed", False), ("doing", False)):
        run(plan, status, late=late)
    run(plan, "excused")
    run(plan, "withdrawn")
    total = completion.board(officer, DAY).total
    assert (total.due, total.done, total.on_time, total.late, total.missed, total.open) == (5, 3, 2, 1, 1, 1)
    assert total.excused == 1
    assert total.due == total.on_time + total.late + total.missed + total.open


def test_the_rates_leave_out_what_is_excused(plan, officer):
    run(plan)
    run(plan, late=True)
    run(plan, "missed")
    run(plan, "excused")
    total = completion.board(officer, DAY).total
    assert (total.completion.done, total.completion.of, total.completion.percent) == (2, 3, 66.7)
    assert (total.punctuality.done, total.punctuality.of, total.punctuality.percent) == (1, 3, 33.3)
    value = measure(Scope(officer), (DAY, DAY))["on_time"]
    assert (value.top, value.bottom) == (1, 3)


def test_a_day_without_anything_due_has_no_rate(plan, officer):
    run(plan, "excused")
    board = completion.board(officer, DAY)
    assert board.total.completion.percent is None
    assert board.response == completion.Response(None, None, 0)


def test_the_day_is_the_factorys_own(plan, officer):
    run(plan, opens_at=at(DAY, 0, 1))
    run(plan, opens_at=at(DAY, 23, 59))
    run(plan, opens_at=at(DAY + timedelta(days=1), 0, 0))
    assert completion.board(officer, DAY).total.due == 2


def test_what_opens_later_is_not_due_yet(plan, officer):
    now = timezone.now()
    run(plan, "due", opens_at=now - timedelta(seconds=1))
    later = now + timedelta(minutes=1)
    run(plan, "due", opens_at=later)
    board = completion.board(officer, timezone.localdate(now, ZONE))
    assert board.total.due == 1
    assert board.later == (1 if timezone.localdate(later, ZONE) == board.day else 0)


def test_a_spot_check_was_never_due(plan, officer):
    run(None)
    assert completion.board(officer, DAY).total.due == 0


def test_lines_are_teams_then_people_then_roles(plan, officer):
    machine, team = make.machine(), make.team()
    worker = make.person(Role.WORKER, name="王建国")
    run(plan, equipment=machine, team=team)
    run(plan, equipment=machine, assignee=worker, opens_at=at(DAY, 9))
    run(plan, "missed", equipment=machine, assignee=None, team=None, role=Role.MAINTENANCE, opens_at=at(DAY, 10))
    Run.objects.filter(role=Role.MAINTENANCE).update(assignee=None)
    (workshop,) = completion.board(officer, DAY).workshops
    assert [line.where for line in workshop.lines] == [
        workshop.where | {"team": team.pk},
        workshop.where | {"person": worker.pk},
        workshop.where | {"role": Role.MAINTENANCE},
    ]
    assert workshop.tally == sum((line.tally for line in workshop.lines), completion.Tally())


def test_every_number_leads_to_its_rows(plan, officer, browser):
    machine, team = make.machine(), make.team()
    for number, (status, late) in enumerate(
        (("done", False), ("done", True), ("missed", False), ("doing", False), ("excused", False), ("done", False))
    ):
        who = {"team": team} if number % 2 else {"assignee": make.person(Role.WORKER)}
        run(plan, status, late=late, equipment=machine, opens_at=at(DAY, 8 + number), **who)
    browser.force_login(officer)
    (workshop,) = completion.board(officer, DAY).workshops
    for line in (completion.Line("", {}, workshop.tally), workshop, *workshop.lines):
        for what in completion.WHAT:
            rows = browser.get(f"/desk/board/runs/?day={DAY}&what={what}&{line.query}").context["page"]
            assert rows.paginator.count == getattr(line.tally, what), (what, line.where)


def test_response_is_the_median_from_opening_to_hand_in(plan, officer):
    for minutes in (2, 4, 6, 8, 100):
        run(plan, minutes=minutes)
    assert completion.board(officer, DAY).response == completion.Response(6, 63, 5)


def test_who_leads_one_workshop_sees_only_that_one(plan):
    workshop = make.department()
    head = make.person(Role.WORKSHOP_HEAD, in_department=workshop, bound=True)
    run(plan, equipment=make.machine(make.area(workshop)))
    run(plan)
    board = completion.board(head, DAY)
    assert [line.where for line in board.workshops] == [{"department": workshop.pk}]
    assert board.total.due == 1


def test_who_has_not_done_it_yet(plan, officer):
    now, team = timezone.now(), make.team()
    facts = {"opens_at": now - timedelta(seconds=30), "closes_at": now + timedelta(hours=1)}
    machine = make.machine()
    waits = [make.run(plan=plan, team=team, equipment=machine, **facts), make.run(plan=plan, team=team, **facts)]
    Run.objects.filter(pk=waits[1].pk).update(department=waits[0].department)
    make.run(plan=plan, status="done", submitted_at=now, **facts)
    today = timezone.localdate(now, ZONE)
    (group,) = completion.waiting(officer, today)
    assert (group.name, len(group.runs), group.may_nudge, group.nudged_at) == (team.name, 2, True, None)
    assert not completion.waiting(make.person(Role.LEADER), today)[0].may_nudge


# Streaks


@pytest.fixture
def team(factory):
    return make.team()


def days(plan, team, *states: str) -> int:
    """One letter per day, the last one yesterday: d done, l late, m missed, x excused, o open, - nothing due."""
    today = timezone.localdate(timezone=ZONE)
    for ago, state in enumerate(reversed("".join(states)), 1):
        day = today - timedelta(days=ago)
        status = {"d": "done", "l": "done", "m": "missed", "x": "excused", "o": "doing"}
        if state != "-":
            run(plan, status[state], day, late=state == "l", team=team)
    return completion.team_streaks([team.pk]).get(team.pk, 0)


@pytest.mark.parametrize(
    ("states", "streak"),
    [
        ("ddddd", 5),
        ("dd--ddddd--dd", 9),
        ("ddmdd", 2),
        ("ddldd", 2),
        ("ddxdd", 4),
        ("dddm", 0),
        ("dddl", 0),
        ("ddd--", 3),
        ("xxx", 0),
        ("dddo", 3),
        ("dmdo", 1),
        ("-----", 0),
    ],
)
def test_days_in_a_row(plan, team, states, streak):
    assert days(plan, team, states) == streak


def test_one_late_check_spoils_the_day(plan, team):
    days(plan, team, "ddd")
    run(plan, "done", timezone.localdate(timezone=ZONE) - timedelta(days=1), late=True, team=team)
    assert completion.team_streaks([team.pk])[team.pk] == 0


def test_what_lies_too_far_back_is_not_looked_at(plan, team):
    run(plan, "done", timezone.localdate(timezone=ZONE) - timedelta(days=completion.LOOK_BACK_DAYS + 2), team=team)
    assert days(plan, team, "dd") == 2


def test_a_persons_own_days(plan, team):
    worker, today = make.person(Role.WORKER), timezone.localdate(timezone=ZONE)
    run(plan, "done", today - timedelta(days=3), assignee=worker)
    run(plan, "done", today - timedelta(days=2), team=team, inspector=worker)
    run(plan, "missed", today - timedelta(days=2), team=team)
    assert completion.streak(worker) == 2
    run(plan, "missed", today - timedelta(days=1), assignee=worker)
    assert completion.streak(worker) == 0
    assert completion.streak(make.person(Role.WORKER)) == 0


def test_the_worker_sees_it_on_the_phone(plan, browser):
    worker, today = make.person(Role.WORKER), timezone.localdate(timezone=ZONE)
    browser.force_login(worker)
    assert "连续" not in browser.get("/m/").content.decode()
    for ago in range(1, 13):
        run(plan, "done", today - timedelta(days=ago), assignee=worker, inspector=worker)
    assert "连续 12 天按时做完" in browser.get("/m/").content.decode()


# The page


def test_the_figures_ask_at_most_eight_questions_however_many_teams(plan, officer):
    def questions() -> int:
        person = type(officer).objects.get(pk=officer.pk)
        with CaptureQueriesContext(connection) as asked:
            completion.board(person, DAY)
            completion.waiting(person, DAY)
        return sum(not query["sql"].startswith("SET ") for query in asked)

    run(plan, team=make.team())
    few = questions()
    for _number in range(6):
        run(plan, "doing", team=make.team())
    assert questions() == few <= 8


def test_an_empty_day_says_so(factory, officer, browser):
    browser.force_login(officer)
    answer = browser.get("/desk/board/?day=2020-01-01").content.decode()
    assert "这天没有要做的检查" in answer
    part = browser.get("/desk/board/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


@pytest.mark.parametrize(
    "query", ["day=nonsense", "day=9999-99-99", "what=x&team=y", f"team={'9' * 40}", "person=-1", "role=x"]
)
def test_a_strange_address_breaks_nothing(officer, browser, query):
    browser.force_login(officer)
    assert browser.get(f"/desk/board/?{query}").status_code == 200
    assert browser.get(f"/desk/board/runs/?{query}").status_code == 200
