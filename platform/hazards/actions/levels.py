"""The level of a hazard: confirmed by the safety officer, raised or lowered later, each time with the limits of its policy."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from hazards.actions.clock import forget_confirmation, limit_from, policy_of, require_reason, schedule
from hazards.actions.controls import wait_for_control
from hazards.actions.locks import lock_equipment
from hazards.actions.plans import lacks_plan
from hazards.actions.reporting import ring
from hazards.actions.routing import give_again, give_to_route
from hazards.clauses import Clause, clause_of
from hazards.models import WORKFLOW, Category, Hazard, Level, LevelChange, LevelPolicy, Status
from people.models import User
from tenants import due

SIGNS = ("must_stop", "needs_outsider", "may_maim")
CHANGEABLE = (Status.CONFIRMED, Status.ASSIGNED, Status.RECTIFYING)
SHORTEST = timedelta(hours=1)
# Columns that a change of level rests on.
_SEEN = (
    "status", "level", "policy_id", "due_at", "confirmed_at", "controlled_at", "clause", "owner_id", "team_id",
)  # fmt: skip


@action
def confirm_hazard(
    hazard: Hazard,
    *,
    by: User,
    level: str,
    note: str = "",
    category: Category | None = None,
    clause: str = "",
    is_urgent: bool | None = None,
    lec: dict[str, Any] | None = None,
    signs: Iterable[str] = (),
) -> Hazard:
    """定级: the limit begins to run, and the category's team is given the work where it has a leader.

    category: another one than was reported; clause: number in the official list; is_urgent: the company's red line,
    None to leave it as reported; lec: as hazards.lec.rate gives it; signs: what else spoke for the level, see SIGNS.
    """
    columns = {
        "level": level,
        "category": category or hazard.category,
        "is_urgent": hazard.is_urgent if is_urgent is None else is_urgent,
        "lec": lec,
        **_legal(_clause(clause, level)),
        **_limits(_policy(level)),
    }
    rings = level == Level.MAJOR or (columns["is_urgent"] and not hazard.is_urgent)
    data = _grounds(hazard, columns) | {"signs": sorted(signs)}
    WORKFLOW.take("confirm", hazard, by=by, note=note, data=data, **columns)
    forget_confirmation(hazard)
    if level == Level.MAJOR:
        lock_equipment(hazard, by=by)
    if rings:
        ring(hazard, by=by)
    schedule(hazard)
    wait_for_control(hazard)
    give_to_route(hazard)
    _call_register(hazard)
    return hazard


def _call_register(hazard: Hazard) -> None:
    """Rooms above look whether a risk of the place is to be rated anew."""
    due.once(timezone.now(), "risks.look_at_hazard", key=f"risks.look:{hazard.pk}", hazard=hazard.pk)


def _limits(policy: LevelPolicy) -> dict[str, Any]:
    now = timezone.now()
    limit = _limit(policy, now)
    return {"policy": policy, "confirmed_at": now, "due_at": limit, "first_due_at": limit}


def _grounds(hazard: Hazard, columns: dict[str, Any]) -> dict[str, Any]:
    """What the record keeps of a confirmation: the level before and after, and what it rests on."""
    data = {name: columns[name] for name in ("level", "is_urgent", "clause", "lec", "due_at")}
    data |= {"level_before": hazard.level, "policy": columns["policy"].version}
    if columns["category"] != hazard.category:
        data |= {"category": columns["category"].code, "category_before": hazard.category.code}
    return data


def _limit(policy: LevelPolicy, since: datetime) -> datetime:
    return limit_from(since, policy.rectify_hours, policy.clock)


def _policy(level: str) -> LevelPolicy:
    policy = policy_of(level)
    if policy is None:
        raise DomainError(_("There are no time limits for this level yet. Install an industry pack first."))
    return policy


def _clause(number: str, level: str) -> Clause | None:
    """The clause that makes it legally major; being severe alone never does."""
    if not number:
        return None
    clause = clause_of(number, timezone.localdate())
    if clause is None:
        raise DomainError(
            _("There is no clause %(number)s in the list in force. Choose one from it.") % {"number": number}
        )
    if level != Level.MAJOR:
        raise DomainError(_("What meets a clause of the official list is major. Choose Major, or no clause."))
    return clause


def _legal(clause: Clause | None) -> dict[str, Any]:
    return {
        "is_legal_major": clause is not None,
        "clause": clause.number if clause else "",
        "clause_text": clause.text["zh"] if clause else "",
    }


@action
def change_level(hazard: Hazard, *, by: User, level: str, reason: str, clause: str = "") -> LevelChange:
    """Raises or lowers it with a reason; lowering from major waits for a second person. Also names or takes away a clause."""
    if not by.can("hazards.change_level", hazard):
        raise NotAllowed(_("The safety officer changes levels."))
    require_reason(reason)
    _policy(level)
    _locked(hazard)
    if level != Level.MAJOR and clause == hazard.clause:
        clause = ""  # the form still held the one that goes with the level
    legal = _clause(clause, level)
    _refuse_change(hazard, level, clause)
    is_lowering = hazard.level == Level.MAJOR != level
    now = timezone.now()
    change = LevelChange.objects.create(
        hazard=hazard,
        from_level=hazard.level,
        to_level=level,
        reason=reason.strip(),
        asked_by=by,
        asked_at=now,
        is_approved=None if is_lowering else True,
        decided_at=None if is_lowering else now,
    )
    if is_lowering:
        emit("hazard.lowering_asked", hazard, by=by, note=change.reason, level=level, level_before=hazard.level)
        return change
    _move(hazard, change, by=by, note=change.reason, legal=legal)
    return change


@action
def decide_lowering(change: LevelChange, *, by: User, is_approved: bool, note: str = "") -> LevelChange:
    """The second person agrees, and the new limits hold; or refuses with a reason, and it stays major."""
    hazard = change.hazard
    if not by.can("hazards.lower_major", hazard):
        raise NotAllowed(_("The leader in charge or the head of the factory decides this."))
    if by.pk == change.asked_by_id:
        raise NotAllowed(_("You asked for it yourself. Somebody else must decide."))
    if not is_approved:
        require_reason(note)
    waiting = LevelChange.objects.filter(pk=change.pk, is_approved=None)
    is_open = _locked(hazard).is_open
    if not is_open or not waiting.update(is_approved=is_approved, decided_by=by, decided_at=timezone.now()):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    change.refresh_from_db()
    if is_approved:
        _move(hazard, change, by=by, note=note or change.reason, legal=None)
    else:
        emit("hazard.lowering_refused", hazard, by=by, note=note, told=[change.asked_by_id], level=change.to_level)
    return change


def _locked(hazard: Hazard) -> Hazard:
    """The row as it stands now, held until the end; the caller's object is brought up to it."""
    row = Hazard.objects.select_for_update(of=("self",)).get(pk=hazard.pk)
    for name in _SEEN:
        setattr(hazard, name, getattr(row, name))
    return row


