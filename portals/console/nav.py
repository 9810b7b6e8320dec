"""The desk's menu: what the reader's role opens, in the order of the day's work."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """beside: further pages that belong to it, wherever their address is."""

    url_name: str
    label: str | Promise
    icon: str
    permission: str
    beside: tuple[str, ...] = ()


ENTRIES = (
    Entry("console:home", _("Overview"), "layout-dashboard", "console.open"),
    Entry("console:board", _("Completion board"), "target-arrow", "inspections.view"),
    Entry("console:hazards", _("Hazards"), "alert-triangle", "hazards.view"),
    Entry("console:hazard_figures", _("Hazard figures"), "chart-line", "hazards.view"),
    Entry("console:alerts", _("Alerts"), "bell-ringing", "alerts.acknowledge"),
    Entry("console:roster", _("Duty roster"), "calendar-user", "people.roster"),
    Entry("console:runs", _("Inspections"), "clipboard-list", "inspections.view"),
    Entry("console:doubts", _("Worth a talk"), "message-circle", "inspections.see_doubts"),
    Entry("console:plans", _("Plans"), "calendar-event", "inspections.view"),
    Entry("console:checklists", _("Checklists"), "checklist", "inspections.view"),
    Entry("console:sensors", _("Sensors"), "gauge", "sensors.view"),
    Entry("console:training", _("Training"), "school", "training.view", beside=("console:classes",)),
    Entry("console:suppliers", _("Suppliers"), "truck", "partners.view"),
    Entry("console:contractors", _("Contractors"), "helmet", "partners.view"),
    Entry("console:machines", _("Plant"), "building-factory-2", "console.open", beside=("console:screens",)),
    Entry("console:people", _("People"), "users", "people.view"),
    Entry("console:licences", _("Licences"), "id-badge-2", "training.view"),
    Entry("console:channels", _("Where notices go"), "send", "channels.manage"),
    Entry("console:ledger", _("Ledger"), "lock-check", "ledger.verify"),
)


def nav(request: HttpRequest) -> list[dict[str, Any]]:
    """Entries with their address; `is_here` marks the one whose pages the reader is on."""
    user: Any = request.user
    entries = [entry for entry in ENTRIES if user.can(entry.permission)]
    pages = [(reverse(name), entry) for entry in entries for name in (entry.url_name, *entry.beside)]
    open_ones = [(len(url), entry.url_name) for url, entry in pages if request.path.startswith(url)]
    here = max(open_ones, default=(0, ""))[1]
    return [
        {"label": e.label, "icon": e.icon, "url": reverse(e.url_name), "is_here": e.url_name == here} for e in entries
    ]
