"""The month is frozen on the first day of the next one, at ten past midnight of the factory."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from adoption.deeds import deeds_of, month_of, next_month
from adoption.floor import floor
from adoption.models import Ranking, Result, ShownName
from adoption.scoring import CHECKS, WINNERS, Deed, Kind, Score, in_order, limited, lines_of, score_of
from core.events import action, emit
from core.zone import zone
from facilities.calendar import today
from tenants import due

AT = time(0, 10)
KEY = "adoption.freeze"


def freezes_at(month: date) -> datetime:
    return datetime.combine(next_month(month), AT, zone())


def begin_months() -> None:
    """The running month will be frozen; who has begun already waits for it."""
    month = month_of(today())
    due.once(freezes_at(month), "adoption.freeze_months", key=KEY, month=month.isoformat())


def freeze_months(month: date) -> list[Ranking]:
    """This month, and those after it that are over by now: a worker may have slept for long."""
    frozen = []
    while freezes_at(month) <= timezone.now():
        frozen += freeze_month(month)
        month = next_month(month)
    due.at(freezes_at(month), "adoption.freeze_months", key=KEY, month=month.isoformat())
    return frozen


@action
def freeze_month(month: date) -> list[Ranking]:
    """The rows of everybody who did something, and places for the first five; once for each month."""
    if Ranking.objects.filter(month=month).exists():
        return []
    ranking = Ranking.objects.create(month=month, frozen_at=timezone.now())
    everybody = set(floor().values_list("pk", flat=True))
    deeds = deeds_of(everybody, month)
    scores = {pk: score_of(of) for pk, of in deeds.items()}
    places = _places(scores)
    Result.objects.bulk_create(
        (_result(ranking, pk, scores[pk], places.get(pk), deeds[pk]) for pk in sorted(deeds)), batch_size=500
    )
    for pk in places:
        _tell_winner(ranking, pk)
    named = ShownName.objects.filter(person__in=places).exists()
    points = {pk: scores[pk].total for pk in places}
    emit("ranking.frozen", ranking, by=None, day=f"{month:%Y-%m}", winners=list(places), points=points, is_named=named)
    return [ranking]


def _places(scores: dict[int, Score]) -> dict[int, int]:
    return {pk: place for place, pk in enumerate(in_order(scores)[:WINNERS], 1)}


def _result(ranking: Ranking, person: int, score: Score, place: int | None, deeds: Iterable[Deed]) -> Result:
    lines = lines_of(deeds)
    kinds = [line.deed.kind for line in lines]
    return Result(
        ranking=ranking,
        person_id=person,
        place=place,
        quality=score.quality,
        volume=score.volume,
        done=score.done,
        reached_at=score.reached_at,
        checks=sum(kind in CHECKS for kind in kinds),
        proven=kinds.count(Kind.CLEAN),
        lines=[_as_line(line) for line in lines if line.deed.kind not in CHECKS],
    )


def _as_line(line: Any) -> dict[str, Any]:
    deed = line.deed
    return {
        "kind": deed.kind,
        "day": deed.day.isoformat(),
        "about": deed.about,
        "ref": deed.ref,
        "points": line.quality,
    }


def _tell_winner(ranking: Ranking, person: int) -> None:
    result = ranking.results.get(person=person)
    emit("ranking.won", result, by=None, told=[person], day=f"{ranking.month:%Y-%m}", note=str(result.place))


@action
def revise(ranking: Ranking, person: int, points: int, why: str, *, by: Any) -> Ranking:
    """The month once more with so many points for one person: a further revision beside what stood before."""
    Ranking.objects.select_for_update(of=("self",)).get(month=ranking.month, revision=1)
    newest = Ranking.objects.filter(month=ranking.month).latest("revision")
    rows = {row.person_id: row for row in newest.results.all()}
    before = {row.person_id: row.place for row in rows.values() if row.place}
    made = Ranking.objects.create(month=newest.month, revision=newest.revision + 1, frozen_at=timezone.now())
    row = rows.setdefault(person, Result(person_id=person, quality=0, volume=0, done=0))
    correction = {"kind": Kind.APPEAL, "day": today().isoformat(), "about": why, "ref": "", "points": points}
    row.lines = [*row.lines, correction]
    row.quality, row.volume = _corrected(row, points)
    row.reached_at = row.reached_at or timezone.now()
    scores = {pk: Score(each.quality, each.volume, each.done, each.reached_at) for pk, each in rows.items()}
    places = _places(scores)
    for pk, each in rows.items():
        each.pk, each.ranking, each.place = None, made, places.get(pk)
        each._state.adding = True
    Result.objects.bulk_create(rows.values(), batch_size=500)
    moved = sorted(pk for pk in before.keys() | places.keys() if before.get(pk) != places.get(pk))
    facts = {"day": f"{made.month:%Y-%m}", "person": person, "points": points, "reason": why}
    emit("ranking.revised", made, by=by, told=moved, before=before, after=places, **facts)
    return made


def _corrected(row: Result, points: int) -> tuple[int, int]:
    quality = max(row.quality + points, 0)
    return quality, limited(quality, row.done)
