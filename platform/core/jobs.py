"""Long work: a Job row that a page shows, done by a Due row that the worker takes."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Refusal
from core.events import action
from core.models import Attachment, Job
from tenants import due

_kinds: dict[str, Callable[[Job], Attachment]] = {}


def kind(name: str):
    """Registers the function that does jobs of this kind: it gets the Job and returns the file it made."""

    def register(function: Callable[[Job], Attachment]) -> Callable[[Job], Attachment]:
        _kinds[name] = function
        return function

    return register


@action
def start_job(name: str, *, by: Any, total: int = 0, **payload: Any) -> Job:
    job = Job.objects.create(kind=name, payload=payload, by=by, total=total)
    due.now("core.run_job", job=str(job.id))
    return job


@due.handler("core.run_job")
def run_job(job: str) -> None:
    row = Job.objects.get(pk=job)
    if row.status == Job.Status.DONE:
        return
    try:
        row.result = _kinds[row.kind](row)
        row.status = Job.Status.DONE
        row.done = row.total
    except Refusal as refusal:
        row.status, row.message = Job.Status.FAILED, refusal.message[:300]
    row.finished_at = timezone.now()
    row.save()


def describe(job: Job) -> str:
    return {
        Job.Status.WAITING: _("Waiting for its turn"),
        Job.Status.RUNNING: _("Working"),
        Job.Status.DONE: _("Ready"),
        Job.Status.FAILED: job.message or _("It did not work"),
    }[Job.Status(job.status)]
