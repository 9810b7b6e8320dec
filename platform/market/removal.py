"""Taking out of a factory what a pack brought and nobody uses. Records, and all they refer to, stay."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import WrongStatus
from core.events import action, emit, register
from facilities.models import Area, EquipmentType
from hazards.models import Category
from inspections.models import Checklist, Item
from market.models import LISTS, PackPart, PartKind
from market.parts import Release, digest, release
from market.updates import Part, State, refuse_unless_manager, standing_of, title_of
from partners.models import Company
from people.models import JobRole
from risks.models import Assessment, Risk
from tenants.current import current_factory
from training.models import LicenceRequirement, Requirement

register({"pack.removed": gettext_lazy("Unused parts of an industry pack taken out")})

_MODELS: dict[str, Any] = {
    PartKind.RISK: Risk,
    PartKind.CHECKLIST: Checklist,
    PartKind.QUESTIONNAIRE: Checklist,
    PartKind.JOB_ROLE: JobRole,
    PartKind.EQUIPMENT_TYPE: EquipmentType,
    PartKind.AREA: Area,
    PartKind.CATEGORY: Category,
}
# What goes together with the row it belongs to, and holds nothing that anybody did.
_ALONG = {
    PartKind.CHECKLIST: (Item,),
    PartKind.QUESTIONNAIRE: (Item,),
    PartKind.JOB_ROLE: (Requirement, LicenceRequirement),
    PartKind.RISK: (Assessment, Risk.categories.through),
}


@dataclass(frozen=True)
class Outlook:
    """going: parts with their rows; staying: parts with why."""

    going: list[tuple[Part, list[Any]]] = field(default_factory=list)
    staying: list[tuple[Part, str]] = field(default_factory=list)

    @property
    def stamp(self) -> str:
        return digest([part.key for part, _rows in self.going])


def outlook_of(of: Release) -> Outlook:
    """Risks and lists first: with one of them goes what kept its kind of machine, its area and its kinds of hazards."""
    found, gone = Outlook(), dict[type[models.Model], set[Any]]()
    parts = [part for part in standing_of(of) if part.here is not None]
    for kind, model in _MODELS.items():
        these = [part for part in parts if part.kind == kind]
        rows: dict[str, list[Any]] = {part.code: [] for part in these}
        for row in model._default_manager.filter(code__in=rows):
            rows[row.code].append(row)
        used = _used([row for part in these for row in rows[part.code]], model, _ALONG.get(PartKind(kind), ()), gone)
        if kind == PartKind.QUESTIONNAIRE and Company.objects.suppliers().exists():
            used |= {row.pk: _("Suppliers are asked it.") for part in these for row in rows[part.code]}
        for part in these:
            why = _why(part) or next((used[row.pk] for row in rows[part.code] if row.pk in used), "")
            if why:
                found.staying.append((part, why))
            else:
                found.going.append((part, rows[part.code]))
                _mark(gone, rows[part.code], _ALONG.get(PartKind(kind), ()))
    text = _("Contractors need a briefing before they come in. Write your own under Contractors.")
    found.staying.extend((part, text) for part in parts if part.kind == PartKind.BRIEFING)
    return found


def _why(part: Part) -> str:
    if part.state == State.OWN:
        return _("It was here before, or came with another pack.")
    if part.state in (State.EDITED, State.BOTH):
        return _("You changed it.")
    return _("A draft of it is open.") if part.has_draft else ""


def _mark(gone: dict[type[models.Model], set[Any]], rows: Iterable[Any], along: tuple[type[models.Model], ...]) -> None:
    for row in rows:
        gone.setdefault(type(row), set()).add(row.pk)
        for child, name in _referring(type(row)):
            if child in along:
                children = child._default_manager.filter(**{name: row}).values_list("pk", flat=True)
                gone.setdefault(child, set()).update(children)


def _referring(model: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    """Every column of every table that points at rows of this one."""
    fields: list[Any] = list(model._meta.get_fields(include_hidden=True))
    return [(each.related_model, each.field.name) for each in fields if each.auto_created and not each.concrete]


def _used(
    rows: list[Any], model: type[models.Model], along: tuple[type[models.Model], ...], gone: dict
) -> dict[Any, str]:
    """What refers to each of the rows, in words; what goes itself does not count."""
    found: dict[Any, str] = {}
    for child, name in _referring(model):
        if child in along:
            continue
        children = child._default_manager.filter(**{f"{name}__in": rows}).exclude(pk__in=gone.get(child, ()))
        counts = children.order_by().values_list(name).annotate(n=models.Count("pk"))
        for pk, n in counts:
            found.setdefault(pk, _said(child, n))
    return found


def _said(child: Any, n: int) -> str:
    words = _WORDS.get(child._meta.label_lower)
    return _("%(what)s: %(n)d") % {"what": words, "n": n} if words else _("It is in use.")


_WORDS = {
    "inspections.run": gettext_lazy("Checks that were made or are due"),
    "inspections.theme": gettext_lazy("Plans that use it"),
    "inspections.item": gettext_lazy("Items of checklists that stay"),
    "inspections.checklist": gettext_lazy("Checklists that stay"),
    "inspections.stop": gettext_lazy("Plans that use it"),
    "hazards.hazard": gettext_lazy("Hazards"),
    "hazards.route": gettext_lazy("Rules of who fixes what"),
    "incidents.incident": gettext_lazy("Incidents"),
    "risks.risk": gettext_lazy("Risk points"),
    "risks.proposal": gettext_lazy("Proposals of a new rating"),
    "risks.watch": gettext_lazy("Check items tied to it"),
    "risks.zone": gettext_lazy("Areas on the floor plan"),
    "facilities.equipment": gettext_lazy("Machines"),
    "facilities.qrpoint": gettext_lazy("Labels"),
    "people.user": gettext_lazy("People"),
    "partners.selfinspection": gettext_lazy("Reports of suppliers"),
    "partners.company": gettext_lazy("Suppliers who are asked it"),
    "partners.project": gettext_lazy("Projects of contractors"),
}


@action
def remove_unused(code: str, *, by: Any, stamp: str) -> int:
    """All of it in one transaction; whatever came into use since the page was shown stops it."""
    refuse_unless_manager(by)
    of = release(code)
    list(PackPart.objects.select_for_update().filter(pack=code))
    found = outlook_of(of)
    if stamp != found.stamp or not found.going:
        raise WrongStatus(_("Something changed since you looked. Nothing was taken out; look once more."))
    for part, rows in found.going:
        _take_out(part, rows)
    if not any(part.state != State.OWN for part, _why in found.staying):
        PackPart.objects.filter(pack=code).delete()
    names = [title_of(part.kind, part.here or {}) for part, _rows in found.going]
    emit("pack.removed", current_factory(), by=by, pack=code, title=of.title, taken=names, left=len(found.staying))
    return len(found.going)


def _take_out(part: Part, rows: list[Any]) -> None:
    """Newer versions first: their items refer to those of the older ones."""
    newest_first = sorted(rows, key=lambda row: row.version, reverse=True) if part.kind in LISTS else rows
    for row in newest_first:
        for child, name in _referring(type(row)):
            if child in _ALONG.get(PartKind(part.kind), ()):
                child._default_manager.filter(**{name: row}).delete()
        row.delete()
