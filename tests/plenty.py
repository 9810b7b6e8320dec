"""So many of everything that lists show: a page may ask the database no more for many rows than for few."""

from datetime import date, timedelta

from django.utils import timezone

from adoption.models import Appeal, HelpCall, Pair, Ranking, Result, Reward, ShownName
from alerts.actions import raise_alert
from alerts.screens import make_screen
from core.events import action
from core.secrets import seal
from facilities.calendar import today
from facilities.models import Shift
from facilities.qr import issue_sticker
from hazards.actions import stop_equipment
from hazards.models import (
    Evidence,
    Status,
)
from incidents.actions import add_injury
from incidents.models import Incident
from insight.models import Search
from inspections.actions import ask_pause
from inspections.models import Run
from notifications.models import Message, PushSubscription, Robot
from partners.models import CrewMember, GatePass, SelfInspection, WorkPermit
from people.kiosks import make_kiosk
from people.models import Duty, JobRole, User
from people.permissions import Role
from risks.actions import add_floor_plan, propose_rating
from sensors.actions import retire_sensor, take_readings, take_suggested
from tests import make
from training.actions import issue_certificate
from training.models import Attempt, Clearance, Enrolment, LicenceKind, PaperItem, Question, Requirement


def add_some(officer, count: int) -> None:
    for number in range(count):
        robot = Robot.objects.create(kind="wecom", name="群", address=seal("x"), department=make.department())
        failed = {"channel": "wecom", "status": "failed", "person": make.person(Role.WORKER), "robot": robot}
        Message.objects.create(address="群", text="冒烟", key=f"{count}:{number}", **failed)
        PushSubscription.objects.create(user=officer, endpoint=f"https://p/{count}:{number}", p256dh="x", auth="x")
        team = make.team(make.person(Role.TEAM_LEADER))
        make.plan(team=team)
        sensor = make.sensor("humidity", at=make.machine())
        take_suggested(sensor, by=officer)
        take_readings(sensor, {timezone.now() - timedelta(minutes=n): 30 for n in range(3)}, by=None)
        retire_sensor(make.sensor(), by=officer)
        _incident(officer)
        make.drill(by=officer)
        propose_rating(make.risk(by=officer, equipment=make.machine(), owner=officer), by=officer, reason="换模")
        add_floor_plan("平面图", make.photo_file(), by=officer)
        issue_sticker(make.machine(), by=officer)
        make_screen("门口", make.department(), by=officer)
        make_kiosk("门口", make.department(), by=officer)
        make.run(officer)
        ask_pause(make.machine(), by=officer, reason="换模")
        make.run(officer, status=Run.Status.DONE, inspector=officer, submitted_at=timezone.now(), result="pass")
        press = make.machine()
        stopping = make.hazard(equipment=press, area=press.area, reporter=officer)
        stop_equipment(stopping, by=officer, equipment=press, reason="防护罩缺失")
        raise_alert(stopping, "防护罩缺失", by=officer, department_id=stopping.department_id)
        shift = Shift.objects.create(code=press.code, name=press.name, starts_at="08:00", ends_at="16:00")
        Duty.objects.create(day=today(), shift=shift, person=officer, substitute=make.person(Role.WORKER))
        holder = make.person(Role.WORKER, in_department=make.department())
        make.licence(holder, front=make.photo(officer))
        Clearance.objects.create(person=holder, work="hot_work", given_by=officer)
        make.licence(kind="SE-N1")
        own = f"own{count}:{number}"
        LicenceKind.objects.create(code=own, valid_from=today(), valid_months=12, name=own, issuer="局")
        make.licence(officer, own, front=make.photo(officer))
        _learn(officer, team)
        handed_in = make.self_inspection().pk
        SelfInspection.objects.filter(pk=handed_in).update(
            status="submitted", score=80, grade="B", submitted_at=timezone.now()
        )
        _crew(officer)
        _buddies(officer, holder)
        _patterns(officer)
        for status in (Status.REPORTED, Status.SECOND_REVIEW, Status.CLOSED):
            hazard = make.hazard(
                status, reporter=officer, published_on=None if status == Status.REPORTED else timezone.localdate()
            )
            Evidence.objects.create(hazard=hazard, attachment=make.photo(officer), stage="before")


def _patterns(officer) -> None:
    """One that was found, with something done because of it."""
    now = timezone.now()
    search = Search.objects.first() or Search.objects.create(at=now, runs=9, failed=9)
    pattern = search.patterns.create(
        rank=1, factors={"weekday": search.patterns.count()}, n=5, exposure=9, rate_ratio=3, ci_low=1, q=0.01,
        sentence="多", action="多查",
    )  # fmt: skip
    row = pattern.countermeasures.create(kind="talk", what="班前会", made={}, taken_at=now, taken_by=officer)
    counts = {
        f"{where}_{when}{what}": 1 for where in ("here", "there") for when in ("before", "after") for what in ("", "_runs")
    }  # fmt: skip
    row.judgements.create(at=now, weeks=4, verdict="none", **counts)


