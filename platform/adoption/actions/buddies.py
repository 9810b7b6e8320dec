"""帮扶结对: begun by whoever leads people there, helped at a step of a check, ended by the goal, a reason or a departure."""

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from adoption.floor import is_on_floor
from adoption.models import LEFT, MOVED, HelpCall, Pair
from adoption.unaided import is_reached, monday
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.zone import zone
from facilities.calendar import today
from inspections.actions.runs import refuse_others
from inspections.models import Item, Run
from people.models import User
from tenants import due

LOOKS_AT = time(0, 20)


def _key(pair: Pair) -> str:
    return f"pair:{pair.pk}"


def _look_later(pair: Pair) -> None:
    """When the running week is over."""
    next_monday = monday(today()) + timedelta(days=7)
    due.at(datetime.combine(next_monday, LOOKS_AT, zone()), "adoption.look_at_pair", key=_key(pair), pair=pair.pk)


@action
def begin_pair(mentor: User, mentee: User, *, by: User, percent: int = 90, weeks: int = 2, checks: int = 3) -> Pair:
    """Both are told; nobody is asked, for it is part of the work."""
    for person in (mentor, mentee):
        if not by.can("adoption.pair", person):
            raise NotAllowed(_("You pair people of your own workshop only."))
        if not is_on_floor(person):
            raise DomainError(_("%(name)s does not work on the floor.") % {"name": person.name})
    if mentor.pk == mentee.pk:
        raise DomainError(_("Choose two different people."))
    if mentor.department_id != mentee.department_id:
        raise DomainError(_("Choose two people of one workshop: whoever helps must be near."))
    if not (50 <= percent <= 100 and 1 <= weeks <= 12 and 1 <= checks <= 50):
        raise DomainError(_("Goals: 50 to 100 %, 1 to 12 weeks, 1 to 50 checks a week."))
    User.objects.select_for_update(no_key=True).get(pk=mentee.pk)
    if Pair.objects.running().filter(mentee=mentee).exists():
        raise WrongStatus(_("%(name)s has a buddy already. End that pair first.") % {"name": mentee.name})
    pair = Pair.objects.create(
        mentor=mentor, mentee=mentee, percent=percent, weeks=weeks, checks=checks, begun_by=by, begun_on=today()
    )
    _look_later(pair)
    emit("pair.begun", pair, by=by, told=[mentor.pk, mentee.pk], name=mentee.name, note=mentor.name)
    return pair


@action
def end_pair(pair: Pair, *, by: User, reason: str) -> Pair:
    if not by.can("adoption.pair", pair):
        raise NotAllowed(_("You pair people of your own workshop only."))
    if not reason.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    return _end(pair, by, reason.strip()[:300])


def _end(pair: Pair, by: User | None, reason: str) -> Pair:
    facts = {"status": Pair.Status.ENDED, "ended_at": timezone.now(), "reason": reason}
    if not Pair.objects.running().filter(pk=pair.pk).update(**facts):
        raise WrongStatus(_("This pair has ended already."))
    due.cancel(key=_key(pair))
    told = [pair.mentor_id, pair.mentee_id, pair.begun_by_id]
    emit("pair.ended", pair, by=by, told=told, name=pair.mentee.name, note=pair.mentor.name, reason=reason)
    pair.refresh_from_db()
    return pair


@action
def follow_person(person: User) -> list[Pair]:
    """Called by the clock after an account was closed or changed: who left, or went to another workshop, is no buddy."""
    pairs = list(Pair.objects.running().filter(mentor=person) | Pair.objects.running().filter(mentee=person))
    return [_end(pair, None, cause) for pair in pairs if (cause := _parted(pair))]


def _parted(pair: Pair) -> str:
    if not (is_on_floor(pair.mentor) and is_on_floor(pair.mentee)):
        return LEFT
    return MOVED if pair.mentor.department_id != pair.mentee.department_id else ""


@action
def look_at_pair(pair: Pair) -> Pair:
    """At the end of each week: graduated, parted, or on to the next week."""
    pair = Pair.objects.select_for_update(of=("self",)).select_related("mentor", "mentee").get(pk=pair.pk)
    if pair.status != Pair.Status.RUNNING:
        return pair
    if cause := _parted(pair):
        return _end(pair, None, cause)
    if not is_reached(pair):
        _look_later(pair)
        return pair
    pair.status, pair.ended_at = Pair.Status.GRADUATED, timezone.now()
    pair.save(update_fields=["status", "ended_at"])
    told = [pair.mentor_id, pair.mentee_id, pair.begun_by_id]
    emit("pair.graduated", pair, by=None, told=told, name=pair.mentee.name, note=pair.mentor.name)
    return pair


@action
def ask_help(run: Run, item: Item, *, by: User) -> HelpCall:
    """请帮我: the buddy hears at which machine and step; asked again at the same step, nobody is called twice."""
    refuse_others(run, by)
    if run.status in (Run.Status.DONE, Run.Status.WITHDRAWN):
        raise WrongStatus(_("This check is handed in already."))
    if item.checklist_id != run.checklist_id:
        raise DomainError(_("This step belongs to another check."))
    pair = Pair.objects.running().filter(mentee=by).select_related("mentor").first()
    if pair is None:
        raise DomainError(_("You have no buddy at the moment. Ask your team leader."))
    facts = {"pair": pair, "mentor": pair.mentor, "asked_at": timezone.now()}
    call, is_new = HelpCall.objects.get_or_create(run=run, item=item, person=by, defaults=facts)
    if is_new:
        emit("help.asked", call, by=by, told=[pair.mentor_id], run=run.pk, note=str(item.position))
    return call
