"""通知规则: who hears of what by which way; the safety officer changes the ways, and when phones are silent."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.errors import Refusal
from core.events import word_of
from notifications import quiet, rules
from notifications.catalogue import RULES, STANDARD_OF_LEVELS, Standard, Urgency, Way
from notifications.models import RuleChange
from portals.console.forms.alerts import QuietForm, RuleForm
from portals.web import page, require

LEVELS: dict[str, str | Promise] = {
    "level.major": gettext_lazy("Major: given to somebody, escalated"),
    "level.serious": gettext_lazy("Serious; major in other steps"),
    "level.general": gettext_lazy("General"),
}


@dataclass(frozen=True)
class Row:
    """follows: told as the hazard's level says, so that it has no ways of its own."""

    key: str
    what: str
    who: str
    ways: list[tuple[Way, bool]]
    is_digest: bool
    is_pressing: bool
    is_own: bool
    follows: bool = False


@login_required
def index(request):
    require(request.user, "notifications.view")
    wanted = request.GET.get("change", "")
    if wanted:
        require(request.user, "notifications.set_rules")
    if wanted and not rules.is_known(wanted):
        raise Http404
    return _show(request, wanted)


def _show(request, wanted: str = "", form: Any = None, quiet_form: QuietForm | None = None, status: int = 200):
    changes = {row.event: row for row in RuleChange.objects.all()}
    context = {
        "ways": list(Way),
        "may_list": request.user.can("alerts.acknowledge"),
        "groups": _groups(changes),
        "wanted": wanted,
        "form": form or (RuleForm(found=changes.get(wanted) or rules.standard(wanted)) if wanted else None),
        "wanted_row": _row(wanted, changes) if wanted else None,
        "hours": quiet.hours(),
        "quiet_form": quiet_form or QuietForm(hours=quiet.hours()),
        "is_quiet_open": quiet_form is not None or "hours" in request.GET,
        "may_set": request.user.can("notifications.set_rules"),
    }
    return page(request, "console/alerts/catalogue.html", context, status=status)


def _groups(changes: dict[str, RuleChange]) -> list[tuple[str, str, list[Row]]]:
    shown = [rule for rule in RULES.values() if rule.line]
    of = {urgency: [_row(rule.event, changes) for rule in shown if rule.urgency == urgency] for urgency in Urgency}
    levels = [_row(key, changes) for key in STANDARD_OF_LEVELS]
    return [
        (_("Urgent"), _("At once, at any hour, by two ways at least."), of[Urgency.URGENT]),
        (_("By the hazard's level"), _("What holds for each level."), levels),
        (_("Steps that follow the level"), _("Give one its own ways only where it must differ."), of[Urgency.LEVEL]),
        (_("Ordinary"), "", of[Urgency.PLAIN]),
    ]


def _row(key: str, changes: dict[str, RuleChange]) -> Row:
    rule, own = RULES.get(key), changes.get(key)
    found: RuleChange | Standard = own or rules.standard(key)
    return Row(
        key=key,
        what=str(LEVELS.get(key) or word_of(key)),
        who=str(rule.audience_words) if rule else "",
        ways=[(way, way.value in found.channels) for way in Way],
        is_digest=found.is_digest,
        is_pressing=rules.is_pressing(key),
        is_own=own is not None,
        follows=rule is not None and rule.urgency == Urgency.LEVEL and own is None,
    )


@login_required
@require_POST
def change(request):
    """A refusal keeps the ticks."""
    require(request.user, "notifications.set_rules")
    key = request.POST.get("rule", "")
    if not rules.is_known(key):
        raise Http404
    if "reset" in request.POST:
        rules.reset_rule(key, by=request.user)
        messages.success(request, _("Back to the standard."))
        return redirect("console:catalogue")
    form = RuleForm(request.POST, found=rules.standard(key))
    if not form.is_valid():
        return _show(request, key, form, status=422)
    try:
        rules.change_rule(key, by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _show(request, key, form, status=refusal.status)
    messages.success(request, _("Saved. It holds from now on."))
    return redirect(f"{reverse('console:catalogue')}#{key}")


@login_required
@require_POST
def quiet_hours(request):
    require(request.user, "notifications.set_rules")
    form = QuietForm(request.POST, hours=quiet.hours())
    if not form.is_valid():
        return _show(request, quiet_form=form, status=422)
    try:
        rules.change_quiet_hours(by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _show(request, quiet_form=form, status=refusal.status)
    messages.success(request, _("Saved. It holds from now on."))
    return redirect("console:catalogue")