def _refuse_change(hazard: Hazard, level: str, clause: str) -> None:
    if hazard.status not in CHANGEABLE:
        raise WrongStatus(
            _("The level changes after it was confirmed and before the fix is handed in. Return the fix first.")
        )
    if hazard.level_changes.filter(is_approved=None).exists():
        raise WrongStatus(_("A lower level was asked for already; it waits for a decision."))
    if level == hazard.level and clause == hazard.clause:
        raise DomainError(_("This is its level already. Choose another one."))


def _move(hazard: Hazard, change: LevelChange, *, by: User, note: str, legal: Clause | None) -> None:
    """The newest policy of the new level holds from now on, and everything that waits is set anew."""
    policy, old = hazard.policy, hazard.due_at
    if policy is None or change.to_level != change.from_level:
        policy = _policy(change.to_level)
    due_at = limit_after_change(hazard, change.from_level, policy, timezone.now())
    columns = {"level": change.to_level, "policy": policy, "due_at": due_at, **_legal(legal)}
    Hazard.objects.filter(pk=hazard.pk).update(**columns)
    for name, value in columns.items():
        setattr(hazard, name, value)
    emit(
        "hazard.level_changed",
        hazard,
        by=by,
        note=note,
        level=change.to_level,
        level_before=change.from_level,
        clause=hazard.clause,
        policy=policy.version,
        old=old,
        new=due_at,
        told=[change.asked_by_id],
    )
    schedule(hazard)
    wait_for_control(hazard)
    if change.to_level == Level.MAJOR != change.from_level:
        lock_equipment(hazard, by=by)
        ring(hazard, by=by)
    _call_register(hazard)
    if hazard.status == Status.RECTIFYING and lacks_plan(hazard):
        give_again(hazard, by=by, note=_("Work stops until the plan is approved."))


def limit_after_change(hazard: Hazard, level_before: str, policy: LevelPolicy, now: datetime) -> datetime:
    """Raised: the earlier of the old limit and one that begins now. Lowered: what the level would have had from the
    confirmation on; nobody loses time that was given, and there is at least an hour. Same level: the limit stays."""
    old = hazard.due_at or now
    before, after = Level(level_before).rank, Level(policy.level).rank
    if after < before:
        return min(old, _limit(policy, now))
    if after > before:
        return max(old, _limit(policy, hazard.confirmed_at or now), now + SHORTEST)
    return old


def limit_after_return(hazard: Hazard, now: datetime) -> datetime:
    """A returned fix has at least the hours of its policy from now on."""
    again = limit_from(now, hazard.policy.rework_hours, hazard.policy.clock) if hazard.policy else now
    return max(hazard.due_at or again, again)
