"""Licences, courses, papers and a session."""

from datetime import timedelta

from django.utils import timezone

from core.attachments import keep_photo
from core.secrets import seal
from people.models import JobRole, User
from people.permissions import Role
from tests import make
from tests.world.base import World
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


def add_licences(world: World, worker: User) -> None:
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


def add_training(world: World, worker: User, post: JobRole) -> None:
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
