"""What belongs together: the risks of a hazard's place, the hazards of a risk's place, and when these ask for a new rating."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from hazards.archive import VALID
from hazards.models import Hazard, Level
from incidents.models import Incident
from inspections.models import Checklist, Item
from risks.models import Proposal, Risk, RiskQuerySet, Watch

WITHIN = timedelta(days=90)
MANY = 3


def risks_of(hazard: Hazard) -> QuerySet[Risk]:
    """In force at the same place, of a linked kind; one that names no kind goes with all of its place."""
    place = Q(equipment=None) | Q(equipment=hazard.equipment_id) if hazard.equipment_id else Q(equipment=None)
    kinds = Q(categories=hazard.category_id) | Q(categories=None)
    return Risk.objects.in_force().filter(place, kinds, area=hazard.area_id).distinct()


def risks_of_incident(incident: Incident) -> RiskQuerySet:
    """In force at its place and of its class of accident, whichever list that stands in; else all of its place."""
    here = Risk.objects.in_force().at(incident.place)
    same = here.filter(accident__endswith=":" + incident.accident.rpartition(":")[2])
    return same if same.exists() else here


def hazards_of(risk: Risk) -> QuerySet[Hazard]:
    """The other way round: of an area's risk also those at its machines."""
    place = Q(equipment=risk.equipment_id) if risk.equipment_id else Q(area=risk.area_id)
    kinds = list(risk.categories.values_list("pk", flat=True))
    return Hazard.objects.filter(VALID, place, Q(category__in=kinds) if kinds else Q())


def risks_by_item(checklist: Checklist) -> dict[int, list[Risk]]:
    """By item of this version, the risks that it looks after: tied to it, or to what it was in an earlier version."""
    watches = Watch.objects.filter(item__checklist__code=checklist.code, risk__retired_at=None).select_related("risk")
    tied: dict[int, list[Risk]] = {}
    for watch in watches:
        tied.setdefault(watch.item_id, []).append(watch.risk)
    if not tied:
        return {}
    origins = dict(Item.objects.filter(checklist__code=checklist.code).values_list("pk", "origin"))
    found: dict[int, list[Risk]] = {}
    for pk in checklist.items.values_list("pk", flat=True):
        before: int | None = pk
        while before:
            found.setdefault(pk, []).extend(tied.get(before, []))
            before = origins.get(before)
    return found


def reason_to_rate(risk: Risk) -> tuple[str, list[Hazard]]:
    """Why, and by which hazards: only what was found since somebody last looked at the risk."""
    settled = Proposal.objects.filter(risk=risk, decided_at__isnull=False).order_by("-decided_at").first()
    decided_at = settled.decided_at if settled else None
    since = max(risk.rated_at, decided_at) if decided_at else risk.rated_at
    fresh = hazards_of(risk).filter(reported_at__gt=since)
    major = list(fresh.filter(level=Level.MAJOR, confirmed_at__isnull=False)[:MANY])
    if major:
        return Proposal.Why.MAJOR, major
    if not risk.categories.exists():
        return "", []
    found = list(fresh.filter(confirmed_at__isnull=False, reported_at__gt=timezone.now() - WITHIN)[:20])
    return (Proposal.Why.REPEATED, found) if len(found) >= MANY else ("", [])
