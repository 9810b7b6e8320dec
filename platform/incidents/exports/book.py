"""The register of incidents as an Excel book: a cover, a row for each incident, a row for each injured person."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports.book import Column, Sheet, looks_of, open_book, write_cover
from core.exports.cover import Cover
from core.words import say
from core.zone import zone
from incidents.exports.rows import Row
from incidents.models import Injury

INCIDENTS = (
    Column(gettext_lazy("Incident no."), 16),
    Column(gettext_lazy("Happened at"), 19, "time"),
    Column(gettext_lazy("Workshop"), 16),
    Column(gettext_lazy("Area"), 18),
    Column(gettext_lazy("Machine"), 18),
    Column(gettext_lazy("Incident"), 34),
    Column(gettext_lazy("Severity"), 12),
    Column(gettext_lazy("Kind of accident"), 18),
    Column(gettext_lazy("Lost days"), 10, "number"),
    Column(gettext_lazy("Immediate causes"), 34),
    Column(gettext_lazy("Root causes"), 34),
    Column(gettext_lazy("Remedies"), 40),
    Column(gettext_lazy("Reported to the authority"), 22),
    Column(gettext_lazy("Status"), 16),
    Column(gettext_lazy("Case closed at"), 19, "time"),
)
INJURIES = (
    Column(gettext_lazy("Incident no."), 16),
    Column(gettext_lazy("Full name"), 14),
    Column(gettext_lazy("How badly"), 12),
    Column(gettext_lazy("Lost days"), 10, "number"),
    Column(gettext_lazy("Part of the body"), 18),
)


def write_book(path: Path, cover: Cover, chunks: Iterable[list[Row]], heard: Callable[[int], None]) -> int:
    with open_book(path) as book:
        looks = looks_of(book)
        first = book.add_worksheet(_("About"))
        incidents = Sheet(book, looks, _("Incidents"), INCIDENTS)
        injuries = Sheet(book, looks, _("Injured people"), INJURIES)
        for chunk in chunks:
            for row in chunk:
                incidents.write(_incident(row))
                for injury in row.injuries:
                    injuries.write(_injury(row, injury))
            heard(incidents.rows)
        for sheet in (incidents, injuries):
            sheet.close()
        counted = [(_("Incidents"), incidents.rows), (_("Injured people"), injuries.rows)]
        write_cover(first, looks, _("Register of incidents"), cover.lines(counted))
    return incidents.rows


def _incident(row: Row) -> tuple[Any, ...]:
    incident = row.incident
    told = incident.first_report
    return (
        incident.number, incident.happened_at.astimezone(zone()), say(incident.department.name), say(incident.area.name),
        say(incident.equipment.name) if incident.equipment else "", incident.title, incident.get_severity_display(),
        incident.accident_words, row.lost_days, "；".join(incident.immediate_causes), "；".join(incident.root_causes),
        row.measures, f"{told.to} {told.at.astimezone(zone()):%Y-%m-%d %H:%M}" if told else "",
        incident.get_status_display(), incident.closed_at and incident.closed_at.astimezone(zone()),
    )  # fmt: skip


def _injury(row: Row, injury: Injury) -> tuple[Any, ...]:
    return (row.incident.number, injury.who, injury.get_severity_display(), injury.lost_days, injury.body_part)
