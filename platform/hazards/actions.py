"""Everything that people and the clock do with hazards. Limits, routes and the chain of escalation: domain rules B1."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.actions import raise_alert
from core.attachments import PhotosRefused, visible_through
from core.counters import next_number
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.handed import Handed
from core.models import Attachment
from core.words import say
from facilities.models import Area, Equipment
from hazards.models import WORKFLOW, Category, Evidence, Extension, Hazard, Level, LevelPolicy, Review, Status
from people.models import Team, User
from people.permissions import Role
from tenants import due

REPEATS_WITHIN = timedelta(days=90)
LONGEST_EXTENSION = timedelta(days=90)
# Who hears of it, one level further each time: before the limit, at the limit, then day by day.
CHAIN = (Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD)
STAGES = {
    Status.FIRST_REVIEW: Review.Stage.FIRST,
    Status.SECOND_REVIEW: Review.Stage.SECOND,
    Status.FINAL_REVIEW: Review.Stage.FINAL,
}


@visible_through
def photos_of_hazards(user: User) -> Any:
    return Evidence.objects.filter(hazard__in=Hazard.objects.visible_to(user)).values("attachment_id")


@action
def report_hazard(
    *,
    by: User,
    title: str,
    category: Category,
    area: Area,
    equipment: Equipment | None = None,
    description: str = "",
    level: str | None = None,
    is_urgent: bool = False,
    is_machine_stopped: bool | None = None,
    photos: Iterable[Attachment] = (),
    voice: Attachment | None = None,
    source: str = Hazard.Source.REPORT,
    client_id: UUID | None = None,
    handed: Handed | None = None,
) -> Hazard:
    """A new hazard; urgent and major ones raise an alert in the same transaction.

    A report that comes twice under the same client_id, because a finger or the network was impatient, is one. All
    limits count from its arrival; when a phone without network wrote it down stands beside it.
    """
    if not by.can("hazards.report"):
        raise NotAllowed(_("Your role does not report hazards."))
    now, photos, level = timezone.now(), list(photos), level or category.level
    facts = {
        "number": lambda: _number(now),
        "source": source,
        "title": title.strip(),
        "description": description.strip(),
        "category": category,
        "department_id": area.department_id,
        "area": area,
        "equipment": equipment,
        "level": level,
        "is_urgent": is_urgent or level == Level.MAJOR,
        "is_machine_stopped": is_machine_stopped,
        "reported_at": now,
        "phone_reported_at": handed.submitted_at if handed else None,
        "skew_seconds": handed.skew_seconds(now) if handed else None,
        "repeat_of": _earlier(category, area, equipment, now),
    }
    hazard, is_new = Hazard.objects.get_or_create(client_id=client_id or uuid4(), reporter=by, defaults=facts)
    if not is_new:
        return hazard
    _keep(hazard, [*photos, *([voice] if voice else [])], Evidence.Stage.BEFORE)
    emit(
        "hazard.reported",
        hazard,
        by=by,
        number=hazard.number,
        level=hazard.level,
        photos=[photo.sha256 for photo in photos],
        **({"voice": voice.sha256} if voice else {}),
        **({"phone_at": hazard.phone_reported_at, "skew_seconds": hazard.skew_seconds} if handed else {}),
    )
    if hazard.is_urgent:
        raise_alert(hazard, _alert_line(hazard), by=by, department_id=hazard.department_id)
    due.at(now + _acknowledge(hazard.level), "hazards.remind", key=f"hazard:{hazard.pk}:confirm", hazard=hazard.pk)
    return hazard


def _number(now: datetime) -> str:
    month = f"{timezone.localtime(now):%Y%m}"
    return f"YH-{month}-{next_number(f'hazard-{month}'):04}"


def _earlier(category: Category, area: Area, equipment: Equipment | None, now: datetime) -> Hazard | None:
    """The same thing at the same place within 90 days: a repeat."""
    same = Hazard.objects.filter(
        category=category, area=area, equipment=equipment, reported_at__gt=now - REPEATS_WITHIN
    )
    return same.exclude(status__in=(Status.REJECTED, Status.VOIDED, Status.MERGED)).order_by("-reported_at").first()


def _alert_line(hazard: Hazard) -> str:
    place = say((hazard.equipment or hazard.area).name)
    return hazard.title if place in hazard.title else f"{place} · {hazard.title}"


def _acknowledge(level: str) -> timedelta:
    policy = _policy(level)
    return timedelta(minutes=policy.acknowledge_minutes if policy else 60)


def _policy(level: str) -> LevelPolicy | None:
    return LevelPolicy.objects.filter(level=level).order_by("-version").first()


def _keep(hazard: Hazard, photos: Iterable[Attachment], stage: str) -> None:
    """A photo or voice note proves one thing only: the database refuses it a second time."""
    try:
        with transaction.atomic():
            Evidence.objects.bulk_create(
                Evidence(hazard=hazard, attachment=photo, stage=stage, round=hazard.round) for photo in photos
            )
    except IntegrityError:
        used = Evidence.objects.filter(attachment__in=photos).values_list("attachment_id", flat=True)
        refusal = _("One of these photos belongs to another record already. Take a new one.")
        raise PhotosRefused(refusal, used) from None


@action
def confirm_hazard(hazard: Hazard, *, by: User, level: str, note: str = "") -> Hazard:
    """定级: the limit begins to run, and the category's team is given the work where it has a leader."""
    policy = _policy(level)
    if policy is None:
        raise DomainError(_("There are no time limits for this level yet. Install an industry pack first."))
    now = timezone.now()
    before = hazard.level
    WORKFLOW.take(
        "confirm",
        hazard,
        by=by,
        note=note,
        data={"level": level, "level_before": before, "policy": policy.version},
        level=level,
        policy=policy,
        confirmed_at=now,
        due_at=now + timedelta(hours=policy.rectify_hours),
    )
    due.cancel(key=f"hazard:{hazard.pk}:confirm")
    if level == Level.MAJOR:
        raise_alert(hazard, _alert_line(hazard), by=by, department_id=hazard.department_id)
    _schedule(hazard)
    team = hazard.category.team
    if team and team.leader and team.leader.can("hazards.rectify"):
        _assign(hazard, team, team.leader, by=None)
    return hazard


