"""Sums that were written ahead are what the raw rows add up to, whatever happened since."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core.events import action, emit
from core.zone import zone
from facilities.calendar import today
from hazards.models import Hazard, Level, Status
from incidents.actions import change_incident, dismiss_incident
from incidents.models import Incident
from insight.figures import Scope
from insight.heat import heat
from insight.models import DayTotal
from insight.rollups import sum_up, totals
from inspections.models import Run
from past import actions as past
from past.actions import Entry
from past.models import Batch, PastKind, PastRun
from people.permissions import Role
from tenants.models import Due
from tests import make

DAYS = 40


def _raw() -> dict:
    """Python adds up what stands in the tables."""
    found: dict = {}

    def add(day, place, **more) -> None:
        if today() - timedelta(days=DAYS) < day <= today():
            line = found.setdefault((day, place), dict.fromkeys(("runs", "seconds", "weight"), 0))
            for name, value in more.items():
                line[name] += value

    for run in Run.objects.filter(status=Run.Status.DONE, conflicts_with=None):
        day = run.submitted_at.astimezone(zone()).date()
        add(day, run.area_id, runs=1, seconds=run.seconds or 0)
    for hazard in Hazard.objects.exclude(status__in=(Status.MERGED, Status.REJECTED, Status.VOIDED)):
        weight = {Level.GENERAL: 1, Level.SERIOUS: 3, Level.MAJOR: 10}[hazard.level]
        add(hazard.reported_at.astimezone(zone()).date(), hazard.area_id, weight=weight)
    for incident in Incident.objects.filter(severity="near_miss").exclude(status="dismissed"):
        add(incident.happened_at.astimezone(zone()).date(), incident.area_id, weight=2)
    for run in PastRun.objects.all():
        add(run.at.astimezone(zone()).date(), ("past", run.place_id), runs=1)
    return found


def _summed() -> dict:
    spans = [(today() - timedelta(days=n),) * 2 for n in range(DAYS)]
    found: dict = {}
    for row in totals(spans):
        place = ("past", row.place) if row.place else row.area
        line = {
            "runs": row.runs, "seconds": row.seconds,
            "weight": row.general + 3 * row.serious + 10 * row.major + 2 * row.near_misses,
        }  # fmt: skip
        found[spans[row.span][0], place] = line
    return found


@action
def _done(place, rng: random.Random, *, by) -> None:
    """Handed in now or late, as a phone without network does."""
    at = timezone.now() - timedelta(hours=rng.uniform(0, 24 * (DAYS - 5)))
    result = rng.choice(Run.Result.values)
    columns = {"submitted_at": at, "seconds": rng.choice([None, 60, 900]), "result": result}
    run = make.run(by, equipment=place, status=Run.Status.DONE, inspector=by, **columns)
    emit("run.submitted", run, by=by)


@action
def _found(place, rng: random.Random, *, by) -> None:
    at = timezone.now() - timedelta(hours=rng.uniform(0, 24 * (DAYS - 5)))
    hazard = make.hazard(area=place.area, reported_at=at, level=rng.choice(Level.values), reporter=by)
    emit("hazard.reported", hazard, by=by)


@action
def _changed(rng: random.Random, *, by) -> None:
    hazard = rng.choice([*Hazard.objects.all()] or [None])
    if hazard:
        columns = rng.choice([{"level": Level.MAJOR}, {"status": Status.MERGED}, {"status": Status.VOIDED}])
        Hazard.objects.filter(pk=hazard.pk).update(**columns)
        emit("hazard.photographed", hazard, by=by)


def _nearly(place, rng: random.Random, *, by) -> None:
    """Reported, moved to another day, or found to be none."""
    at = timezone.now() - timedelta(hours=rng.uniform(0, 24 * (DAYS - 5)))
    incident = rng.choice([*Incident.objects.filter(status="reported")] or [None])
    if incident is None or rng.random() < 0.5:
        make.incident(reporter=by, area=place.area, happened_at=at)
    elif rng.random() < 0.6:
        change_incident(incident, by=by, accident=incident.accident, happened_at=at)
    else:
        dismiss_incident(incident, by=by, note="看错了")


def _brought(rng: random.Random, number: int, *, by) -> None:
    at = timezone.now() - timedelta(days=rng.randrange(DAYS - 5))
    entries = [Entry({"at": at, "area": f"老{n}", "result": n > 2, "category": ""}, {}) for n in range(number % 5 + 1)]
    past.add_past(PastKind.RUNS, entries, name=f"{number}.csv", by=by)


def _removed(rng: random.Random, *, by) -> None:
    batch = rng.choice([*Batch.objects.filter(removed_at=None)] or [None])
    if batch:
        past.remove_past(batch, by=by)


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


@pytest.mark.parametrize("seed", range(6))
def test_after_anything_that_happened_the_sums_are_those_of_the_raw_rows(officer, seed):
    rng, places = random.Random(seed), [make.machine() for _n in range(2)]
    steps = (
        lambda _n: _done(rng.choice(places), rng, by=officer),
        lambda _n: _found(rng.choice(places), rng, by=officer),
        lambda _n: _changed(rng, by=officer),
        lambda _n: _nearly(rng.choice(places), rng, by=officer),
        lambda n: _brought(rng, n, by=officer),
        lambda _n: _removed(rng, by=officer),
        lambda _n: sum_up(),
    )
    for number in range(40):
        rng.choices(steps, (6, 5, 3, 5, 1, 1, 2))[0](number)
        if number % 4 == 0:
            assert _summed() == _raw(), number
    sum_up()
    assert _summed() == _raw() and DayTotal.objects.exists()


def test_the_night_writes_them_and_waits_for_the_next_one(officer):
    _done(make.machine(), random.Random(1), by=officer)
    sum_up()
    assert Due.objects.filter(handler="insight.sum_up").count() == 1
    assert DayTotal.objects.count() == 1


def test_sample_data_comes_and_goes_without_events_and_is_counted_all_the_same(officer, factory):
    sum_up()
    make.run(officer, status=Run.Status.DONE, submitted_at=timezone.now() - timedelta(days=3), seconds=60)
    with transaction.atomic():
        _loaded(factory)
    assert _summed() == _raw()


@action
def _loaded(factory) -> None:
    emit("sample.removed", factory, by=None)


# The risk


def _inspected(place, runs: int, *, share: float) -> None:
    """So many inspections of a quarter of an hour, of which that share found something serious."""
    now = timezone.now()
    for number in range(runs):
        at = now - timedelta(hours=number * 600 / runs)
        make.run(equipment=place, status=Run.Status.DONE, submitted_at=at, seconds=900)
        if int((number + 1) * share) > int(number * share):
            make.hazard(area=place.area, reported_at=at)


def test_an_area_that_is_merely_inspected_more_often_does_not_look_riskier(officer):
    places = [make.machine() for _n in range(3)]
    for place, runs in zip(places, (100, 20, 20), strict=True):
        _inspected(place, runs, share=0.2)
    cells = {cell.area.pk: cell for cell in heat(Scope(officer)).cells}
    often, seldom, _other = (cells[place.area_id] for place in places)
    assert often.sum.hazards == 5 * seldom.sum.hazards
    assert often.rank == seldom.rank == 3
    assert abs(often.times - seldom.times) < 0.1


def test_where_more_is_found_per_hour_the_risk_is_higher(officer):
    bad, good = make.machine(), make.machine()
    _inspected(bad, 40, share=0.5)
    _inspected(good, 80, share=0.05)
    worst, best = heat(Scope(officer)).cells[:2]
    assert (worst.area, best.area) == (bad.area, good.area)
    assert worst.rank < 3 and best.rank == 4 and worst.causes


def test_few_inspections_say_nothing(officer):
    _inspected(make.machine(), 4, share=1)
    cell = heat(Scope(officer)).cells[0]
    assert cell.is_scarce and cell.sum.major + cell.sum.serious == 4
