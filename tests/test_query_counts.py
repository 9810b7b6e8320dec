"""Lists ask the database the same number of questions for few rows and for many."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.actions import raise_alert
from core.events import action, emit
from core.models import Event
from facilities.calendar import today
from facilities.models import Equipment
from hazards.actions import add_member, add_post, add_subtask, invite_outsider, open_group, stop_equipment
from hazards.models import (
    POINTS,
    Evidence,
    Extension,
    Level,
    LevelChange,
    LevelPolicy,
    RectificationPlan,
    Review,
    Status,
)
from incidents.actions import add_corrective_action, add_injury, confirm_incident, spread_to_twins
from notifications.models import Feed, Message, Notification
from people.models import JobRole, User
from people.permissions import Role
from risks.actions import add_floor_plan, draw_zone, rate_risk, watch_item
from sensors.actions import take_readings, take_suggested
from tests import make
from tests.plenty import add_some, certify, paper_of
from training.exports.pack import Range, order_pack
from training.models import Attempt, Enrolment, StudyDay

PAGES = (
    "/desk/",
    "/desk/launch/",
    "/desk/launch/machine/",
    "/desk/market/",
    "/desk/market/templates/",
    "/desk/market/templates/share/",
    "/desk/market/packs/metal-working/",
    "/desk/people/import/",
    "/desk/hazards/?group=all",
    "/desk/hazards/?group=all&by=due&late=ever&q=防护",
    "/desk/hazards/figures/",
    "/desk/hazards/government/",
    "/desk/hazards/notices/",
    "/desk/board/",
    "/desk/board/runs/",
    "/desk/runs/",
    "/desk/runs/?span=all",
    "/desk/jobs/",
    "/desk/plans/",
    "/desk/checklists/",
    "/desk/plans/add/",
    "/desk/plans/calendar/",
    "/desk/plans/shifts/",
    "/desk/plans/pauses/",
    "/desk/plant/",
    "/desk/plant/?locked=1",
    "/desk/screen/",
    "/desk/screens/",
    "/desk/kiosks/",
    "/desk/work-accounts/",
    "/desk/sensors/",
    "/desk/sensors/?old=1",
    "/desk/incidents/",
    "/desk/incidents/?severity=minor&q=夹",
    "/desk/incidents/figures/",
    "/m/incidents/",
    "/desk/risks/",
    "/desk/risks/?standing=overdue&q=换模",
    "/desk/risks/plans/",
    "/m/risks/",
    "/desk/patterns/",
    "/desk/patterns/countermeasures/",
    "/desk/drills/",
    "/desk/evidence/",
    "/desk/dashboard/",
    "/desk/dashboard/?span=year",
    "/desk/reports/",
    "/desk/past/",
    "/desk/suppliers/",
    "/desk/suppliers/reports/",
    "/desk/contractors/",
    "/desk/contractors/gate/",
    "/desk/contractors/works/",
    "/gate/inside/",
    "/desk/feed/",
    "/m/feed/",
    "/bell/",
    "/locks/",
    "/desk/plant/areas/",
    "/desk/plant/departments/",
    "/desk/people/",
    "/desk/people/second-factor/",
    "/desk/licences/",
    "/desk/licences/?group=old&ends=30&q=李",
    "/desk/licences/clearances/",
    "/m/licences/",
    "/desk/ledger/",
    "/desk/channels/",
    "/m/me/",
    "/desk/hazards/routes/",
    "/desk/hazards/limits/",
    "/desk/adoption/",
    "/desk/adoption/people/",
    "/desk/adoption/checks/",
    "/desk/adoption/months/",
    "/desk/adoption/months/2026-09/",
    "/desk/adoption/buddies/",
    "/m/points/",
    "/m/points/2026-09/",
    "/m/buddies/",
    "/desk/alerts/",
    "/desk/alerts/rules/",
    "/desk/alerts/notices/",
    "/desk/roster/",
    "/m/",
    "/m/hazards/",
    "/m/report/",
    "/m/notices/",
    "/desk/hazards/record/",
    "/desk/training/",
    "/desk/training/?overdue=1&q=李",
    "/desk/training/requirements/",
    "/desk/classes/",
    "/desk/training/?left=1",
    "/desk/training/figures/?span=all",
    "/desk/training/figures/arrivals/",
    "/desk/training/figures/reporters/",
    "/desk/training/papers/",
    "/desk/training/posts/",
    "/desk/training/pack/",
    "/m/record/post/",
    "/desk/training/courses/",
    "/desk/training/courses/new/edit/",
    "/desk/training/exams/",
    "/desk/training/hours/?all=1",
    "/desk/training/renewals/?days=365",
    "/m/learn/hours/",
    "/m/learn/",
)


# Pages that are put together from many tables.
MANY_TABLES = (
    "/desk/incidents/figures/",
    "/desk/",
    "/desk/adoption/",
    "/desk/market/packs/metal-working/",
    "/desk/contractors/",
    "/desk/training/figures/?span=all",
    "/desk/training/figures/arrivals/",
    "/desk/training/posts/",
    "/m/",
    "/m/record/post/",
)


# Ten questions of a leader on one page: figures, the period before, their year, workshops, risks, the road, who waits.
WHOLE_PLANT = ("/desk/dashboard/", "/desk/dashboard/?span=year")


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, Role.ADMIN, Role.WORKER)
    browser.force_login(officer)
    return officer


def questions(browser, path: str) -> int:
    browser.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    return sum(not query["sql"].startswith("SET ") for query in asked)


def test_a_long_thread_is_not_more_questions(browser, officer):
    group = open_group(make.hazard(Status.RECTIFYING), by=officer)

    def talk(count: int) -> None:
        for number in range(count):
            fixer = make.person(Role.MAINTENANCE, name=f"张{number}", in_department=make.department())
            add_member(group, by=officer, user=fixer)
            add_post(group.hazard, by=officer, text=f"@{fixer.name} 来看", photos=[make.photo(officer)])
            soon = timezone.now() + timedelta(hours=1)
            add_subtask(group, by=officer, title="买螺栓", owner=fixer, due_at=soon)
            invite_outsider(group.hazard, by=officer, name="王工", company="供电公司")

    paths = [f"/{face}/hazards/{group.hazard_id}/group/" for face in ("desk", "m")]
    talk(2)
    few = [questions(browser, path) for path in paths]
    talk(6)
    assert [questions(browser, path) for path in paths] == few


def _busy(officer, much: int):
    """A major hazard under review with so much of everything that its page shows."""
    press = make.machine()
    policy = LevelPolicy.objects.filter(level=Level.MAJOR).latest("version")
    hazard = make.hazard(Status.SECOND_REVIEW, level=Level.MAJOR, policy=policy, equipment=press, area=press.area)
    fixer, now = hazard.owner, timezone.now()
    facts = dict.fromkeys(POINTS, "写明") | {"author": officer, "written_at": now, "due_at": now}
    for number in range(much):
        machine = make.machine(press.area)
        stop_equipment(hazard, by=officer, equipment=machine, reason="防护罩缺失")
        shot = Evidence.objects.create(hazard=make.hazard(), attachment=make.photo(officer), stage="after")
        Evidence.objects.create(hazard=hazard, attachment=make.photo(fixer), stage="after", like=shot)
        Evidence.objects.create(hazard=hazard, attachment=make.photo(fixer), stage="control")
        reviewer = make.person(Role.TEAM_LEADER)
        Review.objects.create(
            hazard=hazard, stage="first", round=number + 2, reviewer=reviewer, is_passed=False, at=now
        )
        Extension.objects.create(
            hazard=hazard, old_due_at=now, new_due_at=now, requested_by=fixer, requested_at=now, is_approved=False,
            decided_by=make.person(Role.SAFETY_OFFICER), decided_at=now, reason="配件未到",
        )  # fmt: skip
        RectificationPlan.objects.create(hazard=hazard, status="returned", **facts)
        LevelChange.objects.create(
            hazard=hazard, from_level="serious", to_level="major", asked_by=officer, asked_at=now, is_approved=True
        )
        emit_told(hazard, [make.person(Role.LEADER).pk])
    return hazard


@action
def emit_told(hazard, told: list[int]) -> None:
    emit("hazard.unassigned", hazard, by=None, reason="unassigned", told=told, to="leader", skipped=[])


def test_a_hazard_with_a_long_record_is_not_more_questions(browser, officer):
    make.policies()
    few, many = (f"/desk/hazards/{_busy(officer, much).pk}/" for much in (2, 8))
    assert questions(browser, few) == questions(browser, many) <= 40


@pytest.mark.parametrize("status", Status)
def test_a_hazard_asks_no_more_than_its_page_shows(browser, officer, status):
    make.policies()
    assert questions(browser, f"/desk/hazards/{make.hazard(status).pk}/") <= 41


def test_more_rows_are_not_more_questions(browser, officer, monkeypatch):
    monkeypatch.setattr("operators.announcements.KEPT", timedelta(days=1))
    cache.clear()
    browser.get("/desk/")
    add_some(officer, 2)
    few = {path: questions(browser, path) for path in PAGES}
    add_some(officer, 8)
    many = {path: questions(browser, path) for path in PAGES}
    assert many == few
    most = dict.fromkeys(PAGES, 18) | dict.fromkeys(MANY_TABLES, 28) | dict.fromkeys(WHOLE_PLANT, 50)
    assert not {path: count for path, count in few.items() if count > most[path]}


def test_an_alert_told_to_many_is_not_more_questions(browser, officer):
    def told(count: int) -> int:
        alert = raise_alert(make.machine(), "光幕失灵", by=make.person(Role.WORKER))
        alert.called.set([make.person(Role.SAFETY_OFFICER) for _number in range(count)])
        raised = Event.objects.filter(name="alert.raised").latest("seq")
        for number, person in enumerate(alert.called.all()):
            Feed.objects.create(user=person)
            note = Notification.objects.create(
                user=person, seq=number, event_id=raised.pk, line="x", url="/", at=timezone.now(), alert_id=alert.pk
            )
            Message.objects.create(channel="sms", text="x", notification=note, alert_id=alert.pk, key=f"note:{note.pk}")
        return questions(browser, f"/desk/alerts/{alert.pk}/")

    assert told(2) == told(8)


def test_a_person_who_learned_much_is_not_more_questions(browser, officer):
    def learned(count: int) -> str:
        person = make.person(Role.WORKER)
        for number in range(count):
            open_one, passed = make.enrolment(person), make.enrolment(person)
            certify(passed)
            for enrolment in (open_one, passed):
                paper_of(enrolment)
            StudyDay.objects.create(person=person, on=today() - timedelta(days=40 * number), seconds=60)
        return f"/desk/training/people/{person.pk}/"

    few, many = learned(2), learned(8)
    assert questions(browser, few) == questions(browser, many) <= 36


def test_a_long_record_asks_no_more_than_once_for_each_kind(browser, factory):
    worker = make.person(Role.WORKER)
    browser.force_login(worker)
    counts = []
    for more in (1, 30):
        for _n in range(more):
            certify(make.enrolment(worker))
            paper_of(make.enrolment(worker))
        counts += [questions(browser, "/m/record/"), questions(browser, "/m/record/?kind=paper")]
    assert max(counts) <= 20


def test_a_pack_of_many_people_is_not_more_questions_for_each(factory, officer, work_off):
    def asked(count: int) -> int:
        post = JobRole.objects.create(code=f"p{count}", name={"zh": "岗"})
        for _n in range(count):
            person = make.person(Role.WORKER)
            User.objects.filter(pk=person.pk).update(job_role=post)
            certify(make.enrolment(person))
        work_off()
        order_pack(Range(job_role=post.pk), by=officer, base_url="https://x/")
        with CaptureQueriesContext(connection) as queries:
            work_off()
        # Each step asks whether the job was stopped; where the schema is set anew, nothing is asked.
        asking = [query["sql"] for query in queries]
        return len([sql for sql in asking if "core_job" not in sql and not sql.startswith("SET search_path")])

    assert asked(3) == asked(12)


def test_a_course_with_many_questions_is_not_more_questions(browser, officer):
    few, many = (make.course(lessons=lessons) for lessons in (1, 6))
    for course in (few, many):
        for _number in range(3):
            paper_of(make.enrolment(of=course))
    counts = [questions(browser, f"/desk/training/courses/{course.pk}/") for course in (few, many)]
    assert counts[0] == counts[1]


def test_an_exam_that_many_took_is_not_more_questions(browser, officer):
    def taken(count: int) -> str:
        exam = make.exam(make.course())
        for _number in range(count):
            person, now = make.person(Role.WORKER), timezone.now()
            facts = {"started_at": now, "ended_at": now, "pass_score": 80, "score": 100, "is_passed": True}
            Attempt.objects.create(person=person, exam=exam, status="handed_in", **facts)
            told = {"reason": Enrolment.Reason.POST, "due_on": today(), "course_code": exam.code}
            Enrolment.objects.create(person=make.person(Role.WORKER), exam=exam, **told)
        return f"/desk/training/exams/{exam.code}/"

    few, many = taken(2), taken(8)
    assert questions(browser, few) == questions(browser, many) <= 20


def test_a_sensor_with_many_readings_and_alarms_is_not_more_questions(browser, officer):
    def read(count: int) -> str:
        sensor = make.sensor("humidity")
        take_suggested(sensor, by=officer)
        for number in range(count):
            now = timezone.now() - timedelta(minutes=20 * (count - number))
            values = [30, 30, 60, 60, 60]
            take_readings(sensor, {now + timedelta(minutes=n): value for n, value in enumerate(values)}, by=None)
            sensor.refresh_from_db()
        return f"/desk/sensors/{sensor.pk}/"

    few, many = read(2), read(8)
    assert questions(browser, few) == questions(browser, many) <= 24


def test_a_risk_with_a_long_history_is_not_more_questions(browser, officer):
    def risk(count: int) -> str:
        risk = make.risk(by=officer)
        for number in range(count):
            rate_risk(risk, by=officer, likelihood=1, exposure=6, consequence=7, reason=f"第 {number} 次")
            watch_item(risk, make.checklist({}).items.get(), by=officer)
            make.hazard(area=risk.area)
        return f"/desk/risks/{risk.pk}/"

    few, many = risk(2), risk(8)
    assert questions(browser, few) == questions(browser, many) <= 32


def test_an_incident_with_much_around_it_is_not_more_questions(browser, officer):
    """Injured people, measures, machines of the same kind, and what was known before."""

    def incident(count: int) -> str:
        press = make.machine()
        for number in range(count):
            twin = {"code": f"{press.code}-{number}", "name": press.name, "type": press.type, "area": press.area}
            Equipment.objects.create(**twin)
            make.hazard(equipment=press, area=press.area, reported_at=timezone.now() - timedelta(days=2))
            make.run(equipment=press, status="missed", closes_at=timezone.now() - timedelta(days=1))
        one = make.incident("minor", equipment=press)
        confirm_incident(one, by=officer, severity="minor", accident=one.accident)
        for number in range(count):
            person = make.person(Role.WORKER)
            add_injury(one, by=officer, severity="minor", person=person)
            remedy = add_corrective_action(one, by=officer, text=f"措施 {number}")
        spread_to_twins(remedy, Equipment.objects.filter(type=press.type)[:2], by=officer)
        return f"/desk/incidents/{one.pk}/"

    few, many = incident(2), incident(8)
    assert questions(browser, few) == questions(browser, many) <= 40


def test_a_plan_with_many_areas_is_not_more_questions(browser, officer):
    def plan(count: int) -> str:
        plan = add_floor_plan("平面图", make.photo_file(), by=officer)
        for _number in range(count):
            area = make.risk(by=officer).area
            draw_zone(plan, area, [(10, 10), (60, 10), (60, 60)], by=officer)
        return f"/desk/risks/plans/{plan.pk}/"

    few, many = plan(2), plan(8)
    assert questions(browser, few) == questions(browser, many) <= 20
