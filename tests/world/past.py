"""A list from before with the sums of its days, a pattern that was found in it, a report, and a target."""

from datetime import timedelta

from django.utils import timezone

from core.attachments import keep_file
from insight.models import Countermeasure, Pattern, Report, Search, Verdict
from insight.reports import order_report
from insight.rollups import sum_up
from insight.targets import set_targets
from past import actions
from past.actions import Entry
from past.models import PastKind, PastRun
from people.permissions import Role
from tests.world.base import World


def add_past(world: World) -> None:
    officer = world.people[Role.SAFETY_OFFICER]
    at = timezone.now() - timedelta(days=400)
    run = {"at": at, "area": f"{world.mark}老车间", "result": True, "category": f"{world.mark}老隐患"}
    actions.add_past(PastKind.RUNS, [Entry(run, {"备注": world.mark})], name=f"{world.mark}台账.csv", by=officer)
    sum_up()
    set_targets({"days": 2}, by=officer)
    report = order_report("month", at.date(), by=officer)
    file = keep_file(b"%PDF-", name=f"{world.mark}报告.pdf", content_type="application/pdf", by=None)
    Report.objects.filter(pk=report.pk).update(file=file, written_at=at)
    search = Search.objects.create(at=timezone.now(), by=officer, runs=40, failed=8)
    pattern = Pattern.objects.create(
        search=search, rank=1, factors={"area": f"{world.mark}老车间"}, category="", n=5, exposure=10, rate_ratio=3.0,
        ci_low=1.2, ci_high=None, q=0.01, sentence=world.words("老车间查出问题多"), action=world.words("多查几次"),
        past_ids=list(PastRun.objects.values_list("pk", flat=True)),
    )  # fmt: skip
    row = Countermeasure.objects.create(
        pattern=pattern, kind=Countermeasure.Kind.TALK, what=world.words("老车间班前会"), made={}, taken_by=officer,
        taken_at=at,
    )  # fmt: skip
    row.judgements.create(
        at=timezone.now(), weeks=4, verdict=Verdict.UNCLEAR, here_before=5, here_before_runs=10, here_after=0,
        here_after_runs=2, there_before=9, there_before_runs=90, there_after=1, there_after_runs=9,
    )  # fmt: skip
