"""作业票: applied for, approved, measured, watched over, handed back; and what ends one by itself."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from core.counters import next_number
from core.errors import DomainError, NotAllowed, Refusal, WrongStatus
from core.events import action, emit
from core.zone import zone
from facilities.calendar import today, workdays
from facilities.models import Area, Equipment
from hazards.actions import refuse_locked
from partners.actions.guards import reason_in, refuse_idle, refuse_unless_manager
from partners.entry import missing
from partners.models import CrewMember, GasReading, Project, WorkPermit
from partners.models.works import (
    BY_DEFAULT,
    EXTENDABLE,
    GAS_FRESH,
    LASTS,
    LICENCE_OF,
    LIVE,
    STRICT_HOT,
    WORKS,
    WorkClass,
    WorkKind,
    WorkRule,
)
from people.models import User
from tenants import due
from training.gate import may_do

Status = WorkPermit.Status
# Hot work at night, or on a day off, is one class stricter (参照 GB 30871).
NIGHT_FROM, NIGHT_TO = time(22), time(6)
STRICTER = {WorkClass.SECOND: WorkClass.FIRST, WorkClass.FIRST: WorkClass.SPECIAL}
AHEAD, A_SHIFT = timedelta(days=7), timedelta(hours=12)


def kinds_on() -> list[WorkKind]:
    """Which kinds need a permit here: six from the beginning, less or more as the factory decides."""
    changed = dict(WorkRule.objects.values_list("kind", "is_on"))
    return [kind for kind in WorkKind if changed.get(kind, kind in BY_DEFAULT)]


@action
def switch_kind(kind: str, *, by: User, is_on: bool) -> WorkRule:
    refuse_unless_manager(by)
    if kind not in WorkKind.values:
        raise DomainError(_("Choose one from the list."))
    rule, _is_new = WorkRule.objects.update_or_create(kind=kind, defaults={"is_on": is_on})
    emit("work_rule.changed", rule, by=by, kind=kind, is_on=is_on)
    return rule


@action
def apply_for_work(
    project: Project,
    *,
    by: User,
    kind: str,
    area: Area,
    what: str,
    measures: str,
    guardian: CrewMember,
    crew: Collection[CrewMember],
    starts_at: datetime,
    ends_at: datetime,
    grade: str = "",
    equipment: Equipment | None = None,
) -> WorkPermit:
    """Refused at once where somebody of it may not come in, has no licence for it, or the machine is locked."""
    _refuse_stranger(project, by)
    refuse_idle(project.company)
    if kind not in kinds_on():
        raise DomainError(_("This kind of work needs no permit here. Ask the safety officer."))
    grade = _class_of(kind, grade, starts_at, ends_at)
    _refuse_times(kind, grade, starts_at, ends_at)
    if equipment and equipment.area_id != area.pk:
        raise DomainError(_("Choose a machine of the same area."))
    if not crew:
        raise DomainError(_("Name who does the work."))
    if guardian.pk in {member.pk for member in crew}:
        raise DomainError(_("The guardian only watches. Name somebody else for the work."))
    if any(member.project_id != project.pk for member in (guardian, *crew)):
        raise DomainError(_("Only people of this project."))
    _refuse_unfit(kind, guardian, crew, equipment)
    year = today().year
    permit = WorkPermit.objects.create(
        number=f"ZY-{year}-{next_number(f'work-permits-{year}'):04}", kind=kind, grade=grade, project=project, area=area,
        equipment=equipment, what=what.strip(), measures=measures.strip(), applicant=by, guardian=guardian,
        starts_at=starts_at, ends_at=ends_at,
    )  # fmt: skip
    permit.crew.set(crew)
    emit("work.applied", permit, by=by, number=permit.number, kind=kind, name=by.name, until=ends_at)
    _wait_for_end(permit)
    return permit


def _refuse_stranger(project: Project, by: User) -> None:
    is_boss = by.can("partners.papers") and project.company.members.filter(user=by).exists()
    is_crew = by.can("partners.work") and project.crew.filter(user=by, status="approved").exists()
    if not (is_boss or is_crew):
        raise NotAllowed(_("Only people of this project."))


def _class_of(kind: str, grade: str, starts_at: datetime, ends_at: datetime) -> str:
    """Of hot work; at night and on days off one class stricter."""
    if kind != WorkKind.HOT:
        return ""
    if grade not in WorkClass.values:
        raise DomainError(_("Say which class of hot work it is."))
    return STRICTER.get(WorkClass(grade), grade) if _is_off_hours(starts_at, ends_at) else grade


def _is_off_hours(starts_at: datetime, ends_at: datetime) -> bool:
    """By its beginning, and of a shift's permit by its end too; one of several days holds for their daytime."""
    works = workdays()
    ends = [ends_at - timedelta(minutes=1)] if ends_at - starts_at <= A_SHIFT else []
    moments = [moment.astimezone(zone()) for moment in (starts_at, *ends)]
    return any(
        moment.time() >= NIGHT_FROM or moment.time() < NIGHT_TO or not works(moment.date()) for moment in moments
    )


