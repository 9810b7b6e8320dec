"""What belongs together: the risks of a hazard's place, the hazards of a risk's place, and when these ask for a new rating."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from hazards.archive import VALID
from hazards.models import Hazard, Level
from risks.models import Proposal, Risk

WITHIN = timedelta(days=90)
MANY = 3


def risks_of(hazard: Hazard) -> QuerySet[Risk]:
    """In force at the same place, of a linked kind; one that names no kind goes with all of its place."""
    place = Q(equipment=None) | Q(equipment=hazard.equipment_id) if hazard.equipment_id else Q(equipment=None)
    kinds = Q(categories=hazard.category_id) | Q(categories=None)
    return Risk.objects.in_force().filter(place, kinds, area=hazard.area_id).distinct()


def hazards_of(risk: Risk) -> QuerySet[Hazard]:
    """The other way round: of an area's risk also those at its machines."""
    place = Q(equipment=risk.equipment_id) if risk.equipment_id else Q(area=risk.area_id)
    kinds = list(risk.categories.values_list("pk", flat=True))
    return Hazard.objects.filter(VALID, place, Q(category__in=kinds) if kinds else Q())


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