def _incident(officer) -> None:
    """One that has to be reported with somebody hurt, and one that is closed with its lesson."""
    incident = make.incident("serious", reporter=officer, equipment=make.machine())
    add_injury(incident, by=officer, severity="serious", name="某")
    closed = make.incident(reporter=officer)
    Incident.objects.filter(pk=closed.pk).update(status="closed", lesson="教训", closed_at=timezone.now())


def _buddies(officer, person) -> None:
    """A pair, and a month with a winner, a reward and an objection."""
    month = date(2026, 9, 1)
    ranking, _new = Ranking.objects.get_or_create(month=month, defaults={"frozen_at": timezone.now()})
    place = ranking.results.count() + 1
    facts = {"place": place if place <= 5 else None, "quality": 9, "volume": 0, "done": 0}
    Result.objects.create(ranking=ranking, person=person, **facts)
    ShownName.objects.create(person=person, agreed_at=timezone.now())
    Reward.objects.create(month=month, person=person, what="券", paid_by=officer, paid_at=timezone.now())
    Appeal.objects.create(month=month, person=person, text="少算了", made_at=timezone.now())
    pair = Pair.objects.create(mentor=officer, mentee=person, begun_by=officer, begun_on=today())
    make.run(person, status=Run.Status.DONE, inspector=person, submitted_at=timezone.now())
    run = Run.objects.latest("pk")
    facts = {"pair": pair, "person": person, "mentor": officer, "asked_at": timezone.now()}
    HelpCall.objects.create(run=run, item=run.checklist.items.get(), **facts)


def _crew(officer) -> None:
    """A contractor with somebody inside, somebody who waits, and a work permit that runs."""
    place, now = make.project(), timezone.now()
    for status in ("approved", "waiting"):
        member = make.crew_member(place)
        CrewMember.objects.filter(pk=member.pk).update(status=status)
        GatePass.objects.create(kind="in", member=member, is_let_in=True, guard=officer, at=now)
    facts = {"number": f"ZY{place.pk}", "kind": "lifting", "project": place, "area": place.area, "applicant": officer}
    facts |= {"status": "running", "starts_at": now, "ends_at": now + timedelta(hours=1), "guardian": member}
    WorkPermit.objects.create(what="吊装", measures="警戒", **facts)


def _learn(officer, team) -> None:
    """A course that a post requires, somebody who learns it, and one that the officer learns and one that is passed."""
    course = make.course()
    post = JobRole.objects.create(code=course.code, name=course.title)
    for job_role in (post, None):
        Requirement.objects.create(job_role=job_role, course_code=course.code)
    person = make.person(Role.WORKER, in_department=make.department())
    User.objects.filter(pk=person.pk).update(job_role=post, team=team)
    learning = make.enrolment(person, of=course)
    Enrolment.objects.filter(pk=learning.pk).update(due_on=today() - timedelta(days=1))
    make.enrolment(officer, of=course)
    certify(make.enrolment(officer))
    fresh = make.person(Role.WORKER)
    User.objects.filter(pk__in=[fresh.pk, person.pk]).update(hired_on=today())
    certify(make.enrolment(fresh))
    exam = make.exam(course, is_open=True)
    Requirement.objects.create(job_role=post, course_code=exam.code)
    Enrolment.objects.create(
        person=person, exam=exam, course_code=exam.code, reason=Enrolment.Reason.POST, due_on=today()
    )
    paper_of(make.enrolment(officer))


@action
def certify(enrolment: Enrolment) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(status="passed", score=90, ended_at=timezone.now())
    more = {"course": enrolment.course, "enrolment": enrolment, "score": 90, "hours": 2, "valid_months": 12}
    issue_certificate(enrolment.person, enrolment.course.title, by=None, **more)


def paper_of(enrolment: Enrolment) -> None:
    now, lesson = timezone.now(), enrolment.course.lessons.first()
    facts = {"started_at": now, "ended_at": now, "pass_score": 80, "score": 100, "is_passed": True}
    attempt = Attempt.objects.create(
        person=enrolment.person, enrolment=enrolment, lesson=lesson, status="handed_in", **facts
    )
    for position, question in enumerate(Question.objects.filter(course_code=enrolment.course_code)[:5], 1):
        PaperItem.objects.create(attempt=attempt, position=position, question=question, is_right=True)