def longest(kind: str, grade: str) -> timedelta:
    is_strict = kind == WorkKind.HOT and grade != WorkClass.SECOND
    return STRICT_HOT if is_strict else LASTS[WorkKind(kind)]


def _refuse_times(kind: str, grade: str, starts_at: datetime, ends_at: datetime) -> None:
    now = timezone.now()
    if ends_at <= starts_at or ends_at <= now:
        raise DomainError(_("The end has to come after the beginning, and after now."))
    if starts_at > now + AHEAD:
        raise DomainError(_("Apply within the week before the work."))
    most = longest(kind, grade)
    if ends_at - starts_at > most:
        hours = int(most.total_seconds() // 3600)
        raise DomainError(_("This permit holds for %(n)d hours at most. Hot work at night or on a day off counts one class stricter.") % {"n": hours})  # fmt: skip


def _refuse_unfit(kind: str, guardian: CrewMember, crew: Collection[CrewMember], equipment: Equipment | None) -> None:
    """Entry permit, briefing and licence of everybody, and the machine: at the application, the approval, the beginning."""
    refuse_locked(equipment)
    for member in (guardian, *crew):
        if gaps := missing(member):
            words = {"name": member.user.name, "words": gaps[0].words, "next": gaps[0].next}
            raise DomainError(_("%(name)s: %(words)s. %(next)s") % words)
    work = LICENCE_OF.get(WorkKind(kind))
    for member in crew if work else ():
        reasons = [reason for reason in may_do(member.user, str(work), today()) if reason.is_about_licence]
        if reasons:
            raise DomainError(_("%(name)s: %(words)s") % {"name": member.user.name, "words": reasons[0].words})


def _again(permit: WorkPermit) -> None:
    crew = list(CrewMember.objects.near().filter(works=permit))
    guardian = CrewMember.objects.near().get(pk=permit.guardian_id)
    _refuse_unfit(permit.kind, guardian, crew, permit.equipment)


@action
def approve_work(permit: WorkPermit, *, by: User) -> WorkPermit:
    permit = _locked(permit)
    if by.pk == permit.applicant_id:
        raise NotAllowed(_("Who applied does not approve."))
    if permit.ends_at <= timezone.now():
        raise DomainError(_("Its time is over. Let them apply again."))
    _again(permit)
    WORKS.take("approve", permit, by=by, decided_by=by, data={"name": permit.number})
    return permit


@action
def decline_work(permit: WorkPermit, *, by: User, note: str) -> WorkPermit:
    permit = _locked(permit)
    WORKS.take("decline", permit, by=by, note=reason_in(note), decided_by=by)
    _ended(permit, note)
    return permit


@action
def measure_gas(permit: WorkPermit, values: dict[str, Decimal | None], *, by: User) -> GasReading:
    """By who is on site. Out of its limits, running work is interrupted at once."""
    permit = _locked(permit)
    if not WORKS.step("start").is_open_to(by, permit):
        raise NotAllowed(_("Only who applied and the guardian measure here."))
    if not permit.is_live:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    missing_ones = [name for name in permit.limits if values.get(name) is None]
    if missing_ones or not permit.limits:
        raise DomainError(_("Measure every gas that this work asks for."))
    is_within = all(_is_within(values[name], *limits) for name, limits in permit.limits.items())
    said = {name: values[name] for name in permit.limits}
    reading = GasReading.objects.create(permit=permit, by=by, is_within=is_within, **said)
    emit("work.measured", permit, by=by, is_within=is_within, values=said)
    if not is_within and permit.status == Status.RUNNING:
        WORKS.take("pause", permit, by=by, note=_("Gas out of its limits: leave, ventilate, measure again"), paused_at=timezone.now())  # fmt: skip
    return reading


def _is_within(value: Decimal | None, least: float | None, most: float | None) -> bool:
    number = float(value or 0)
    return (least is None or number >= least) and (most is None or number <= most)


def _refuse_unmeasured(permit: WorkPermit, since: datetime | None = None) -> None:
    """Ventilated, measured, then begun; after an interruption anew, without any minutes free."""
    if not permit.limits:
        return
    last = permit.readings.first()
    oldest = timezone.now() - GAS_FRESH
    if last is None or last.at < oldest or (since and last.at < since):
        raise DomainError(_("Ventilate, then measure the gas: the reading is not older than 30 minutes."))
    if not last.is_within:
        raise DomainError(_("The gas is out of its limits. Nobody goes in: ventilate and measure again."))


@action
def start_work(permit: WorkPermit, *, by: User) -> WorkPermit:
    permit = _locked(permit)
    _refuse_unmeasured(permit)
    _again(permit)
    if timezone.now() < permit.starts_at:
        raise DomainError(_("Its time has not come yet."))
    WORKS.take("start", permit, by=by, started_at=timezone.now())
    return permit


@action
def pause_work(permit: WorkPermit, *, by: User) -> WorkPermit:
    return WORKS.take("pause", _locked(permit), by=by, paused_at=timezone.now())


@action
def interrupt_unfit() -> None:
    """What runs and could not begin now: its machine is out of service, or somebody in it may no longer be here."""
    for permit in WorkPermit.objects.filter(status=Status.RUNNING):
        try:
            _again(permit)
        except Refusal as reason:
            WORKS.take("pause", _locked(permit), by=None, note=str(reason)[:200], paused_at=timezone.now())


@action
def resume_work(permit: WorkPermit, *, by: User) -> WorkPermit:
    permit = _locked(permit)
    _refuse_unmeasured(permit, permit.paused_at)
    _again(permit)
    return WORKS.take("resume", permit, by=by)


@action
def extend_work(permit: WorkPermit, *, by: User, ends_at: datetime) -> WorkPermit:
    """Once, by as long again at most; hot work and confined space never: there a new permit is applied for."""
    permit = _locked(permit)
    if permit.kind not in EXTENDABLE or permit.is_extended:
        raise DomainError(_("This permit is not extended. Hand it back and apply for a new one."))
    if not permit.ends_at < ends_at <= permit.ends_at + longest(permit.kind, permit.grade):
        raise DomainError(_("Later than now, and by as long again at most."))
    before = permit.ends_at
    WORKS.take("extend", permit, by=by, ends_at=ends_at, is_extended=True, data={"old": before, "new": ends_at})
    _wait_for_end(permit)
    return permit


@action
def hand_back_work(permit: WorkPermit, *, by: User, note: str = "") -> WorkPermit:
    """The place is cleared, and after hot work somebody watched for embers."""
    permit = _locked(permit)
    WORKS.take("hand_back", permit, by=by, note=note.strip()[:200], ended_at=timezone.now())
    _ended(permit, note)
    return permit


@action
def stop_work(permit: WorkPermit, *, by: User, note: str) -> WorkPermit:
    """Whoever looks after safety stops it, at once."""
    permit = _locked(permit)
    WORKS.take("stop", permit, by=by, note=reason_in(note), ended_at=timezone.now())
    _ended(permit, note)
    return permit


@action
def expire_work(permit: WorkPermit) -> WorkPermit:
    """The clock: nobody handed it back in time, or it was never approved."""
    permit = _locked(permit)
    if permit.ends_at > timezone.now():
        _wait_for_end(permit)
        return permit
    if permit.status in (*LIVE, Status.APPLIED):
        WORKS.take("expire", permit, by=None, ended_at=timezone.now(), data={"name": permit.number})
    return permit


def _wait_for_end(permit: WorkPermit) -> None:
    due.at(permit.ends_at, "partners.expire_work", key=f"work:{permit.pk}", permit=permit.pk)


def _ended(permit: WorkPermit, note: str) -> None:
    due.cancel(key=f"work:{permit.pk}")
    WorkPermit.objects.filter(pk=permit.pk).update(note=note.strip()[:200])


def _locked(permit: WorkPermit) -> WorkPermit:
    near = ("project__company", "area", "equipment", "applicant", "guardian__user")
    return WorkPermit.objects.select_for_update(of=("self",)).select_related(*near).get(pk=permit.pk)
