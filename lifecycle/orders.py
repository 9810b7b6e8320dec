"""The administrator takes the whole factory along: an archive is made as a job, and its own page hands it out."""

from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.events import action, emit
from core.jobs import keep_result, kind, progress, scratch, start_job
from core.models import Attachment, Job
from lifecycle.access import need_manager
from lifecycle.contents import CONTENT_TYPE, KIND
from lifecycle.export import Made, write_archive
from tenants.current import current_factory
from tenants.provisioning import slug_of


def order_export(*, by) -> Job:
    """The number of steps is known when it begins."""
    need_manager(by)
    factory = current_factory()
    return start_job(KIND, by=by, name=_("Everything of %(factory)s") % {"factory": factory.name})


@kind(KIND)
def make_export(job: Job) -> Attachment:
    """Asked again who it is for: between the order and the work somebody may have lost the right to it."""
    who, factory = need_manager(job.by), current_factory()
    with scratch(job) as folder:
        path = folder / "archive.zip"
        made = write_archive(
            factory, path, by=f"{who.name} ({who.pk})", told=lambda done, total: progress(job, done, total)
        )
        return _kept(job, path, made)


@action
def _kept(job: Job, path: Path, made: Made) -> Attachment:
    name = f"anhuan-{slug_of(current_factory())}-{timezone.localtime():%Y%m%d-%H%M}.zip"
    kept = keep_result(job, path, name=name, content_type=CONTENT_TYPE, is_guarded=True)
    facts = {"sha256": kept.sha256, "size": kept.size, "rows": made.rows, "files": made.files, "seq": made.seq}
    emit("factory.exported", current_factory(), by=job.by, note=name, seal=made.seal, **facts)
    return kept


def exports() -> QuerySet[Job]:
    """All that were asked for, the latest first."""
    return Job.objects.filter(kind=KIND).select_related("result", "by").order_by("-created_at", "-id")
