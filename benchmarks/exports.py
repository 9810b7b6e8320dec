"""The archive: its export against the bare library, its memory over ten times the rows, its last page against its first."""

import os
import resource
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import Result, compare, result

PER_DAY = 1200
ITEMS = 8
FIRST = date(2025, 1, 1)


def run(*, is_quick: bool) -> list[Result]:
    few, many = (1, 10) if is_quick else (10, 100)
    with in_a_factory() as factory, tempfile.TemporaryDirectory() as folder:
        _fill(many)
        path = Path(folder) / "book.xlsx"
        book, values = _of_days(few), _values(few)
        rows = few * PER_DAY
        return [
            compare(
                f"export_{rows}",
                lambda: _export(path, book),
                lambda: _bare(path, values),
                goal=1.5,
                rounds=1 if is_quick else 3,
            ),
            result(f"export_memory_{many * PER_DAY}", _peak(factory, many), _peak(factory, few), 1.3, "MB"),
            _pages(many),
        ]


@contextmanager
def in_a_factory() -> Iterator[Any]:
    """An empty one; it goes away again."""
    from tenants import provisioning
    from tenants.current import in_factory

    factory = provisioning.create_factory(f"b{secrets.token_hex(4)}", "benchmark")
    try:
        with in_factory(factory):
            yield factory
    finally:
        provisioning.delete_factory(factory)


def _fill(days: int) -> None:
    """As a plant of thirty machines writes them: each record with eight answers, some with a remark or a number."""
    from tenants.current import connection

    with connection.cursor() as cursor:
        for statement in _SQL:
            cursor.execute(statement, {"runs": days * PER_DAY, "per_day": PER_DAY, "items": ITEMS, "first": FIRST})


_SQL = (
    "INSERT INTO facilities_department (code, name, kind)"
    """ SELECT 'D' || n, '{"zh": "冲压车间", "en": "Press shop"}', 'workshop' FROM generate_series(1, 6) n""",
    "INSERT INTO facilities_area (code, name, department_id, colour, is_ex)"
    """ SELECT code, '{"zh": "冲压 A 区", "en": "Press A"}', id, 'orange', false FROM facilities_department""",
    """INSERT INTO facilities_equipmenttype (code, name) VALUES ('press', '{"zh": "冲压机", "en": "Press"}')""",
    "INSERT INTO facilities_equipment (code, name, type_id, area_id, model, colour, status)"
    " SELECT 'CY-' || n, jsonb_build_object('zh', n || ' 号冲压机', 'en', 'Press ' || n),"
    " (SELECT id FROM facilities_equipmenttype), (SELECT min(id) + n %% 6 FROM facilities_area),"
    " '', 'orange', 'in_service' FROM generate_series(1, 30) n",
    "INSERT INTO people_user (login_key, password, name, sort_key, phone_verified, language, theme, text_size,"
    " is_active, created_at) SELECT gen_random_uuid(), '', '王建国' || n, n, false, 'zh-hans', 'light', 'normal',"
    " true, now() FROM generate_series(1, 200) n",
    "INSERT INTO people_rolegrant (user_id, role) SELECT min(id), 'safety_officer' FROM people_user",
    "INSERT INTO hazards_category (code, name, gbt13861, level)"
    """ VALUES ('guard', '{"zh": "防护缺失", "en": "Guard"}', 2, 'serious')""",
    "INSERT INTO inspections_checklist (code, version, title, audience, frequency, seconds, status)"
    """ VALUES ('press', 1, '{"zh": "冲压机班前检查", "en": "Press check"}', 'staff', 'preshift', 60, 'current')""",
    "INSERT INTO inspections_item (checklist_id, position, text, kind, accept, unit, minimum, maximum, choices, photo,"
    " category_id, is_urgent, basis, may_skip, only_if_value) SELECT (SELECT id FROM inspections_checklist), n,"
    """ '{"zh": "按下急停，机器停不停？拔起来会不会自己动？", "en": "Does the stop work?"}', 'number', '{}', 'MPa',"""
    " 0.2, 0.8, '[]', 'on_fail', (SELECT id FROM hazards_category WHERE code = 'guard'), false, '{}', true, ''"
    " FROM generate_series(1, %(items)s) n",
    "INSERT INTO inspections_run (client_id, stop, checklist_id, equipment_id, area_id, department_id, role, opens_at,"
    " closes_at, status, inspector_id, assignee_id, started_at, submitted_at, is_late, result, seconds,"
    " content_sha256, doubts) SELECT gen_random_uuid(), 1, (SELECT id FROM inspections_checklist), e.id, a.id,"
    " a.department_id, '', t, t + interval '30 min', 'done', u, u, t + interval '8 min', t + interval '10 min', false,"
    " 'pass', 120, '', '[]'"
    " FROM generate_series(0, %(runs)s - 1) n"
    " CROSS JOIN LATERAL (SELECT (SELECT min(id) FROM people_user) + n %% 200 AS u, %(first)s::date::timestamp"
    " AT TIME ZONE 'Asia/Shanghai' + n / %(per_day)s * interval '1 day' + n %% %(per_day)s * interval '1 min' AS t) x"
    " JOIN facilities_equipment e ON e.id = (SELECT min(id) FROM facilities_equipment) + n %% 30"
    " JOIN facilities_area a ON a.id = e.area_id",
    "INSERT INTO inspections_answer (run_id, item_id, value, number, text, answered_at)"
    " SELECT r.id, i.id, 'pass', CASE WHEN i.position %% 4 = 0 THEN 0.55 END,"
    " CASE WHEN i.position %% 5 = 0 THEN '油位正常，护罩完好' ELSE '' END, r.submitted_at"
    " FROM inspections_run r CROSS JOIN inspections_item i ORDER BY r.id, i.position",
    "ANALYZE inspections_run", "ANALYZE inspections_answer",
)  # fmt: skip


