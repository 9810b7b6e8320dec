"""Licences: written down, filed by their holder, renewed, taken back; and what the clock says before they end."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.attachments import remove, visible_through
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from core.models import Attachment
from core.secrets import seal
from core.zone import zone
from facilities.calendar import today
from people.models import User
from tenants import due
from training.actions.clearances import end_unfounded, hold
from training.library import Written
from training.models import Licence, LicenceKind

register(
    {
        "licence_kind.installed": gettext_lazy("Kind of licence installed"),
        "licence.recorded": gettext_lazy("Licence recorded"),
        "licence.renewed": gettext_lazy("Licence renewed"),
        "licence.filed": gettext_lazy("Licence sent in by its holder"),
        "licence.confirmed": gettext_lazy("Licence confirmed"),
        "licence.declined": gettext_lazy("Licence sent back"),
        "licence.settled": gettext_lazy("Photo of a licence settled by what the officer recorded"),
        "licence.withdrawn": gettext_lazy("Licence taken back"),
        "licence.removed": gettext_lazy("Licence removed"),
        "licence.corrected": gettext_lazy("Last day of a licence corrected"),
        "licence.reviewed": gettext_lazy("Review of a licence noted"),
        "licence.expiring": gettext_lazy("Licence ends before long"),
        "licence.ending": gettext_lazy("Licence ends within days"),
        "licence.expired": gettext_lazy("Licence has ended"),
    }
)
# Days before the last day on which somebody is told; after it, at midnight, it counts no more.
STEPS, AFTER = (180, 90, 60, 30, 7, 0), -1
LOUD = 7
LONGEST = relativedelta(years=15)
Status = Licence.Status


@dataclass(frozen=True)
class Card:
    """What is printed on it. expires_on: only where it is not the day that the rule gives, which needs a note."""

    kind: str
    issued_on: date
    number: str = ""
    expires_on: date | None = None
    expiry_note: str = ""
    reviewed_on: date | None = None
    is_fit: bool | None = None
    front: Attachment | None = None
    back: Attachment | None = None


@visible_through
def fronts_of_licences(user: User) -> Any:
    return Licence.objects.visible_to(user).exclude(front=None).values("front_id")


@visible_through
def backs_of_licences(user: User) -> Any:
    return Licence.objects.visible_to(user).exclude(back=None).values("back_id")


@action
def install_licence_kinds(rows: Iterable[Written], *, by: Any) -> int:
    """Adds the versions that are new; licences that are there keep the one that they were issued under."""
    known = set(LicenceKind.objects.values_list("code", "version"))
    fresh = [LicenceKind(**row) for row in rows if (row["code"], row["version"]) not in known]
    for kind in LicenceKind.objects.bulk_create(fresh):
        emit("licence_kind.installed", kind, by=by, code=kind.code, version=kind.version, title=kind.name)
    return len(fresh)


@action
def record_licence(person: User, card: Card, *, by: User | None) -> Licence:
    """The first one of its kind; it counts from now on."""
    _refuse_unless_assigns(by, person)
    person = hold(person)
    if Licence.objects.current().filter(person=person, kind_code=card.kind).exists():
        raise WrongStatus(_("%(name)s has one of this kind on record. Renew that one.") % {"name": person.name})
    licence = _write(person, card, by=by)
    emit("licence.recorded", licence, by=by, **_facts(licence))
    _settle_filed(licence, by=by)
    return _settled(licence)


@action
def renew_licence(old: Licence, card: Card, *, by: User | None) -> Licence:
    """A new row takes over; the old one stays with all that it said."""
    _refuse_unless_assigns(by, old.person)
    person = hold(old.person)
    licence = _write(person, replace(card, kind=old.kind_code), by=by, after=_locked(old, Status.CURRENT))
    emit("licence.renewed", licence, by=by, before=old.pk, **_facts(licence))
    _settle_filed(licence, by=by)
    return _settled(licence)


@action
def file_licence(card: Card, *, by: User) -> Licence:
    """The holder's own photo of a new card; it counts only when an officer has confirmed it."""
    if not by.can("training.prove"):
        raise NotAllowed(_("Your role has no licences here."))
    kind = _kind(card)
    if kind.is_health:
        raise DomainError(_("The officer writes this one down. Do not send medical papers."))
    if card.front is None:
        raise DomainError(_("Take a photo of the front."))
    person = hold(by)
    if Licence.objects.filter(person=person, kind_code=kind.code, status=Status.FILED).exists():
        raise WrongStatus(_("You have sent one in already; it is being checked."))
    licence = _write(person, card, by=by, status=Status.FILED)
    emit("licence.filed", licence, by=by, **_facts(licence))
    return licence


