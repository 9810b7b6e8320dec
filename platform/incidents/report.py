"""The report to the authority, filled in from what is known: six items (国务院令第493号 §12)."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.accidents import Severity
from core.words import say
from core.zone import zone
from incidents.law import Item, rules
from incidents.models import Incident
from people.models import User
from tenants.current import current_factory


def items_of(incident: Incident) -> list[Item]:
    """What nobody knows yet is said to be unknown; names of the injured are not in it."""
    texts = {
        "about": _about(incident),
        "scene": _scene(incident),
        "course": incident.description or incident.title,
        "casualties": _casualties(incident),
        "measures": "\n".join(remedy.text for remedy in incident.remedies.all()),
        "other": incident.other,
    }
    return [Item(row["name"], texts[row["key"]] or _("not known yet")) for row in rules()["items"]]


def _about(incident: Incident) -> str:
    people = User.objects.insiders().filter(is_active=True).count()
    facts = {"name": current_factory().name, "n": people, "workshop": say(incident.department.name)}
    return _("%(name)s, %(n)d people; workshop: %(workshop)s") % facts


def _scene(incident: Incident) -> str:
    at = f"{incident.happened_at.astimezone(zone()):%Y-%m-%d %H:%M}"
    machine = say(incident.equipment.name) if incident.equipment else ""
    where = " · ".join(filter(None, (say(incident.area.name), machine)))
    return "\n".join(filter(None, (f"{at} {where}", incident.scene)))


def _casualties(incident: Incident) -> str:
    found = [Severity(injury.severity) for injury in incident.injuries.all()]
    counted = ((kind, found.count(kind)) for kind in (Severity.FATAL, Severity.SERIOUS, Severity.MINOR))
    people = _(", ").join(f"{kind.label} {n}" for kind, n in counted if n)
    loss = _("not known yet") if incident.loss_fen is None else f"¥{number_format(incident.loss_fen / 100, 0)}"
    kind = incident.accident_words
    return _("%(kind)s. %(people)s. Direct economic loss: %(loss)s") % {
        "kind": kind,
        "people": people or _("Nobody counted yet"),
        "loss": loss,
    }
