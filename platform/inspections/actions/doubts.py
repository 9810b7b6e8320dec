"""The private side of a check: judging it after it was handed in, and the talk that follows."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import visible_through
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from inspections.authenticity import facts_of, judge
from inspections.models import DOUBTFUL, Run
from people.models import User

NOTE_LENGTH = 500


@visible_through
def photos_in_doubt(user: User) -> Any:
    """The earlier photo may come from a place that the leader does not see otherwise."""
    if not user.can("inspections.see_doubts"):
        return Attachment.objects.none().values("pk")
    doubts = Run.objects.doubted_before(user).filter(score__lt=DOUBTFUL).values_list("doubts", flat=True)
    shown = [
        copy[side] for row in doubts for doubt in row for copy in doubt.get("copies", ()) for side in ("photo", "of")
    ]
    return Attachment.objects.filter(pk__in=shown).values("pk")


@action
def judge_runs(pks: Iterable[int]) -> int:
    """By the clock, each run once; returns how many. No event tells of it: the ledger is read by more than the leader."""
    runs = Run.objects.filter(pk__in=list(pks), score=None, status=Run.Status.DONE)
    judged = {pk: judge(facts) for pk, facts in facts_of(runs.values_list("pk", flat=True)).items()}
    scores = [score for score, _doubts in judged.values()]
    doubts = [json.dumps(doubts) for _score, doubts in judged.values()]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(run=Run._meta.db_table), [list(judged), scores, doubts])
        return cursor.rowcount


_WRITE = """
UPDATE {run} run SET score = judged.score, doubts = judged.doubts::jsonb
FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS judged (id, score, doubts)
WHERE run.id = judged.id AND run.score IS NULL
"""


@action
def settle_doubt(run: Run, note: str, *, by: User) -> Run:
    """Talked about it. The note stays with the run; the ledger says who and when, not about whom."""
    if not Run.objects.doubted_before(by).filter(pk=run.pk).exists():
        raise NotAllowed(
            _(
                "Only the team leader of the one who did this check talks about it, or the safety officer where there is none."
            )
        )
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.score is None or run.score >= DOUBTFUL:
        raise WrongStatus(_("There is nothing to talk about in this check."))
    if any(doubt["code"] == "settled" for doubt in run.doubts):
        raise WrongStatus(_("This talk is noted already."))
    note = note.strip()
    if len(note) > NOTE_LENGTH:
        raise DomainError(_("Keep the note below %(limit)d characters.") % {"limit": NOTE_LENGTH})
    settled = {"code": "settled", "by": by.pk, "name": by.name, "at": timezone.now().isoformat(), "note": note}
    run.doubts = [*run.doubts, settled]
    run.save(update_fields=["doubts"])
    emit("run.doubt_settled", by, by=by)
    return run
