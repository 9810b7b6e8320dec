"""A run from its beginning to its sealed record, or to being missed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import PhotosRefused, visible_through
from core.errors import NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from core.words import say
from facilities.models import Area, Equipment
from hazards.actions import report_hazard
from hazards.models import Evidence, Hazard, Level
from inspections.models import Answer, Checklist, Item, Run
from inspections.zone import zone
from people.models import User
from tenants import due

# A check that missed its window may still be handed in, marked as late, until the next one is due.
LATE_UNTIL = timedelta(hours=24)


@dataclass(frozen=True)
class Given:
    """One answer as it came from the phone."""

    item: Item
    value: str = ""
    number: Decimal | None = None
    text: str = ""
    photos: tuple[Attachment, ...] = ()
    level: str = ""
    is_machine_stopped: bool | None = None
    answered_at: datetime | None = None


class AnswersRefused(PhotosRefused):
    """errors: a sentence per item id; the answers themselves are fine to be sent again."""

    def __init__(self, errors: dict[int, str], photos: Iterable[Any] = ()) -> None:
        super().__init__(_("Some answers are not complete yet. Look at the marked ones; nothing is lost."), photos)
        self.errors = errors


@visible_through
def photos_of_runs(user: User) -> Any:
    return Answer.photos.through.objects.filter(answer__run__in=Run.objects.visible_to(user)).values("attachment_id")


@action
def miss_run(run: Run) -> Run:
    """漏检: its window is over and nobody handed it in."""
    unfinished = Run.objects.filter(pk=run.pk, status__in=(Run.Status.DUE, Run.Status.DOING))
    if unfinished.update(status=Run.Status.MISSED):
        run.status = Run.Status.MISSED
        emit("run.missed", run, by=None)
    return run


@action
def open_run(checklist: Checklist, place: Equipment | Area, *, by: User) -> Run:
    """A check that nobody planned: whoever scans the machine may do it; one that they have begun goes on."""
    if not by.can("inspections.run", place):
        raise NotAllowed(_("Your role does not do inspections."))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    machine, area = (place, place.area) if isinstance(place, Equipment) else (None, place)
    begun = Run.objects.filter(plan=None, checklist=checklist, assignee=by, equipment=machine, status=Run.Status.DOING)
    if standing := begun.filter(area=area).first():
        return standing
    run = Run.objects.create(
        checklist=checklist,
        equipment=machine,
        area=area,
        department_id=place.department_id,
        assignee=by,
        opens_at=timezone.now(),
    )
    return start_run(run, by=by)


@action
def start_run(run: Run, *, by: User) -> Run:
    """Notes who began and when; beginning again changes nothing."""
    refuse_others(run, by)
    _refuse_early(run)
    if Run.objects.filter(pk=run.pk, status=Run.Status.DUE).update(
        status=Run.Status.DOING, inspector=by, started_at=timezone.now()
    ):
        run.refresh_from_db()
        emit("run.started", run, by=by)
    return run


def refuse_others(run: Run, by: User) -> None:
    """Only the one it is assigned to, or somebody of the team, hands in a run."""
    is_assigned = run.assignee_id == by.pk or (run.assignee_id is None and run.team_id and run.team_id == by.team_id)
    if not (is_assigned and by.can("inspections.run", run)):
        raise NotAllowed(_("This check is somebody else's task. Do your own, or ask the team leader to swap."))


def _refuse_early(run: Run) -> None:
    if run.opens_at > timezone.now():
        opens = timezone.localtime(run.opens_at, zone())
        raise WrongStatus(_("This check opens at %(at)s. Come back then.") % {"at": f"{opens:%m-%d %H:%M}"})


@action
def submit_run(run: Run, given: Iterable[Given], *, by: User) -> Run:
    """Seals the answers and makes a hazard of each problem. Handing in the same run again shows what was handed in."""
    run = Run.objects.select_for_update(of=("self",)).select_related("checklist", "equipment", "area").get(pk=run.pk)
    refuse_others(run, by)
    if run.status == Run.Status.DONE:
        return _same_again(run, by)
    _refuse_early(run)
    now = timezone.now()
    if run.closes_at and now > run.closes_at + LATE_UNTIL:
        raise WrongStatus(
            _("This check is from %(day)s and can no longer be handed in. Do today's.")
            % {"day": timezone.localdate(run.opens_at, zone())}
        )
    answers = _checked(run, list(given))
    hazards = [_keep_answer(run, answer, by, now) for answer in answers]
    run.status, run.inspector, run.submitted_at = Run.Status.DONE, by, now
    run.started_at = run.started_at or now
    run.seconds = round((now - run.started_at).total_seconds())
    run.is_late = bool(run.closes_at and now > run.closes_at)
    run.result = Run.Result.FAIL if any(hazards) else Run.Result.PASS
    run.save()
    due.cancel(key=f"run:{run.pk}")
    due.now("inspections.judge_run", run=run.pk)
    emit(
        "run.submitted",
        run,
        by=by,
        result=run.result,
        is_late=run.is_late,
        answers=[{"item": answer.item.position, "value": answer.value, "number": answer.number} for answer in answers],
        photos=[photo.sha256 for answer in answers for photo in answer.photos],
        hazards=[hazard.number for hazard in hazards if hazard],
    )
    return run


def _same_again(run: Run, by: User) -> Run:
    if run.inspector_id != by.pk:
        raise WrongStatus(
            _("%(name)s has already handed in this check.") % {"name": run.inspector.name if run.inspector else ""}
        )
    return run


def _checked(run: Run, given: list[Given]) -> list[Given]:
    by_item = {answer.item.pk: answer for answer in given}
    answers = [_judged(by_item.get(item.pk, Given(item))) for item in run.checklist.items.select_related("category")]
    errors = {answer.item.pk: fault for answer in answers if (fault := _fault(answer))}
    used = _used([photo.pk for answer in answers for photo in answer.photos])
    for answer in answers:
        if any(photo.pk in used for photo in answer.photos):
            errors[answer.item.pk] = _("One of these photos belongs to another record already. Take a new one.")
    if errors:
        raise AnswersRefused(errors, used)
    return answers


def _used(photos: list[Any]) -> set[Any]:
    """Those that prove something else already, or stand at two items."""
    twice = {pk for pk in photos if photos.count(pk) > 1}
    in_answers = Answer.photos.through.objects.filter(attachment__in=photos).values_list("attachment_id", flat=True)
    in_evidence = Evidence.objects.filter(attachment__in=photos).values_list("attachment_id", flat=True)
    return twice.union(in_answers, in_evidence)


def _judged(answer: Given) -> Given:
    """A number outside its limits is a problem, whatever was ticked; what needs no ticking is in order once it is there."""
    item = answer.item
    if answer.value == Answer.Value.NOT_IN_USE:
        return answer
    if item.kind == Item.Kind.NUMBER and answer.number is not None:
        is_low = item.minimum is not None and answer.number < item.minimum
        is_high = item.maximum is not None and answer.number > item.maximum
        if is_low or is_high:
            return replace(answer, value=Answer.Value.FAIL)
    has_content = answer.number is not None or answer.text or answer.photos
    if not answer.value and item.kind != Item.Kind.PASS_FAIL and has_content:
        return replace(answer, value=Answer.Value.PASS)
    return answer


def _fault(answer: Given) -> str:
    item = answer.item
    if answer.value not in Answer.Value.values:
        return _("Choose an answer.")
    if answer.value == Answer.Value.NOT_IN_USE:
        return ""
    if item.kind == Item.Kind.NUMBER and answer.number is None:
        return _("Type the number that the gauge shows.")
    if item.kind in (Item.Kind.TEXT, Item.Kind.CHOICE) and not answer.text:
        return _("Write or choose an answer.")
    wants_photo = item.photo == Item.PhotoRule.ALWAYS or (
        item.photo == Item.PhotoRule.ON_FAIL and answer.value == Answer.Value.FAIL
    )
    if (wants_photo or item.kind == Item.Kind.PHOTO) and not answer.photos:
        return _("Take a photo here.")
    return ""


def _keep_answer(run: Run, given: Given, by: User, now: datetime) -> Hazard | None:
    hazard = _hazard(run, given, by) if given.value == Answer.Value.FAIL else None
    answer = Answer.objects.create(
        run=run,
        item=given.item,
        value=given.value,
        number=given.number,
        text=given.text,
        answered_at=max(run.opens_at, min(given.answered_at or now, now)),
        hazard=hazard,
    )
    answer.photos.set(given.photos)
    return hazard


def _what_is_wrong(given: Given) -> str:
    """The part that was looked at, with the number that was read and the worker's own words where there are some."""
    item = given.item
    part = say(item.shot) or say(item.category.name)
    if given.number is not None:
        part = f"{part} {given.number.normalize():f} {item.unit}".strip()
    if given.text.strip():
        return _("%(part)s, %(words)s") % {"part": part, "words": given.text.strip().splitlines()[0]}
    return _("%(part)s has a problem") % {"part": part} if item.shot and given.number is None else part


def _hazard(run: Run, given: Given, by: User) -> Hazard:
    item, place = given.item, run.equipment or run.area
    return report_hazard(
        by=by,
        title=f"{say(place.name)}：{_what_is_wrong(given)}"[:120],
        description="\n".join(filter(None, (given.text, say(item.text), say(item.accept)))),
        category=item.category,
        area=run.area,
        equipment=run.equipment,
        level=given.level or None,
        is_urgent=item.is_urgent or given.level == Level.MAJOR,
        is_machine_stopped=given.is_machine_stopped,
        photos=given.photos,
        source=Hazard.Source.INSPECTION,
    )
