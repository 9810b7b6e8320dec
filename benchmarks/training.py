"""A thousand certificates as a job, beside WeasyPrint laying out the same pages with nothing around it.

And a course pack given to the whole plant: how often the database is asked must not follow the number of people.
"""

import tempfile
import zipfile
from pathlib import Path
from typing import Any

from benchmarks.exports import in_a_factory
from benchmarks.measure import Count, Result, compare

MOST_BYTES = 60 * 1024


def run(*, is_quick: bool) -> tuple[list[Result], list[Count]]:
    count, rounds = (10, 1) if is_quick else (1000, 1)
    with in_a_factory():
        few, many = _queries(65), _queries(650)
        certificates = _certificates(count)
        row = compare(
            f"certificates_{count}",
            lambda: _as_a_job(certificates),
            lambda: _bare(certificates),
            goal=1.2,
            rounds=rounds,
        )
        sizes = _sizes()
        return [row], [
            Count("certificates_over_60_kb", sum(size > MOST_BYTES for size in sizes), len(sizes), 0),
            Count("queries_to_give_8_courses_to_650", many, few, few),
        ]


def _queries(people: int) -> int:
    """To give eight courses to so many people by one change of the rules."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from people.models import JobRole, RoleGrant, User
    from people.permissions import Role
    from training.actions import enrol_missing, install_courses
    from training.library import written_courses
    from training.models import Requirement

    install_courses(written_courses(), by=None)
    role = JobRole.objects.create(code=f"role-{people}", name=f"role {people}")
    workers = User.objects.bulk_create(User(name=f"工人{n}", sort_key=f"g{n:05}", job_role=role) for n in range(people))
    RoleGrant.objects.bulk_create(RoleGrant(user=worker, role=Role.WORKER) for worker in workers)
    rows = Requirement.objects.bulk_create(
        Requirement(job_role=role, course_code=f"C{number:02}") for number in range(1, 9)
    )
    with CaptureQueriesContext(connection) as asked:
        given = enrol_missing(by=None, requirements=rows)
    assert given == people * 8
    return len(asked)


def _certificates(count: int) -> list[Any]:
    from people.models import User
    from training.actions import issue_certificate

    people = User.objects.bulk_create(User(name=f"㛃𬭚䶮{n}", sort_key=f"g{n:05}") for n in range(count))
    title = {"zh": "焊接与热切割", "en": "Welding and thermal cutting"}
    return [issue_certificate(one, title, by=None, score=96, hours=2, valid_months=12) for one in people]


def _as_a_job(certificates: list[Any]) -> Any:
    """As a worker does it: the row that was due, its job and what came of it are one transaction."""
    from django.db import transaction

    from core.jobs import run_job
    from core.models import Job
    from people.models import RoleGrant, User
    from people.permissions import Role
    from training.printing import order_certificates

    officer = User.objects.first()
    RoleGrant.objects.get_or_create(user=officer, role=Role.TRAINER)
    job = order_certificates(
        certificates, by=User.objects.get(pk=officer.pk), base_url="https://demo.example/", language="zh-hans"
    )
    with transaction.atomic():
        run_job(str(job.pk))
    return Job.objects.get(pk=job.pk).result


def _bare(certificates: list[Any]) -> None:
    """The same pages straight into WeasyPrint, with its sheet and fonts read once, each written to a file."""
    from django.template.loader import render_to_string
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from core.pdf import style_of
    from training.printing import SHEET, TEMPLATE, paper

    fonts = FontConfiguration()
    sheets = [CSS(string=style_of(SHEET), font_config=fonts)]
    with tempfile.TemporaryDirectory() as folder:
        for certificate in certificates:
            text = render_to_string(TEMPLATE, paper(certificate, "https://demo.example/"))
            content = HTML(string=text).write_pdf(stylesheets=sheets, font_config=fonts)
            Path(folder, f"{certificate.number}.pdf").write_bytes(content)


def _sizes() -> list[int]:
    """Of each PDF in the archive that the job made last."""
    from core.models import Job

    made = Job.objects.filter(kind="certificates", status=Job.Status.DONE).latest("finished_at").result
    with made.original.open("rb") as file, zipfile.ZipFile(file) as archive:
        return [each.file_size for each in archive.infolist()]
