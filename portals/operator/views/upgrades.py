"""How far the factories are on their way to this release; a failed one can be tried again."""

from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, Value, When
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from operators import actions
from portals.operator.access import for_operators
from portals.operator.shown import upgrade_reason_of
from tenants import fleet
from tenants.models import Due, RecordedMigration, SchemaUpgrade
from tenants.provisioning import fingerprint

PER_PAGE = 50
COLUMNS = ("id", "factory__name", "status", "migration", "error", "attempts", "began_at", "ended_at")
Status = SchemaUpgrade.Status
# What needs somebody comes first.
_PLACE = Case(When(status=Status.FAILED, then=Value(0)), When(status=Status.WAITING, then=Value(1)), default=Value(2))


@for_operators
@require_safe
def index(request):
    rows = fleet.of_this_release()
    page = Paginator(rows.order_by(_PLACE, "factory_id").values(*COLUMNS), PER_PAGE).get_page(request.GET.get("page"))
    words = dict(Status.choices)
    for row in page.object_list:
        row["word"], (row["reason"], row["fault"]) = words[row["status"]], upgrade_reason_of(row["error"])
    counts = rows.aggregate(all=Count("pk"), **{status.value: Count("pk", Q(status=status)) for status in Status})
    migrations = (
        RecordedMigration.objects.filter(fingerprint=fingerprint()).order_by("id").values("app", "name", "is_sql")
    )
    context = {"page": page, "counts": counts, "migrations": migrations, "is_at_work": _is_at_work()}
    return render(request, "operator/upgrades.html", context | {"query": "", "here": "upgrades"})


def _is_at_work() -> bool:
    """Or a worker soon is, because somebody asked."""
    return fleet.is_running() or Due.objects.filter(handler="tenants.upgrade_again", dead_at=None).exists()


@for_operators
@require_POST
def again(request, pk: int):
    actions.upgrade_again(fleet.of_this_release().filter(pk=pk), by=request.operator)
    return redirect("operator:upgrades")


@for_operators
@require_POST
def all_again(request):
    actions.upgrade_again(fleet.of_this_release(), by=request.operator)
    return redirect("operator:upgrades")
