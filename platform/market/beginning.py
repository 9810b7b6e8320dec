"""The first machine of a new factory: a few words are enough, the rest can be put right later."""

from django.db.models import F, Min, Q, QuerySet
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import action
from core.words import say
from facilities.actions import add_area, add_department, add_equipment, find_named
from facilities.models import Area, Department, EquipmentType, QRPoint
from facilities.qr import issue_sticker
from inspections.models import Audience, Checklist
from people.models import User


def kinds_to_begin_with() -> QuerySet[EquipmentType]:
    """Those that have a checklist, the shortest first: whoever tries it out sees soon what comes of it."""
    is_in_use = Q(checklists__status=Checklist.Status.CURRENT, checklists__audience=Audience.STAFF)
    shortest = Min("checklists__seconds", filter=is_in_use)
    return EquipmentType.objects.annotate(shortest=shortest).order_by(F("shortest").asc(nulls_last=True), "code")


@action
def begin_with_machine(kind: EquipmentType, *, code: str, place: str, by: User) -> QRPoint:
    """The machine, with the area and the workshop of this name where there are none yet, and its label."""
    if not place.strip():
        raise DomainError(_("Say where it stands."))
    area = find_named(Area.objects.all(), place)
    if area is None:
        workshop = find_named(Department.objects.all(), place) or add_department(by=by, name=place)
        area = add_area(by=by, name=place, department=workshop)
    name = _("%(kind)s %(number)s") % {"kind": say(kind.name), "number": code.strip()}
    return issue_sticker(add_equipment(by=by, code=code, name=name, type=kind, area=area), by=by)
