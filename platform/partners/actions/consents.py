"""带走、收回: what somebody agrees to carry from here to one other factory, until they take it back.

A factory never reads what belongs to another. It seals a parcel (the room `passports`), and the other one takes it when
the owner asks for it there. What goes back and forth beside that are Due rows with the parcel's number.
"""

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.secrets import seal, unseal
from partners.models import Company, Consent
from partners.passport import COMPANY, DAYS, ID_NUMBER, PERSON, PHONE, offers_of_company, offers_of_person, packed
from passports import actions as parcels
from people.models import User
from tenants import due

DIGITS = 12


@action
def consent_to_carry(owner: User | Company, fields: Collection[str], *, by: User, days: int) -> Consent:
    """For one other factory, once, within the days; a new one takes the place of one that still waits."""
    refuse_stranger(owner, by)
    if days not in DAYS:
        raise DomainError(_("Choose one from the list."))
    offers = offers_of_person(owner) if isinstance(owner, User) else offers_of_company(owner)
    values, files = packed(offers, fields)
    for earlier in Consent.objects.open().filter(**_column(owner)):
        _withdraw(earlier, by)
    code, ends_at = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", timezone.now() + timedelta(days=days)
    content = {"kind": PERSON if isinstance(owner, User) else COMPANY, "fields": values}
    opened_by = {"secret": f"code:{code}"} | (_by_phone(str(by.phone), values) if PHONE in values else {})
    parcel = parcels.send(content, files, ends_at=ends_at, **opened_by)
    facts = {"fields": list(values), "sealed_code": seal(code), "given_by": by, "ends_at": ends_at}
    consent = Consent.objects.create(parcel=parcel, **_column(owner), **facts)
    due.at(ends_at, "partners.end_consent", key=f"consent:{consent.pk}", consent=consent.pk)
    emit("passport.offered", consent, by=by, fields=consent.fields, until=ends_at)
    return consent


def _by_phone(phone: str, values: dict[str, Any]) -> dict[str, str]:
    """Numbers get new owners: who has it is asked, and shows by the ID number, if that was ticked, that it is theirs."""
    end = values.get(ID_NUMBER, "")[-4:]
    return {"hint": hint_of(phone)} | ({"short": secret_of(phone, end)} if end else {})


def hint_of(phone: str) -> str:
    return f"phone:{phone}"


def secret_of(phone: str, id_end: str) -> str:
    return f"phone:{phone}:{id_end}"


def _column(owner: User | Company) -> dict[str, Any]:
    return {"user": owner} if isinstance(owner, User) else {"company": owner}


def refuse_stranger(owner: User | Company, by: User) -> None:
    is_own = by.can("partners.crew") and owner.pk == by.pk
    if isinstance(owner, Company):
        is_own = by.can("partners.papers") and owner.members.filter(user=by).exists()
    if not is_own:
        raise NotAllowed(_("Everybody decides about the own data only."))


def code_of(consent: Consent) -> str:
    """In groups of four, as long as it waits."""
    code = unseal(consent.sealed_code)
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


@action
def withdraw_consent(consent: Consent, *, by: User) -> Consent:
    """At any time: nothing crosses any more, and whoever has taken it removes it."""
    consent = Consent.objects.select_for_update(of=("self",)).select_related("user", "company").get(pk=consent.pk)
    refuse_stranger(consent.user or consent.company, by)  # type: ignore[arg-type]
    if not consent.is_in_force:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    return _withdraw(consent, by)


def _withdraw(consent: Consent, by: User) -> Consent:
    taker = parcels.call_back(consent.parcel)
    if taker:
        due.in_other(taker, "partners.drop_carried", key=f"carried:{consent.parcel}", parcel=str(consent.parcel))
    _settle(consent, Consent.Status.WITHDRAWN)
    emit("passport.withdrawn", consent, by=by, fields=consent.fields, was_taken=taker is not None)
    return consent


def _settle(consent: Consent, status: str) -> None:
    due.cancel(key=f"consent:{consent.pk}")
    consent.status, consent.sealed_code, consent.changed_at = status, "", timezone.now()
    consent.save(update_fields=["status", "sealed_code", "changed_at"])


@action
def note_returned(parcel: UUID) -> None:
    """The other factory says so: its owner took it back there."""
    consent = Consent.objects.select_for_update().filter(parcel=parcel).first()
    if consent and consent.status != Consent.Status.WITHDRAWN:
        _settle(consent, Consent.Status.WITHDRAWN)
        emit("passport.withdrawn", consent, by=None, fields=consent.fields, was_taken=True)


@action
def end_consent(consent: Consent) -> None:
    """The clock: nobody took it in time, so nothing of it stays between the factories."""
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    if consent.status == Consent.Status.OPEN and parcels.expire(consent.parcel):
        _settle(consent, Consent.Status.ENDED)
        emit("passport.ended", consent, by=None, fields=consent.fields)


@action
def note_taken(parcel: UUID) -> None:
    """The other factory says so, without its name: where somebody works is their own business."""
    consent = Consent.objects.select_for_update().filter(parcel=parcel).first()
    if consent and consent.status in (Consent.Status.OPEN, Consent.Status.ENDED):
        _settle(consent, Consent.Status.TAKEN)
        emit("passport.taken", consent, by=None, fields=consent.fields)
