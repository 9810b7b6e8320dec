"""Everything that people and the clock do with plans and runs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import PhotosRefused, visible_through
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from core.words import say
from facilities.models import Area, Equipment
from hazards.actions import report_hazard
from hazards.models import Evidence, Hazard, Level
from inspections.models import Answer, Checklist, Item, Plan, Run
from people.models import Team, User
from tenants import due
from tenants.current import current_factory

# Runs stand a day ahead, so that a phone can fetch them before it goes where there is no signal.
AHEAD = timedelta(hours=24)
PLAN_AGAIN = timedelta(hours=6)
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
def create_plan(
    checklist: Checklist,
    place: Equipment | Area,
    *,
    by: User | None,
    opens_at: time,
    window_minutes: int,
    rule: str = "FREQ=DAILY",
    starts_on: date | None = None,
    assignee: User | None = None,
    team: Team | None = None,
) -> Plan:
    """A plan for one machine or area; its first runs exist at once. `opens_at` is local time of the factory.

    by=None is the operator or the demo.
    """
    _refuse_unless_planner(by)
    if assignee is None and team is None:
        raise DomainError(_("Say who does the check: a person or a team."))
    _read_rule(rule, datetime.combine(starts_on or timezone.localdate(), opens_at))
    plan = Plan.objects.create(
        checklist=checklist,
        equipment=place if isinstance(place, Equipment) else None,
        area=place if isinstance(place, Area) else None,
        rule=rule,
        starts_on=starts_on or timezone.localdate(timezone=_zone()),
        opens_at=opens_at,
        window_minutes=window_minutes,
        assignee=assignee,
        team=team,
    )
    emit("plan.created", plan, by=by, checklist=checklist.code, place=place.code, rule=rule)
    plan_runs(plan)
    return plan


@action
def stop_plan(plan: Plan, *, by: User) -> Plan:
    """No further runs; those that stand stay as they are."""
    _refuse_unless_planner(by)
    if Plan.objects.filter(pk=plan.pk, is_active=True).update(is_active=False):
        due.cancel(key=f"plan:{plan.pk}")
        emit("plan.stopped", plan, by=by)
    plan.is_active = False
    return plan


def _refuse_unless_planner(by: User | None) -> None:
    if by is not None and not by.can("inspections.plan"):
        raise NotAllowed(_("Your role does not plan inspections. Ask the safety officer."))


@action
def plan_runs(plan: Plan) -> list[Run]:
    """Makes the runs of the coming day and asks to be called again; what stands already stays."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if not plan.is_active:
        return []
    now = timezone.now()
    after = plan.planned_until or now - timedelta(minutes=plan.window_minutes)
    made = [_plan_run(plan, opens_at) for opens_at in occurrences(plan, after, now + AHEAD)]
    plan.planned_until = now + AHEAD
    plan.save()
    due.at(now + PLAN_AGAIN, "inspections.plan_runs", key=f"plan:{plan.pk}", plan=plan.pk)
    return made


def occurrences(plan: Plan, after: datetime, until: datetime) -> list[datetime]:
    """Opening times in (after, until]; the rule counts local days, so that 8 o'clock stays 8 o'clock."""
    zone = _zone()
    rule = _read_rule(plan.rule, datetime.combine(plan.starts_on, plan.opens_at))
    days = rule.between(
        after.astimezone(zone).replace(tzinfo=None), until.astimezone(zone).replace(tzinfo=None), inc=True
    )
    moments = [day.replace(tzinfo=zone) for day in days]
    return [moment for moment in moments if after < moment <= until]


def _zone() -> ZoneInfo:
    return ZoneInfo(current_factory().time_zone)


def _read_rule(rule: str, start: datetime):
    try:
        return rrulestr(rule, dtstart=start)
    except (ValueError, TypeError):
        raise DomainError(_("“%(rule)s” is not a rule that can be read.") % {"rule": rule}) from None


def _plan_run(plan: Plan, opens_at: datetime) -> Run:
    place = plan.place
    closes_at = opens_at + timedelta(minutes=plan.window_minutes)
    run = Run.objects.create(
        plan=plan,
        checklist=plan.checklist,
        equipment=plan.equipment,
        area=place.area if isinstance(place, Equipment) else place,
        department_id=place.department_id,
        assignee=plan.assignee,
        team=plan.team,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    emit("run.planned", run, by=None, place=place.code, opens_at=opens_at, closes_at=closes_at)
    due.at(closes_at, "inspections.miss_run", key=f"run:{run.pk}", run=run.pk)
    return run


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
        opens = timezone.localtime(run.opens_at, _zone())
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
            % {"day": timezone.localdate(run.opens_at, _zone())}
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
