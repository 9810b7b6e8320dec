"""Risk points come, change and go; each begins with a rating."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.accidents import accident_of
from core.counters import next_number
from core.errors import DomainError, WrongStatus
from core.events import action, emit
from core.words import say
from facilities.models import Area, Equipment
from hazards.models import Category
from people.models import User
from risks.actions.rating import assess, key_of, refuse_others, remind_on, require_reason, write_rating
from risks.models import Control, Risk
from tenants import due

FACTS = ("name", "area", "equipment", "factors", "accident", "controls", "owner")
MOST_MEASURES, LONGEST = 20, 300


@action
def add_risk(
    *,
    by: User,
    name: Any,
    area: Area,
    factors: Any,
    accident: str,
    controls: dict[str, list[str]],
    equipment: Equipment | None = None,
    owner: User | None = None,
    categories: Iterable[Category] = (),
    reason: str = "",
    **rating: Any,
) -> Risk:
    """rating: likelihood, exposure, consequence, direct_red."""
    facts = _checked(
        {"name": name, "area": area, "equipment": equipment, "factors": factors}
        | {"accident": accident, "controls": controls, "owner": owner}
    )
    refuse_others(by, Risk(area=facts["area"]))
    return _put(facts, categories, assess(**rating), by=by, reason=reason)


@action
def install_risk(code: str, *, by: Any, facts: dict[str, Any], categories: Iterable[Category], **rating: Any) -> Risk:
    """As a pack brings it; whoever may install packs may have it."""
    columns = {"equipment": None, "owner": None} | facts | {"code": code}
    return _put(columns, categories, assess(**rating), by=by, reason="")


def _put(
    facts: dict[str, Any], categories: Iterable[Category], columns: dict[str, Any], *, by: Any, reason: str
) -> Risk:
    number, now = f"R-{next_number('risks'):04}", timezone.now()
    risk = Risk.objects.create(number=number, rated_at=now, review_on=now.date(), **facts, **columns)
    risk.categories.set(categories)
    emit("risk.added", risk, by=by, number=number, name=say(risk.name), area=risk.area_id, rated=columns)
    write_rating(risk, columns, by=by, reason=" ".join(reason.split())[:300] or _("First rating"))
    return risk


@action
def change_risk(risk: Risk, *, by: User | None, categories: Iterable[Category] | None = None, **facts: Any) -> Risk:
    """What it says of itself; its rating is another matter."""
    refuse_others(by, risk)
    wanted = _checked({name: getattr(risk, name) for name in FACTS} | facts)
    changed = [name for name in FACTS if wanted[name] != getattr(risk, name)]
    before = {name: _plain(getattr(risk, name)) for name in changed}
    for name in changed:
        setattr(risk, name, wanted[name])
    refuse_others(by, risk)
    changes = {name: [before[name], _plain(wanted[name])] for name in changed}
    if categories is not None:
        known, new = _codes(risk.categories.all()), _codes(categories)
        risk.categories.set(categories)
        changes |= {"categories": [known, new]} if known != new else {}
    if changes:
        risk.save(update_fields=changed)
        emit("risk.changed", risk, by=by, changes=changes)
    return risk


def _codes(categories: Iterable[Category]) -> list[str]:
    return sorted(category.code for category in categories)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Area | Equipment | User) else value


@action
def retire_risk(risk: Risk, *, by: User, reason: str) -> Risk:
    """It leaves the register, the plan and the cards; its ratings stay."""
    refuse_others(by, risk)
    reason = require_reason(reason)
    facts = {"retired_at": timezone.now(), "retired_reason": reason}
    if not Risk.objects.in_force().filter(pk=risk.pk).update(**facts):
        raise WrongStatus(_("This risk point is out of the register already."))
    for name, value in facts.items():
        setattr(risk, name, value)
    due.cancel(key=key_of(risk))
    emit("risk.retired", risk, by=by, note=reason)
    return risk


@action
def restore_risk(risk: Risk, *, by: User | None) -> Risk:
    refuse_others(by, risk)
    if Risk.objects.filter(pk=risk.pk, retired_at__isnull=False).update(retired_at=None, retired_reason=""):
        risk.retired_at, risk.retired_reason = None, ""
        remind_on(risk)
        emit("risk.restored", risk, by=by)
    return risk


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    """Texts that were typed are one line; those that came in two languages stay as they are."""
    for name, refusal in (
        ("name", _("Name the risk point: the work or the thing that is dangerous.")),
        ("factors", _("Say what is dangerous about it.")),
    ):
        if isinstance(facts[name], str):
            facts[name] = " ".join(facts[name].replace("\0", " ").split())[:LONGEST]
        if not say(facts[name]):
            raise DomainError(refusal)
    if accident_of(facts["accident"]) is None:
        raise DomainError(_("Choose the kind of accident from the list."))
    if facts["equipment"]:
        facts["area"] = facts["equipment"].area
    facts["controls"] = _measures(facts["controls"])
    return facts


def _measures(controls: dict[str, list[str]]) -> dict[str, list[str]]:
    found = {kind: [line for text in controls.get(kind, ()) if (line := _line(text))] for kind in Control.values}
    if not any(found.values()):
        raise DomainError(_("Write down one measure at least."))
    if any(len(lines) > MOST_MEASURES for lines in found.values()):
        raise DomainError(_("At most %(most)d measures of one kind. Put together what belongs together.") % _MOST)
    return {kind: lines for kind, lines in found.items() if lines}


_MOST = {"most": MOST_MEASURES}


def _line(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:LONGEST]
