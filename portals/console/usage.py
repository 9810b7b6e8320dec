"""How much a factory uses: people by kind, this month's checks and hazards, files, text messages."""

from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from core.models import Attachment
from hazards.models import Hazard
from inspections.models import Run
from notifications.models import Message
from people.models import User
from people.permissions import PARTNER_ROLES, Role

DESK = [Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD, Role.TRAINER, Role.ADMIN, Role.WORKSHOP_HEAD]


def usage() -> dict[str, Any]:
    """Of the current factory; bytes for files. A person with several roles counts where most is possible."""
    since = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    active = User.objects.filter(is_active=True)
    desk = active.filter(grants__role__in=DESK).distinct().count()
    partners = active.filter(grants__role__in=PARTNER_ROLES).exclude(grants__role__in=set(Role) - PARTNER_ROLES)
    outside = partners.distinct().count()
    return {
        "desk": desk,
        "frontline": active.count() - desk - outside,
        "partners": outside,
        "runs": Run.objects.filter(Q(submitted_at__gte=since)).count(),
        "hazards": Hazard.objects.filter(reported_at__gte=since).count(),
        "bytes": Attachment.objects.aggregate(all=Sum("size"))["all"] or 0,
        "texts": Message.objects.filter(channel="sms", sent_at__gte=since).count(),
        "since": since,
    }
