"""An exam is written in a draft; published it is the version that is held, and a paper keeps the one that drew it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, WrongStatus
from core.events import action, emit, history, register
from core.versions import locked_versions
from people.models import User
from training.actions.media import refuse_unless_teacher
from training.blueprints import MOST_QUESTIONS, MOST_THEMES, Blueprint, faults, holdings, stamp_of
from training.models import Enrolment, Exam, Requirement

register(
    {
        "exam.drafted": gettext_lazy("Draft of an exam begun"),
        "exam.changed": gettext_lazy("Draft of an exam changed"),
        "exam.published": gettext_lazy("Version of an exam published"),
        "exam.discarded": gettext_lazy("Draft of an exam discarded"),
        "exam.retired": gettext_lazy("Exam no longer held"),
    }
)
FACTS = (
    "title", "job_role", "is_open", "blueprint", "minutes", "pass_score", "tries_per_day", "gives_certificate",
    "valid_months",
)  # fmt: skip


@action
def create_exam(*, by: User, **facts: Any) -> Exam:
    """The first draft; facts: those of FACTS."""
    refuse_unless_teacher(by)
    known = set(Exam.objects.values_list("code", flat=True))
    code = next(code for n in range(1, len(known) + 2) if (code := f"E{n:02}") not in known)
    draft = Exam.objects.create(code=code, status=Exam.Status.DRAFT, **_checked(facts))
    emit("exam.drafted", draft, by=by, code=code, version=1, title=draft.title)
    return draft


@action
def draft_exam(exam: Exam, *, by: User) -> Exam:
    """The draft that is open already, or a copy of the newest version."""
    refuse_unless_teacher(by)
    versions = locked_versions(Exam, exam.code)
    newest = max(versions, key=lambda each: (each.status == Exam.Status.DRAFT, each.version))
    if newest.status == Exam.Status.DRAFT:
        return newest
    facts = {name: getattr(newest, name) for name in FACTS}
    draft = Exam.objects.create(code=newest.code, version=newest.version + 1, status=Exam.Status.DRAFT, **facts)
    emit("exam.drafted", draft, by=by, code=draft.code, version=draft.version, title=draft.title)
    return draft


@action
def change_exam(draft: Exam, *, by: User, stamp: str, **facts: Any) -> Exam:
    """stamp: of what the page showed, so that nobody writes over somebody else's words unseen."""
    draft = _open_draft(draft, by)
    _refuse_old(stamp, draft)
    for name, value in _checked(facts).items():
        setattr(draft, name, value)
    draft.save()
    emit("exam.changed", draft, by=by, code=draft.code, version=draft.version)
    return draft


@action
def publish_exam(draft: Exam, *, by: User, stamp: str) -> Exam:
    """Papers that are open keep their version; who has yet to take it takes this one."""
    draft = _open_draft(draft, by)
    _refuse_old(stamp, draft)
    if missing := faults(draft, holdings(draft.blueprint)):
        raise DomainError(" ".join(missing[:5]))
    Exam.objects.filter(code=draft.code).current().update(status=Exam.Status.RETIRED)
    draft.status, draft.published_at = Exam.Status.CURRENT, timezone.now()
    draft.save()
    moved = Enrolment.objects.open().filter(course_code=draft.code).update(exam=draft)
    facts = {name: getattr(draft, name) for name in FACTS if name != "job_role"}
    role = draft.job_role and draft.job_role.code
    emit("exam.published", draft, by=by, code=draft.code, version=draft.version, job_role=role, moved=moved, **facts)
    return draft


@action
def discard_exam_draft(draft: Exam, *, by: User) -> None:
    """What was changed is gone; the version in use stays as it is."""
    draft = _open_draft(draft, by)
    emit("exam.discarded", draft, by=by, code=draft.code, version=draft.version, title=draft.title)
    draft.delete()


@action
def retire_exam(exam: Exam, *, by: User) -> Exam:
    """Nobody begins it any more; papers that are open are finished, and whoever had yet to take it need not."""
    refuse_unless_teacher(by)
    versions = locked_versions(Exam, exam.code)
    current = next((each for each in versions if each.status == Exam.Status.CURRENT), None)
    if any(each.status == Exam.Status.DRAFT for each in versions):
        raise WrongStatus(_("A draft of this exam is open. Publish or discard it first."))
    if current is None:
        raise WrongStatus(_("This exam is not held any more."))
    if Requirement.objects.filter(course_code=exam.code).exists():
        raise DomainError(_("Posts still require this exam. Take it out of the requirements first."))
    current.status = Exam.Status.RETIRED
    current.save()
    waiting = Enrolment.objects.open().filter(course_code=exam.code)
    taken = waiting.update(status=Enrolment.Status.WITHDRAWN, ended_at=timezone.now())
    emit("exam.retired", current, by=by, code=exam.code, version=current.version, title=current.title, taken=taken)
    return current


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    blueprint: Blueprint = facts["blueprint"]
    keys = [(row["course"], row["lesson"]) for row in blueprint]
    if len(set(keys)) < len(keys):
        raise DomainError(_("A theme stands there twice. Put its questions into one row."))
    if len(blueprint) > MOST_THEMES or sum(row["count"] for row in blueprint) > MOST_QUESTIONS:
        raise DomainError(
            _("At most %(themes)d themes and %(questions)d questions.")
            % {"themes": MOST_THEMES, "questions": MOST_QUESTIONS}
        )
    if facts["valid_months"] and not facts["gives_certificate"]:
        raise DomainError(_("Only a certificate runs out. Let the exam give one, or leave the months empty."))
    return facts


def _open_draft(draft: Exam, by: User) -> Exam:
    refuse_unless_teacher(by)
    found = next((each for each in locked_versions(Exam, draft.code) if each.pk == draft.pk), None)
    if found is None:
        raise WrongStatus(_("This draft was discarded in the meantime. Begin a new one."))
    if found.status != Exam.Status.DRAFT:
        raise WrongStatus(_("This version is published and never changes. Begin a new draft."))
    return found


def _refuse_old(stamp: str, draft: Exam) -> None:
    if stamp == stamp_of(draft):
        return
    event = history(draft).last()
    name = event.actor.name if event and event.actor else _("Somebody else")
    raise WrongStatus(
        _("%(name)s changed this in the meantime. Nothing was overwritten; look at what stands there now.")
        % {"name": name}
    )
