"""The editor of courses: a draft's head, its lessons with their files, what it changes, and publishing."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal, WrongStatus
from core.words import say
from facilities.calendar import today
from portals.console.forms.courseware import CourseForm, LessonForm, NewLessonForm, PublishForm
from portals.web import page, require
from training import actions, versions
from training.actions import Head
from training.actions.media import PIECE
from training.looking import MOST_BYTES
from training.models import Certificate, Course, Enrolment, Lesson, Media, Question

TEACH = "training.teach"
ACCEPTED = {
    Media.Kind.VIDEO: "video/mp4,video/webm,.mp4,.webm",
    Media.Kind.CAPTIONS: ".vtt,text/vtt",
    Media.Kind.HANDOUT: "application/pdf,.pdf",
}


@login_required
def add(request):
    require(request.user, TEACH)
    form = CourseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        draft = actions.create_course(Head(**form.columns()), by=request.user)
        messages.success(request, _("The draft is there. Now its lessons."))
        return redirect("console:edit_course", draft.code)
    context = {"form": form, "drafts": Course.objects.filter(status=Course.Status.DRAFT)}
    return page(request, "console/courseware/add.html", context, status=422 if form.errors else 200)


def versions_of(code: str) -> list[Course]:
    found = list(Course.objects.filter(code=code).order_by("-version"))
    if not found:
        raise Http404
    return found


def _draft(code: str) -> Course:
    return get_object_or_404(Course, code=code, status=Course.Status.DRAFT)


@login_required
def edit(request, code: str):
    """The draft; without one, the versions there are, and the button that begins one."""
    require(request.user, TEACH)
    there = versions_of(code)
    draft = next((each for each in there if each.status == Course.Status.DRAFT), None)
    if draft is None:
        return page(
            request, "console/courseware/versions.html", {"course": there[0], "versions": there, **_beside(code)}
        )
    if request.method != "POST":
        return _editor(request, draft)
    form = CourseForm(request.POST, lessons=draft.lessons.all())
    if not form.is_valid():
        return _editor(request, draft, form, status=422)
    try:
        actions.change_course(draft, Head(**form.columns()), by=request.user, stamp=request.POST.get("stamp", ""))
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _editor(request, _draft(code), form, status=refusal.status)
    messages.success(request, _("Saved."))
    return redirect("console:edit_course", code)


def _beside(code: str) -> dict:
    return {
        "question_count": Question.objects.asked().filter(course_code=code).count(),
        "learning": Enrolment.objects.open().filter(course_code=code).count(),
        "current": Course.objects.current().filter(code=code).first(),
    }


def _editor(
    request, draft: Course, form: CourseForm | None = None, adding: NewLessonForm | None = None, status: int = 200
):
    lessons = versions.lessons_of_version(draft)
    context = {
        "course": draft,
        "form": form or CourseForm(initial=CourseForm.of(draft), lessons=lessons),
        "stamp": request.POST.get("stamp", "") if form else versions.head_stamp(draft),
        # As with lessons: who has seen what somebody else wrote may still want the own words.
        "overwrite": versions.head_stamp(draft) if status == WrongStatus.status else "",
        "lessons": lessons,
        "counts": {key: asked for key, (asked, _plain) in versions.question_counts(draft.code).items()},
        "adding": adding or NewLessonForm(auto_id="new_%s"),
        "lacking": versions.lacking(draft, lessons),
        **_beside(draft.code),
    }
    return page(request, "console/courseware/edit.html", context, status=status)


@login_required
@require_POST
def draft(request, code: str):
    require(request.user, TEACH)
    actions.draft_course(versions_of(code)[0], by=request.user)
    return redirect("console:edit_course", code)


@login_required
def publish(request, code: str):
    """What the draft changes; from here it is published."""
    require(request.user, TEACH)
    found, form = _draft(code), PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        again = form.cleaned_data["again_days"]
        actions.publish_course(found, by=request.user, stamp=request.POST.get("stamp", ""), again_days=again)
        messages.success(request, _("Published. Who has begun finishes the former version."))
        return redirect("console:edit_course", code)
    lessons = versions.lessons_of_version(found)
    former = Course.objects.filter(code=code, version__lt=found.version).order_by("-version").first()
    context = {
        "course": found,
        "form": form,
        "former": former,
        "head": versions.head_changes(former, found) if former else [],
        "changes": versions.changes(versions.lessons_of_version(former), lessons) if former else [],
        "lacking": versions.lacking(found, lessons),
        "lessons": lessons,
        "begun": Enrolment.objects.open().filter(course_code=code, progress__isnull=False).distinct().count(),
        "stamp": versions.draft_stamp(found, lessons),
    }
    context["holders"] = (
        Certificate.objects.valid_on(today()).filter(course__code=code).values("person").distinct().count()
    )
    return page(request, "console/courseware/publish.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def discard(request, code: str):
    require(request.user, TEACH)
    found = _draft(code)
    actions.discard_course_draft(found, by=request.user)
    messages.success(request, _("The draft is gone; what is taught stays as it is."))
    is_left = Course.objects.filter(code=code).exists()
    return redirect("console:edit_course", code) if is_left else redirect("console:add_course")


@login_required
@require_POST
def retire(request, code: str):
    require(request.user, TEACH)
    actions.retire_course(versions_of(code)[0], by=request.user)
    messages.success(request, _("No longer taught. Who has begun finishes it."))
    return redirect("console:edit_course", code)


@login_required
@require_POST
def add_lesson(request, code: str):
    require(request.user, TEACH)
    found, form = _draft(code), NewLessonForm(request.POST, auto_id="new_%s")
    if not form.is_valid():
        return _editor(request, found, adding=form, status=422)
    lesson = actions.add_lesson(found, by=request.user, title=form.words("title"), minutes=form.cleaned_data["minutes"])
    return redirect("console:edit_lesson", code, lesson.pk)


def _lesson(code: str, pk: int) -> Lesson:
    near = Lesson.objects.select_related("course", "video__poster", "captions", "handout")
    return get_object_or_404(near, pk=pk, course__code=code, course__status=Course.Status.DRAFT)


@login_required
def lesson(request, code: str, pk: int):
    require(request.user, TEACH)
    found = _lesson(code, pk)
    if request.method != "POST":
        return _lesson_page(request, found, LessonForm(initial=LessonForm.of(found)))
    form = LessonForm(request.POST)
    if "look" in request.POST:
        return _preview(request, found, form)
    if not form.is_valid():
        return _lesson_page(request, found, form, status=422)
    try:
        actions.change_lesson(found, by=request.user, stamp=request.POST.get("stamp", ""), **form.columns())
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _lesson_page(request, _lesson(code, pk), form, status=refusal.status)
    messages.success(request, _("Saved."))
    return redirect("console:edit_lesson", code, pk)


def _preview(request, found: Lesson, form: LessonForm):
    """As it will stand on the phone; nothing is kept."""
    form.is_valid()
    texts = [text for name in ("body", "body_en") if (text := form.data.get(name, "")[:40_000].replace("\0", ""))]
    if request.htmx:
        return page(request, "console/courseware/_preview.html", {"texts": texts})
    return _lesson_page(request, found, form, texts=texts)


def _lesson_page(request, found: Lesson, form: LessonForm, *, texts=(), status: int = 200):
    context = {
        "course": found.course,
        "lesson": found,
        "form": form,
        "stamp": request.POST.get("stamp", "") if form.is_bound else versions.lesson_stamp(found),
        # Who has seen what somebody else wrote meanwhile may still want the own words.
        "overwrite": versions.lesson_stamp(found) if status == WrongStatus.status else "",
        "texts": texts,
        "files": [_slot(found, kind) for kind in ACCEPTED],
        "count": Question.objects.asked().filter(course_code=found.course.code, lesson_key=found.key).count(),
        "piece": PIECE,
    }
    return page(request, "console/courseware/lesson.html", context, status=status)


def _slot(found: Lesson, kind: Media.Kind) -> dict:
    most = MOST_BYTES[kind]
    return {
        "kind": kind.value,
        "label": kind.label,
        "media": getattr(found, kind.value),
        "accept": ACCEPTED[kind],
        "most": most,
        "megabytes": most // 2**20,
    }


@login_required
@require_POST
def move(request, code: str, pk: int):
    require(request.user, TEACH)
    place = request.POST.get("place", "")
    if not place.isdecimal() or len(place) > 4:
        raise DomainError(_("Choose a place in the list."))
    actions.move_lesson(_lesson(code, pk), int(place), by=request.user)
    return redirect("console:edit_course", code)


@login_required
@require_POST
def remove(request, code: str, pk: int):
    require(request.user, TEACH)
    found = _lesson(code, pk)
    actions.remove_lesson(found, by=request.user)
    messages.success(request, _("Lesson “%(title)s” removed.") % {"title": say(found.title)})
    return redirect("console:edit_course", code)


@login_required
@require_POST
def attach(request, code: str, pk: int):
    """A file that came by pieces, named by its number; or, without scripts, the file itself."""
    require(request.user, TEACH)
    found, upload = _lesson(code, pk), request.FILES.get("file")
    if upload:
        media = actions.begin_media(request.POST.get("kind", ""), upload.name or "", upload.size or 0, by=request.user)
        for piece in upload.chunks(PIECE):
            media = actions.take_piece(media, media.arrived, piece, by=request.user)
    else:
        media = get_object_or_404(Media, pk=_number(request.POST.get("media", "")), by=request.user)
    if media.status == Media.Status.REFUSED:  # already looked into: what the lesson has stays
        messages.error(request, media.refusal)
        return redirect("console:edit_lesson", code, pk)
    actions.attach_media(found, media, by=request.user)
    messages.success(request, _("The file is here. It is being looked into; that takes a moment."))
    return redirect("console:edit_lesson", code, pk)


def _number(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise DomainError(_("Choose a file first.")) from None


@login_required
@require_POST
def detach(request, code: str, pk: int):
    require(request.user, TEACH)
    actions.detach_media(_lesson(code, pk), request.POST.get("kind", ""), by=request.user)
    return redirect("console:edit_lesson", code, pk)
