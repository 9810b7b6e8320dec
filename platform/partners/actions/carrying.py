"""带来: what somebody carried here from another factory goes into its places here, and out again when they withdraw it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import keep_photo, remove
from core.errors import DomainError, Refusal, WrongStatus
from core.events import action, emit
from core.limits import allow
from core.models import Attachment
from core.papers import keep_paper
from core.zone import zone
from partners.actions.consents import hint_of, refuse_stranger, secret_of
from partners.actions.crew import badge_columns, end_permit, identity_columns, own_place
from partners.actions.documents import file_document, remove_document
from partners.actions.guards import refuse_idle
from partners.entry import ENTRY_EXAM
from partners.models import (
    CREW,
    Ban,
    Carried,
    CarriedItem,
    Company,
    CrewMember,
    EntryPermit,
    Trade,
    Violation,
)
from partners.passport import COMPANY, ORIGIN, PERSON, Files, mark_of_value
from passports import actions as parcels
from passports.actions import Found, Waiting
from people.actions import sort_key
from people.models import User
from tenants import due
from training.actions import Card, end_recognition, file_licence, recognise, remove_licence

# Guesses of a code: of one person, and of all in a factory.
PER_PERSON, OF_FACTORY, WITHIN = 10, 300, timedelta(hours=1)
ID_END = 4


def parcel_for(user: User) -> Waiting | None:
    """What waits for the phone that was checked here by a code."""
    return parcels.waiting_for(hint_of(user.phone)) if user.phone_verified and user.phone else None


def parcel_by_code(code: str, *, by: User) -> Found:
    """code: the one from the other factory; or, of what waits for the own phone, the end of the ID number."""
    allow("passport_code", str(by.pk), most=PER_PERSON, within=WITHIN)
    allow("passport_codes", "all", most=OF_FACTORY, within=WITHIN)
    typed = "".join(code.split()).upper()
    found = _by_id_end(typed, by) if len(typed) == ID_END else parcels.find(f"code:{typed}")
    if found is None:
        raise DomainError(_("That is not the code, or its time is over. Look at it once more at the other factory."))
    return found


def _by_id_end(typed: str, by: User) -> Found | None:
    waiting = parcel_for(by)
    found = parcels.find(secret_of(str(by.phone), typed)) if waiting and waiting.is_short else None
    if found is None and waiting and waiting.is_short:
        parcels.note_wrong(waiting.parcel)
        raise DomainError(_("That is not the end of the ID number which you gave there. After a few wrong ones only the code opens it."))  # fmt: skip
    return found


@action
def bring_person(member: CrewMember, found: Found, *, by: User) -> Carried:
    """Into what is still empty here; of what was typed here only the name is written over."""
    member = own_place(member, by)
    return _bring(found, PERSON, member, {"user": by}, by)


@action
def bring_company(company: Company, found: Found, *, by: User) -> Carried:
    """Papers arrive as sent in: whoever checks papers here looks at each."""
    refuse_stranger(company, by)
    refuse_idle(company)
    company = Company.objects.select_for_update(of=("self",)).get(pk=company.pk)
    return _bring(found, COMPANY, company, {"company": company}, by)


def _bring(found: Found, kind: str, subject: Any, owner: dict[str, Any], by: User) -> Carried:
    if known := Carried.objects.filter(parcel=found.parcel, **owner).first():
        return known
    _refuse_foreign(parcels.look(found), kind, subject)
    taken = parcels.take(found)
    fields = taken.content["fields"]
    origin = taken.origin.name if ORIGIN in fields else ""
    carried = Carried.objects.create(parcel=taken.parcel, origin=origin, **owner)
    for code, value in fields.items():
        _keep(carried, code.partition(":")[0], subject, value, taken.files, by)
    items = list(carried.items.all())
    told = {"fields": [item.field for item in items], "seals": [item.mark for item in items], "origin": bool(origin)}
    emit("passport.brought", subject, by=by, carried=carried.pk, **told)
    due.in_other(taken.origin, "partners.note_taken", key=f"taken:{taken.parcel}", parcel=str(taken.parcel))
    return carried


def _refuse_foreign(content: dict[str, Any], kind: str, subject: Any) -> None:
    if content["kind"] != kind:
        raise DomainError(_("This code belongs to a company.") if kind == PERSON else _("This code belongs to a person."))  # fmt: skip
    code = content["fields"].get("credit_code")
    if code and subject.credit_code and code != subject.credit_code:
        raise DomainError(_("This code belongs to another company: its credit code is not yours."))


def _keep(carried: Carried, field: str, subject: Any, value: Any, files: Files, by: User) -> None:
    """What has its place here already stays, and then nothing of the parcel does."""
    fill = FIELDS.get(field)
    columns = fill(subject, value, files, by) if fill else None
    if columns is not None:
        CarriedItem.objects.create(carried=carried, field=field, **({"mark": mark_of_value(value)} | columns))


# Each field into its place: what is told of it, or nothing where the place is taken


Columns = dict[str, Any] | None


def _name(member: CrewMember, value: str, files: Files, by: User) -> Columns:
    before = User.objects.get(pk=by.pk).name
    _rename(by, value)
    return {"former": before}


def _rename(user: User, name: str) -> None:
    User.objects.filter(pk=user.pk).update(name=name, sort_key=sort_key(name))


def _id_number(member: CrewMember, value: str, files: Files, by: User) -> Columns:
    if member.sealed_id:
        return None
    columns = identity_columns(member, value)
    _set(member, columns)
    return {"mark": columns["id_mark"]}


def _badge(member: CrewMember, value: int, files: Files, by: User) -> Columns:
    if member.badge_id:
        return None
    photo = keep_photo(_upload(files[value], "badge.jpg"), by=by, stamp=member.project.company.name)
    _set(member, badge_columns(photo))
    return {"mark": photo.sha256}


def _emergency(member: CrewMember, value: list[str], files: Files, by: User) -> Columns:
    if member.emergency_phone or value[1] == by.phone:
        return None
    _set(member, {"emergency_name": value[0], "emergency_phone": value[1]})
    return {}


def _trade(member: CrewMember, value: str, files: Files, by: User) -> Columns:
    if member.trade or value not in Trade.values:
        return None
    _set(member, {"trade": value})
    return {}


def _licence(member: CrewMember, value: dict[str, Any], files: Files, by: User) -> Columns:
    """As if they had sent it in here; one that has ended, too, and it counts as little."""
    if by.licences.filter(kind_code=value["kind"], status__in=("current", "filed")).exists():
        return None
    try:
        with transaction.atomic():
            front, back = (_photo_of(value[side], files, member, by) for side in ("front", "back"))
            card = Card(
                value["kind"], date.fromisoformat(value["issued_on"]), value["number"],
                date.fromisoformat(value["expires_on"]), _("as printed on the card"), _day(value["reviewed_on"]),
                front=front, back=back,
            )  # fmt: skip
            licence = file_licence(card, by=by)
    except Refusal:  # a kind that is not known here
        return None
    return {"licence": licence, "checked_on": _day(value["checked_on"])}


def _photo_of(position: int | None, files: Files, member: CrewMember, by: User) -> Attachment | None:
    return (
        None if position is None else keep_photo(_upload(files[position], "licence.jpg"), by=by, stamp=member.user.name)
    )


def _training(member: CrewMember, value: dict[str, Any], files: Files, by: User) -> Columns:
    return {"training": value, "checked_on": _day(value["passed_on"])}


def _credit_code(company: Company, value: str, files: Files, by: User) -> Columns:
    if company.credit_code or Company.objects.filter(credit_code=value).exists():
        return None
    _set(company, {"credit_code": value})
    return {}


def _contact(company: Company, value: list[str], files: Files, by: User) -> Columns:
    if company.contact or company.phone:
        return None
    _set(company, {"contact": value[0], "phone": value[1]})
    return {}


def _document(company: Company, value: dict[str, Any], files: Files, by: User) -> Columns:
    content, until = files[value["file"]], date.fromisoformat(value["valid_until"])
    try:
        with transaction.atomic():
            file, _pages = keep_paper(_upload(content, "paper"), by=by, stamp=company.name)
            said = {"kind": value["kind"], "number": value["number"], "valid_until": until, "file": file}
            document = file_document(company, by=by, **said)
    except Refusal:  # it ended on its way
        return None
    return {"document": document, "checked_on": _day(value["checked_on"])}


FIELDS: dict[str, Callable[[Any, Any, Files, User], Columns]] = {
    "name": _name,
    "id_number": _id_number,
    "badge": _badge,
    "emergency": _emergency,
    "trade": _trade,
    "licence": _licence,
    "training": _training,
    "credit_code": _credit_code,
    "contact": _contact,
    "document": _document,
}


def _set(obj: Any, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(obj, name, value)
    obj.save(update_fields=list(columns))


def _upload(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg" if content.startswith(b"\xff\xd8") else "")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# What was learned elsewhere


@action
def recognise_training(item: CarriedItem, *, by: User) -> CarriedItem:
    """It counts here as long as it counts there; never the entry exam, which is about this site."""
    item = CarriedItem.objects.select_for_update(of=("self",)).select_related("carried__user").get(pk=item.pk)
    if item.training is None or item.enrolment_id or item.carried.withdrawn_at:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    if item.training["code"] == ENTRY_EXAM:
        raise DomainError(_("The entry exam is about this site. Everybody takes it here."))
    ends_on = _day(item.training["ends_on"])
    note = _("Passed at another factory on %(day)s") % {"day": item.training["passed_on"]}
    item.enrolment = recognise(item.carried.user, item.training["code"], by=by, note=note)  # type: ignore[arg-type]
    item.save(update_fields=["enrolment"])
    if ends_on:
        when = datetime.combine(ends_on + timedelta(days=1), time(0), zone())
        due.at(when, "partners.end_recognised", key=f"recognised:{item.pk}", item=item.pk)
    return item


@action
def end_recognised(item: CarriedItem) -> None:
    """The clock: there it counts no more either."""
    due.cancel(key=f"recognised:{item.pk}")
    if item.enrolment:
        end_recognition(item.enrolment)


# Withdrawn at the other factory, or here


@action
def take_back_carried(carried: Carried, *, by: User) -> None:
    """Here as well as there: at any time, and where it comes from is told."""
    refuse_stranger(carried.user or carried.company, by)  # type: ignore[arg-type]
    origin = parcels.send_back(carried.parcel)
    if origin:
        due.in_other(origin, "partners.note_returned", key=f"returned:{carried.parcel}", parcel=str(carried.parcel))
    drop_carried(carried, by=by)


@action
def drop_carried(carried: Carried, *, by: User | None) -> None:
    """What came by it is gone, and whatever rests on it is judged again; of what was used the ledger keeps hashes."""
    carried = Carried.objects.select_for_update(of=("self",)).select_related("user", "company").get(pk=carried.pk)
    if carried.withdrawn_at:
        return
    items = list(carried.items.select_related("licence__person", "document__company", "document__file", "enrolment"))
    for item in items:
        DROPS[item.field](carried, item)
    carried.items.update(training=None, checked_on=None, former="")
    carried.origin, carried.withdrawn_at = "", timezone.now()
    carried.save(update_fields=["origin", "withdrawn_at"])
    for member in CrewMember.objects.near().filter(user=carried.user) if carried.user else ():
        _judge_again(member)
    owner: Any = carried.user or carried.company
    emit("passport.dropped", carried, by=by, name=owner.name, fields=[item.field for item in items])


def _judge_again(member: CrewMember) -> None:
    """Red at the gate at once, which interrupts what they do right now, and they register anew."""
    note = _("What was carried here was withdrawn")
    for permit in EntryPermit.objects.in_force().filter(member=member):
        end_permit(permit, None, note)
    if CREW.step("reopen").fits(member):
        CREW.take("reopen", member, by=None, note=note)
    due.now("partners.interrupt_unfit")


def _drop_name(carried: Carried, item: CarriedItem) -> None:
    user = carried.user
    if user and mark_of_value(user.name) == item.mark:
        _rename(user, item.former)


def _drop_id_number(carried: Carried, item: CarriedItem) -> None:
    """The hash stays only where points or the blacklist hang on it: those are the factory's own."""
    is_needed = Violation.objects.filter(member__id_mark=item.mark).exists() or Ban.objects.filter(id_mark=item.mark).exists()  # fmt: skip
    places = CrewMember.objects.filter(user=carried.user, id_mark=item.mark)
    places.update(sealed_id="", id_end="", id_mark=item.mark if is_needed else "")


