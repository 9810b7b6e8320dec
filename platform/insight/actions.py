"""The history is looked through when somebody asks, and every week from then on; what is done because of it is judged."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.jobs import kind as job_kind
from core.jobs import start_job
from core.models import Job
from core.words import say
from core.zone import zone
from insight.models import LOOKS, Countermeasure, Judgement, Pattern, Search, Verdict
from insight.patterns.proposals import Proposal, proposals
from insight.patterns.words import in_both, where
from inspections.actions import create_plan, stop_plan
from inspections.models import Plan, Run
from people.models import User
from sensors.actions import drop_threshold, set_threshold
from sensors.models import Threshold
from tenants import due
from training.actions import cancel_session, drop_requirement, plan_session, require_course
from training.models import Requirement, TrainingSession
from training.models.learning import Occasion

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
    known = {pattern.mark for pattern in before.patterns.all()} if before else set()
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
        pattern.is_new = pattern.mark not in known
        pattern.proposed = _proposed(pattern)
    Pattern.objects.bulk_create(patterns)
    emit("patterns.searched", search, by=by, runs=search.runs, failed=search.failed, found=len(patterns))
    fresh = [pattern for pattern in patterns if pattern.is_new]
    if fresh:
        emit("patterns.found", search, by=by, note=str(len(fresh)))
    due.cancel(key=_KEY)
    due.at(timezone.now() + EVERY, "insight.search", key=_KEY)
    return search


def _proposed(pattern: Pattern) -> dict[str, Any] | None:
    """What can be done from the list: a course wants to be chosen, and the day of a talk passes."""
    at_once = (Countermeasure.Kind.PLAN, Countermeasure.Kind.LIMIT)
    first = next((each for each in proposals(pattern) if each.facts and each.kind in at_once), None)
    return {"kind": first.kind, "text": in_both(first.line), "stamp": first.stamp} if first else None


@due.handler("insight.search")
def search_weekly() -> None:
    search_history(by=None)


@job_kind("find_patterns")
def search_by_worker(job: Job) -> None:
    search_history(by=job.by)


# From pattern to act to proof


@action
def take_countermeasure(pattern: Pattern, kind: str, *, by: User, stamp: str, course_code: str = "") -> Countermeasure:
    """Does what was proposed, as it was shown, and has it judged after four weeks; course_code: for a course, which one."""
    _refuse_unless_acting(by)
    # One at a time: the same pattern may lie open as two searches found it.
    Search.objects.select_for_update().order_by("pk").first()
    if kind in {each.kind for each in standing(pattern)}:
        raise WrongStatus(_("This was done for the pattern already. Look at what came of it."))
    proposal = next((each for each in proposals(pattern) if each.kind == kind and each.facts), None)
    if proposal is None or proposal.stamp != stamp:
        raise WrongStatus(_("Something has changed in the meantime. Look at the proposal again."))
    made = _TAKE[kind](proposal, pattern, by, course_code)
    row = Countermeasure.objects.create(
        pattern=pattern, kind=kind, what=in_both(proposal.line), made=made, taken_at=timezone.now(), taken_by=by
    )
    emit("countermeasure.taken", row, by=by, note=say(row.what), sentence=pattern.sentence, **made)
    _set_next_look(row)
    return row


def standing(pattern: Pattern) -> list[Countermeasure]:
    """Taken for the pattern, also as an earlier search found it, and not taken back."""
    rows = Countermeasure.objects.filter(ended_at=None, pattern__category=pattern.category).select_related("pattern")
    return [row for row in rows if row.pattern.mark == pattern.mark]


def _refuse_unless_acting(by: User) -> None:
    if not by.can("insight.act"):
        raise NotAllowed(_("Only the safety officer changes plans, limits and courses. Talk to them about it."))


def _take_plan(proposal: Proposal, pattern: Pattern, by: User, course_code: str) -> dict[str, Any]:
    name = _("Extra check: %(where)s") % {"where": where(pattern.factors)}
    return {"plan": create_plan(name[:80], by=by, **proposal.facts).pk}


def _take_limit(proposal: Proposal, pattern: Pattern, by: User, course_code: str) -> dict[str, Any]:
    sensors, limit = proposal.facts["sensors"], proposal.facts["limit"]
    return {"thresholds": [set_threshold(sensor, by=by, **limit).pk for sensor in sensors]}


def _take_course(proposal: Proposal, pattern: Pattern, by: User, course_code: str) -> dict[str, Any]:
    if course_code not in {course.code for course in proposal.facts["courses"]}:
        raise DomainError(_("Choose the course."))
    require_course(course_code, by=by, job_role=None, days=7, occasion=Occasion.THIRD_WEEK)
    row = Requirement.objects.get(course_code=course_code, job_role=None, occasion=Occasion.THIRD_WEEK)
    return {"requirement": row.pk, "course": course_code}


def _take_talk(proposal: Proposal, pattern: Pattern, by: User, course_code: str) -> dict[str, Any]:
    title = _("Toolbox talk: %(where)s") % {"where": where(pattern.factors)}
    return {"session": plan_session(title[:80], by=by, hours=Decimal("0.5"), **proposal.facts).pk}


_TAKE: dict[str, Callable[[Proposal, Pattern, User, str], dict[str, Any]]] = {
    Countermeasure.Kind.PLAN: _take_plan,
    Countermeasure.Kind.LIMIT: _take_limit,
    Countermeasure.Kind.COURSE: _take_course,
    Countermeasure.Kind.TALK: _take_talk,
}


@action
def end_countermeasure(row: Countermeasure, *, by: User, note: str) -> Countermeasure:
    """What was changed is changed back; what was done and found meanwhile stays."""
    _refuse_unless_acting(by)
    row = Countermeasure.objects.select_for_update().get(pk=row.pk)
    if row.ended_at:
        raise WrongStatus(_("This was taken back already."))
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    for plan in Plan.objects.filter(pk=row.made.get("plan")):
        stop_plan(plan, by=by)
    for threshold in Threshold.objects.filter(pk__in=row.made.get("thresholds", [])):
        drop_threshold(threshold, by=by)
    for requirement in Requirement.objects.filter(pk=row.made.get("requirement")):
        drop_requirement(requirement, by=by)
    for session in TrainingSession.objects.filter(pk=row.made.get("session"), status=TrainingSession.Status.PLANNED):
        cancel_session(session, by=by, note=note)
    row.ended_at, row.ended_by, row.end_note = timezone.now(), by, note.strip()[:300]
    row.save(update_fields=["ended_at", "ended_by", "end_note"])
    due.cancel(key=_key_of(row))
    emit("countermeasure.ended", row, by=by, note=row.end_note)
    return row


@action
def judge_countermeasure(row: Countermeasure) -> Judgement | None:
    """The clock: looks at what came of it, each look once, and sets the next one."""
    from insight.patterns.facts import read_history  # SciPy is for workers
    from insight.patterns.proof import compare

    row = Countermeasure.objects.select_for_update(of=("self",)).select_related("pattern").get(pk=row.pk)
    weeks = LOOKS[row.judgements.count()] if row.judgements.count() < len(LOOKS) else None
    if row.ended_at or weeks is None:
        return None
    own = set(Run.objects.filter(plan=row.made["plan"]).values_list("pk", flat=True)) if "plan" in row.made else set()
    taken_at = row.taken_at.astimezone(zone()).replace(tzinfo=None)
    found = compare(read_history(), row.pattern.factors, row.pattern.category, taken_at=taken_at, leave_out=own)
    judgement = Judgement.objects.create(
        countermeasure=row, at=timezone.now(), weeks=weeks,
        here_before=found.here_before.found, here_before_runs=found.here_before.runs,
        here_after=found.here_after.found, here_after_runs=found.here_after.runs,
        there_before=found.there_before.found, there_before_runs=found.there_before.runs,
        there_after=found.there_after.found, there_after_runs=found.there_after.runs,
        ratio=found.ratio, ci_low=found.ci and found.ci[0], ci_high=found.ci and found.ci[1], verdict=found.verdict,
    )  # fmt: skip
    emit("countermeasure.judged", row, by=None, note=str(Verdict(found.verdict).label), weeks=weeks, ratio=found.ratio)
    _set_next_look(row)
    return judgement


def _set_next_look(row: Countermeasure) -> None:
    done = row.judgements.count()
    if done < len(LOOKS):
        due.at(row.taken_at + timedelta(weeks=LOOKS[done]), "insight.judge", key=_key_of(row), countermeasure=row.pk)


def _key_of(row: Countermeasure) -> str:
    return f"countermeasure:{row.pk}"


@due.handler("insight.judge")
def judge_by_clock(countermeasure: int) -> None:
    judge_countermeasure(Countermeasure.objects.get(pk=countermeasure))
