"""What is done: at once, and so that it does not come again. A corrective action is a hazard, proved and reviewed as any."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from core.accidents import accident_of
from core.errors import DomainError
from core.events import action, emit
from facilities.models import Area, Equipment
from hazards.actions import assign_hazard, confirm_hazard, report_hazard
from hazards.guessing import guess_category
from hazards.models import Category, Hazard, Level
from incidents.actions.guards import hold
from incidents.models import Incident, Remedy, Status
from people.models import User

_AT = (Status.REPORTED, Status.INVESTIGATING)


@action
def note_immediate_measure(incident: Incident, *, by: User, text: str) -> Remedy:
    """What was done on the spot, such as: machine stopped, wound dressed."""
    held = hold(incident, by=by, at=_AT)
    remedy = Remedy.objects.create(incident=held, text=_said(text), by=by, at=timezone.now())
    emit("incident.remedy_added", held, by=by, remedy=remedy.pk, note=remedy.text)
    return remedy


@action
def add_corrective_action(
    incident: Incident, *, by: User, text: str, owner: User | None = None, level: str = Level.GENERAL
) -> Remedy:
    """level: sets the limit, as for any hazard. Without an owner it goes where hazards of its kind go."""
    held = hold(incident, by=by, at=(Status.INVESTIGATING,))
    return _corrected(held, _said(text), held.place, by=by, owner=owner, level=level)


@action
def spread_to_twins(remedy: Remedy, machines: Iterable[Equipment], *, by: User) -> list[Remedy]:
    """举一反三: the same for other machines of the same kind; those that have it already are left alone."""
    held = hold(remedy.incident, by=by, at=(Status.INVESTIGATING,))
    if remedy.hazard is None:
        raise DomainError(_("Only a corrective action is spread to other machines."))
    has = set(held.remedies.filter(text=remedy.text).values_list("twin", flat=True))
    wanted = [machine for machine in machines if machine.pk not in has and machine.pk != held.equipment_id]
    if not wanted:
        raise DomainError(_("Tick at least one machine that does not have it yet."))
    level = remedy.hazard.level
    made = [_corrected(held, remedy.text, machine, by=by, owner=None, level=level, twin=machine) for machine in wanted]
    emit("incident.spread", held, by=by, machines=[machine.code for machine in wanted], note=remedy.text)
    return made


def twins_of(incident: Incident) -> list[Equipment]:
    """Other machines of the same kind that are in service."""
    if incident.equipment is None:
        return []
    same = Equipment.objects.filter(type=incident.equipment.type_id, status=Equipment.Status.IN_SERVICE)
    return list(same.exclude(pk=incident.equipment.pk).select_related("area"))


def _corrected(
    incident: Incident,
    text: str,
    place: Equipment | Area,
    *,
    by: User,
    owner: User | None,
    level: str,
    twin: Equipment | None = None,
) -> Remedy:
    if incident.remedies.filter(text=text, twin=twin, hazard__isnull=False).exists():
        raise DomainError(_("This measure stands there already."))
    machine = place if isinstance(place, Equipment) else None
    hazard = report_hazard(
        by=by,
        area=machine.area if machine else incident.area,
        equipment=machine,
        title=text,
        description=_("After incident %(number)s") % {"number": incident.number},
        category=_category(incident, text, machine),
        level=level,
        source=Hazard.Source.INCIDENT,
    )
    remedy = Remedy.objects.create(incident=incident, text=text, hazard=hazard, twin=twin, by=by, at=timezone.now())
    emit("incident.remedy_added", incident, by=by, remedy=remedy.pk, hazard=hazard.number, note=text)
    confirm_hazard(hazard, by=by, level=level)
    if owner:
        assign_hazard(hazard, by=by, owner=owner)
    return remedy


def _category(incident: Incident, text: str, machine: Equipment | None) -> Category:
    """By its words; where they say nothing, a kind that usually leads to this class of accident."""
    guess = guess_category(text, machine)
    accident = accident_of(incident.accident)
    usual = Category.objects.filter(code__in=accident.hazards if accident else ()).first()
    return guess.category if guess.because or usual is None else usual


def _said(text: str) -> str:
    words = " ".join(text.replace("\0", " ").split())[:120]
    if not words:
        raise DomainError(_("Say in a few words what is done."))
    return words
