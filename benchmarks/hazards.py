"""The register of hazards: its export against the bare library, and its memory over ten times the rows."""

import os
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.exports import in_a_factory, peak_kilobytes
from benchmarks.measure import Result, compare, result


def run(*, is_quick: bool) -> list[Result]:
    few, many = (500, 5000) if is_quick else (5000, 50_000)
    with in_a_factory() as factory, tempfile.TemporaryDirectory() as folder:
        _fill(many)
        path = Path(folder) / "book.xlsx"
        values = _values(few)
        return [
            compare(
                f"hazard_export_{few}",
                lambda: _export(path, few),
                lambda: _bare(path, values),
                goal=1.5,
                rounds=1 if is_quick else 3,
            ),
            result(f"hazard_export_memory_{many}", _peak(factory, many), _peak(factory, few), 1.3, "MB"),
        ]


def _fill(count: int) -> None:
    from tenants.current import connection

    with connection.cursor() as cursor:
        for statement in _SQL:
            cursor.execute(statement, {"count": count})


# Each closed after three reviews.
_SQL = (
    "INSERT INTO facilities_department (code, name, kind)"
    """ SELECT 'D' || n, '{"zh": "冲压车间", "en": "Press shop"}', 'workshop' FROM generate_series(1, 6) n""",
    "INSERT INTO facilities_area (code, name, department_id, colour, is_ex)"
    """ SELECT code, '{"zh": "冲压 A 区", "en": "Press A"}', id, 'orange', false FROM facilities_department""",
    "INSERT INTO people_user (login_key, password, name, sort_key, phone_verified, language, theme, text_size,"
    " is_active, created_at) SELECT gen_random_uuid(), '', '王建国' || n, n, false, 'zh-hans', 'light', 'normal',"
    " true, now() FROM generate_series(1, 200) n",
    "INSERT INTO people_rolegrant (user_id, role) SELECT min(id), 'safety_officer' FROM people_user",
    "INSERT INTO hazards_category (code, name, gbt13861, level)"
    """ VALUES ('guard', '{"zh": "防护缺失", "en": "Guard"}', 2, 'serious')""",
    "INSERT INTO hazards_hazard (client_id, number, status, source, title, description, category_id, department_id,"
    " area_id, level, is_urgent, is_legal_major, clause, clause_text, reporter_id, reported_at, confirmed_at, owner_id,"
    " due_at, submitted_at, closed_at, control, cause, measure, tests, round, published_where)"
    " SELECT gen_random_uuid(), 'YH-' || n, 'closed', 'report', '光幕失灵，滑块不停', '挡住光幕，滑块照样下行，已停机',"
    " c, a.department_id, a.id, 'serious', false, false, '', '', u, t, t + interval '1 hour', u + 1,"
    " t + interval '49 hours', t + interval '30 hours', t + interval '40 hours', '', '线路老化', '换了控制器，试停正常',"
    """ '[{"name": "试停", "required": "", "result": "停住", "is_passed": true}]', 1, ''"""
    " FROM generate_series(1, %(count)s) n CROSS JOIN LATERAL (SELECT (SELECT min(id) FROM people_user) + n %% 199 AS u,"
    " (SELECT id FROM hazards_category WHERE code = 'guard') AS c, '2025-01-01'::timestamptz + n * interval '20 min' AS t) x"
    " JOIN facilities_area a ON a.id = (SELECT min(id) FROM facilities_area) + n %% 6",
    "INSERT INTO hazards_review (hazard_id, stage, round, reviewer_id, is_passed, note, at)"
    " SELECT h.id, s.stage, h.round, (SELECT min(id) FROM people_user) + s.n, true, '', h.closed_at FROM hazards_hazard h"
    " CROSS JOIN (VALUES ('first', 1), ('second', 2), ('final', 3)) s(stage, n)",
    "ANALYZE hazards_hazard", "ANALYZE hazards_review",
)  # fmt: skip


def _filter(count: int) -> Any:
    from hazards.archive import Filter

    # 72 a day.
    return Filter(until=date(2025, 1, 1) + timedelta(days=count // 72 - 1))


def _officer() -> Any:
    from people.models import User

    return User.objects.order_by("pk")[0]


def _export(path: Path, count: int) -> None:
    """What the job does, in one transaction as there."""
    from django.db import transaction

    from core.exports.cover import cover
    from hazards.archive import choices, facts
    from hazards.exports import chunks, write_book

    officer, chosen = _officer(), _filter(count)
    with transaction.atomic():
        write_book(path, cover(facts(chosen, choices()), officer), chunks(chosen, officer), lambda _done: None)


def _values(count: int) -> list[list[Any]]:
    """The same cells, ready to be written: times as Excel knows them, without a zone."""
    from django.db import transaction

    from hazards.exports import book, chunks

    def plain(row: tuple[Any, ...]) -> list[Any]:
        return [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in row]

    with transaction.atomic():
        return [plain(book.values_of(row, "是")) for part in chunks(_filter(count), _officer()) for row in part]


def _bare(path: Path, rows: list[list[Any]]) -> None:
    """XlsxWriter as its manual shows it, in constant memory too; no database, no widths, no guard against formulas."""
    import xlsxwriter

    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def _peak(factory: Any, count: int) -> float:
    """Peak memory in MB of a process that does nothing but this export."""
    command = [sys.executable, "-m", "benchmarks.hazards", factory.schema_name, str(count)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]) / 1024


def _alone(schema: str, count: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tenants.current import in_factory
    from tenants.models import Factory

    with in_factory(Factory.objects.get(schema_name=schema)), tempfile.TemporaryDirectory() as folder:
        _export(Path(folder) / "book.xlsx", count)
    print(peak_kilobytes())


if __name__ == "__main__":
    _alone(sys.argv[1], int(sys.argv[2]))
