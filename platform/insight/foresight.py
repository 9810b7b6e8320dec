"""本可发现: what was known or missed in the 90 days before an incident, at the same place or of the same kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.accidents import accident_of
from core.words import say
from core.zone import zone
from hazards.models import Hazard, Status
from incidents.models import Incident, Injury
from inspections.models import Run
from people.models import User
from risks.models import Risk
from risks.related import risks_of_incident
from sensors.models import Alarm
from training.models import Enrolment
from training.taught import taught

WITHIN = timedelta(days=90)
MOST = 20


class Kind(TextChoices):
    HAZARD = "hazard", gettext_lazy("Hazard")
    FAILED = "failed", gettext_lazy("Check found problems")
    MISSED = "missed", gettext_lazy("Check was missed")
    ALARM = "alarm", gettext_lazy("Sensor alarm")
    TRAINING = "training", gettext_lazy("Training was missing")


@dataclass(frozen=True)
class Sign:
    """pk: of the hazard or run that it leads to; None where there is no page, or it is not the reader's to see."""

    kind: Kind
    at: datetime
    days_before: int
    words: str
    state: str = ""
    pk: int | None = None


@dataclass(frozen=True)
class Foresight:
    """signs: the last one first; risks: what the register says of the place."""

    signs: list[Sign]
    risks: list[Risk]


def before(incident: Incident, reader: User) -> Foresight:
    """Only what the reader may see; gaps in training are shown to who may see who was hurt."""
    found = [
        *_hazards(incident, reader),
        *_runs(incident, reader),
        *_alarms(incident, reader),
        *_gaps(incident, reader),
    ]
    risks = risks_of_incident(incident).select_related("equipment", "area").worst_first()[:5]
    return Foresight(sorted(found, key=lambda sign: sign.at, reverse=True), list(risks))


def _sign(incident: Incident, kind: Kind, at: datetime, words: str, **more: Any) -> Sign:
    days = (incident.happened_on - at.astimezone(zone()).date()).days
    return Sign(kind, at, max(days, 0), words, **more)


def _within(incident: Incident, field: str) -> dict[str, datetime]:
    return {f"{field}__gte": incident.happened_at - WITHIN, f"{field}__lt": incident.happened_at}


def _here(incident: Incident) -> Q:
    """At the machine; where none is named, in the area."""
    return Q(equipment=incident.equipment_id) if incident.equipment_id else Q(area=incident.area_id)


def _hazards(incident: Incident, reader: User) -> Iterator[Sign]:
    """Those of the machine, and in the area those of a kind that usually leads to this class of accident."""
    accident = accident_of(incident.accident)
    same = Q(area=incident.area_id, category__code__in=accident.hazards if accident else ())
    seen = Hazard.objects.visible_to(reader).filter(_here(incident) | same, **_within(incident, "reported_at"))
    seen = seen.exclude(status__in=(Status.REJECTED, Status.VOIDED)).exclude(remedy__incident=incident)
    for hazard in seen.order_by("-reported_at")[:MOST]:
        was_open = hazard.closed_at is None or hazard.closed_at > incident.happened_at
        state = _("still open that day") if was_open else _("closed by then")
        yield _sign(
            incident, Kind.HAZARD, hazard.reported_at, f"{hazard.number} {hazard.title}", state=state, pk=hazard.pk
        )


def _runs(incident: Incident, reader: User) -> Iterator[Sign]:
    runs = Run.objects.visible_to(reader).filter(_here(incident)).select_related("checklist")
    failed = runs.filter(status=Run.Status.DONE, result=Run.Result.FAIL, **_within(incident, "submitted_at"))
    for run in failed.order_by("-submitted_at")[:MOST]:
        yield _sign(incident, Kind.FAILED, run.submitted_at, say(run.checklist.title), pk=run.pk)
    missed = runs.filter(status=Run.Status.MISSED, **_within(incident, "closes_at"))
    for run in missed.order_by("-closes_at")[:MOST]:
        yield _sign(incident, Kind.MISSED, run.closes_at, say(run.checklist.title), pk=run.pk)


def _alarms(incident: Incident, reader: User) -> Iterator[Sign]:
    """At the machine or in its area, because a sensor of the hall measures for all of it."""
    alarms = Alarm.objects.filter(sensor__area=incident.area_id, **_within(incident, "at"))
    near = Q(sensor__equipment=None) | Q(sensor__equipment=incident.equipment_id)
    alarms = alarms.filter(near, hazard__in=Hazard.objects.visible_to(reader).values("pk"))
    for alarm in alarms.select_related("sensor").order_by("-at")[:MOST]:
        value = "" if alarm.worst is None else f" {alarm.worst:g} {alarm.unit}"
        yield _sign(incident, Kind.ALARM, alarm.at, f"{alarm.sensor.name}{value}", pk=alarm.hazard_id)


def _gaps(incident: Incident, reader: User) -> Iterator[Sign]:
    """What somebody who was hurt had to have learned by that day, and had not."""
    people = Injury.objects.visible_to(reader).filter(incident=incident, person__isnull=False).values("person")
    open_then = Q(ended_at=None) | Q(ended_at__gt=incident.happened_at)
    since = incident.happened_on - WITHIN
    late = Enrolment.objects.filter(open_then, person__in=people, due_on__gte=since, due_on__lt=incident.happened_on)
    titles = taught()
    for row in late.exclude(status=Enrolment.Status.EXEMPT).select_related("person").order_by("-due_on")[:MOST]:
        title = say(titles[row.course_code].title) if row.course_code in titles else row.course_code
        days = (incident.happened_on - row.due_on).days
        at = incident.happened_at - timedelta(days=days)
        yield Sign(Kind.TRAINING, at, days, f"{row.person.name} · {title}")
