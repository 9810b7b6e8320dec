"""The factory's own hours of training: more than the law asks for, never less."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from facilities.calendar import today
from people.models import User
from training.hours import NEW, rules_on
from training.models import HourRule

register({"hours.set": gettext_lazy("Hours of training set")})
MOST = 500


@action
def set_hours(
    code: str,
    *,
    by: User,
    valid_from: date,
    first_hours: int,
    yearly_hours: int | None,
    company: int,
    workshop: int,
    team: int,
    reason: str,
) -> HourRule:
    """From this day on; what is counted until then keeps the rule of its day."""
    if not by.can("training.assign"):
        raise NotAllowed(_("Only the training officer or the safety officer sets the hours."))
    if valid_from < today():
        raise DomainError(_("Choose today or a day that is still to come."))
    law = rules_on(valid_from)[code].law
    if first_hours < law["first_hours"] or (yearly_hours or 0) < (law["yearly_hours"] or 0):
        raise DomainError(
            _("Not less than the law asks for: %(first)d hours first, %(yearly)d every year.")
            % {"first": law["first_hours"], "yearly": law["yearly_hours"] or 0}
        )
    if max(first_hours, yearly_hours or 0) > MOST or min(company, workshop, team) < 0:
        raise DomainError(_("Give at most %(most)d hours.") % {"most": MOST})
    if code == NEW and company + workshop + team != first_hours:
        raise DomainError(
            _("The three levels make %(sum)d hours together and should make %(first)d.")
            % {"sum": company + workshop + team, "first": first_hours}
        )
    if not reason.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    facts = {"first_hours": first_hours, "yearly_hours": yearly_hours}
    facts |= {"company": company, "workshop": workshop, "team": team}
    row = HourRule.objects.create(code=code, valid_from=valid_from, reason=reason.strip()[:200], by=by, **facts)
    emit("hours.set", row, by=by, code=code, valid_from=valid_from, reason=row.reason, **facts)
    return row
