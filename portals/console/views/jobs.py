"""Long work: how far it is, and the file that came of it. Only who asked for it sees it."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from core.jobs import describe, repeat_job, stop_job, told
from core.models import Job
from portals.web import page

PER_PAGE = 50


@login_required
def index(request):
    mine = Job.objects.filter(by=request.user).select_related("result").order_by("-created_at", "-id")
    found = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    jobs = [(job, describe(job)) for job in found]
    return page(request, "console/jobs/list.html", {"page": found, "jobs": jobs, "query": ""})


def _job(request, pk) -> Job:
    return get_object_or_404(Job.objects.select_related("result"), pk=pk, by=request.user)


@login_required
def show(request, pk, face: str = "console"):
    """face: the portal whose page it stands on."""
    job = told(_job(request, pk))
    is_over = job.status not in (Job.Status.WAITING, Job.Status.RUNNING)
    percent = min(100, 100 * job.done // job.total) if job.total else None
    context = {"job": job, "words": describe(job), "is_over": is_over, "percent": percent, "face": face}
    return page(request, f"{face}/jobs/show.html", context, part="console/jobs/_job.html")


@login_required
@require_POST
def stop(request, pk, face: str = "console"):
    stop_job(_job(request, pk), by=request.user)
    return redirect(f"{face}:job", pk=pk)


@login_required
@require_POST
def again(request, pk, face: str = "console"):
    job = repeat_job(_job(request, pk), by=request.user)
    return redirect(f"{face}:job", pk=job.pk)
