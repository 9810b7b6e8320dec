"""What was inspected and found, by day and place, summed up ahead of time and exact at any moment.

The sums of past days are kept as rows, because a year of them is asked for on every look at the dashboard. What has
changed since is read from the ledger: each change of a check, a hazard or a file of past records is an event with a
number, sealed in the order of the commits. So a day is either untouched since its sums were written, or counted anew
from the raw rows in the very same statement. Today is always of the second kind, and so is the day of a check that
arrives late, of a hazard that was merged or got another level, and each day of a file that was read in or removed.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from core.models import Event
from core.zone import zone
from facilities.calendar import today
from insight.models import SummedUp
from tenants import due

_KEY = "insight.sum_up"
_AT = time(3, 10)

# By kind: the moment, what it adds up, and from where. A further source is one more entry, with a line in _TOUCHED.
_PLACED = "source.area_id, NULL::bigint"
_BEFORE = "NULL::bigint, source.place_id"
_LEVELS = (
    "0, 0, 0, count(*) FILTER (WHERE level = 'general'), count(*) FILTER (WHERE level = 'serious'), "
    "count(*) FILTER (WHERE level = 'major'), 0"
)
_TIMES = "count(source.seconds), coalesce(sum(source.seconds), 0), 0, 0, 0, 0"
_SOURCES = {
    "run": (
        "submitted_at", _PLACED, f"count(*), {_TIMES}",
        "inspections_run", "source.status = 'done' AND source.conflicts_with_id IS NULL",
    ),
    "hazard": (
        "reported_at", _PLACED, _LEVELS,
        "hazards_hazard", "source.status NOT IN ('merged', 'rejected', 'voided')",
    ),
    "near_miss": (
        "happened_at", _PLACED, "0, 0, 0, 0, 0, 0, count(*)",
        "incidents_incident", "source.severity = 'near_miss' AND source.status <> 'dismissed'",
    ),
    "past_run": (
        "at", _BEFORE, f"count(*), {_TIMES}", "past_pastrun", "true",
    ),
    "past_hazard": ("reported_at", _BEFORE, _LEVELS, "past_pasthazard", "true"),
    "past_near_miss": (
        "at", _BEFORE, "0, 0, 0, 0, 0, 0, count(*)", "past_pastincident", "source.severity = 'near_miss'",
    ),
}  # fmt: skip
_COLUMNS = "runs, timed, seconds, general, serious, major, near_misses"
_COUNTED = " UNION ALL ".join(
    f"""
    SELECT '{kind}' AS kind, touched.day, {place}, {sums}
    FROM touched JOIN {table} source ON touched.kind = '{kind}'
        AND source.{moment} >= touched.begins AND source.{moment} < touched.ends
    WHERE {rule} GROUP BY 2, 3, 4"""  # noqa: S608 - only what stands above
    for kind, (moment, place, sums, table, rule) in _SOURCES.items()
)
# Sample data comes and goes without events of its own, and in another zone every day is another one: then nothing of
# what was summed up holds.
_STATE = """
SELECT seq FROM insight_summedup WHERE time_zone = %(zone)s
    AND NOT EXISTS (SELECT 1 FROM core_event e WHERE e.seq > insight_summedup.seq AND e.name LIKE 'sample.%%')
"""
_TOUCHED = """
SELECT DISTINCT 'run' AS kind, (r.submitted_at AT TIME ZONE %(zone)s)::date AS day
FROM inspections_run r WHERE r.submitted_at IS NOT NULL
    AND r.id IN (SELECT subject_id::bigint FROM news WHERE subject_type = 'inspections.run')
UNION SELECT 'hazard', (h.reported_at AT TIME ZONE %(zone)s)::date
FROM hazards_hazard h WHERE h.id IN (SELECT subject_id::bigint FROM news WHERE subject_type = 'hazards.hazard')
UNION SELECT 'near_miss', (i.happened_at AT TIME ZONE %(zone)s)::date
FROM incidents_incident i WHERE i.id IN (SELECT subject_id::bigint FROM news WHERE subject_type = 'incidents.incident')
UNION SELECT 'near_miss', (day_before AT TIME ZONE %(zone)s)::date FROM news WHERE day_before IS NOT NULL
UNION SELECT kinds.kind, days.day::date
FROM past_batch b CROSS JOIN (VALUES ('past_run'), ('past_hazard'), ('past_near_miss')) kinds (kind)
CROSS JOIN generate_series(
    (b.first_at AT TIME ZONE %(zone)s)::date, (b.last_at AT TIME ZONE %(zone)s)::date, interval '1 day'
) days (day)
WHERE b.id IN (SELECT subject_id::bigint FROM news WHERE subject_type = 'past.batch')
"""
# day_before: where an incident was moved to another day, the one on which it stood until then.
_NEWS = """
SELECT subject_type, subject_id, (data ->> 'happened_before')::timestamptz AS day_before
FROM core_event WHERE seq > (SELECT seq FROM state)
    AND subject_type IN ('inspections.run', 'hazards.hazard', 'incidents.incident', 'past.batch')
