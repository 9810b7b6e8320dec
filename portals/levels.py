"""Plans, lower levels and temporary controls: what desk and phone show and decide of them."""

from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, WrongStatus
from hazards.actions import control_hazard, decide_lowering, decide_plan
from hazards.actions.controls import CONTROLLABLE, control_due_at, may_control
from hazards.actions.plans import PLANNABLE, lacks_plan, running_plan
from hazards.models import PLAN_WORKFLOW, WORKFLOW, Hazard, LevelChange, PlanStatus, RectificationPlan, Review, Status
from people.models import User
from people.permissions import PERMISSIONS
from portals.photos import stamp_of, take_photos

Row = TypeVar("Row", bound=Model)


class DecisionForm(forms.Form):
    is_passed = forms.TypedChoiceField(choices=[("yes", ""), ("no", "")], coerce=lambda value: value == "yes")
    note = forms.CharField(
        max_length=500, required=False, label=gettext_lazy("Remark; when you return it: what is missing")
    )


class ControlForm(forms.Form):
    control = forms.CharField(
        max_length=500, label=gettext_lazy("What was done at once?"), widget=forms.Textarea(attrs={"rows": 2})
    )


def papers(request: HttpRequest, hazard: Hazard) -> dict[str, Any]:
    """The plan, the lower level that is asked for and the temporary control of a hazard, and what the reader may do."""
    user: Any = request.user
    plan = running_plan(hazard)
    lowering = hazard.level_changes.filter(is_approved=None).select_related("asked_by").first()
    return {
        "plan": plan,
        "older_plans": hazard.plans.filter(status=PlanStatus.RETURNED).select_related("author", "leader", "head"),
        "may_decide_plan": plan is not None and _may_decide(user, plan, hazard),
        "lowering": lowering if hazard.is_open else None,
        "may_lower": _may_lower(user, lowering, hazard),
        "awaited": awaited(hazard, plan),
        "control_due_at": control_due_at(hazard) if hazard.status in CONTROLLABLE else None,
        "may_control": may_control(user, hazard),
        "control_typed": request.POST.get("control", hazard.control),
        "control_photos": getattr(request, "control_photos", None),
        "turn": _turn(user, hazard),
        "returned_fix": returned_fix(hazard),
    }


def _may_lower(user: User, lowering: LevelChange | None, hazard: Hazard) -> bool:
    return lowering is not None and lowering.asked_by_id != user.pk and user.can("hazards.lower_major", hazard)


def _may_decide(user: User, plan: RectificationPlan, hazard: Hazard) -> bool:
    is_barred = user.pk in {plan.author_id, plan.leader_id}
    return not is_barred and lacks_plan(hazard) and hazard.is_open and bool(PLAN_WORKFLOW.open_to(user, plan))


def _turn(user: User, hazard: Hazard) -> dict[str, Any] | None:
    """The review that is this reader's to take: its stage, its button, and whether they were in it before."""
    open_to = {step.verb: step for step in WORKFLOW.open_to(user, hazard)}
    stage = next((stage for stage in Review.Stage.values if f"pass_{stage}" in open_to), None)
    if stage is None:
        return None
    decided = hazard.reviews.filter(round=hazard.round, reviewer=user).exists()
    return {"stage": stage, "label": open_to[f"pass_{stage}"].label, "is_barred": decided or user.pk == hazard.owner_id}


def returned_fix(hazard: Hazard) -> Review | None:
    """Why the fix came back, while it is being fixed again."""
    if hazard.status != Status.RECTIFYING or hazard.round == 1:
        return None
    return hazard.reviews.filter(round=hazard.round - 1, is_passed=False).select_related("reviewer").first()


def awaited(hazard: Hazard, plan: RectificationPlan | None) -> str:
    """Why work may not begin yet, and whose turn it is; nothing where it may."""
    if hazard.status not in PLANNABLE or not lacks_plan(hazard):
        return ""
    status = plan.status if plan else None
    if status == PlanStatus.WAITS_LEADER:
        return _("Work waits for the plan: %(names)s has to agree.") % {"names": _names("hazards.approve_plan", hazard)}
    if status == PlanStatus.WAITS_HEAD:
        return _("Work waits for the plan: %(names)s has to approve it.") % {
            "names": _names("hazards.approve_plan_last", hazard)
        }
    return _("Work waits for the plan: %(names)s has to write it.") % {"names": _names("hazards.write_plan", hazard)}


def _names(permission: str, hazard: Hazard) -> str:
    """At most three of those who may, and the word for their role where there is nobody."""
    roles = sorted(PERMISSIONS[permission])
    people = [person.name for role in roles for person in User.objects.holding(role, hazard.department_id)[:3]]
    return _(", ").join(people[:3]) or _("nobody yet")


def still(waiting: QuerySet[Row]) -> Row:
    """The one that waits for a decision; where none does any more, somebody was faster."""
    row = waiting.first()
    if row is None:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    return row


def take_plan_decision(request: Any, hazard: Hazard, data: dict[str, Any]) -> None:
    waiting = hazard.plans.filter(status__in=(PlanStatus.WAITS_LEADER, PlanStatus.WAITS_HEAD))
    sent = request.POST.get("plan", "")
    decide_plan(still(waiting.filter(pk=sent if sent.isdecimal() else 0)), by=request.user, **data)


def take_lowering_decision(request: Any, hazard: Hazard, data: dict[str, Any]) -> None:
    change = still(hazard.level_changes.filter(is_approved=None))
    decide_lowering(change, by=request.user, is_approved=data["is_passed"], note=data["note"])


def take_control(request: Any, hazard: Hazard, data: dict[str, Any]) -> None:
    """Photos that were accepted stay with the request, so that a refused page shows them again."""
    taken = take_photos(request, "photos", stamp=stamp_of(hazard.equipment or hazard.area))
    request.control_photos = taken
    if taken.errors:
        raise DomainError(" ".join(taken.errors))
    try:
        control_hazard(hazard, by=request.user, photos=taken.photos, **data)
    except DomainError as refusal:
        request.control_photos = taken.without(refusal)
        raise


FORMS: dict[str, type[forms.Form]] = {"approve": DecisionForm, "lowering": DecisionForm, "control": ControlForm}
DECISIONS = {"approve": take_plan_decision, "lowering": take_lowering_decision, "control": take_control}
