"""What somebody could carry to another factory, field by field, and what each field is when it is carried.

Only the site's own stays: the briefing, the entry exam of the other factory, its safety agreement.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.attachments import without_traces
from core.errors import DomainError
from core.events import history
from core.models import Attachment
from core.secrets import unseal
from core.words import say
from core.zone import zone
from facilities.calendar import today
from partners.entry import ENTRY_EXAM, EXAM_LASTS
from partners.models import Company, CompanyDocument, CrewMember
from people.models import User
from training.models import Attempt, Certificate, Licence, LicenceKind

PERSON, COMPANY = "person", "company"
ORIGIN, PHONE, ID_NUMBER = "origin", "phone", "id_number"
DAYS = (7, 30, 90)
_CHECKED = ("licence.recorded", "licence.renewed", "licence.confirmed")
Files = list[bytes]


@dataclass(frozen=True)
class Offer:
    """code: such as licence:SW-WELD; label, shown: on the owner's page; pack: the value, its files put beside it."""

    code: str
    label: str
    shown: str
    pack: Callable[[Files], Any]


def packed(offers: Collection[Offer], fields: Collection[str]) -> tuple[dict[str, Any], Files]:
    """Exactly the fields that were ticked, and their files."""
    if set(fields) - {offer.code for offer in offers}:
        raise DomainError(_("This was changed in the meantime. Look at the list again."))
    if not set(fields) - {ORIGIN}:
        raise DomainError(_("Nothing is ticked yet. Tick what you want to carry."))
    files: Files = []
    return {offer.code: offer.pack(files) for offer in offers if offer.code in fields}, files


def titles(codes: Collection[str]) -> dict[str, str]:
    """What each field is called, also at the other factory."""
    words = {
        "name": _("Full name"),
        PHONE: _("Phone"),
        ID_NUMBER: _("ID number"),
        "badge": _("Photo of your face"),
        "emergency": _("Whom we call in an emergency"),
        "trade": _("Craft"),
        "licence": _("Licence"),
        "training": _("Training"),
        "credit_code": _("Credit code"),
        "contact": _("Contact and phone"),
        "document": _("Licence or insurance"),
        ORIGIN: _("Which factory it comes from"),
    }
    return {code: str(words.get(code.partition(":")[0], code)) for code in codes}


def contents(fields: dict[str, Any]) -> list[str]:
    """What is in a parcel, in words of this factory."""
    kinds = {kind.code: say(kind.name) for kind in LicenceKind.objects.newest()}
    named = {
        "licence": lambda value: kinds.get(value["kind"], ""),
        "training": lambda value: say(value["title"]),
        "document": lambda value: str(CompanyDocument.Kind(value["kind"]).label),
    }
    names = titles(fields)
    return [
        " · ".join(filter(None, (names[code], named.get(code.partition(":")[0], lambda value: "")(value))))
        for code, value in fields.items()
    ]


# Of a person


def offers_of_person(user: User) -> list[Offer]:
    return _and_where_from([*_of_place(user), *_of_licences(user), *_of_training(user)])


def _and_where_from(offers: list[Offer]) -> list[Offer]:
    """By itself it says nothing."""
    return [*offers, Offer(ORIGIN, titles([ORIGIN])[ORIGIN], "", lambda files: True)] if offers else []


def _of_place(user: User) -> Iterator[Offer]:
    places = CrewMember.objects.filter(user=user).select_related("badge")
    place = places.exclude(sealed_id="").first() or places.first() or CrewMember(user=user)
    values: dict[str, tuple[str, Callable[[Files], Any]]] = {
        "name": (user.name, lambda files: user.name),
        PHONE: (_("%(phone)s, by which they find it there") % {"phone": user.phone}, lambda files: user.phone),
        ID_NUMBER: (place.masked_id if place.sealed_id else "", lambda files: unseal(place.sealed_id)),
        "badge": (_("as on your entry permit") if place.badge else "", lambda files: _photo(place.badge, files)),
        "emergency": (
            f"{place.emergency_name} {place.emergency_phone}".strip() if place.emergency_phone else "",
            lambda files: [place.emergency_name, place.emergency_phone],
        ),
        "trade": (str(place.get_trade_display()) if place.trade else "", lambda files: place.trade),
    }
    names = titles(values)
    for code, (shown, pack) in values.items():
        if shown and (code != PHONE or (user.phone and user.phone_verified)):
            yield Offer(code, names[code], shown, pack)