@action
def route_category(category: Category, *, by: User, team: Team | None) -> Category:
    """Hazards of this category go to the team's leader by themselves; without a team the officer assigns each one."""
    if not by.can("hazards.route"):
        raise NotAllowed(_("Your role does not decide where hazards go. Ask the safety officer."))
    if category.team_id != (team.pk if team else None):
        before, category.team = category.team_id, team
        category.save(update_fields=["team"])
        emit("category.routed", category, by=by, code=category.code, before=before, after=category.team_id)
    return category


@action
def assign_hazard(hazard: Hazard, *, by: User, owner: User, team: Team | None = None, note: str = "") -> Hazard:
    """Names the one who fixes it; naming another one does not move the limit."""
    if not owner.is_active or not owner.can("hazards.rectify"):
        raise DomainError(_("%(name)s cannot be given this: the account does not fix hazards.") % {"name": owner.name})
    return _assign(hazard, team or owner.team, owner, by=by, note=note)


def _assign(hazard: Hazard, team: Team | None, owner: User, *, by: User | None, note: str = "") -> Hazard:
    data = {"owner": owner.pk, "owner_name": owner.name, "due_at": hazard.due_at}
    now = timezone.now()
    WORKFLOW.take("assign", hazard, by=by, note=note, data=data, owner=owner, team=team, assigned_at=now)
    due.at(now + _acknowledge(hazard.level), "hazards.remind", key=f"hazard:{hazard.pk}:start", hazard=hazard.pk)
    return hazard


@action
def start_hazard(hazard: Hazard, *, by: User) -> Hazard:
    WORKFLOW.take("start", hazard, by=by, started_at=timezone.now())
    due.cancel(key=f"hazard:{hazard.pk}:start")
    return hazard


