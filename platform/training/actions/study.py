"""Learning a lesson. Time counts as the server sees it: beat by beat, in one place at a time, at the usual speed."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action
from facilities.calendar import today
from people.models import User
from training.models import Enrolment, Lesson, PaperItem, Progress, Question, StudyDay
from training.quiz import is_right, own_numbers, shuffled

# The page beats every so often while it is looked at; a longer pause is a page that was away, and counts nothing.
BEAT = 15
LONGEST_PAUSE = 40
# Of the planned minutes, the least that somebody has to stay.
LEAST_SHARE = 0.5
# A video ends a little before or after its stated length.
NEAR_THE_END = 3


@action
def open_lesson(enrolment: Enrolment, lesson: Lesson, *, by: User) -> Progress:
    """Where somebody is in this lesson; lessons are learned in their order."""
    _refuse_stranger(enrolment, by)
    earlier = enrolment.taught.lessons.filter(position__lt=lesson.position)
    passed = enrolment.progress.exclude(passed_at=None).values("lesson")
    if enrolment.status == Enrolment.Status.OPEN and earlier.exclude(pk__in=passed).exists():
        raise WrongStatus(_("First the lesson before this one."))
    row, _is_new = Progress.objects.get_or_create(enrolment=enrolment, lesson=lesson)
    return row


@action
def beat(progress: Progress, *, by: User, position: float = 0) -> Progress:
    """The page is open and looked at; position: where its video is, in seconds.

    Counts the time since the last beat, once however many pages are open, and of the video no more than that time.
    """
    row = _locked(progress, by)
    now = timezone.now()
    others = Progress.objects.filter(enrolment__person=by).exclude(pk=row.pk).exclude(beaten_at=None)
    others.update(beaten_at=None)
    seconds, row.beaten_at = counted(row.beaten_at, now)
    row.seconds += seconds
    row.watched = _watched(row, position, seconds)
    if row.learned_at is None and not left_to_learn(row):
        row.learned_at = now
    row.save(update_fields=["beaten_at", "seconds", "watched", "learned_at"])
    if seconds:
        _note_day(by, seconds)
    return row


def counted(before: datetime | None, now: datetime) -> tuple[int, datetime]:
    """How many seconds count since the beat before, and from when the next ones do."""
    passed = (now - before).total_seconds() if before else 0
    seconds = int(passed) if 0 < passed <= LONGEST_PAUSE else 0
    if before and 0 < passed < 1:
        return 0, before
    # A beat that comes early leaves the rest of the second to the next one.
    return seconds, now - timedelta(seconds=passed - seconds) if seconds else now


def left_to_learn(row: Progress) -> int:
    """Seconds until the quiz opens."""
    video = row.lesson.video
    watched = max(0, (video.seconds or 0) - NEAR_THE_END - row.watched) if video else 0
    # A question near the end is answered too.
    unanswered = 1 if video and next_stop(row) is not None else 0
    return max(0, needed_seconds(row.lesson) - row.seconds, watched, unanswered)


def needed_seconds(lesson: Lesson) -> int:
    return int(lesson.minutes * 60 * LEAST_SHARE)


def next_stop(row: Progress) -> int | None:
    """At which second of the video the next question waits."""
    stops = sorted(row.lesson.stops)
    return stops[row.stops_passed] if row.stops_passed < len(stops) else None


def stop_question(row: Progress) -> Question | None:
    """The same one until it is answered rightly, another one in the next round."""
    bank = list(Question.objects.asked().filter(course_code=row.enrolment.course_code, lesson_key=row.lesson.key))
    bank = [question for question in bank if question.kind != Question.Kind.HOT_SPOT]
    if not bank:
        return None
    return bank[(row.pk * 7 + row.stops_passed * 3 + row.round) % len(bank)]


def stop_item(row: Progress) -> PaperItem | None:
    """The question as it is shown: its options in an order that stays until it is answered. It is on no paper."""
    question = stop_question(row)
    if question is None:
        return None
    seed = f"{row.pk}:{row.round}:{row.stops_passed}:{question.pk}"
    return PaperItem(question=question, order=shuffled(question, salted_hmac("stop", seed).hexdigest()))


@action
def answer_stop(progress: Progress, given: Any, *, by: User) -> bool:
    """Whether it was right; only then the video goes on. given: in the order shown."""
    row = _locked(progress, by)
    refuse_unwatched_stop(row)
    item = stop_item(row)
    if item is not None and not is_right(item.question, own_numbers(item, given)):
        return False
    row.stops_passed += 1
    if row.learned_at is None and not left_to_learn(row):
        row.learned_at = timezone.now()
    row.save(update_fields=["stops_passed", "learned_at"])
    return True


def refuse_unwatched_stop(row: Progress) -> None:
    stop = next_stop(row)
    if stop is None or row.watched < stop - 1:
        raise WrongStatus(_("The video has not come to its question yet."))


def _watched(row: Progress, position: float, seconds: int) -> int:
    if row.lesson.video is None:
        return 0
    stop = next_stop(row)
    most = row.watched + seconds if stop is None else min(row.watched + seconds, max(stop, row.watched))
    return max(row.watched, min(int(position), most, row.lesson.video.seconds or 0))


def _locked(progress: Progress, by: User) -> Progress:
    row = (
        Progress.objects.select_for_update(of=("self",))
        .select_related("lesson__video", "enrolment", "enrolment__course")
        .get(pk=progress.pk)
    )
    _refuse_stranger(row.enrolment, by)
    if row.enrolment.status != Enrolment.Status.OPEN:
        raise WrongStatus(_("This course is finished. Reading it again does not count."))
    return row


def _refuse_stranger(enrolment: Enrolment, by: User) -> None:
    if enrolment.person_id != by.pk or not by.can("training.learn"):
        raise NotAllowed(_("This is somebody else's course. Everybody learns for themselves."))


def _note_day(person: User, seconds: int) -> None:
    StudyDay.objects.bulk_create([StudyDay(person=person, on=today())], ignore_conflicts=True)
    StudyDay.objects.filter(person=person, on=today()).update(seconds=F("seconds") + seconds)


def refuse_unlearned(progress: Progress) -> None:
    if progress.learned_at is None:
        minutes = -(-left_to_learn(progress) // 60)
        raise DomainError(_("Not yet: another %(minutes)d minutes with this lesson first.") % {"minutes": minutes})