def _of_days(days: int) -> Any:
    from inspections.archive import Filter

    return Filter(since=FIRST, until=FIRST + timedelta(days=days - 1))


def _officer() -> Any:
    from people.models import User

    return User.objects.order_by("pk")[0]


def _export(path: Path, chosen: Any) -> None:
    """What the job does, in one transaction as there."""
    from django.db import transaction

    from core.exports.cover import cover
    from inspections.archive import choices, facts
    from inspections.exports import chunks, write_book

    officer = _officer()
    with transaction.atomic():
        write_book(path, cover(facts(chosen, choices()), officer), chunks(chosen, officer), lambda _done: None)


def _values(days: int) -> tuple[list[Any], list[Any]]:
    """The same cells, ready to be written: times as Excel knows them, without a zone."""
    from django.db import transaction

    from inspections.exports import book, chunks

    def plain(row: tuple[Any, ...]) -> list[Any]:
        return [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in row]

    with transaction.atomic():
        runs = [run for chunk in chunks(_of_days(days), _officer()) for run in chunk]
    answers = [plain(row) for run in runs for row in book._answers(run, "是")]
    return [plain(book._run(run, "是")) for run in runs], answers


def _bare(path: Path, sheets: tuple[list[Any], list[Any]]) -> None:
    """XlsxWriter as its manual shows it, in constant memory too; no database, no widths, no guard against formulas."""
    import xlsxwriter

    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    with xlsxwriter.Workbook(str(path), options) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


def _peak(factory: Any, days: int) -> float:
    """Peak memory in MB of a process that does nothing but this export."""
    command = [sys.executable, "-m", "benchmarks.exports", factory.schema_name, str(days)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]) / 1024


def _alone(schema: str, days: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tenants.current import in_factory
    from tenants.models import Factory

    with in_factory(Factory.objects.get(schema_name=schema)), tempfile.TemporaryDirectory() as folder:
        _export(Path(folder) / "book.xlsx", _of_days(days))
    print(peak_kilobytes())


def peak_kilobytes() -> int:
    """Of this program alone: getrusage would also count what its parent held when it was started."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # macOS counts bytes
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0])


def _pages(days: int) -> Result:
    """The last page of all records against the first one."""
    from inspections.archive import Filter
    from inspections.models import Run
    from portals.paging import slice_of

    rows = Filter().of(Run.objects.visible_to(_officer())).values("id", "opens_at", "status")
    last = f"n{_micros(Run.objects.order_by('opens_at').values_list('opens_at', flat=True)[40])}-1"
    return compare(
        f"archive_last_page_{days * PER_DAY}",
        lambda: slice_of(rows, last, 50, by="opens_at"),
        lambda: slice_of(rows, "", 50, by="opens_at"),
        goal=1.5,
        rounds=25,
    )


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


if __name__ == "__main__":
    _alone(sys.argv[1], int(sys.argv[2]))