@action
def confirm_licence(filed: Licence, card: Card, *, by: User) -> Licence:
    """From now on it counts, as the officer read it on the photo; an earlier one of the kind is replaced."""
    _refuse_unless_assigns(by, filed.person)
    hold(filed.person)
    filed = _locked(filed, Status.FILED)
    old = Licence.objects.current().filter(person=filed.person_id, kind_code=filed.kind_code).first()
    card = replace(card, kind=filed.kind_code, front=card.front or filed.front, back=card.back or filed.back)
    _refuse_older(card, old)
    if old:
        _end(old, Status.REPLACED, replaced_by=filed)
    _change(filed, status=Status.CURRENT, confirmed_by=by, **_columns(card))
    emit("licence.confirmed", filed, by=by, told=[filed.person_id], **_facts(filed))
    return _settled(filed)


def _settle_filed(licence: Licence, *, by: User | None) -> None:
    """What the holder sent in meanwhile waits no more, unless that card was issued even later."""
    waiting = Licence.objects.filter(person=licence.person, kind_code=licence.kind_code, status=Status.FILED)
    for filed in waiting.filter(issued_on__lte=licence.issued_on):
        _change(filed, status=Status.REPLACED, ended_by=by)
        emit("licence.settled", filed, by=by, told=[filed.person_id], **_facts(licence))


@action
def decline_licence(filed: Licence, *, by: User, note: str) -> Licence:
    _refuse_unless_assigns(by, filed.person)
    note = _reason(note)
    hold(filed.person)
    filed = _locked(filed, Status.FILED)
    _change(filed, status=Status.DECLINED, ended_by=by, note=note)
    emit("licence.declined", filed, by=by, told=[filed.person_id], note=note)
    return filed


@action
def withdraw_licence(licence: Licence, *, by: User, note: str) -> Licence:
    """It counts no more from now on; whoever was put on work because of it is taken off."""
    _refuse_unless_assigns(by, licence.person)
    note = _reason(note)
    person = hold(licence.person)
    licence = _locked(licence, Status.CURRENT)
    _end(licence, Status.WITHDRAWN, ended_by=by, note=note)
    emit("licence.withdrawn", licence, by=by, name=person.name, note=note)
    end_unfounded(person)
    return licence


@action
def correct_expiry(licence: Licence, *, by: User, expires_on: date, note: str) -> Licence:
    """The day on the card rules."""
    _refuse_unless_assigns(by, licence.person)
    hold(licence.person)
    licence = _locked(licence, Status.CURRENT)
    _refuse_span(licence.issued_on, expires_on)
    columns = _until(expires_on, licence.review_due_on, licence.reviewed_on)
    _change(licence, expiry_note=_reason(note), **columns)
    emit("licence.corrected", licence, by=by, expires_on=expires_on, note=note.strip()[:200])
    return _settled(licence)


@action
def note_review(licence: Licence, *, by: User, reviewed_on: date) -> Licence:
    """The review that was asked for in between was done after all."""
    _refuse_unless_assigns(by, licence.person)
    hold(licence.person)
    licence = _locked(licence, Status.CURRENT)
    if not licence.issued_on <= reviewed_on <= today():
        raise DomainError(_("Give the day of the review, which is not before the licence and not to come."))
    _change(licence, **_until(licence.expires_on, licence.review_due_on, reviewed_on))
    emit("licence.reviewed", licence, by=by, reviewed_on=reviewed_on)
    return _settled(licence)


@action
def follow_licence(licence: Licence, step: int) -> None:
    """The clock: tells of a licence that ends, once for each step; a worker that was late tells only of the last one."""
    person = hold(licence.person)
    licence = Licence.objects.select_related("person", "kind").get(pk=licence.pk)
    left = licence.days_left
    if licence.status != Status.CURRENT or left > step:
        return
    if left < 0:
        end_unfounded(person)
    is_passed = any(other < step and left <= other for other in (*STEPS, AFTER))
    if is_passed or not person.is_active:
        return
    name = "licence.expired" if step == AFTER else "licence.ending" if step <= LOUD else "licence.expiring"
    emit(name, licence, by=None, name=person.name, step=step, days=left, day=licence.ends_on)


@action
def remove_licence(licence: Licence) -> None:
    """The clock: its holder took back that it came here. The ledger keeps that there was one, and hashes of its photos."""
    person, photos = hold(licence.person), [photo for photo in (licence.front, licence.back) if photo]
    for step in (*STEPS, AFTER):
        due.cancel(key=_key(licence, step))
    Licence.objects.filter(replaced_by=licence).update(replaced_by=None)
    emit("licence.removed", licence, by=None, kind=licence.kind_code, photos=[photo.sha256 for photo in photos])
    licence.delete()
    for photo in photos:
        remove(photo)
    end_unfounded(person)


def _refuse_unless_assigns(by: User | None, person: User) -> None:
    """by=None is the operator's command line."""
    if by is not None and not by.can("training.assign", person):
        raise NotAllowed(_("Only the training officer or the safety officer looks after licences."))


