"""An export is ordered once, made in the background, and noted in the ledger."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs
from core.errors import DomainError, NotAllowed
from core.events import action, emit
from core.models import Attachment, Job
from core.pdf import CONTENT_TYPE as PDF
from core.sheets import CONTENT_TYPE as XLSX
from core.zone import zone

MOST_AT_ONCE = 3
_TYPES = {"xlsx": XLSX, "pdf": PDF}


@action
def order(kind: str, *, by: Any, total: int, **payload: Any) -> Job:
    """Pressed twice, the same is made once; and nobody keeps the worker from the alerts of all others."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=by.pk)
    waiting = Job.objects.filter(by=by, status=Job.Status.WAITING)
    asked = {name: value for name, value in payload.items() if name != "name"}
    same = waiting.filter(kind=kind, **{f"payload__{name}": value for name, value in asked.items()}).first()
    if same:
        return same
    if waiting.count() >= MOST_AT_ONCE:
        raise DomainError(_("Three files are being made for you already. Wait for one of them, or stop one."))
    return jobs.start_job(kind, by=by, total=total, **payload)


def refuse_others(by: Any, permission: str) -> None:
    if not by.can(permission):
        raise NotAllowed(_("Your role does not see these records. Ask the safety officer for them."))


def asker(job: Job, permission: str) -> Any:
    """Who ordered it, asked anew whether they may."""
    by = get_user_model().objects.get(pk=str(job.by_id))
    refuse_others(by, permission)
    return by


def file_name(title: str, about: str, form: str) -> str:
    """With the days or the number that it is about, and when it was ordered."""
    return f"{title} {about.replace(' ', '')} {timezone.localtime(timezone=zone()):%Y%m%d-%H%M}.{form}"


def make(job: Job, form: str, write: Callable[[Path], int]) -> Attachment:
    """write: fills the file and returns how many rows are in it. Times on it are the factory's."""
    with timezone.override(zone()), jobs.scratch(job) as folder:
        path = folder / f"made.{form}"
        job.total = write(path)
        return jobs.keep_result(job, path, name=job.payload["name"], content_type=_TYPES[form])


@action
def note(name: str, subject: Model, job: Job, made: Attachment, *, by: Any, **facts: Any) -> None:
    emit(name, subject, by=by, job=str(job.pk), file=made.sha256, **facts)