@action
def submit_hazard(
    hazard: Hazard,
    *,
    by: User,
    measure: str,
    tests: list[dict[str, Any]],
    photos: Iterable[Attachment] = (),
    cause: str = "",
) -> Hazard:
    """Hands the fix in for review: no closing without an after photo of its own, a measure and passed tests.

    tests: [{"name", "required", "result", "is_passed"}].
    """
    photos = list(photos)
    if not WORKFLOW.step("submit").is_open_to(by, hazard):
        raise NotAllowed(_("Only the one it is assigned to can hand in the fix."))
    if hazard.status != Status.RECTIFYING:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    _refuse_thin_proof(hazard, photos, measure, tests)
    WORKFLOW.take(
        "submit",
        hazard,
        by=by,
        data={"photos": [photo.sha256 for photo in photos], "tests": tests, "round": hazard.round, "measure": measure},
        measure=measure.strip(),
        cause=cause.strip(),
        tests=tests,
        submitted_at=timezone.now(),
    )
    _keep(hazard, photos, Evidence.Stage.AFTER)
    return hazard


def _refuse_thin_proof(hazard: Hazard, photos: list[Attachment], measure: str, tests: list[dict[str, Any]]) -> None:
    if not photos:
        raise DomainError(_("Take at least one photo of the fixed place. Without it nothing can be closed."))
    earlier = set(hazard.evidence.values_list("attachment__sha256", flat=True))
    same = [photo.pk for photo in photos if photo.sha256 in earlier]
    if same:
        raise PhotosRefused(_("This is the same picture as an earlier one. Take a new photo of the fixed place."), same)
    if not measure.strip():
        raise DomainError(_("Write in a few words what was done."))
    if not tests:
        raise DomainError(_("Test it and note the result."))
    if not all(test["is_passed"] for test in tests):
        raise DomainError(_("A test did not pass. Fix it first, then test again."))


@action
def review_hazard(hazard: Hazard, *, by: User, is_passed: bool, note: str = "") -> Hazard:
    """One of the three decisions 初审, 复核, 终审. Three different people, and never the one who fixed it."""
    stage = STAGES.get(Status(hazard.status))
    if stage is None:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    if by.pk == hazard.owner_id:
        raise NotAllowed(_("You fixed this one yourself. Somebody else must review it."))
    if hazard.reviews.filter(round=hazard.round, reviewer=by).exists():
        raise NotAllowed(_("You have reviewed this fix at an earlier stage. The next stage needs another person."))
    if not is_passed and not note.strip():
        raise DomainError(_("Say what is missing, so that it can be fixed."))
    now = timezone.now()
    changes: dict[str, Any] = {} if is_passed else {"round": hazard.round + 1}
    if is_passed and stage == Review.Stage.FINAL:
        changes["closed_at"] = now
    reviewed = hazard.round
    WORKFLOW.take(
        f"{'pass' if is_passed else 'return'}_{stage}",
        hazard,
        by=by,
        note=note,
        data={"stage": stage, "round": reviewed},
        **changes,
    )
    Review.objects.create(
        hazard=hazard, stage=stage, round=reviewed, reviewer=by, is_passed=is_passed, note=note, at=now
    )
    if hazard.status == Status.CLOSED:
        _forget(hazard)
    return hazard


@action
def merge_hazard(hazard: Hazard, *, by: User, into: Hazard) -> Hazard:
    """A second report of the same thing; its photos stay with it."""
    if into.pk == hazard.pk or not into.is_open:
        raise DomainError(_("Choose another hazard that is still open."))
    WORKFLOW.take("merge", hazard, by=by, note=into.number, merged_into=into)
    return _forget(hazard)


@action
def reject_hazard(hazard: Hazard, *, by: User, note: str) -> Hazard:
    """不属实: looked at, and there is no hazard."""
    _require_reason(note)
    WORKFLOW.take("reject", hazard, by=by, note=note)
    return _forget(hazard)


@action
def void_hazard(hazard: Hazard, *, by: User, note: str) -> Hazard:
    """作废: entered by mistake; the record stays."""
    _require_reason(note)
    WORKFLOW.take("void", hazard, by=by, note=note)
    return _forget(hazard)


