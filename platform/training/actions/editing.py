"""A course is changed in a draft; published it is the version in use, and no version changes after that."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, WrongStatus
from core.events import action, emit, history, register
from core.versions import locked_versions
from people.models import User
from tenants import due
from training.actions.media import refuse_unless_teacher
from training.models import Course, Enrolment, Lesson, Media, Requirement
from training.models.courses import PASS_SCORE
from training.versions import draft_stamp, head_stamp, lacking, lesson_stamp, lessons_of_version

register(
    {
        "course.drafted": gettext_lazy("Draft of a course begun"),
        "course.changed": gettext_lazy("Draft of a course changed"),
        "course.published": gettext_lazy("Version of a course published"),
        "course.discarded": gettext_lazy("Draft of a course discarded"),
        "course.retired": gettext_lazy("Course no longer taught"),
    }
)
MOST_LESSONS, MOST_STOPS, LEAST_APART, MOST_SOURCES = 40, 20, 5, 20
_COPIED = (
    "position",
    "key",
    "title",
    "body",
    "key_points",
    "minutes",
    "stops",
    "video_id",
    "captions_id",
    "handout_id",
)


@dataclass(frozen=True)
class Head:
    """What is said of a course as a whole. sources: {name, clause, version, trust} and the lesson's key where it is one's."""

    title: dict
    summary: dict
    hours: Decimal
    valid_months: int | None
    pass_score: int = PASS_SCORE
    sources: list[dict] = field(default_factory=list)
    level: str = ""

    def columns(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


@action
def create_course(head: Head, *, by: User) -> Course:
    """The first draft of a course of the factory's own."""
    refuse_unless_teacher(by)
    _refuse_head(head)
    known = set(Course.objects.filter(code__startswith="F").values_list("code", flat=True))
    code = next(code for n in range(1, len(known) + 2) if (code := f"F{n:02}") not in known)
    draft = Course.objects.create(code=code, status=Course.Status.DRAFT, **head.columns())
    emit("course.drafted", draft, by=by, code=code, version=1, title=head.title)
    return draft


def _refuse_head(head: Head) -> None:
    if not PASS_SCORE <= head.pass_score <= 100:
        raise DomainError(_("The pass mark lies between %(least)d and 100.") % {"least": PASS_SCORE})
    if len(head.sources) > MOST_SOURCES:
        raise DomainError(_("Name at most %(n)d sources.") % {"n": MOST_SOURCES})


@action
def draft_course(course: Course, *, by: User) -> Course:
    """A draft to change it in: the one that is open already, or a copy of the newest version."""
    refuse_unless_teacher(by)
    versions = locked_versions(Course, course.code)
    newest = next(
        iter(sorted(versions, key=lambda each: (each.status == Course.Status.DRAFT, each.version), reverse=True))
    )
    if newest.status == Course.Status.DRAFT:
        return newest
    facts = {each.name: getattr(newest, each.name) for each in fields(Head)}
    draft = Course.objects.create(code=newest.code, version=newest.version + 1, status=Course.Status.DRAFT, **facts)
    Lesson.objects.bulk_create(
        Lesson(course=draft, **{name: getattr(lesson, name) for name in _COPIED}) for lesson in newest.lessons.all()
    )
    emit("course.drafted", draft, by=by, code=draft.code, version=draft.version, title=draft.title)
    return draft


@action
def change_course(draft: Course, head: Head, *, by: User, stamp: str) -> Course:
    """stamp: of what the page showed, so that nobody writes over somebody else's words unseen."""
    draft = _open_draft(draft, by)
    _refuse_old(stamp, head_stamp(draft), draft)
    _refuse_head(head)
    for name, value in head.columns().items():
        setattr(draft, name, value)
    draft.save()
    return _changed(draft, by)


@action
def add_lesson(draft: Course, *, by: User, title: dict, minutes: int) -> Lesson:
    """Under a key that no version of the course has used, because questions belong to lessons by it."""
    draft = _open_draft(draft, by)
    count = draft.lessons.count()
    if count >= MOST_LESSONS:
        raise DomainError(_("A course holds at most %(n)d lessons. Make two of it.") % {"n": MOST_LESSONS})
    keys = Lesson.objects.filter(course__code=draft.code).values_list("key", flat=True)
    key = max((int(key) for key in keys if key.isdecimal()), default=0) + 1
    lesson = Lesson.objects.create(course=draft, position=count + 1, key=str(key), title=title, minutes=minutes)
    _changed(draft, by)
    return lesson


