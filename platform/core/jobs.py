"""Long work: a Job row that a page shows, done by a Due row that the worker takes.

The work is one transaction, so nobody sees its row change before the end: how far it is goes through the cache, and
that somebody stopped it comes through the row, which the worker does not touch until it is done.
"""

import hashlib
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.errors import DomainError, Refusal, WrongStatus
from core.events import action
from core.models import Attachment, Counter, Job
from tenants import due

KEPT = timedelta(days=7)
MOST_TRIES = 3
_DAY = 24 * 3600
# One job of a factory at a time, or a few exports would hold every worker, and the alerts with them. Its lock lasts as
# long as the work, and ends with a worker that is killed.
_TURN = "jobs"
_WAIT = timedelta(seconds=2)
_kinds: dict[str, Callable[[Job], Attachment | None]] = {}
log = logging.getLogger(__name__)


class Stopped(Exception):
    """Whoever asked for it does not want it any more."""


def kind(name: str):
    """Registers the function that does jobs of this kind: it gets the Job and returns the file it made, if any."""

    def register(function: Callable[[Job], Attachment | None]) -> Callable[[Job], Attachment | None]:
        _kinds[name] = function
        return function

    return register


@action
def start_job(name: str, /, *, by: Any, total: int = 0, **payload: Any) -> Job:
    _open_turns()
    job = Job.objects.create(kind=name, payload=payload, by=by, total=total)
    due.now("core.run_job", job=str(job.id))
    return job


@action
def stop_job(job: Job, *, by: Any) -> Job:
    """The worker sees it at its next step and leaves nothing behind."""
    waiting = Job.objects.filter(pk=job.pk, status=Job.Status.WAITING)
    if not waiting.update(status=Job.Status.CANCELLED, finished_at=timezone.now()):
        raise WrongStatus(_("It is over already. Look at what came of it."))
    job.status = Job.Status.CANCELLED
    return job


@action
def repeat_job(job: Job, *, by: Any) -> Job:
    """The same work once more, such as when its file has expired."""
    return start_job(job.kind, by=by, total=job.total, **job.payload)


def progress(job: Job, done: int, total: int | None = None) -> None:
    """To be called between the steps of the work: tells how far it is, and ends it where it was stopped."""
    job.done, job.total = done, job.total if total is None else total
    cache.set(_key(job), {"done": job.done, "total": job.total}, _DAY)
    if Job.objects.filter(pk=job.pk, status=Job.Status.CANCELLED).exists():
        raise Stopped


def told(job: Job) -> Job:
    """The job as it is now: what its worker said last counts for more than a row that says “waiting”."""
    said = cache.get(_key(job)) if job.status == Job.Status.WAITING else None
    if said:
        job.status, job.done, job.total = Job.Status.RUNNING, said["done"], said["total"]
    return job


@due.handler("core.run_job")
def run_job(job: str) -> None:
    row = Job.objects.select_related("by").filter(pk=job, status=Job.Status.WAITING).first()
    if row is None:
        return
    _open_turns()
    if not Counter.objects.select_for_update(skip_locked=True).filter(name=_TURN):
        due.at(timezone.now() + _WAIT, "core.run_job", key=f"job:{row.pk}:turn", job=job)
        return
    # Its file and its sentences are for the one who asked.
    with translation.override(row.by.language if row.by else settings.LANGUAGE_CODE):
        _run(row, _tries(row))
    cache.delete_many([_key(row), f"{_key(row)}:tries"])


def _open_turns() -> None:
    """The row that a job holds while it works; made with the first job that is ordered."""
    Counter.objects.bulk_create([Counter(name=_TURN)], ignore_conflicts=True)


def _run(row: Job, tries: int) -> None:
    try:
        with transaction.atomic():
            _do(row, tries)
    except Stopped:
        _forget_file(row)
    except Refusal as refusal:
        _fail(row, refusal.message)
    except Exception:
        if tries < MOST_TRIES:
            raise
        log.exception("job %s of kind %s failed %d times", row.pk, row.kind, tries)
        _fail(row, _("It did not work, three times over. The operator can see why; try a smaller piece meanwhile."))


def _do(row: Job, tries: int) -> None:
    if tries > MOST_TRIES:
        raise DomainError(_("The work was broken off again and again. Choose fewer rows and try once more."))
    progress(row, 0)
    result = _kinds[row.kind](row)
    expires_at = _expiry(row) if result else None
    _finish(row, status=Job.Status.DONE, result=result, done=row.total, total=row.total, expires_at=expires_at)


def _expiry(row: Job) -> Any:
    expires_at = timezone.now() + KEPT
    due.at(expires_at, "core.expire_job", key=f"job:{row.pk}", job=str(row.pk))
    return expires_at


def _fail(row: Job, message: str) -> None:
    _forget_file(row)
    try:
        _finish(row, status=Job.Status.FAILED, message=message[:300])
    except Stopped:
        log.info("job %s was stopped before it failed", row.pk)


def _finish(row: Job, **columns: Any) -> None:
    """The first touch of the row: whoever stopped it in between was faster."""
    waiting = Job.objects.filter(pk=row.pk, status=Job.Status.WAITING)
    if not waiting.update(finished_at=timezone.now(), **columns):
        raise Stopped


def _key(row: Job) -> str:
    return f"job:{row.pk}"


def _tries(row: Job) -> int:
    """Counted outside the transaction: a worker that was killed leaves no other trace."""
    key = f"{_key(row)}:tries"
    cache.add(key, 0, _DAY)
    return int(cache.incr(key))


@due.handler("core.expire_job")
def expire_job(job: str) -> None:
    row = Job.objects.select_related("result").filter(pk=job).first()
    if row is None or row.result is None:
        return
    file = row.result
    Job.objects.filter(pk=row.pk).update(result=None)
    file.delete()
    default_storage.delete(str(file.original.name))


@contextmanager
def scratch(job: Job) -> Iterator[Path]:
    """An empty folder for half-made files; what a killed worker left there goes first."""
    folder = Path(default_storage.path(f"making/{job.pk}"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep_result(job: Job, path: Path, *, name: str, content_type: str, is_guarded: bool = False) -> Attachment:
    """The file bears the job's id: made again after a killed worker, it takes the place of the one without a row.

    is_guarded: it is nobody's, and only a page of its own hands it out, which asks again each time who may have it.
    """
    _forget_file(job)
    by, size = None if is_guarded else job.by, path.stat().st_size
    made = Attachment(id=job.pk, name=name, content_type=content_type, size=size, sha256=_sha256(path), by=by)
    with path.open("rb") as content:
        made.original.save(_file_name(job), File(content), save=False)
    made.save(force_insert=True)
    return made


def _file_name(job: Job) -> str:
    return f"job-{job.pk}.bin"


def _forget_file(job: Job) -> None:
    field: Any = Attachment._meta.get_field("original")
    default_storage.delete(field.generate_filename(Attachment(id=job.pk), _file_name(job)))


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def describe(job: Job) -> str:
    return {
        Job.Status.WAITING: _("Waiting for its turn"),
        Job.Status.RUNNING: _("Working"),
        Job.Status.DONE: _("Ready")
        if job.result_id or not job.expires_at
        else _("Its file was kept for 7 days and is gone"),
        Job.Status.FAILED: job.message or _("It did not work"),
        Job.Status.CANCELLED: _("You stopped it"),
    }[Job.Status(job.status)]
