"""What people did in a month, as deeds that scoring.py counts.

A hazard earns once it is confirmed, for whoever reported it first by name: what was merged into it earns nothing, what
was found to be none neither. What came without a name is passed over wherever it stands in the order, so that nobody can
tell from somebody's points that it exists.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time

from dateutil.relativedelta import relativedelta
from django.db.models import CharField, OuterRef, Q, Subquery
from django.db.models.functions import Cast

from adoption.models import Pair
from adoption.scoring import Deed, Kind, Score, score_of
from core.models import Event
from core.zone import zone
from hazards.models import Hazard, Review, Status
from inspections.models import Run

Found = dict[int, list[Deed]]
_NOBODYS = (Hazard.Source.TIP, Hazard.Source.IMPORT)
_NO_HAZARD = (Status.MERGED, Status.REJECTED, Status.VOIDED)


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return month + relativedelta(months=1)


def bounds(month: date) -> tuple[datetime, datetime]:
    """From midnight to midnight in the factory's own zone."""
    begin, end = (datetime.combine(day, time(), zone()) for day in (month, next_month(month)))
    return begin, end


def deeds_of(people: Collection[int], month: date) -> Found:
    """For each of these people what counts in the month; the same few questions however many they are."""
    span = bounds(month)
    found: Found = defaultdict(list)
    for part in (_checks, _found, _fixed, _returned, _graduated):
        for pk, deed in part(people, span):
            found[pk].append(deed)
    return found


def scores_of(people: Collection[int], month: date) -> dict[int, Score]:
    return {pk: score_of(deeds) for pk, deeds in deeds_of(people, month).items()}


def _within(column: str, span: tuple[datetime, datetime]) -> Q:
    return Q(**{f"{column}__gte": span[0], f"{column}__lt": span[1]})


def _deed(kind: str, at: datetime, ref: str, about: str = "") -> Deed:
    return Deed(kind, at, at.astimezone(zone()).date(), about, ref)


def _checks(people, span):
    """With all proof: the label was scanned at the place, in time, and nobody else had done it; photos are asked for
    by the list itself. What was handed in for a machine that was out of service earns nothing more.
    """
    rows = Run.objects.filter(_within("submitted_at", span), status=Run.Status.DONE, inspector__in=people)
    facts = rows.order_by().values_list(
        "pk", "inspector", "submitted_at", "is_late", "scanned", "other_label", "conflicts_with", "stop_use"
    )
    for pk, person, at, is_late, scanned, other, twin, lock in facts.iterator(chunk_size=5000):
        is_clean = bool(scanned) and not (is_late or other or twin or lock)
        yield person, _deed(Kind.CLEAN if is_clean else Kind.CHECK, at, f"run:{pk}")  # type: ignore[arg-type]  # it is in the span


def _found(people, span):
    confirmed = Hazard.objects.filter(_within("confirmed_at", span)).exclude(status__in=_NO_HAZARD)
    kept = {pk: (number, title, at) for pk, number, title, at in _row(confirmed, "number", "title", "confirmed_at")}
    first: dict[int, tuple[datetime, int, int]] = {}
    merged = _roots(kept)
    named = Hazard.objects.filter(pk__in=[*kept, *merged], reporter__isnull=False).exclude(source__in=_NOBODYS)
    for pk, reporter, at in _row(named, "reporter", "reported_at"):
        root = merged.get(pk, pk)
        first[root] = min(first.get(root, (at, pk, reporter)), (at, pk, reporter))
    for root, (_at, pk, reporter) in first.items():
        if reporter in people:
            number, title, at = kept[root]
            # The own report, where another one was kept: its page is the one that the reporter may open.
            yield reporter, _deed(Kind.FOUND, at, f"hazard:{pk}", f"{number} {title}" if pk == root else "")


def _row(rows, *columns):
    return rows.order_by().values_list("pk", *columns)


def _roots(kept: Collection[int]) -> dict[int, int]:
    """Of what was merged, into which of these in the end."""
    roots: dict[int, int] = {}
    near: set[int] = set(kept)
    while near:
        rows = Hazard.objects.filter(merged_into__in=near, status=Status.MERGED).exclude(pk__in=roots).order_by()
        level = {pk: roots.get(into, into) for pk, into in rows.values_list("pk", "merged_into") if into}
        roots |= level
        near = set(level)
    return roots


def _fixed(people, span):
    """Closed within its limit, without having been returned."""
    rows = Hazard.objects.filter(_within("closed_at", span), status=Status.CLOSED, round=1, owner__in=people).proven()
    for pk, owner, number, title, at, due in _row(rows, "owner", "number", "title", "closed_at", "due_at"):
        if due is None or at <= due:
            yield owner, _deed(Kind.FIXED, at, f"hazard:{pk}", f"{number} {title}")


def _returned(people, span):
    """Against whoever had handed the fix in, also where somebody else has it by now."""
    handed_in = Event.objects.filter(
        name="hazard.submitted",
        subject_type=Hazard._meta.label_lower,
        subject_id=Cast(OuterRef("hazard"), CharField()),
        at__lte=OuterRef("at"),
    )
    rows = Review.objects.filter(_within("at", span), is_passed=False)
    rows = rows.annotate(by=Subquery(handed_in.order_by("-seq").values("actor")[:1])).filter(by__in=people)
    for pk, person, number, title, at in rows.order_by().values_list(
        "hazard", "by", "hazard__number", "hazard__title", "at"
    ):
        yield person, _deed(Kind.RETURNED, at, f"hazard:{pk}", f"{number} {title}")


def _graduated(people, span):
    rows = Pair.objects.filter(_within("ended_at", span), status=Pair.Status.GRADUATED, mentor__in=people)
    for pk, mentor, name, at in _row(rows, "mentor", "mentee__name", "ended_at"):
        yield mentor, _deed(Kind.GRADUATED, at, f"pair:{pk}", name)
