"""An incident comes in: its number, the alert where somebody was hurt, the hour where somebody was hurt badly."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.actions import raise_alert
from core.accidents import Severity, accident_of, standard_on
from core.attachments import PhotosRefused, visible_through
from core.counters import next_number
from core.errors import DomainError, NotAllowed
from core.events import action, emit
from core.handed import Handed
from core.models import Attachment
from core.words import say
from core.zone import zone
from facilities.models import Area, Equipment
from incidents.actions.clock import begin_hour
from incidents.models import Incident, IncidentFile
from people.models import User

# Before it nobody kept such records here.
FIRST_YEAR = 2000


@visible_through
def files_of_incidents(user: User) -> Any:
    return IncidentFile.objects.filter(incident__in=Incident.objects.visible_to(user)).values("attachment_id")


@action
def report_incident(
    *,
    by: User,
    area: Area,
    severity: str,
    title: str,
    happened_at: datetime,
    equipment: Equipment | None = None,
    accident: str = "",
    description: str = "",
    hurt: str = "",
    photos: Iterable[Attachment] = (),
    voice: Attachment | None = None,
    client_id: UUID | None = None,
    handed: Handed | None = None,
) -> Incident:
    """Near miss, first aid or worse. An injury calls the people on duty in the same transaction.

    accident: a class as core.accidents names it, empty: other. hurt: who it was, in the reporter's words. Sent twice
    under the same client_id it is one.
    """
    if not by.can("incidents.report"):
        raise NotAllowed(_("Your role does not report incidents."))
    now = timezone.now()
    refuse_impossible(happened_at, now)
    if not title.strip():
        raise DomainError(_("Say what happened: tap one of the pictures, or write a few words."))
    facts = {
        "number": lambda: _number(now),
        "severity": Severity(severity),
        "title": title.strip()[:120],
        "description": description.strip(),
        "accident": class_on(accident, happened_at),
        "department_id": area.department_id,
        "area": area,
        "equipment": equipment,
        "happened_at": happened_at,
        "reported_at": now,
        "phone_reported_at": handed.submitted_at if handed else None,
        "skew_seconds": handed.skew_seconds(now) if handed else None,
        "hurt": "" if severity == Severity.NEAR_MISS else hurt.strip()[:60],
    }
    incident, is_new = Incident.objects.get_or_create(client_id=client_id or uuid4(), reporter=by, defaults=facts)
    if not is_new:
        return incident
    files = [*photos, *([voice] if voice else [])]
    _keep(incident, files)
    said = {"number": incident.number, "severity": incident.severity, "files": [file.sha256 for file in files]}
    emit("incident.reported", incident, by=by, **said)
    if incident.is_injury:
        place = say(incident.place.name)
        line = f"{Severity(severity).label} · {place} · {incident.title}"
        raise_alert(incident, line, by=by, department_id=incident.department_id)
    if incident.severity in (Severity.SERIOUS, Severity.FATAL):
        begin_hour(incident, by=by, known_at=now)
    return incident


def refuse_impossible(happened_at: datetime, now: datetime) -> None:
    if happened_at.year < FIRST_YEAR:
        raise DomainError(_("There is no such day. Say when it happened."))
    if happened_at > now:
        raise DomainError(_("That is still to come. Say when it happened."))


def class_on(accident: str, happened_at: datetime) -> str:
    """The class in the list of that day: one of another day's list goes to the one of the same code there, else to other."""
    standard = standard_on(happened_at.astimezone(zone()).date())
    code = accident.rpartition(":")[2]
    if code and accident_of(accident) is None:
        raise DomainError(_("Choose the kind of accident from the list."))
    wanted = f"{standard.code}:{code}"
    return next((each.key for each in standard.classes if each.key == wanted), standard.classes[-1].key)


def _number(now: datetime) -> str:
    month = f"{timezone.localtime(now):%Y%m}"
    return f"SG-{month}-{next_number(f'incident-{month}'):04}"


def _keep(incident: Incident, files: list[Attachment]) -> None:
    try:
        with transaction.atomic():
            IncidentFile.objects.bulk_create(IncidentFile(incident=incident, attachment=file) for file in files)
    except IntegrityError:
        used = IncidentFile.objects.filter(attachment__in=files).values_list("attachment_id", flat=True)
        refusal = _("One of these photos belongs to another record already. Take a new one.")
        raise PhotosRefused(refusal, used) from None
