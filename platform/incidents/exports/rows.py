"""One incident as a line of the register; who was hurt stands in it only for who may see that."""

from dataclasses import dataclass

from incidents.models import Incident, Injury
from people.models import User


@dataclass(frozen=True)
class Row:
    incident: Incident
    injuries: list[Injury]

    @property
    def lost_days(self) -> int | None:
        known = [injury.lost_days for injury in self.injuries if injury.lost_days is not None]
        return sum(known) if known else None

    @property
    def who(self) -> str:
        return "、".join(injury.who for injury in self.injuries)

    @property
    def measures(self) -> str:
        return "；".join(remedy.text for remedy in self.incident.remedies.all())


def rows_of(incidents: list[Incident], by: User) -> list[Row]:
    visible = Injury.objects.visible_to(by).filter(incident__in=incidents).select_related("person")
    found: dict[int, list[Injury]] = {}
    for injury in visible:
        found.setdefault(injury.incident_id, []).append(injury)
    return [Row(incident, found.get(incident.pk, [])) for incident in incidents]