@action
def change_lesson(
    lesson: Lesson,
    *,
    by: User,
    title: dict,
    body: dict,
    key_points: list[dict],
    minutes: int,
    stops: Iterable[int],
    stamp: str,
) -> Lesson:
    lesson = _lesson_of_draft(lesson, by)
    _refuse_old(stamp, lesson_stamp(lesson), lesson.course)
    lesson.title, lesson.body, lesson.key_points, lesson.minutes = title, body, key_points, minutes
    lesson.stops = _checked_stops(stops, lesson.video)
    lesson.save()
    _changed(lesson.course, by)
    return lesson


def _checked_stops(stops: Iterable[int], video: Media | None) -> list[int]:
    found = sorted(set(stops))
    if len(found) > MOST_STOPS:
        raise DomainError(_("A video waits at %(n)d places at most.") % {"n": MOST_STOPS})
    if any(later - earlier < LEAST_APART for earlier, later in zip([0, *found], found, strict=False)):
        raise DomainError(_("Leave %(n)d seconds at least before each question.") % {"n": LEAST_APART})
    if video and video.seconds and found and found[-1] >= video.seconds:
        raise DomainError(_("The video is over by then. It runs %(n)d seconds.") % {"n": video.seconds})
    return found


@action
def move_lesson(lesson: Lesson, place: int, *, by: User) -> Course:
    """place: 1 is the first."""
    lesson = _lesson_of_draft(lesson, by)
    order = [each for each in lesson.course.lessons.all() if each.pk != lesson.pk]
    order.insert(max(0, min(place - 1, len(order))), lesson)
    _number(order)
    return _changed(lesson.course, by)


@action
def remove_lesson(lesson: Lesson, *, by: User) -> Course:
    """Its questions stay in the bank; versions that had it still ask them."""
    lesson = _lesson_of_draft(lesson, by)
    draft, files = lesson.course, _files_of([lesson])
    lesson.delete()
    _number(list(draft.lessons.all()))
    _let_go(files)
    return _changed(draft, by)


@action
def attach_media(lesson: Lesson, media: Media, *, by: User) -> Lesson:
    """The lesson shows this file from now on, in the place of the one of its kind."""
    lesson = _lesson_of_draft(lesson, by)
    if media.by_id != by.pk or media.status not in (Media.Status.CHECKING, Media.Status.READY):
        raise WrongStatus(_("The file is not here yet. Wait until it is uploaded."))
    former = getattr(lesson, media.kind)
    setattr(lesson, media.kind, media)
    lesson.save()
    _let_go([former] if former else [])
    _changed(lesson.course, by)
    return lesson


@action
def detach_media(lesson: Lesson, kind: str, *, by: User) -> Lesson:
    lesson = _lesson_of_draft(lesson, by)
    if kind not in Media.Kind.values or getattr(lesson, kind) is None:
        raise WrongStatus(_("There is no such file any more."))
    former = getattr(lesson, kind)
    setattr(lesson, kind, None)
    lesson.save()
    _let_go([former])
    _changed(lesson.course, by)
    return lesson


@action
def publish_course(draft: Course, *, by: User, stamp: str, again_days: int | None = None) -> Course:
    """Who has begun with the former version finishes it; who has not begun learns this one.

    again_days: within so many days whoever holds an earlier version learns this one too.
    """
    refuse_unless_teacher(by)
    locked_versions(Course, draft.code)
    draft = _fresh_draft(draft)
    lessons = lessons_of_version(draft)
    _refuse_old(stamp, draft_stamp(draft, lessons), draft)
    if faults := lacking(draft, lessons):
        raise DomainError(" ".join(faults[:5]))
    if again_days is not None and not 1 <= again_days <= 365:
        raise DomainError(_("Give between 1 and 365 days."))
    Course.objects.filter(code=draft.code).current().update(status=Course.Status.RETIRED)
    draft.again_days = again_days if draft.version > 1 else None
    draft.status, draft.published_at = Course.Status.CURRENT, timezone.now()
    draft.save()
    not_begun = Enrolment.objects.open().filter(course_code=draft.code, progress=None).exclude(course=draft)
    moved = Enrolment.objects.filter(pk__in=list(not_begun.values_list("pk", flat=True))).update(course=draft)
    files = {str(media.pk): media.sha256 for media in _files_of(lessons)}
    facts: dict[str, Any] = {"code": draft.code, "version": draft.version, "title": draft.title}
    facts["lessons"] = len(lessons)
    content = draft_stamp(draft, lessons)
    facts["again_days"] = draft.again_days
    emit("course.published", draft, by=by, **facts, content=content, files=files, moved=moved)
    due.now("training.follow_version", course=draft.pk)
    return draft