def _reason(note: str) -> str:
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    return note.strip()[:200]


def _kind(card: Card) -> LicenceKind:
    kind = LicenceKind.objects.of(card.kind, card.issued_on)
    if kind is None:
        raise DomainError(_("There is no such kind of licence. Choose one from the list."))
    return kind


def _write(
    person: User, card: Card, *, by: User | None, status: str = Status.CURRENT, after: Licence | None = None
) -> Licence:
    _refuse_older(card, after)
    licence = Licence(person=person, kind_code=card.kind, status=status, recorded_by=by or person, **_columns(card))
    if after:  # before the new one is there: only one of a kind is current
        _end(after, Status.REPLACED)
    licence.save(force_insert=True)
    if after:
        Licence.objects.filter(pk=after.pk).update(replaced_by=licence)
    return licence


def _columns(card: Card) -> dict[str, Any]:
    kind = _kind(card)
    number = card.number.strip()
    if kind.is_health and card.is_fit is None:
        raise DomainError(_("Say whether the person is fit."))
    if kind.is_health and (card.front or card.back or number):
        raise DomainError(_("Of a health check only the days and “fit” are kept: no number and no photo."))
    if not kind.is_health and not number:
        raise DomainError(_("Type the number on the card."))
    if not today() - LONGEST <= card.issued_on <= today():
        raise DomainError(_("The day of issue is still to come, or over 15 years ago. Look at the card again."))
    by_rule = card.issued_on + relativedelta(months=kind.valid_months, days=-1)
    expires_on = card.expires_on or by_rule
    if expires_on != by_rule and not card.expiry_note.strip():
        raise DomainError(_("By the rule it ends on %(day)s. Write why the card says another day.") % {"day": by_rule})
    _refuse_span(card.issued_on, expires_on)
    return {
        "kind": kind,
        "sealed_number": seal(number),
        "number_end": number[-4:],
        "issued_on": card.issued_on,
        "expiry_note": card.expiry_note.strip()[:200] if expires_on != by_rule else "",
        "is_fit": card.is_fit if kind.is_health else None,
        "front": card.front,
        "back": card.back,
        **_until(expires_on, _review_due_on(kind, card.issued_on), card.reviewed_on),
    }


def _review_due_on(kind: LicenceKind, issued_on: date) -> date | None:
    """The day of the review in between, where it came while reviews were still asked for."""
    if kind.review_months is None:
        return None
    day = issued_on + relativedelta(months=kind.review_months, days=-1)
    return day if kind.reviewed_until is None or day < kind.reviewed_until else None


def _until(expires_on: date, review_due_on: date | None, reviewed_on: date | None) -> dict[str, date | None]:
    is_waiting = review_due_on is not None and reviewed_on is None
    return {
        "expires_on": expires_on,
        "review_due_on": review_due_on,
        "reviewed_on": reviewed_on if review_due_on else None,
        "ends_on": min(expires_on, review_due_on) if is_waiting else expires_on,  # type: ignore[type-var]
    }


def _refuse_span(issued_on: date, expires_on: date) -> None:
    if not issued_on < expires_on <= issued_on + LONGEST:
        raise DomainError(_("The last day has to come after the day of issue, by 15 years at most."))


def _refuse_older(card: Card, old: Licence | None) -> None:
    if old and card.issued_on <= old.issued_on:
        raise DomainError(
            _("The one on record was issued on %(day)s. The new one has to be issued later.") % {"day": old.issued_on}
        )


def _locked(licence: Licence, status: str) -> Licence:
    """As it is now; the row of its person is held already."""
    licence = Licence.objects.select_related("person", "kind").get(pk=licence.pk)
    if licence.status != status:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    return licence


def _change(licence: Licence, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(licence, name, value)
    licence.save(update_fields=list(columns))


def _end(licence: Licence, status: str, **columns: Any) -> None:
    _change(licence, status=status, **columns)
    for step in (*STEPS, AFTER):
        due.cancel(key=_key(licence, step))


def _settled(licence: Licence) -> Licence:
    """What will be told and when; and who is not covered by a licence any more is taken off."""
    for step in (*STEPS, AFTER):
        moment = datetime.combine(licence.ends_on - timedelta(step), time(8) if step != AFTER else time(0), zone())
        if moment > timezone.now():
            due.at(moment, "training.follow_licence", key=_key(licence, step), licence=licence.pk, step=step)
        else:
            due.cancel(key=_key(licence, step))
    end_unfounded(licence.person)
    return licence


def _key(licence: Licence, step: int) -> str:
    return f"licence:{licence.pk}:{step}"


def _facts(licence: Licence) -> dict[str, Any]:
    """For the record; the number is left out, because it often is the identity number. Whether fit is, too."""
    return {
        "name": licence.person.name,
        "kind": licence.kind_code,
        "title": licence.kind.name,
        "ends_on": licence.ends_on,
    }
