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


GROUPS = (
    (
        _("Today"),
        Entry(
            "console:dashboard", _("Dashboard"), "layout-dashboard", "insight.dashboard", beside=("console:reports",)
        ),
        Entry("console:home", _("Overview"), "home", "console.open"),
        Entry("console:board", _("Completion board"), "target-arrow", "inspections.view"),
        Entry("console:alerts", _("Alerts"), "bell-ringing", "alerts.acknowledge"),
        Entry("console:roster", _("Duty roster"), "calendar-user", "people.roster"),
    ),
    (
        _("Hazard control"),
        Entry("console:hazards", _("Hazards"), "alert-triangle", "hazards.view"),
        Entry("console:incidents", _("Incidents"), "urgent", "incidents.view"),
        Entry("console:drills", _("Drills"), "fire-extinguisher", "drills.view"),
        Entry("console:risks", _("Risks"), "shield-half", "risks.view"),
        Entry("console:hazard_figures", _("Hazard figures"), "chart-line", "hazards.view"),
        Entry("console:patterns", _("Patterns"), "chart-dots", "insight.patterns", beside=("console:past",)),
    ),
    (
        _("Routine checks"),
        Entry("console:runs", _("Inspections"), "clipboard-list", "inspections.view"),
        Entry("console:doubts", _("Worth a talk"), "message-circle", "inspections.see_doubts"),
        Entry("console:plans", _("Plans"), "calendar-event", "inspections.view"),
        Entry("console:checklists", _("Checklists"), "checklist", "inspections.view"),
        Entry("console:sensors", _("Sensors"), "gauge", "sensors.view"),
    ),
    (
        _("People and training"),
        Entry("console:people", _("People"), "users", "people.view", beside=("console:work_apps", "console:kiosks")),
        Entry("console:training", _("Training"), "school", "training.view", beside=("console:classes",)),
        Entry("console:adoption", _("How it is used"), "heart-handshake", "adoption.view"),
        Entry("console:licences", _("Licences"), "id-badge-2", "training.view"),
    ),
    (
        _("Partners"),
        Entry("console:suppliers", _("Suppliers"), "truck", "partners.view"),
        Entry("console:contractors", _("Contractors"), "helmet", "partners.view"),
        Entry("console:works", _("Work permits"), "flame", "partners.stop_work"),
    ),
    (
        _("The factory"),
        Entry(
            "console:machines",
            _("Plant"),
            "building-factory-2",
            "console.open",
            beside=("console:screens", "console:launch"),
        ),
        Entry("console:channels", _("Where notices go"), "send", "channels.manage"),
        Entry("console:market", _("Market"), "template", "market.manage"),
        Entry("console:launch", _("Launch"), "list-check", "people.manage"),
        Entry("console:evidence", _("Evidence packs"), "folder-check", "insight.evidence"),
        Entry("console:ledger", _("Ledger"), "lock-check", "ledger.verify"),
        Entry("console:billing", _("Payment"), "coin-yuan", "billing.manage"),
        Entry("console:whole", _("Data and address"), "archive", "factory.manage"),
    ),
)


def nav(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of entries with their address; `is_here` marks the one whose pages the reader is on."""
    user: Any = request.user
    groups = [(label, [entry for entry in entries if user.can(entry.permission)]) for label, *entries in GROUPS]
    here = _here(request.path, [entry for _label, entries in groups for entry in entries])
    return [
        {"label": label, "entries": [_shown(entry, here) for entry in entries]} for label, entries in groups if entries
    ]


def _here(path: str, entries: list[Entry]) -> str:
    pages = [(reverse(name), entry) for entry in entries for name in (entry.url_name, *entry.beside)]
    return max(((len(url), entry.url_name) for url, entry in pages if path.startswith(url)), default=(0, ""))[1]


def _shown(entry: Entry, here: str) -> dict[str, Any]:
    is_here = entry.url_name == here
    return {"label": entry.label, "icon": entry.icon, "url": reverse(entry.url_name), "is_here": is_here}
