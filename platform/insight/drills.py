"""When drills are due: by the rules, from those that were held here and those that a factory brought along."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from core.events import action, emit
from core.zone import zone
from facilities.calendar import today
from incidents.drill_rules import Often, kind_named, often, rules
from incidents.models import Drill, DrillDuty
from past.models import PastDrill
from tenants import due
from tenants.current import current_factory

_KEY = "insight.drills"


@dataclass(frozen=True)
class Standing:
    """last: None where none was held yet; then the first one is counted from the day the factory began here."""

    rule: Often
    last: date | None
    due_on: date

    @property
    def is_overdue(self) -> bool:
        return self.due_on < today()

    @property
    def is_near(self) -> bool:
        return self.due_on <= today() + timedelta(days=rules()["warn_days"])


def standings() -> list[Standing]:
    """Of each rule."""
    held = list(Drill.objects.held().values_list("kind", "session__starts_at"))
    held += [(kind_named(kind), at) for kind, at in PastDrill.objects.values_list("kind", "at")]
    began = current_factory().created_at.astimezone(zone()).date()
    found = []
    for rule in often():
        days = [at.astimezone(zone()).date() for kind, at in held if kind in rule.kinds]
        last = max(days, default=None)
        found.append(Standing(rule, last, rule.due_on(last or began)))
    return found


@due.handler("insight.warn_of_drills")
@action
def warn_of_drills() -> None:
    """The clock: tells what is due soon or overdue, and looks again in a week."""
    for standing in standings():
        if standing.is_near:
            duty, _is_new = DrillDuty.objects.get_or_create(code=standing.rule.code)
            name = "drill.overdue" if standing.is_overdue else "drill.near"
            emit(name, duty, by=None, note=str(standing.rule), day=standing.due_on)
    due.at(timezone.now() + timedelta(days=rules()["repeat_days"]), "insight.warn_of_drills", key=_KEY)
