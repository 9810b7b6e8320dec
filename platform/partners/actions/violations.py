"""What is held against a contractor's people: points, the blacklist, and how somebody objects."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import visible_through
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from partners.actions.guards import reason_in
from partners.entry import MOST_POINTS
from partners.models import Ban, CrewMember, Violation
from people.models import User
from tenants import due


@visible_through
def photos_of_violations(user: User) -> Any:
    return Violation.objects.visible_to(user).exclude(photo=None).values("photo_id")


@visible_through
def evidence_of_bans(user: User) -> Any:
    return Ban.objects.visible_to(user).values("evidence_id")


@action
def note_violation(
    member: CrewMember, *, by: User, points: int, what: str, photo: Attachment | None = None
) -> Violation:
    _refuse_unless_officer(by)
    if not 1 <= points <= MOST_POINTS:
        raise DomainError(_("Between 1 and 12 points."))
    if not what.strip():
        raise DomainError(_("Write what happened; it stays on record."))
    row = Violation.objects.create(member=member, by=by, points=points, what=what.strip()[:200], photo=photo)
    emit("violation.noted", row, by=by, name=member.user.name, points=points, note=row.what)
    due.now("partners.interrupt_unfit")
    return row


@action
def withdraw_violation(violation: Violation, *, by: User, note: str) -> Violation:
    _refuse_unless_officer(by)
    note = reason_in(note)
    if not Violation.objects.counted().filter(pk=violation.pk).update(withdrawn_at=timezone.now(), note=note):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    violation.refresh_from_db()
    emit("violation.withdrawn", violation, by=by, name=violation.member.user.name, note=note)
    return violation


@action
def ban(member: CrewMember, *, by: User, reason: str, evidence: Attachment | None) -> Ban:
    """By the ID number, so another phone or company changes nothing; never without evidence."""
    _refuse_unless_officer(by)
    reason = reason_in(reason)
    if evidence is None:
        raise DomainError(_("Add the evidence: a photo or a paper."))
    if not member.id_mark:
        raise DomainError(_("There is no ID number yet. Sign the person off instead."))
    if Ban.objects.in_force().filter(id_mark=member.id_mark).exists():
        raise WrongStatus(_("This person is on the blacklist already."))
    row = Ban.objects.create(member=member, id_mark=member.id_mark, reason=reason, evidence=evidence, by=by)
    emit("ban.set", row, by=by, name=member.user.name, note=reason, evidence=evidence.sha256)
    due.now("partners.interrupt_unfit")
    return row


@action
def appeal(ban: Ban, *, by: User, text: str) -> Ban:
    """By the person, or by who looks after the company's papers; once."""
    is_boss = by.can("partners.papers") and ban.company.members.filter(user=by).exists()
    if not (is_boss or ban.member.user_id == by.pk):
        raise NotAllowed(_("Only the person and the company object to this."))
    if not text.strip():
        raise DomainError(_("Write why it is not so."))
    free = Ban.objects.in_force().filter(pk=ban.pk, appealed_at=None)
    if not free.update(appeal=text.strip()[:500], appealed_at=timezone.now(), appealed_by=by):
        raise WrongStatus(_("An objection is there already."))
    ban.refresh_from_db()
    emit("ban.appealed", ban, by=by, name=ban.member.user.name, note=ban.appeal)
    return ban


@action
def answer_appeal(ban: Ban, *, by: User, is_lifted: bool, note: str) -> Ban:
    """By somebody else than the one who set it."""
    if not by.can("partners.lift_ban"):
        raise NotAllowed(_("Leaders decide about the blacklist."))
    if ban.by_id == by.pk:
        raise NotAllowed(_("Who set it does not decide about it."))
    now, note = timezone.now(), reason_in(note)
    columns = {"answer": note, "answered_at": now, "decided_by": by, "lifted_at": now if is_lifted else None}
    if not Ban.objects.in_force().filter(pk=ban.pk, answered_at=None).update(**columns):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    ban.refresh_from_db()
    emit("ban.lifted" if is_lifted else "ban.upheld", ban, by=by, name=ban.member.user.name, note=note)
    return ban


def _refuse_unless_officer(by: User) -> None:
    if not by.can("partners.approve"):
        raise NotAllowed(_("Only the safety officer notes this."))
