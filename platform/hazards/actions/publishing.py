"""通报: a hazard is made known to the people of the factory, on the board or at the workers' congress."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from core.zone import zone
from hazards.archive import ASIDE
from hazards.models import Hazard
from people.models import User

register({"hazard.published": gettext_lazy("Made known")})


@action
def publish_hazards(hazards: Iterable[Hazard], *, by: User, where: str, on: date | None = None) -> list[Hazard]:
    """Once made known they stand on the factory's page of notices; done again, the newer place and day count."""
    rows, where = list(hazards), " ".join(where.split())
    today = timezone.localdate(timezone=zone())
    on = on or today
    if not rows:
        raise DomainError(_("Tick the hazards that were made known."))
    if not where:
        raise DomainError(_("Say where they were made known, such as on the notice board."))
    if on > today:
        raise DomainError(_("Choose a day up to today."))
    for hazard in rows:
        if not by.can("hazards.publish", hazard):
            raise NotAllowed(_("Your role does not make hazards known. Ask the safety officer."))
        if hazard.status in ASIDE:
            raise DomainError(
                _("%(number)s was set aside; there is nothing to make known.") % {"number": hazard.number}
            )
    for hazard in rows:
        hazard.published_on, hazard.published_where = on, where
        Hazard.objects.filter(pk=hazard.pk).update(published_on=on, published_where=where)
        emit("hazard.published", hazard, by=by, note=where, on=on)
    return rows
