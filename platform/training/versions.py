"""Drafts and versions of a course: has somebody else changed it, what differs from the one in use, what still lacks."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from core.words import say, wordings
from training.models import Course, Lesson, Media, Question
from training.quiz import PER_QUIZ

CONTENT = ("title", "body", "key_points", "minutes", "stops", "video_id", "captions_id", "handout_id")
Row = tuple[str, str, str]


def head_stamp(course: Course) -> str:
    facts = [course.title, course.summary, float(course.hours), course.valid_months, course.pass_score, course.sources]
    return _digest([*facts, course.level])


def lesson_stamp(lesson: Lesson) -> str:
    """Of what the form changes; a file that comes meanwhile changes nothing in it."""
    return _digest([getattr(lesson, name) for name in CONTENT if not name.endswith("_id")])


def draft_stamp(course: Course, lessons: Iterable[Lesson]) -> str:
    """Of everything: what was looked at is what is published."""
    rows = [[lesson.key, *(_plain(getattr(lesson, name)) for name in CONTENT)] for lesson in lessons]
    return _digest([head_stamp(course), rows])


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]


def _plain(value: Any) -> Any:
    return value if isinstance(value, list | dict | int | str | None) else str(value)


def lessons_of_version(course: Course) -> list[Lesson]:
    return list(course.lessons.select_related("video", "captions", "handout"))


@dataclass(frozen=True)
class Change:
    """kind: added, removed, changed or moved; rows: what, before, after."""

    kind: str
    lesson: Lesson
    rows: list[Row] = field(default_factory=list)


def head_changes(former: Course, draft: Course) -> list[Row]:
    rows = [
        (_("Name of the course"), _both(former.title), _both(draft.title)),
        (_("What it is about"), _both(former.summary), _both(draft.summary)),
        (_("Learning hours"), f"{former.hours.normalize():f}", f"{draft.hours.normalize():f}"),
        (_("Three-level education"), former.get_level_display(), draft.get_level_display()),
        (_("Certificate valid for"), _months(former.valid_months), _months(draft.valid_months)),
        (_("Passed with"), str(former.pass_score), str(draft.pass_score)),
        (_("Where this comes from"), _sources(former), _sources(draft)),
    ]
    return [row for row in rows if row[1] != row[2]]


def changes(former: Sequence[Lesson], lessons: Sequence[Lesson]) -> list[Change]:
    """Lesson by lesson, by its key, in the draft's order; what is gone comes last."""
    before = {lesson.key: lesson for lesson in former}
    staying = [lesson.key for lesson in lessons if lesson.key in before]
    order = [lesson.key for lesson in former if lesson.key in set(staying)]
    found = []
    for lesson in lessons:
        if lesson.key not in before:
            found.append(Change("added", lesson))
        elif rows := _rows(before[lesson.key], lesson):
            found.append(Change("changed", lesson, rows))
        elif staying.index(lesson.key) != order.index(lesson.key):
            found.append(Change("moved", lesson))
    keys = {lesson.key for lesson in lessons}
    return found + [Change("removed", lesson) for lesson in former if lesson.key not in keys]


def _rows(before: Lesson, lesson: Lesson) -> list[Row]:
    old, new = _facts(before), _facts(lesson)
    return [(name, old[name], new[name]) for name in new if old[name] != new[name]]


def _facts(lesson: Lesson) -> dict[str, str]:
    english = (lesson.body or {}).get("en", "") if isinstance(lesson.body, dict) else ""
    return {
        _("Name of the lesson"): _both(lesson.title),
        _("Minutes"): str(lesson.minutes),
        _("Text"): lesson.body.get("zh", "") if isinstance(lesson.body, dict) else str(lesson.body),
        _("Text, in English"): english,
        _("Key points"): "\n".join(map(_both, lesson.key_points)),
        _("Video"): _file(lesson.video),
        _("Captions"): _file(lesson.captions),
        _("PDF"): _file(lesson.handout),
        _("Questions in the video"): ", ".join(clock_of(stop) for stop in lesson.stops),
    }


def _file(media: Media | None) -> str:
    return f"{media.name} ({media.sha256[:8] or media.get_status_display()})" if media else ""


def _both(words: dict | str | None) -> str:
    return " / ".join(wordings(words))


def _sources(course: Course) -> str:
    """One a line; of a lesson's own the lesson stands before it."""
    titles = {lesson.key: say(lesson.title) for lesson in course.lessons.all()}
    return "\n".join(
        " ".join(filter(None, (_of(titles.get(one.get("lesson"))), one["name"], one.get("clause"), one.get("version"))))
        for one in course.sources
    )


def _of(title: str | None) -> str:
    return _("%(lesson)s:") % {"lesson": title} if title else ""


def _months(months: int | None) -> str:
    return _("%(n)d months") % {"n": months} if months else _("for good")


def clock_of(seconds: int) -> str:
    """95 → 1:35"""
    return f"{seconds // 60}:{seconds % 60:02}"


def lacking(course: Course, lessons: Sequence[Lesson]) -> list[str]:
    """A sentence for each thing without which nobody could learn it."""
    if not lessons:
        return [_("The course has no lesson yet. Add one.")]
    counts = question_counts(course.code)
    found = [] if wordings(course.title) else [_("Give the course a name.")]
    for lesson in lessons:
        asked, for_stops = counts.get(lesson.key, (0, 0))
        found += [
            _("Lesson %(n)d, %(title)s: %(fault)s") % {"n": lesson.position, "title": say(lesson.title), "fault": fault}
            for fault in _faults(lesson, asked, for_stops)
        ]
    return found


def _faults(lesson: Lesson, asked: int, for_stops: int) -> Iterable[str]:
    if not (wordings(lesson.body) or lesson.video or lesson.handout):
        yield _("it has neither a text nor a file.")
    for name in Media.Kind.values:
        media = getattr(lesson, name)
        if media and media.status == Media.Status.REFUSED:
            yield _("the file %(name)s was refused. Take it out or upload another one.") % {"name": media.name}
        elif media and media.status != Media.Status.READY:
            yield _("the file %(name)s is still being checked. Wait a moment.") % {"name": media.name}
    if lesson.stops and (lesson.video is None or max(lesson.stops) >= (lesson.video.seconds or 0)):
        yield _("a question waits later than the video runs.")
    if lesson.stops and not for_stops:
        yield _("there is no question for the places where the video waits.")
    if asked < PER_QUIZ:
        yield _("it needs %(n)d questions at least and has %(there)d.") % {"n": PER_QUIZ, "there": asked}


def question_counts(course_code: str) -> dict[str, tuple[int, int]]:
    """By lesson: how many can be asked, and how many of them while a video plays."""
    bank = Question.objects.asked().filter(course_code=course_code).order_by().values("lesson_key")
    no_picture = Count("pk", filter=~Q(kind=Question.Kind.HOT_SPOT))
    rows = bank.annotate(all=Count("pk"), plain=no_picture).values_list("lesson_key", "all", "plain")
    return {key: (count, plain) for key, count, plain in rows}
