"""安全报告: all that were written, each as it was then, and one more on demand."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.archives import DAY, month_of, period
from core.errors import DomainError
from facilities.calendar import today
from insight.models import Report
from insight.reports import order_report
from portals.console.forms.dashboard import ReportForm
from portals.web import page, require

PER_PAGE = 24


def _shown(request, form: ReportForm, status: int = 200):
    reports = Report.objects.visible_to(request.user).select_related("file", "by")
    found = Paginator(reports, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "rows": [(report, period(report.since, report.until)) for report in found],
        "is_writing": any(report.written_at is None for report in found),
        "form": form,
        "query": "",
        "may_order": request.user.can("insight.order_report"),
    }
    return page(request, "console/dashboard/reports.html", context, status=status)


def _usual() -> dict[str, str]:
    """The month before: the running one is not over."""
    before = month_of(today().replace(day=1) - DAY)[0]
    return {"span": Report.Span.MONTH, "month": f"{before:%Y-%m}"}


@login_required
def index(request):
    require(request.user, "insight.reports")
    return _shown(request, ReportForm(initial=_usual()))


@login_required
@require_POST
def order(request):
    require(request.user, "insight.order_report")
    form = ReportForm(request.POST)
    if form.is_valid():
        try:
            order_report(form.cleaned_data["span"], form.day, by=request.user, language=request.user.language)
        except DomainError as refusal:
            form.add_error("month", refusal.message)
        else:
            messages.success(request, _("It is being written. It stands here in a moment."))
            return redirect("console:reports")
    return _shown(request, form, 422)
