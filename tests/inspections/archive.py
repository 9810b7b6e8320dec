"""A plant with some records, for the tests of the archive."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from inspections.models import Answer, Run
from people.permissions import Role
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def done(opens: str, *, by=None, **columns) -> Run:
    """Handed in ten minutes after it opened, with an answer to each item."""
    by = by or make.person(Role.WORKER)
    begin = at(opens)
    facts = {
        "status": Run.Status.DONE,
        "inspector": by,
        "opens_at": begin,
        "closes_at": begin + timedelta(minutes=90),
        "started_at": begin + timedelta(minutes=9),
        "submitted_at": begin + timedelta(minutes=10),
        "seconds": 60,
        "result": Run.Result.PASS,
    }
    run = make.run(by, **(facts | columns))
    for item in run.checklist.items.all():
        Answer.objects.create(run=run, item=item, value=Answer.Value.PASS, answered_at=run.submitted_at)
    return run