def _drop_badge(carried: Carried, item: CarriedItem) -> None:
    places = CrewMember.objects.filter(user=carried.user, badge__sha256=item.mark)
    photos = list(Attachment.objects.filter(pk__in=places.values("badge")))
    places.update(badge=None, face="")
    for photo in photos:
        remove(photo)


def _drop_columns(*names: str) -> Callable[[Carried, CarriedItem], None]:
    def drop(carried: Carried, item: CarriedItem) -> None:
        places = [carried.company] if carried.company else list(CrewMember.objects.filter(user=carried.user))
        for place in places:
            values = [getattr(place, name) for name in names]
            if mark_of_value(values if len(names) > 1 else values[0]) == item.mark:
                _set(place, dict.fromkeys(names, None if names == ("credit_code",) else ""))

    return drop


def _drop_licence(carried: Carried, item: CarriedItem) -> None:
    if item.licence:
        remove_licence(item.licence)


def _drop_document(carried: Carried, item: CarriedItem) -> None:
    if item.document:
        remove_document(item.document)


DROPS: dict[str, Callable[[Carried, CarriedItem], None]] = {
    "name": _drop_name,
    "id_number": _drop_id_number,
    "badge": _drop_badge,
    "emergency": _drop_columns("emergency_name", "emergency_phone"),
    "trade": _drop_columns("trade"),
    "licence": _drop_licence,
    "training": lambda carried, item: end_recognised(item),
    "credit_code": _drop_columns("credit_code"),
    "contact": _drop_columns("contact", "phone"),
    "document": _drop_document,
}
