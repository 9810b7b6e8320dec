"""Rating a risk: L × E × C from the lists of the method, the colour of it, and when it is looked at anew."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.archives import midnight
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from facilities.calendar import today
from facilities.models import RiskColour
from hazards.lec import rate
from people.models import User
from risks.colours import DirectRed, colour_of, next_review
from risks.models import Assessment, Proposal, Risk, Scale
from tenants import due
from tenants.current import current_factory

MORNING = timedelta(hours=8)
AGAIN = timedelta(days=7)
LEC = ("likelihood", "exposure", "consequence")


def refuse_others(by: User | None, risk: Risk | None = None) -> None:
    if by and not by.can("risks.manage", risk):
        raise NotAllowed(_("The safety officer keeps the register of risks. You can propose a new rating."))


def require_reason(reason: str) -> str:
    reason = " ".join(reason.replace("\0", " ").split())
    if not reason:
        raise DomainError(_("Write the reason; it stays on record."))
    return reason[:300]


def is_edge_higher() -> bool:
    scale = Scale.objects.first()
    return scale.is_edge_higher if scale else True


def assess(likelihood: float, exposure: float, consequence: float, direct_red: str = "") -> dict[str, Any]:
    """The columns of a rating; only values of the method's lists count."""
    values = rate(likelihood, exposure, consequence)
    if direct_red and direct_red not in DirectRed.values:
        raise DomainError(_("Choose from the list why it is red at once."))
    colour = RiskColour.RED if direct_red else colour_of(values["score"], is_edge_higher=is_edge_higher())
    return values | {"direct_red": direct_red, "colour": colour.value}


@action
def rate_risk(
    risk: Risk,
    *,
    by: User | None,
    likelihood: float,
    exposure: float,
    consequence: float,
    reason: str,
    direct_red: str = "",
) -> Assessment:
    """Also where nothing changes: then it was looked at, and the cycle begins anew. An open proposal is settled by it."""
    refuse_others(by, risk)
    reason = require_reason(reason)
    before = _locked(risk)
    rating = write_rating(risk, assess(likelihood, exposure, consequence, direct_red), by=by, reason=reason)
    _settle(risk, by, reason)
    _tell(risk, before, by, reason)
    return rating


def write_rating(risk: Risk, columns: dict[str, Any], *, by: User | None, reason: str) -> Assessment:
    """The row that stays, the risk as it is now, and the reminder of the next look."""
    now = timezone.now()
    current = columns | {"rated_at": now, "review_on": next_review(columns["colour"], today())}
    Risk.objects.filter(pk=risk.pk).update(**current)
    for name, value in current.items():
        setattr(risk, name, value)
    remind_on(risk)
    return Assessment.objects.create(risk=risk, by=by, at=now, reason=reason, **columns)


def _locked(risk: Risk) -> dict[str, Any]:
    row = Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
    if row.retired_at:
        raise WrongStatus(_("This risk point is out of the register. Take it back in first."))
    return {name: getattr(row, name) for name in (*LEC, "score", "colour", "direct_red")}


def _settle(risk: Risk, by: User | None, reason: str) -> None:
    facts = {"decision": Proposal.Decision.RATED, "decided_by": by, "decided_at": timezone.now()}
    Proposal.objects.filter(risk=risk, decided_at=None).update(decision_note=reason, **facts)


def _tell(risk: Risk, before: dict[str, Any], by: User | None, reason: str) -> None:
    after = {name: getattr(risk, name) for name in before}
    emit("risk.rated", risk, by=by, note=reason, rated_before=before, rated=after, until=risk.review_on)


def remind_on(risk: Risk, moment: datetime | None = None) -> None:
    due.at(moment or midnight(risk.review_on) + MORNING, "risks.remind", key=key_of(risk), risk=risk.pk)


def key_of(risk: Risk) -> str:
    return f"risk:{risk.pk}"


@action
def remind_risk(risk: Risk) -> None:
    """On the day, and then each week until somebody has looked."""
    if risk.retired_at or risk.review_on > today():
        return
    emit("risk.review_due", risk, by=None, day=risk.review_on)
    remind_on(risk, timezone.now() + AGAIN)


@action
def change_scale(*, by: User, is_edge_higher: bool) -> list[Risk]:
    """The edges belong to the other colour from now on; risks that lie on one are rated anew by it."""
    refuse_others(by)
    scale, _is_new = Scale.objects.select_for_update().get_or_create(pk=1)
    if scale.is_edge_higher == is_edge_higher and scale.changed_at:
        return []
    scale.is_edge_higher, scale.changed_by, scale.changed_at = is_edge_higher, by, timezone.now()
    scale.save()
    emit("risk.scale_changed", current_factory(), by=by, is_edge_higher=is_edge_higher)
    moved = []
    for risk in Risk.objects.in_force().filter(direct_red="").select_related("area"):
        if colour_of(risk.score, is_edge_higher=is_edge_higher) != risk.colour:
            values = {name: getattr(risk, name) for name in LEC}
            rate_risk(risk, by=by, reason=_("The edges of the colours were changed."), **values)
            moved.append(risk)
    return moved