def _require_reason(note: str) -> None:
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))


@action
def request_extension(hazard: Hazard, *, by: User, new_due_at: datetime, reason: str) -> Extension:
    """延期申请: the old limit runs on until somebody decides."""
    if by.pk != hazard.owner_id or hazard.due_at is None or hazard.status not in (Status.ASSIGNED, Status.RECTIFYING):
        raise NotAllowed(_("Only the one who is fixing it can ask for more time."))
    _require_reason(reason)
    if new_due_at <= max(hazard.due_at, timezone.now()):
        raise DomainError(_("Choose a time after the present limit."))
    if new_due_at > timezone.now() + LONGEST_EXTENSION:
        raise DomainError(_("Choose a time within %(days)d days.") % {"days": LONGEST_EXTENSION.days})
    Hazard.objects.select_for_update(of=("self",)).get(pk=hazard.pk)
    if hazard.extensions.filter(is_approved=None).exists():
        raise WrongStatus(_("More time was asked for already; it waits for a decision."))
    extension = Extension.objects.create(
        hazard=hazard,
        reason=reason.strip(),
        old_due_at=hazard.due_at,
        new_due_at=new_due_at,
        requested_by=by,
        requested_at=timezone.now(),
    )
    emit("hazard.extension_requested", hazard, by=by, note=reason, old=hazard.due_at, new=new_due_at)
    return extension


@action
def decide_extension(extension: Extension, *, by: User, is_approved: bool) -> Extension:
    hazard = extension.hazard
    if not by.can("hazards.assign", hazard) or by.pk == extension.requested_by_id:
        raise NotAllowed(_("You may not do this here. Ask who it is assigned to, or the safety officer."))
    if not Hazard.objects.select_for_update(of=("self",)).get(pk=hazard.pk).is_open:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    now = timezone.now()
    waiting = Extension.objects.filter(pk=extension.pk, is_approved=None)
    if not waiting.update(is_approved=is_approved, decided_by=by, decided_at=now):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    if is_approved:
        Hazard.objects.filter(pk=hazard.pk).update(due_at=extension.new_due_at)
        hazard.due_at = extension.new_due_at
        _schedule(hazard)
    emit("hazard.extension_decided", hazard, by=by, is_approved=is_approved, new=extension.new_due_at)
    extension.refresh_from_db()
    return extension


def _schedule(hazard: Hazard) -> None:
    due.at(hazard.escalate_at, "hazards.escalate", key=f"hazard:{hazard.pk}:limit", hazard=hazard.pk, step=0)


def _forget(hazard: Hazard) -> Hazard:
    for what in ("confirm", "start", "limit"):
        due.cancel(key=f"hazard:{hazard.pk}:{what}")
    return hazard


@action
def escalate_hazard(hazard: Hazard, *, step: int) -> Hazard:
    """The clock tells the next level of the chain, and asks to be called again while the hazard is open."""
    if not hazard.is_open or hazard.due_at is None:
        return hazard
    _tell(hazard, CHAIN[step], reason="overdue" if hazard.is_overdue else "limit")
    if step + 1 < len(CHAIN):
        when = hazard.due_at + timedelta(days=step)
        due.at(when, "hazards.escalate", key=f"hazard:{hazard.pk}:limit", hazard=hazard.pk, step=step + 1)
    return hazard


@action
def remind_hazard(hazard: Hazard) -> Hazard:
    """Nobody confirmed it, or nobody began, in the time that its level allows."""
    if hazard.status == Status.REPORTED:
        _tell(hazard, Role.LEADER, reason="not_confirmed")
    elif hazard.status == Status.ASSIGNED:
        _tell(hazard, Role.TEAM_LEADER, reason="not_started")
    return hazard


def _tell(hazard: Hazard, role: str, *, reason: str) -> None:
    people = User.objects.holding(role, hazard.department_id)
    emit("hazard.escalated", hazard, by=None, told=[person.pk for person in people], to=role, reason=reason)
