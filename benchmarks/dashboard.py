"""The heat map of a year against the same sums in DuckDB over the exported rows: equal numbers, and how long each takes."""

import os
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.exports import in_a_factory
from benchmarks.measure import Result, compare

DAYS = 730
ZONE = "Asia/Shanghai"


def run(*, is_quick: bool) -> list[Result]:
    """Two years of inspections, one of a hundred with a hazard; what was done today is not summed up yet."""
    import duckdb

    from insight.rollups import sum_up, totals

    runs = 12_000 if is_quick else 1_200_000
    with in_a_factory(), TemporaryDirectory() as folder:
        last = _fill(runs)
        sum_up()
        _do_more(last)
        spans = _spans(last)
        with duckdb.connect(os.path.join(folder, "plant.db")) as bare:
            _export(bare, Path(folder), spans)
            assert _theirs(bare) == _ours(totals(spans))
            return [
                compare(
                    f"heatmap_{runs // 1000}k",
                    lambda: _nothing(totals(spans)),
                    lambda: _nothing(_theirs(bare)),
                    goal=3,
                    rounds=3 if is_quick else 9,
                )
            ]


def _nothing(_rows: Any) -> None:
    """What was fetched is thrown away."""


def _spans(last: date) -> list[tuple[date, date]]:
    """What a page asks for: twelve weeks, the thirty days before the end of each, and all of it for the plant's mean."""
    weeks = [(last - timedelta(days=7 * n + 6), last - timedelta(days=7 * n)) for n in range(12)]
    around = [(end - timedelta(days=29), end) for _begin, end in weeks]
    return [*weeks, *around, (last - timedelta(days=364), last)]


def _ours(rows: list[Any]) -> set[tuple[int, ...]]:
    return {(row.span, row.area, row.runs, row.seconds, row.general, row.serious, row.major) for row in rows}


def _theirs(bare: Any) -> set[tuple[int, ...]]:
    return set(bare.execute(_SUMS).fetchall())


_SUMS = f"""
WITH facts AS (
    SELECT area, day, 1 AS runs, seconds, 0 AS general, 0 AS serious, 0 AS major
    FROM (SELECT area, (submitted_at AT TIME ZONE '{ZONE}')::date AS day, seconds FROM run)
    UNION ALL
    SELECT area, day, 0, 0, (level = 'general')::int, (level = 'serious')::int, (level = 'major')::int
    FROM (SELECT area, (reported_at AT TIME ZONE '{ZONE}')::date AS day, level FROM hazard)
), days AS (
    SELECT area, day, sum(runs) AS runs, sum(seconds) AS seconds, sum(general) AS general,
        sum(serious) AS serious, sum(major) AS major FROM facts GROUP BY ALL
)
SELECT span, area, sum(runs)::bigint, sum(seconds)::bigint, sum(general)::bigint,
    sum(serious)::bigint, sum(major)::bigint
FROM days JOIN span ON day BETWEEN since AND until GROUP BY ALL
"""


def _export(bare: Any, folder: Path, spans: list[tuple[date, date]]) -> None:
    """The raw rows, with their types; DuckDB keeps them as it likes best."""
    from tenants.current import connection

    tables = {
        "run": "SELECT area_id, submitted_at, seconds FROM inspections_run",
        "hazard": "SELECT area_id, reported_at, level FROM hazards_hazard",
    }
    columns = {
        "run": "area BIGINT, submitted_at TIMESTAMPTZ, seconds INTEGER",
        "hazard": "area BIGINT, reported_at TIMESTAMPTZ, level VARCHAR",
    }
    for name, query in tables.items():
        path = folder / f"{name}.csv"
        with connection.cursor() as cursor, path.open("wb") as out:
            cursor.execute("SELECT 1")  # the guard of schemas looks at what is executed, and a copy is not
            with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT CSV)") as copy:
                for part in copy:
                    out.write(bytes(part))
        bare.execute(f"CREATE TABLE {name} ({columns[name]})")
        bare.execute(f"COPY {name} FROM '{path}' (FORMAT CSV, HEADER false)")
    bare.execute("CREATE TABLE span (span INTEGER, since DATE, until DATE)")
    bare.executemany("INSERT INTO span VALUES (?, ?, ?)", [(n, *span) for n, span in enumerate(spans)])