def _of_licences(user: User) -> Iterator[Offer]:
    """Of each kind the one on record, else the one that waits; also one that has ended, for it is only shown then."""
    rows = Licence.objects.filter(person=user, status__in=("current", "filed"), kind__is_health=False)
    by_kind = {row.kind_code: row for row in rows.exclude(front=None).select_related("kind").order_by("-status")}
    for code, licence in sorted(by_kind.items()):
        is_over = licence.ends_on < today()
        until = _("ended on %(day)s") if is_over else _("valid until %(day)s")
        shown = until % {"day": licence.ends_on} + f" · ···{licence.number_end}"
        yield Offer(f"licence:{code}", say(licence.kind.name), shown, lambda files, it=licence: _licence(it, files))  # type: ignore[misc]


def _licence(licence: Licence, files: Files) -> dict[str, Any]:
    return {
        "kind": licence.kind_code,
        "number": licence.full_number,
        "issued_on": licence.issued_on,
        "expires_on": licence.expires_on,
        "reviewed_on": licence.reviewed_on,
        "front": _photo(licence.front, files),
        "back": _photo(licence.back, files),
        "checked_on": _checked_on(licence),
    }


def _checked_on(licence: Licence) -> date | None:
    """By whom does not cross over."""
    last = history(licence).filter(name__in=_CHECKED).last()
    return timezone.localdate(last.at, zone()) if last and licence.status == Licence.Status.CURRENT else None


def _of_training(user: User) -> Iterator[Offer]:
    for row in _passed(user).values():
        words = {"score": row["score"], "day": row["passed_on"]}
        shown = _("%(score)s points, passed on %(day)s") % words
        yield Offer(f"training:{row['code']}", say(row["title"]), shown, lambda files, it=row: it)  # type: ignore[misc]


def _passed(user: User) -> dict[str, dict[str, Any]]:
    """What counts today, of each the last time: certificates, and the entry exam of the last year."""
    found = {}
    held = Certificate.objects.valid_on(today()).filter(person=user).exclude(course=None, exam=None)
    for row in held.select_related("course", "exam").order_by("issued_on"):
        code = row.subject.code if row.subject else ""
        found[code] = _training(code, row.title, row.score, row.issued_on, row.expires_on)
    since = timezone.now() - timedelta(days=EXAM_LASTS)
    taken = Attempt.objects.filter(person=user, exam__code=ENTRY_EXAM, is_passed=True, ended_at__gte=since)
    last = taken.order_by("ended_at").values_list("exam__title", "score", "ended_at").last()
    if last:
        title, score, ended_at = last
        found[ENTRY_EXAM] = _training(ENTRY_EXAM, title, score, timezone.localdate(ended_at, zone()), None)
    return found


def _training(code: str, title: Any, score: int | None, passed_on: date, ends_on: date | None) -> dict[str, Any]:
    return {"code": code, "title": title, "score": score, "passed_on": passed_on, "ends_on": ends_on}


def _photo(photo: Attachment | None, files: Files) -> int | None:
    """Drawn anew: neither the stamp of this factory nor what the camera wrote into it goes along."""
    if photo is None:
        return None
    with photo.original.open() as file:
        drawn = without_traces(SimpleUploadedFile("photo.jpg", file.read(), "image/jpeg"))
    return _put(drawn.read(), files)


def _put(content: bytes, files: Files) -> int:
    files.append(content)
    return len(files) - 1


# Of a company


def offers_of_company(company: Company) -> list[Offer]:
    names = titles(["credit_code", "contact"])
    contact = f"{company.contact} {company.phone}".strip()
    made = [
        Offer("credit_code", names["credit_code"], company.credit_code or "", lambda files: company.credit_code),
        Offer("contact", names["contact"], contact, lambda files: [company.contact, company.phone]),
    ]
    return _and_where_from([*(offer for offer in made if offer.shown), *_of_papers(company)])


def _of_papers(company: Company) -> Iterator[Offer]:
    """Not the safety agreement: that is with this factory. Not what has ended: the other one would not take it."""
    rows = company.documents.filter(status__in=("current", "filed"), valid_until__gte=today())
    for row in rows.exclude(kind=CompanyDocument.Kind.AGREEMENT).select_related("file").order_by(F("kind"), "pk"):
        shown = " · ".join(filter(None, (row.number, _("valid until %(day)s") % {"day": row.valid_until})))
        yield Offer(f"document:{row.pk}", row.title, shown, lambda files, it=row: _paper(it, files))  # type: ignore[misc]


def _paper(row: CompanyDocument, files: Files) -> dict[str, Any]:
    checked_on = timezone.localdate(row.checked_at, zone()) if row.status == "current" and row.checked_at else None
    return {
        "kind": row.kind,
        "number": row.number,
        "valid_until": row.valid_until,
        "file": _photo(row.file, files) if row.file.shown else _put(row.file.original.open().read(), files),
        "checked_on": checked_on,
    }


def mark_of_value(value: Any) -> str:
    """Tells whether something still stands as it came, without holding it."""
    return salted_hmac("partners.carried", str(value), algorithm="sha256").hexdigest()