@action
def discard_course_draft(draft: Course, *, by: User) -> None:
    """What was changed is gone; the version in use stays as it is."""
    draft = _open_draft(draft, by)
    files = _files_of(lessons_of_version(draft))
    emit("course.discarded", draft, by=by, code=draft.code, version=draft.version, title=draft.title)
    draft.delete()
    _let_go(files)


@action
def retire_course(course: Course, *, by: User) -> Course:
    """Nobody is given it any more; who has begun finishes it, from who has not it is taken back."""
    refuse_unless_teacher(by)
    versions = locked_versions(Course, course.code)
    current = next((each for each in versions if each.status == Course.Status.CURRENT), None)
    if any(each.status == Course.Status.DRAFT for each in versions):
        raise WrongStatus(_("A draft of this course is open. Publish or discard it first."))
    if current is None:
        raise WrongStatus(_("This course is not taught any more."))
    if Requirement.objects.filter(course_code=course.code).exists():
        raise DomainError(_("Posts still require this course. Take it out of the requirements first."))
    current.status = Course.Status.RETIRED
    current.save()
    not_begun = Enrolment.objects.open().filter(course_code=course.code, progress=None).values_list("pk", flat=True)
    taken = Enrolment.objects.filter(pk__in=list(not_begun)).update(
        status=Enrolment.Status.WITHDRAWN, ended_at=timezone.now()
    )
    emit("course.retired", current, by=by, code=current.code, version=current.version, title=current.title, taken=taken)
    return current


def _open_draft(draft: Course, by: User) -> Course:
    refuse_unless_teacher(by)
    Course.objects.select_for_update(no_key=True).filter(pk=draft.pk).first()
    return _fresh_draft(draft)


def _fresh_draft(draft: Course) -> Course:
    found = Course.objects.filter(pk=draft.pk).first()
    if found is None:
        raise WrongStatus(_("This draft was discarded in the meantime. Begin a new one."))
    if found.status != Course.Status.DRAFT:
        raise WrongStatus(_("This version is published and never changes. Begin a new draft."))
    return found


def _lesson_of_draft(lesson: Lesson, by: User) -> Lesson:
    draft = _open_draft(lesson.course, by)
    found = draft.lessons.select_related("video", "captions", "handout").filter(pk=lesson.pk).first()
    if found is None:
        raise WrongStatus(_("This lesson was removed in the meantime."))
    found.course = draft
    return found


def _refuse_old(stamp: str, now: str, draft: Course) -> None:
    if stamp == now:
        return
    event = history(draft).last()
    name = event.actor.name if event and event.actor else _("Somebody else")
    raise WrongStatus(
        _("%(name)s changed this in the meantime. Nothing was overwritten; look at what stands there now.")
        % {"name": name}
    )


def _changed(draft: Course, by: User) -> Course:
    emit("course.changed", draft, by=by, code=draft.code, version=draft.version)
    return draft


def _number(order: list[Lesson]) -> None:
    """Twice, because two lessons never stand at one place, not even for a moment."""
    for shift in (1000, 0):
        for position, lesson in enumerate(order, 1):
            Lesson.objects.filter(pk=lesson.pk).update(position=position + shift)


def _files_of(lessons: Iterable[Lesson]) -> list[Media]:
    return [media for lesson in lessons for name in Media.Kind.values if (media := getattr(lesson, name))]


def _let_go(files: Iterable[Media]) -> None:
    """Where no other lesson shows it, it goes after a day."""
    for media in files:
        when = timezone.now() + timedelta(days=1)
        due.at(when, "training.forget_media", key=f"media:{media.pk}", media=str(media.pk))