"""
_BOUNDS = "(day::timestamp AT TIME ZONE %(zone)s), ((day + 1)::timestamp AT TIME ZONE %(zone)s)"
_READ = f"""
WITH spans AS (
    SELECT * FROM unnest(%(numbers)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS spans (span, since, until)
), state AS ({_STATE}), news AS MATERIALIZED ({_NEWS}), changed AS ({_TOUCHED}),
asked AS (SELECT min(since) AS since, max(until) AS until FROM spans),
touched AS MATERIALIZED (
    SELECT kind, day, begins, ends FROM (
        SELECT kind, day FROM changed WHERE EXISTS (SELECT 1 FROM state)
        UNION SELECT kinds.kind, days.day::date FROM unnest(%(kinds)s::text[]) AS kinds (kind)
        CROSS JOIN (SELECT generate_series(since, until, interval '1 day') AS day FROM asked) days
        WHERE NOT EXISTS (SELECT 1 FROM state)
    ) found CROSS JOIN LATERAL (SELECT {_BOUNDS}) AS bounds (begins, ends)
    WHERE day BETWEEN (SELECT since FROM asked) AND (SELECT until FROM asked)
), totals (kind, day, area_id, place_id, {_COLUMNS}) AS (
    SELECT kind, day, area_id, place_id, {_COLUMNS} FROM insight_daytotal
    WHERE EXISTS (SELECT 1 FROM state)
        AND day BETWEEN (SELECT since FROM asked) AND (SELECT until FROM asked)
        AND (kind, day) NOT IN (SELECT kind, day FROM touched)
    UNION ALL {_COUNTED}
)
SELECT span, area_id, place_id, {", ".join(f"sum({name})::bigint" for name in _COLUMNS.split(", "))}
FROM totals JOIN spans ON day BETWEEN spans.since AND spans.until GROUP BY 1, 2, 3
"""  # noqa: S608 - nothing in it comes from outside
_ALL_DAYS = " UNION ".join(
    f"SELECT DISTINCT '{kind}' AS kind, ({moment} AT TIME ZONE %(zone)s)::date AS day FROM {table} WHERE {moment} IS NOT NULL"  # noqa: S608
    for kind, (moment, _place, _sums, table, _rule) in _SOURCES.items()
)
_WRITE = """
WITH touched AS MATERIALIZED (
    SELECT kind, day, {bounds} FROM unnest(%(kinds)s::text[], %(days)s::date[]) AS given (kind, day)
)
INSERT INTO insight_daytotal (kind, day, area_id, place_id, {columns}) {counted}
"""


class Total(NamedTuple):
    """span: its number in what was asked for."""

    span: int
    area: int | None
    place: int | None
    runs: int
    timed: int
    seconds: int
    general: int
    serious: int
    major: int
    near_misses: int


def totals(spans: Sequence[tuple[date, date]]) -> list[Total]:
    """Of each span of days, by place; one statement, so that what was summed up and what is counted now fit together."""
    arguments: dict[str, Any] = {
        "zone": str(zone()), "kinds": list(_SOURCES), "numbers": list(range(len(spans))),
        "firsts": [since for since, _until in spans], "lasts": [until for _since, until in spans],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_READ, arguments)
        return [Total(*row) for row in cursor.fetchall()]


@due.handler("insight.sum_up")
def sum_up() -> None:
    """Every night: the days that were touched since the last time, and all of them where nothing holds any more."""
    with transaction.atomic():
        seq = Event.objects.aggregate(last=Max("seq"))["last"] or 0
        days = _touched()
        with connection.cursor() as cursor:
            if days is None:
                cursor.execute("DELETE FROM insight_daytotal")
                cursor.execute(_ALL_DAYS, {"zone": str(zone())})
                days = cursor.fetchall()
            given: dict[str, Any] = {
                "kinds": [kind for kind, _day in days],
                "days": [day for _kind, day in days],
                "zone": str(zone()),
            }
            cursor.execute(
                "DELETE FROM insight_daytotal WHERE (kind, day) IN"
                " (SELECT * FROM unnest(%(kinds)s::text[], %(days)s::date[]))",
                given,
            )
            cursor.execute(_written(), given)
        SummedUp.objects.update_or_create(pk=1, defaults={"seq": seq, "time_zone": str(zone())})
    begin_to_sum_up()


def begin_to_sum_up() -> None:
    """The coming night; nothing depends on it but how fast a page is."""
    due.at(_next_night(timezone.now()), "insight.sum_up", key=_KEY)


def _next_night(now: datetime) -> datetime:
    night = datetime.combine(today(), _AT, zone())
    return night if night > now else night + timedelta(days=1)


def _touched() -> Iterable[tuple[str, date]] | None:
    """None: all."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, {"zone": str(zone())})
        if cursor.fetchone() is None:
            return None
        cursor.execute(
            f"WITH state AS ({_STATE}), news AS MATERIALIZED ({_NEWS}) {_TOUCHED}",
            {"zone": str(zone())},
        )
        return cursor.fetchall()


def _written() -> Any:
    bounds = "(day::timestamp AT TIME ZONE %(zone)s) AS begins, ((day + 1)::timestamp AT TIME ZONE %(zone)s) AS ends"
    return _WRITE.format(bounds=bounds, columns=_COLUMNS, counted=_COUNTED)
