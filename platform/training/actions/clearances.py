"""Putting people on high-risk work, and taking them off."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from facilities.calendar import today
from people.models import User
from training.gate import may_do, what_is_missing
from training.models import Clearance, Work

register(
    {
        "clearance.given": gettext_lazy("Put on high-risk work"),
        "clearance.taken": gettext_lazy("Taken off high-risk work"),
        "clearance.ended": gettext_lazy("Off high-risk work: what it takes is gone"),
    }
)


def hold(person: User) -> User:
    """Whatever changes what somebody may do waits for each other at the person's row."""
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


@action
def clear_for_work(person: User, work: str, *, by: User) -> Clearance:
    """Refuses with what is missing: an expired welder cannot be put on hot work."""
    _refuse_unless_assigns(by, person)
    if person.pk == by.pk:
        raise NotAllowed(_("Nobody puts themselves on high-risk work. Ask another officer."))
    if work not in Work.values:
        raise DomainError(_("There is no such kind of work. Choose one from the list."))
    person = hold(person)
    words = {"name": person.name, "work": Work(work).label}
    if not person.is_active:
        raise DomainError(_("The account of %(name)s is closed.") % words)
    if reasons := may_do(person, work, today()):
        raise DomainError(" ".join([_("%(name)s may not do this yet: %(work)s.") % words, *(r.words for r in reasons)]))
    if Clearance.objects.running().filter(person=person, work=work).exists():
        raise WrongStatus(_("%(name)s is put on it already: %(work)s.") % words)
    clearance = Clearance.objects.create(person=person, work=work, given_by=by)
    emit("clearance.given", clearance, by=by, told=[person.pk], name=person.name, work=work)
    return clearance


@action
def end_clearance(clearance: Clearance, *, by: User, note: str) -> Clearance:
    _refuse_unless_assigns(by, clearance.person)
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    note = note.strip()[:200]
    rows = Clearance.objects.running().filter(pk=clearance.pk)
    if not rows.update(ended_at=timezone.now(), ended_by=by, note=note):
        raise WrongStatus(_("It has ended already."))
    clearance.refresh_from_db()
    name = clearance.person.name
    emit("clearance.taken", clearance, by=by, told=[clearance.person_id], name=name, work=clearance.work, note=note)
    return clearance


@action
def end_unfounded(person: User) -> int:
    """Ends by itself what no licence or course covers any more, and all of somebody who left; returns how many.

    A course that is asked for only now ends nothing: the page shows it.
    """
    running = list(Clearance.objects.running().filter(person=person).select_related("person"))
    missing = what_is_missing([(person, row.work) for row in running], today()) if running else {}
    gone = [
        row
        for row in running
        if not person.is_active or any(reason.ends_work for reason in missing[person.pk, row.work])
    ]
    for row in gone:
        if Clearance.objects.running().filter(pk=row.pk).update(ended_at=timezone.now()):
            emit("clearance.ended", row, by=None, name=person.name, work=row.work)
    return len(gone)


def _refuse_unless_assigns(by: User, person: User) -> None:
    if not by.can("training.assign", person):
        raise NotAllowed(_("Only the training officer or the safety officer decides who does high-risk work."))
