"""Levels on a hazard's page at the desk: confirmed with a suggestion, changed later, planned and controlled."""

from collections.abc import Container
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.events import Event, history
from hazards import actions, clauses
from hazards.actions.clock import policies_now
from hazards.actions.levels import CHANGEABLE, limit_after_change
from hazards.actions.plans import PLANNABLE, lacks_plan
from hazards.actions.routing import route_of
from hazards.models import POINTS, Category, Hazard, Level, LevelPolicy, PlanStatus
from hazards.suggestion import Suggestion, suggest_level
from portals import levels as shared
from portals.console.forms.levels import SIGNS, ChangeLevelForm, ConfirmForm, PlanForm
from portals.web import page

SHOWN_CLAUSES = 8


def beside(request: HttpRequest, hazard: Hazard, steps: Container[str]) -> dict[str, Any]:
    """What the page shows of levels, plans and controls, with what was typed where something was refused."""
    context = shared.papers(request, hazard)
    if "confirm" in steps:
        context |= _confirming(request, hazard)
    if _may_change(request, hazard, context["lowering"]):
        context |= _changing(request, hazard)
    if context["plan"] is None and lacks_plan(hazard):
        context |= _planning(request, hazard)
    return context


def record_of(hazard: Hazard) -> list[Event]:
    """The history of the hazard and of its plans, as one."""
    return list(history(hazard, *hazard.plans.all()))


def look(request: HttpRequest, hazard: Hazard, verb: str) -> HttpResponse | None:
    """Only the part that answers to what is typed, for htmx; None where the whole page is wanted."""
    if not request.htmx:  # type: ignore[attr-defined]
        return None
    context = _confirming(request, hazard) if verb == "confirm" else _changing(request, hazard)
    part = "console/hazards/_advice.html" if verb == "confirm" else "console/hazards/_clauses.html"
    return page(request, part, {"hazard": hazard, "verb": verb} | context)


def _typed(request: HttpRequest, verb: str) -> Any:
    """What was sent for this decision; None where the page is opened, or something else was decided."""
    match = request.resolver_match
    return request.POST if request.method == "POST" and match and match.kwargs.get("verb") == verb else None


def _confirming(request: HttpRequest, hazard: Hazard) -> dict[str, Any]:
    route = route_of(hazard.category, hazard.area)
    signs = [
        *(["must_stop"] if hazard.is_machine_stopped else []),
        *(["needs_outsider"] if route and route.maintainer else []),
    ]
    initial = {"level": hazard.level, "category": hazard.category_id, "is_urgent": hazard.is_urgent, "signs": signs}
    form = ConfirmForm(_typed(request, "confirm"), initial=initial)
    category = _category(form, hazard)
    number = str(form["clause"].value() or "")
    return {
        "confirming": form,
        "route": route,
        "signs": [(name, label, name in (form["signs"].value() or [])) for name, label in SIGNS],
        "red_line": category.urgent_when,
        "advice": _advice(form, category, number),
        **_clauses(form, category, number),
    }


def _category(form: ConfirmForm, hazard: Hazard) -> Category:
    """The kind that is chosen on the page, which may be another one than was reported."""
    chosen = str(form["category"].value() or "")
    found = Category.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
    return found or hazard.category


def _advice(form: ConfirmForm, category: Category, number: str) -> Suggestion:
    lec = form.cleaned_data.get("lec") if form.is_bound and form.is_valid() else None
    signs = form["signs"].value() or []
    return suggest_level(
        category,
        clause=number,
        is_red_line=bool(form["is_urgent"].value()),
        lec=lec,
        **{name: name in signs for name, _label in SIGNS},
    )


def _clauses(form: Any, category: Category, number: str) -> dict[str, Any]:
    """Those that the typed words find, else those that are offered for the kind; the chosen one always among them."""
    today, words = timezone.localdate(), str(form["words"].value() or "")
    found = (clauses.find(words, today) if words.strip() else clauses.offered_for(category.code, today))[:SHOWN_CLAUSES]
    chosen = clauses.clause_of(number, today)
    if chosen and chosen not in found:
        found = [chosen, *found]
    return {"clauses": found, "clause": number, "clause_words": words}


def _may_change(request: HttpRequest, hazard: Hazard, lowering: Any) -> bool:
    user: Any = request.user
    return hazard.status in CHANGEABLE and lowering is None and user.can("hazards.change_level", hazard)


def _changing(request: HttpRequest, hazard: Hazard) -> dict[str, Any]:
    initial = {"level": hazard.level, "clause": hazard.clause}
    form, policies = ChangeLevelForm(_typed(request, "level"), initial=initial), policies_now()
    return {
        "changing": form,
        "is_changing": form.is_bound,
        "choices": [(level, _limit(hazard, policies.get(level))) for level in reversed(Level)],
        **_clauses(form, hazard.category, str(form["clause"].value() or "")),
    }


def _limit(hazard: Hazard, policy: LevelPolicy | None) -> Any:
    """The limit that the hazard would have by these rules."""
    return limit_after_change(hazard, hazard.level, policy, timezone.now()) if policy else None


def _planning(request: HttpRequest, hazard: Hazard) -> dict[str, Any]:
    """The form for whoever writes the plan; one that was returned lends its words."""
    user: Any = request.user
    if hazard.status not in PLANNABLE or not user.can("hazards.write_plan", hazard):
        return {}
    returned = hazard.plans.filter(status=PlanStatus.RETURNED).last()
    initial = {name: getattr(returned, name) for name in (*POINTS, "due_at")} if returned else {"due_at": hazard.due_at}
    return {"planning": PlanForm(_typed(request, "plan"), initial=initial), "returned": returned}


def _change(request: HttpRequest, hazard: Hazard, data: dict[str, Any]) -> None:
    actions.change_level(hazard, by=request.user, **data)  # type: ignore[arg-type]


def _write_plan(request: HttpRequest, hazard: Hazard, data: dict[str, Any]) -> None:
    actions.write_plan(hazard, by=request.user, **data)  # type: ignore[arg-type]


# Forms of which a part answers to what is typed, before anything is decided.
LOOKS = ("confirm", "level")
FORMS = shared.FORMS | {"confirm": ConfirmForm, "level": ChangeLevelForm, "plan": PlanForm}
DECISIONS = shared.DECISIONS | {"level": _change, "plan": _write_plan}
