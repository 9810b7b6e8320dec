"""The history is looked through when somebody asks, and every week from then on."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import NotAllowed
from core.events import action, emit
from core.jobs import kind as job_kind
from core.jobs import start_job
from core.models import Job
from insight.models import Pattern, Search
from tenants import due

EVERY = timedelta(days=7)
# The rows behind a pattern that are kept with it; of more the number says enough.
MOST_ROWS = 500
_KEY = "patterns"


@action
def order_search(*, by: Any) -> Job:
    """A worker looks; its page shows how far it is."""
    if not by.can("insight.search"):
        raise NotAllowed(_("Your role may not open this page. Ask the administrator if you need it."))
    return start_job("find_patterns", by=by)


@action
def search_history(*, by: Any) -> Search:
    """Keeps what is found now, tells what the search before did not find, and sets the next one."""
    from insight.patterns.findings import look  # SciPy is for workers

    before = Search.objects.order_by("-at", "-id").first()
    known = {_mark(pattern) for pattern in before.patterns.all()} if before else set()
    outcome = look()
    search = Search.objects.create(at=timezone.now(), by=by, runs=outcome.runs, failed=outcome.failed)
    patterns = [
        Pattern(
            search=search, rank=rank, factors=one.factors, category=one.category, n=one.n, exposure=one.exposure,
            rate_ratio=one.rate_ratio, ci_low=one.ci[0], ci_high=one.ci[1] if one.ci[1] < float("inf") else None,
            q=one.q, sentence=one.sentence, action=one.action, run_ids=one.run_ids[:MOST_ROWS],
            past_ids=one.past_ids[:MOST_ROWS],
        )
        for rank, one in enumerate(outcome.findings, 1)
    ]  # fmt: skip
    for pattern in patterns:
        pattern.is_new = _mark(pattern) not in known
    Pattern.objects.bulk_create(patterns)
    emit("patterns.searched", search, by=by, runs=search.runs, failed=search.failed, found=len(patterns))
    fresh = [pattern for pattern in patterns if pattern.is_new]
    if fresh:
        emit("patterns.found", search, by=by, note=str(len(fresh)))
    due.cancel(key=_KEY)
    due.at(timezone.now() + EVERY, "insight.search", key=_KEY)
    return search


def _mark(pattern: Pattern) -> tuple[str, str]:
    """The same place and kind; its values may have moved a little since."""
    places = sorted((name, _middle(value)) for name, value in pattern.factors.items())
    return repr(places), pattern.category


def _middle(value: Any) -> str:
    return str(value[0]) if isinstance(value, list) else str(value)


@due.handler("insight.search")
def search_weekly() -> None:
    search_history(by=None)


@job_kind("find_patterns")
def search_by_worker(job: Job) -> None:
    search_history(by=job.by)
