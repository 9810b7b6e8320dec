"""A small factory with something of every kind, whose texts all carry a mark that must never be seen elsewhere."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from alerts.actions import raise_alert
from alerts.models import Alert, AlertPolicy
from alerts.screens import make_screen
from core.attachments import keep_photo, keep_voice
from core.models import Attachment, Import, Job, SavedView
from core.secrets import seal
from facilities.models import Area, CalendarDay, Department, Equipment, EquipmentType, QRPoint, Shift
from facilities.qr import issue_sticker
from hazards.actions import add_post, add_subtask, invite_outsider, open_group
from hazards.models import (
    POINTS,
    Category,
    Evidence,
    Hazard,
    Invitation,
    Level,
    LevelChange,
    LevelPolicy,
    Maintainer,
    RectificationPlan,
    Route,
    Status,
    StopUse,
    Tip,
    TipMessage,
)
from inspections.models import Checklist, Frequency, Item, Pause, Plan, Run, Stop, Theme
from notifications.models import Feed, Message, Mute, Notification, PushSubscription, QuietHours, Robot, RuleChange
from partners.actions import add_file, answer, correct_at_partner, file_document, invite, open_report
from partners.actions.companies import add_member
from partners.models import (
    Carried,
    CarriedItem,
    Company,
    Consent,
    CrewMember,
    Draw,
    EntryPermit,
    GasReading,
    GatePass,
    Reading,
    ReplyPhoto,
    SpotCheck,
    Violation,
    WorkPermit,
)
from people.models import Absence, Duty, JobRole, Team, User
from people.permissions import Role
from sensors.actions import give_key, take_readings, take_suggested
from sensors.models import Sensor
from sharing.actions import send
from sharing.models import Template
from tests import make
from training.actions import attach_media, begin_media, draft_course, draft_exam
from training.models import (
    Attempt,
    Attendance,
    Certificate,
    Clearance,
    Course,
    Enrolment,
    Exam,
    Lesson,
    Licence,
    LicenceKind,
    LicenceRequirement,
    PaperItem,
    Progress,
    Question,
    Requirement,
    SessionPhoto,
    StudyDay,
    TrainingSession,
)


@dataclass
class World:
    mark: str
    people: dict[str, User] = field(default_factory=dict)
    photo: Attachment | None = None
    sticker: QRPoint | None = None
    hazard: Hazard | None = None
    run: Run | None = None
    draft: Checklist | None = None
    pause: Pause | None = None
    shift: Shift | None = None
    job: Job | None = None
    invitation: Invitation | None = None
    screen_token: str = ""
    sensor: Sensor | None = None
    sensor_key: str = ""
    course: Course | None = None
    exam: Exam | None = None
    lesson: Lesson | None = None
    certificate: Certificate | None = None
    session: TrainingSession | None = None
    template: Template | None = None
    companies: list[Company] = field(default_factory=list)
    contractors: list[Company] = field(default_factory=list)

    def words(self, text: str) -> dict[str, str]:
        return {"zh": f"{self.mark}{text}", "en": f"{self.mark}{text}"}


def build(mark: str) -> World:
    world = World(mark)
    workshop = Department.objects.create(code=f"{mark}D", name=world.words("冲压车间"))
    area = Area.objects.create(code=f"{mark}A", name=world.words("冲压区"), department=workshop)
    team = Team.objects.create(code=f"{mark}T", name=world.words("冲压一班"), department=workshop)
    post = JobRole.objects.create(code=f"{mark}J", name=world.words("冲压工"))
    for role in Role:
        world.people[role] = make.person(role, name=f"{mark}{role.label}", in_department=workshop)
    User.objects.update(team=team)
    world.people = {role: User.objects.get(pk=person.pk) for role, person in world.people.items()}
    worker = world.people[Role.WORKER]
    press = Equipment.objects.create(
        code=f"{mark}E",
        name=world.words("2号冲压机"),
        type=EquipmentType.objects.create(code=f"{mark}press", name=world.words("冲压机")),
        area=area,
    )
    world.sticker = issue_sticker(press, by=world.people[Role.ADMIN])
    world.photo = keep_photo(make.photo_file(f"{mark}.jpg"), by=worker)
    _hazard(world, worker, area, press, team)
    _group(world)
    _run(world, worker, area, press, team)
    world.job = Job.objects.create(kind="test", payload={}, by=worker, result=world.photo)
    Import.objects.create(
        kind="people", name=f"{mark}花名册.csv", lines=[["姓名"], [f"{mark}张三"]], head=0, places={"name": 0},
        by=world.people[Role.ADMIN],
    )  # fmt: skip
    SavedView.objects.create(by=worker, page="runs", name=f"{mark}漏检", query="status=missed")
    SavedView.objects.create(by=worker, page="hazards", name=f"{mark}超期", query="late=now")
    Feed.objects.create(user=worker, seq=1)
    Notification.objects.create(
        user=worker, seq=1, event_id=uuid.uuid4(), line=f"{mark}通知", url="/", at=timezone.now()
    )
    Mute.objects.create(user=worker, subject_type="hazards.hazard", subject_id=str(world.hazard.pk))
    _screen, world.screen_token = make_screen(f"{mark}门口", workshop, by=world.people[Role.SAFETY_OFFICER])
    Message.objects.create(channel="sms", address="13900000000", text=f"{mark}短信", key=mark)
    _alerts(world, workshop)
    _channels(world, worker)
    _licences(world, worker)
    _training(world, worker, post)
    _partners(world, workshop)
    _contractors(world, workshop, area)
    _sensors(world, area, press)
    # Words that anybody may read: an operator does, and then all factories.
    kinds = [{"code": "other", "name": "其他", "gbt13861": 4, "level": Level.GENERAL, "urgent_when": None}]
    item = shared_item("砂轮有裂纹吗？", "other")
    lists = [{"title": "砂轮", "frequency": Frequency.WEEKLY, "target": None, "items": [item]}]
    world.template = send({"note": "", "lists": lists, "categories": kinds})
    return world


def shared_item(text: str, category: str) -> dict:
    return {
        "text": text, "kind": "pass_fail", "accept": None, "photo": "never", "category": category, "urgent": None,
        "basis": None, "unit": None, "min": None, "max": None, "choices": None, "shot": None, "section": None,
        "weight": None, "is_fresh": None, "may_skip": True, "only_if_position": None, "only_if_value": None,
    }  # fmt: skip


def _sensors(world: World, area: Area, press: Equipment) -> None:
    """One with an alarm and its hazard, and another one at the machine."""
    sensor = make.sensor("humidity", at=area, name=f"{world.mark}湿度")
    make.sensor("temperature", at=press, name=f"{world.mark}温度")
    take_suggested(sensor, by=None)
    now = timezone.now()
    take_readings(sensor, {now - timedelta(minutes=n): 40 for n in range(3)}, by=None)
    world.sensor, world.sensor_key = sensor, give_key(sensor, by=None)


def _partners(world: World, workshop: Department) -> None:
    """Two suppliers, each with somebody, a report, papers and something to put right."""
    officer, mark = world.people[Role.SAFETY_OFFICER], world.mark
    words = {"text": world.words("通道通不通"), "choices": make.YES_PARTLY_NO, "category": world.hazard.category}
    asked = make.questionnaire({"kind": "choice", "weight": 10, **words})
    Checklist.objects.filter(pk=asked.pk).update(title=world.words("自查问卷"), code=f"{mark}saq")
    people = (world.people[Role.SUPPLIER], make.person(Role.SUPPLIER, name=f"{mark}别家"))
    for number, person in enumerate(people):
        company = make.company(f"{mark}供应商{number}", department=workshop)
        add_member(company, person, role=Role.SUPPLIER)
        world.companies.append(company)
        invite(company, by=officer)
        _report(world, company, person)
        file_document(
            company, by=person, kind="licence", valid_until=timezone.localdate() + timedelta(days=20),
            number=f"{mark}执照", file=keep_photo(make.photo_file(f"{mark}c{number}.jpg"), by=person),
        )  # fmt: skip
        correct_at_partner(company, by=officer, title=f"{mark}软管破口{number}")


def _contractors(world: World, workshop: Department, area: Area) -> None:
    """Two contractors, each with an administrator, papers, a project, and one of its crew who may come in."""
    mark, officer = world.mark, world.people[Role.SAFETY_OFFICER]
    text = make.site_texts()
    bosses = (world.people[Role.CONTRACTOR_ADMIN], make.person(Role.CONTRACTOR_ADMIN, name=f"{mark}别家管理"))
    workers = (world.people[Role.CONTRACTOR_WORKER], make.person(Role.CONTRACTOR_WORKER, name=f"{mark}别家工人"))
    for number, (boss, worker) in enumerate(zip(bosses, workers, strict=True)):
        company = make.contractor(f"{mark}承包商{number}", department=workshop)
        world.contractors.append(company)
        add_member(company, boss, role=Role.CONTRACTOR_ADMIN)
        add_member(company, worker, role=Role.CONTRACTOR_WORKER)
        place = make.project(company, name=f"{mark}改造{number}", area=area, host=officer)
        badge = keep_photo(make.photo_file(f"{mark}b{number}.jpg"), by=worker)
        member = CrewMember.objects.create(
            project=place, user=worker, trade="fitter", sealed_id=seal("x"), id_end="1234", badge=badge,
            emergency_phone="13900000000", status="approved",
        )  # fmt: skip
        Reading.objects.create(member=member, text=text, signature=badge, signed_at=timezone.now())
        permit = EntryPermit.objects.create(
            member=member, number=f"{mark}RC{number}", issued_by=officer, ends_on=timezone.localdate(), ends_with="days"
        )
        permit_of = {"kind": "lifting", "project": place, "area": area, "applicant": boss, "guardian": member}
        work = WorkPermit.objects.create(
            number=f"{mark}ZY{number}", what=f"{mark}吊装", measures=f"{mark}警戒", starts_at=timezone.now(),
            ends_at=timezone.now() + timedelta(hours=2), **permit_of,
        )  # fmt: skip
        work.crew.set([member])
        GasReading.objects.create(permit=work, oxygen=20, is_within=True, by=worker)
        Violation.objects.create(member=member, points=1, what=f"{mark}没戴帽子", photo=badge, by=officer)
        waits = {"ends_at": timezone.now() + timedelta(days=7), "sealed_code": seal("123456789012")}
        Consent.objects.create(user=worker, given_by=worker, parcel=uuid.uuid4(), fields=["name"], **waits)
        Consent.objects.create(company=company, given_by=boss, parcel=uuid.uuid4(), fields=["contact"], **waits)
        Carried.objects.create(company=company, parcel=uuid.uuid4(), origin=f"{mark}又一家")
        came = Carried.objects.create(user=worker, parcel=uuid.uuid4(), origin=f"{mark}另一家")
        CarriedItem.objects.create(carried=came, field="training", training={"code": "entry", "title": world.words("考试"), "score": 90, "passed_on": "2026-01-01", "ends_on": None})  # fmt: skip
        GatePass.objects.create(
            kind="in", member=member, permit=permit, is_let_in=True, guard=officer, at=timezone.now(), words=f"{mark}进"
        )


def _report(world: World, company: Company, person: User) -> None:
    report = open_report(company, by=None)
    said = answer(report, report.checklist.items.get(), by=person, choice=1, note=f"{world.mark}下周改")
    ReplyPhoto.objects.create(reply=said, attachment=keep_photo(make.photo_file(f"{world.mark}r.jpg"), by=person))
    add_file(report, keep_photo(make.photo_file(f"{world.mark}f.jpg"), by=person), by=person)
    period = {"starts_on": report.starts_on, "ends_on": report.ends_on}
    draw, _is_new = Draw.objects.get_or_create(**period, defaults={"seed": "0", "reports": [report.pk]})
    SpotCheck.objects.create(report=report, draw=draw, note=f"{world.mark}抽查")


def _licences(world: World, worker: User) -> None:
    """One on record, a newer one that waits to be checked, and what may be done because of it."""
    officer, now = world.people[Role.SAFETY_OFFICER], timezone.localdate()
    kind = LicenceKind.objects.create(
        code=f"{world.mark}K", valid_from=now, valid_months=72, name=world.words("焊工证"),
        issuer=world.words("应急局"), works=["hot_work"], sources=[{"name": f"{world.mark}规定", "trust": "practice"}],
    )  # fmt: skip
    facts = {"person": worker, "kind": kind, "kind_code": kind.code, "issued_on": now, "recorded_by": officer}
    facts |= {"expires_on": now + timedelta(days=20), "ends_on": now + timedelta(days=20)}
    for status in (Licence.Status.CURRENT, Licence.Status.FILED):
        Licence.objects.create(
            **facts, status=status, sealed_number=seal(f"{world.mark}1"), number_end=f"{world.mark}1", note=f"{world.mark}证",
            front=keep_photo(make.photo_file(f"{world.mark}3.jpg"), by=worker),
        )  # fmt: skip
    Clearance.objects.create(person=worker, work="hot_work", given_by=officer, note=f"{world.mark}上岗")


def _alerts(world: World, workshop: Department) -> None:
    """Who is on duty, how alerts go up, and what the factory decided of its notices."""
    officer, shift = world.people[Role.SAFETY_OFFICER], world.shift
    for department in (None, workshop):
        Duty.objects.create(day=timezone.localdate(), shift=shift, person=officer, department=department)
    AlertPolicy.objects.create(version=1, created_by=officer)
    RuleChange.objects.create(
        event="hazard.closed", channels=["browser", "sms"], changed_by=officer, changed_at=timezone.now()
    )
    QuietHours.objects.create()
    alert = Alert.objects.get()
    alert.called.add(officer, world.people[Role.WORKER])
    Message.objects.create(
        channel="sms", address="13900000000", text=f"{world.mark}告警短信", alert_id=alert.pk, key=f"{world.mark}2"
    )


def _channels(world: World, worker: User) -> None:
    robot = Robot.objects.create(
        kind="webhook",
        name=f"{world.mark}群",
        address=seal(f"https://{world.mark}.invalid/"),
        last_error=f"{world.mark}失效",
    )
    Message.objects.create(
        channel="webhook",
        robot=robot,
        address=robot.name,
        text=f"{world.mark}群消息",
        status="failed",
        key=f"{world.mark}r",
    )
    PushSubscription.objects.create(
        user=worker, endpoint=f"https://push.invalid/{world.mark}", p256dh="x", auth="x", device=f"{world.mark}手机"
    )


def _hazard(world: World, worker: User, area: Area, press: Equipment, team: Team) -> None:
    for level, hours in (("general", 72), ("serious", 24), ("major", 4)):
        LevelPolicy.objects.create(level=level, version=1, acknowledge_minutes=60, rectify_hours=hours)
    now = timezone.now()
    world.hazard = Hazard.objects.create(
        number=f"{world.mark}-1",
        status=Status.FIRST_REVIEW,
        source=Hazard.Source.REPORT,
        title=f"{world.mark}防护栏缺失",
        category=Category.objects.create(
            code=f"{world.mark}guard", name=world.words("防护缺失"), gbt13861=2, level=Level.SERIOUS
        ),
        department=area.department,
        area=area,
        equipment=press,
        level=Level.SERIOUS,
        policy=LevelPolicy.objects.get(level="serious"),
        reporter=worker,
        reported_at=now,
        confirmed_at=now,
        team=team,
        owner=world.people[Role.MAINTENANCE],
        assigned_at=now,
        due_at=now + timedelta(hours=20),
        started_at=now,
        submitted_at=now,
        measure=f"{world.mark}已装好",
        published_on=now.date(),
        published_where=f"{world.mark}公示栏",
    )
    company = Maintainer.objects.create(
        company=f"{world.mark}电梯公司", person=f"{world.mark}周工", phone="13900001234"
    )
    Route.objects.create(category=world.hazard.category, team=team, maintainer=company)
    Absence.objects.create(
        person=world.people[Role.LEADER],
        stand_in=world.people[Role.HEAD],
        starts_at=now,
        ends_at=now + timedelta(days=1),
        reason=f"{world.mark}出差",
        created_by=world.people[Role.LEADER],
    )
    LevelChange.objects.create(
        hazard=world.hazard,
        from_level="serious",
        to_level="general",
        reason=f"{world.mark}已隔离",
        asked_by=world.people[Role.SAFETY_OFFICER],
        asked_at=now,
    )
    RectificationPlan.objects.create(
        hazard=world.hazard,
        due_at=now + timedelta(days=3),
        author=world.people[Role.SAFETY_OFFICER],
        written_at=now,
        **{name: f"{world.mark}{name}" for name in POINTS},
    )
    spoken = keep_voice(make.voice_file(f"{world.mark}.wav"), by=worker)
    StopUse.objects.create(
        hazard=world.hazard,
        equipment=Equipment.objects.create(
            code=f"{world.mark}E2", name=world.words("3号冲压机"), type=press.type, area=area
        ),
        reason=f"{world.mark}停用",
        locked_at=now,
        locked_by=world.people[Role.SAFETY_OFFICER],
    )
    for proof in (world.photo, spoken):
        Evidence.objects.create(hazard=world.hazard, attachment=proof, stage=Evidence.Stage.BEFORE)
    tip = Tip.objects.create(hazard=world.hazard, code_hash=world.mark, created_at=now)
    TipMessage.objects.create(tip=tip, text=f"{world.mark}留言", at=now)
    TipMessage.objects.create(tip=tip, attachment=keep_voice(make.voice_file(), by=None), at=now)
    raise_alert(world.hazard, f"{world.mark}告警", by=worker, department_id=area.department_id)


def _group(world: World) -> None:
    officer, fixer = world.people[Role.SAFETY_OFFICER], world.people[Role.MAINTENANCE]
    group = open_group(world.hazard, by=officer)
    said = f"@{fixer.name} {world.mark}先断电"
    add_post(
        group.hazard, by=officer, text=said, photos=[keep_photo(make.photo_file(f"{world.mark}2.jpg"), by=officer)]
    )
    soon = timezone.now() + timedelta(hours=2)
    add_subtask(group, by=officer, title=f"{world.mark}买螺栓", owner=fixer, due_at=soon)
    world.invitation = invite_outsider(
        world.hazard, by=officer, name=f"{world.mark}王工", company=f"{world.mark}供电公司"
    )


def _run(world: World, worker: User, area: Area, press: Equipment, team: Team) -> None:
    checklist = Checklist.objects.create(
        code=f"{world.mark}list",
        title=world.words("班前检查"),
        frequency=Frequency.PRESHIFT,
        target_type=press.type,
        seconds=60,
    )
    Item.objects.create(checklist=checklist, position=1, text=world.words("防护栏完好"), category=world.hazard.category)
    world.draft = Checklist.objects.create(
        code=f"{world.mark}draft",
        title=world.words("草稿"),
        frequency=Frequency.WEEKLY,
        target_area=area,
        seconds=60,
        status=Checklist.Status.DRAFT,
    )
    Item.objects.create(
        checklist=world.draft,
        position=1,
        text=world.words("油位"),
        kind="number",
        unit="mm",
        category=world.hazard.category,
    )
    plan = Plan.objects.create(
        name=f"{world.mark}计划",
        starts_on=timezone.localdate(),
        opens_at="08:00",
        window_minutes=90,
        team=team,
    )
    Theme.objects.create(plan=plan, position=1, checklist=checklist)
    Stop.objects.create(plan=plan, position=1, equipment=press)
    world.run = Run.objects.create(
        plan=plan,
        checklist=checklist,
        equipment=press,
        area=area,
        department=area.department,
        team=team,
        opens_at=timezone.now() - timedelta(minutes=5),
        closes_at=timezone.now() + timedelta(hours=1),
    )
    world.shift = Shift.objects.create(
        code=f"{world.mark}S", name=world.words("早班"), starts_at="07:30", ends_at="15:30"
    )
    CalendarDay.objects.create(day=timezone.localdate(), is_workday=True, name=f"{world.mark}开工")
    world.pause = Pause.objects.create(
        equipment=press,
        reason=f"{world.mark}换模",
        from_at=timezone.now(),
        asked_by=worker,
        asked_at=timezone.now(),
    )


def _training(world: World, worker: User, post: JobRole) -> None:
    """A course that the worker learns, with a paper that is over, one that is open, and a certificate."""
    now, mark = timezone.now(), world.mark
    course = Course.objects.create(
        code=f"{mark}C",
        title=world.words("冲压安全"),
        summary=world.words("简介"),
        hours=2,
        valid_months=12,
        sources=[{"name": f"{mark}规程", "clause": None, "trust": "practice"}],
        published_at=now,
    )
    lesson = Lesson.objects.create(
        course=course,
        position=1,
        key="1",
        title=world.words("第一节"),
        body=world.words("先停机"),
        key_points=[world.words("断电")],
        minutes=1,
    )
    question = Question.objects.create(
        code=f"{mark}Q",
        course_code=course.code,
        lesson_key="1",
        kind=Question.Kind.SINGLE,
        stem=world.words("护罩松了怎么办"),
        options=[world.words("接着干"), world.words("停机")],
        answer=[1],
        explanation=world.words("先停机"),
        source={"name": f"{mark}规程", "clause": None, "trust": "practice"},
    )
    Requirement.objects.create(job_role=post, course_code=course.code)
    LicenceRequirement.objects.create(job_role=post, kind_code=f"{mark}K")
    exam = Exam.objects.create(
        code=f"{mark}E",
        title=world.words("上岗考试"),
        blueprint=[{"course": course.code, "lesson": "", "count": 1}],
        minutes=20,
        status=Exam.Status.CURRENT,
    )
    world.exam = exam
    draft_exam(exam, by=world.people[Role.TRAINER])
    Enrolment.objects.create(
        person=worker, exam=exam, course_code=exam.code, reason=Enrolment.Reason.POST, due_on=now.date()
    )
    facts = {"course": course, "course_code": course.code, "reason": Enrolment.Reason.POST, "due_on": now.date()}
    enrolment = Enrolment.objects.create(person=worker, **facts)
    Enrolment.objects.create(
        person=world.people[Role.MAINTENANCE], status=Enrolment.Status.EXEMPT, ended_at=now, note=f"{mark}免学", **facts
    )
    Progress.objects.create(enrolment=enrolment, lesson=lesson, seconds=60, learned_at=now)
    StudyDay.objects.create(person=worker, on=now.date(), seconds=60)
    over = Attempt.objects.create(
        person=worker,
        enrolment=enrolment,
        lesson=lesson,
        status=Attempt.Status.HANDED_IN,
        started_at=now,
        ended_at=now,
        pass_score=80,
        score=0,
        is_passed=False,
    )
    open_one = Attempt.objects.create(
        person=world.people[Role.SAFETY_OFFICER],
        exam=exam,
        started_at=now,
        ends_at=now + timedelta(minutes=20),
        pass_score=80,
    )
    for attempt in (over, open_one):
        PaperItem.objects.create(attempt=attempt, position=1, question=question, order=[1, 0])
    held = TrainingSession.objects.create(
        title=f"{mark}灭火器实操",
        place=f"{mark}空地",
        trainer=world.people[Role.TRAINER],
        starts_at=now,
        hours=1,
        status=TrainingSession.Status.OPEN,
        secret=f"{mark}secret",
        remark=f"{mark}都到了",
    )
    world.session = held
    Attendance.objects.create(session=held, person=worker, signed_in_at=now, note=f"{mark}没带手机")
    SessionPhoto.objects.create(session=held, photo=world.photo)
    _courseware(world, course)
    world.certificate = Certificate.objects.create(
        number=f"{mark}PX-1",
        token=f"{mark}token",
        person=worker,
        name=worker.name,
        title=course.title,
        course=course,
        hours=2,
        score=90,
        issued_on=now.date(),
        expires_on=now.date() + timedelta(days=20),
    )


def _courseware(world: World, course: Course) -> None:
    """A draft of the course whose lesson has a handout, and a video that is still on its way."""
    trainer = world.people[Role.TRAINER]
    begin_media("video", f"{world.mark}.mp4", 1000, by=trainer)
    draft = draft_course(course, by=trainer)
    world.course, world.lesson = course, draft.lessons.get()
    attach_media(world.lesson, make.media("handout", by=trainer, name=f"{world.mark}.pdf"), by=trainer)
