"""A pack is installed from the market by a worker, which tells how far it is."""

from typing import Any

from django.utils.translation import gettext as _

from core.errors import WrongStatus
from core.events import action
from core.jobs import kind, progress, start_job
from core.models import Job
from core.words import say
from market.actions import install_pack
from market.packs import load_pack, titles
from market.updates import installed, refuse_unless_manager

KIND = "pack"
# As many kinds of things as install_pack tells of.
STEPS = 13


@action
def order_pack(code: str, *, by: Any) -> Job:
    """Asked twice, it is the same work."""
    refuse_unless_manager(by)
    load_pack(code)
    if code in installed():
        raise WrongStatus(_("This pack is installed already. Look at what is new in it."))
    waiting = Job.objects.filter(kind=KIND, status=Job.Status.WAITING, payload__pack=code, by=by).first()
    return waiting or start_job(KIND, by=by, total=STEPS, pack=code, name=say(titles()[code]))


@kind(KIND)
def install_by_worker(job: Job) -> None:
    refuse_unless_manager(job.by)
    said: list[str] = []

    def tell(what: str, _count: int) -> None:
        said.append(what)
        progress(job, len(said))

    install_pack(load_pack(job.payload["pack"]), by=job.by, tell=tell)
