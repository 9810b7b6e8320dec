"""Long work: how far it is, and the file that came of it."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404

from core.jobs import describe
from core.models import Job
from portals.web import page


@login_required
def show(request, pk):
    job = get_object_or_404(Job.objects.select_related("result"), pk=pk, by=request.user)
    is_over = job.status in (Job.Status.DONE, Job.Status.FAILED)
    context = {"job": job, "words": describe(job), "is_over": is_over}
    return page(request, "console/jobs/show.html", context, part="console/jobs/_job.html")