def _fill(runs: int) -> date:
    from facilities.calendar import today

    last = today()
    _execute(_SQL, {"runs": runs, "per_day": runs // DAYS + 1, "first": last - timedelta(days=DAYS)})
    return last


def _do_more(last: date) -> None:
    """Today's inspections, each with its entry in the ledger."""
    _execute(_TODAY, {"count": 1600, "day": last})


def _execute(statements: tuple[str, ...], values: dict[str, Any]) -> None:
    from tenants.current import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)


_RUN = (
    "INSERT INTO inspections_run (client_id, stop, checklist_id, area_id, department_id, role, opens_at,"
    " status, submitted_at, is_late, result, seconds, content_sha256, doubts) SELECT gen_random_uuid(), 1,"
    " (SELECT max(id) FROM inspections_checklist), a.id, a.department_id, '', t, 'done', t, false,"
    " CASE WHEN n %% 14 = 0 THEN 'fail' ELSE 'pass' END, 60 + n %% 300, '', '[]'"
)
_SQL = (
    "INSERT INTO facilities_department (code, name, kind)"
    """ SELECT 'D' || n, '{"zh": "冲压车间", "en": "Press shop"}', 'workshop' FROM generate_series(1, 6) n""",
    "INSERT INTO facilities_area (code, name, department_id, colour, is_ex)"
    """ SELECT 'A' || n, '{"zh": "冲压 A 区", "en": "Press A"}', d.id, 'orange', false"""
    " FROM generate_series(1, 30) n JOIN facilities_department d ON d.code = 'D' || (n %% 6 + 1)",
    "INSERT INTO hazards_category (code, name, gbt13861, level)"
    """ VALUES ('guard', '{"zh": "防护缺失", "en": "Guard"}', 2, 'serious')""",
    "INSERT INTO inspections_checklist (code, version, title, audience, frequency, seconds, status)"
    """ VALUES ('press', 1, '{"zh": "冲压机班前检查", "en": "Press check"}', 'staff', 'preshift', 60, 'current')""",
    f"{_RUN} FROM generate_series(0, %(runs)s - 1) n"
    " CROSS JOIN LATERAL (SELECT %(first)s::date::timestamp AT TIME ZONE 'Asia/Shanghai'"
    " + n / %(per_day)s * interval '1 day' + n %% %(per_day)s * interval '50 s' AS t) x"
    " JOIN facilities_area a ON a.id = (SELECT min(id) FROM facilities_area) + (n * 7) %% 30",
    "INSERT INTO hazards_hazard (client_id, number, status, source, title, description, category_id, department_id,"
    " area_id, level, is_urgent, is_legal_major, clause, clause_text, reported_at, control, cause, measure, tests,"
    " round, published_where) SELECT gen_random_uuid(), 'YH-' || r.id, 'closed', 'check', '光幕失灵', '',"
    " (SELECT max(id) FROM hazards_category), r.department_id, r.area_id,"
    " (ARRAY['general', 'general', 'serious', 'major'])[r.id %% 4 + 1], false, false, '', '', r.submitted_at, '', '', '',"
    " '[]', 1, '' FROM inspections_run r WHERE r.id %% 14 = 0",
    "ANALYZE inspections_run", "ANALYZE hazards_hazard",
)  # fmt: skip
_TODAY = (
    f"{_RUN} FROM generate_series(0, %(count)s - 1) n"
    " CROSS JOIN LATERAL (SELECT %(day)s::date::timestamp AT TIME ZONE 'Asia/Shanghai' + n * interval '10 s' AS t) x"
    " JOIN facilities_area a ON a.id = (SELECT min(id) FROM facilities_area) + n %% 30",
    "INSERT INTO core_event (id, seq, name, subject_type, subject_id, data, at, previous, seal)"
    " SELECT gen_random_uuid(), (SELECT coalesce(max(seq), 0) FROM core_event) + row_number() OVER (), 'run.submitted',"
    " 'inspections.run', r.id::text, '{}', now(), '', '' FROM inspections_run r"
    " WHERE r.submitted_at >= %(day)s::date::timestamp AT TIME ZONE 'Asia/Shanghai'",
)
