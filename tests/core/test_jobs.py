"""Long work: how far it is, stopping it, doing it again after a killed worker, and a file that goes after a week."""

import html
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from core import jobs
from core.errors import DomainError
from core.models import Attachment, Job
from people.permissions import Role
from tenants import due
from tenants.models import Due
from tests import make
from tests.threads import at_once


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


@pytest.fixture
def work():
    """Registers a kind of work for the test, and forgets it."""
    yield jobs.kind("test")
    jobs._kinds.pop("test", None)


def written(job: Job, text: str = "fertig") -> Attachment:
    with jobs.scratch(job) as folder:
        path = folder / "made.txt"
        path.write_text(text)
        return jobs.keep_result(job, path, name="made.txt", content_type="text/plain")


def files(job: Job) -> set[str]:
    """What lies on the disk in the job's name, and what it has half made."""
    root = Path(settings.MEDIA_ROOT) / connection.schema_name
    return {path.name for path in root.rglob("*") if str(job.pk) in str(path)}


def again(work_off) -> int:
    """As when the worker comes back later."""
    Due.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    return work_off()


def says(page, sentence: str, **words) -> bool:
    return make.in_language("zh-hans", sentence, **words) in html.unescape(page.content.decode())


def test_the_page_shows_how_far_it_is_while_it_works(browser, officer, work, work_off):
    pages = []

    def counts(job):
        jobs.progress(job, 300, 1200)
        pages.append(browser.get(f"/desk/jobs/{job.pk}/", headers={"HX-Request": "true"}))
        return written(job)

    work(counts)
    job = jobs.start_job("test", by=officer, total=1200)
    waits = browser.get(f"/desk/jobs/{job.pk}/")
    assert says(waits, "Waiting for its turn") and "every 1s" in waits.content.decode()
    work_off()
    (page,) = pages
    assert says(page, "%(n)s of %(of)s · %(p)s %%", n=300, of=1200, p=25)
    assert '<progress class="bar"' in page.content.decode() and 'value="300"' in page.content.decode()
    assert "<html" not in page.content.decode(), "only the part"
    ready = browser.get(f"/desk/jobs/{job.pk}/")
    assert says(ready, "Ready") and "every 1s" not in ready.content.decode()
    file = browser.get(f"/files/{Job.objects.get().result_id}/")
    assert b"".join(file.streaming_content) == b"fertig"
    assert file["Cache-Control"] == "private, no-store"


def test_stopped_before_its_turn_it_never_begins(browser, officer, work, work_off):
    begun = []
    work(begun.append)
    job = jobs.start_job("test", by=officer)
    assert browser.post(f"/desk/jobs/{job.pk}/stop/").status_code == 302
    work_off()
    assert begun == [] and Job.objects.get().status == Job.Status.CANCELLED
    assert says(browser.get(f"/desk/jobs/{job.pk}/"), "Make it again")


def test_stopped_while_it_works_it_ends_at_its_next_step_and_leaves_nothing(fresh_factory, work, work_off):
    officer, steps = make.person(Role.SAFETY_OFFICER), []

    def is_stopped(job):
        for number in range(10):
            jobs.progress(job, number, 10)
            steps.append(number)
            if number == 3:
                from_the_page(fresh_factory, job, officer)
        return written(job)

    work(is_stopped)
    job = jobs.start_job("test", by=officer)
    work_off()
    assert steps == [0, 1, 2, 3]
    job.refresh_from_db()
    assert (job.status, job.result) == (Job.Status.CANCELLED, None)
    assert files(job) == set() and not Attachment.objects.exists()
    assert not Due.objects.filter(payload__job=str(job.pk)).exists(), "and never again"


def from_the_page(factory, job, officer) -> None:
    """As a request would, on a connection of its own, while the worker's transaction is open."""
    (stopped,) = at_once(factory, lambda: jobs.stop_job(Job.objects.get(pk=job.pk), by=officer))
    assert stopped.status == Job.Status.CANCELLED


def test_stopped_at_the_last_moment_no_file_stays(fresh_factory, work, work_off):
    officer = make.person(Role.SAFETY_OFFICER)

    def is_stopped(job):
        made = written(job)
        from_the_page(fresh_factory, job, officer)
        return made

    work(is_stopped)
    job = jobs.start_job("test", by=officer)
    work_off()
    job.refresh_from_db()
    assert job.status == Job.Status.CANCELLED
    assert files(job) == set() and not Attachment.objects.exists()


def test_one_job_of_a_factory_at_a_time(fresh_factory, work, work_off):
    """Else a few exports would hold every worker, and the alerts with them."""
    officer, other_worker = make.person(Role.SAFETY_OFFICER), []

    def looks_aside(job):
        if not other_worker:
            other_worker.append(None)
            other_worker[0] = at_once(fresh_factory, due.run_one)
            assert Job.objects.filter(status=Job.Status.WAITING).count() == 2
        return written(job)

    work(looks_aside)
    for _number in range(2):
        jobs.start_job("test", by=officer)
    work_off()
    assert other_worker == [[True]], "it looked at the second job and put it off"
    again(work_off)
    assert Job.objects.filter(status=Job.Status.DONE).count() == 2


def test_what_is_over_cannot_be_stopped(browser, officer, work, work_off):
    work(written)
    job = jobs.start_job("test", by=officer)
    work_off()
    assert browser.post(f"/desk/jobs/{job.pk}/stop/").status_code == 409
    assert Job.objects.get().status == Job.Status.DONE


def test_a_killed_worker_leaves_no_half_file_and_the_work_is_done_again(browser, officer, work, work_off):
    tries = []

    def breaks_once(job):
        tries.append(job.pk)
        jobs.progress(job, 5, 10)
        made = written(job, f"try {len(tries)}")
        if len(tries) == 1:
            raise ConnectionError("the worker was killed")
        return made

    work(breaks_once)
    job = jobs.start_job("test", by=officer)
    work_off()
    assert Job.objects.get().status == Job.Status.WAITING and not Attachment.objects.exists()
    again(work_off)
    job.refresh_from_db()
    assert job.status == Job.Status.DONE and len(tries) == 2
    assert files(job) == {f"job-{job.pk}.bin"}
    assert b"".join(browser.get(f"/files/{job.result_id}/").streaming_content) == b"try 2"


def test_what_a_killed_worker_left_in_its_folder_goes_with_the_next_try(officer, work, work_off):
    seen = []

    def looks(job):
        with jobs.scratch(job) as folder:
            seen.append(sorted(path.name for path in folder.iterdir()))
        return written(job)

    work(looks)
    job = jobs.start_job("test", by=officer)
    folder = Path(settings.MEDIA_ROOT) / connection.schema_name / "making" / str(job.pk)
    folder.mkdir(parents=True)
    (folder / "half.xlsx").write_bytes(b"PK")
    work_off()
    assert seen == [[]] and not folder.exists()


def test_what_fails_three_times_says_so_and_can_be_ordered_again(browser, officer, work, work_off):
    def breaks(job):
        raise ValueError("never")

    work(breaks)
    job = jobs.start_job("test", by=officer)
    work_off()
    again(work_off)
    assert Job.objects.get().status == Job.Status.WAITING
    again(work_off)
    assert Job.objects.get().status == Job.Status.FAILED
    page = browser.get(f"/desk/jobs/{job.pk}/")
    assert says(page, "It did not work, three times over. The operator can see why; try a smaller piece meanwhile.")
    work(written)
    browser.post(f"/desk/jobs/{job.pk}/again/")
    work_off()
    assert Job.objects.filter(status=Job.Status.DONE).count() == 1


def test_a_refusal_is_shown_and_what_was_done_before_it_is_undone(browser, officer, work, work_off):
    def refuses(job):
        written(job)
        raise DomainError("今天没有记录")

    work(refuses)
    job = jobs.start_job("test", by=officer)
    work_off()
    assert "今天没有记录" in browser.get(f"/desk/jobs/{job.pk}/").content.decode()
    assert files(job) == set() and not Attachment.objects.exists()


def test_after_a_week_the_file_is_gone_and_can_be_made_again(browser, officer, work, work_off):
    work(written)
    job = jobs.start_job("test", by=officer, total=1, wanted="all")
    work_off()
    job.refresh_from_db()
    file = job.result_id
    assert abs(job.expires_at - job.finished_at - timedelta(days=7)) < timedelta(seconds=1)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        browser.force_login(officer)
        work_off()
        page = browser.get(f"/desk/jobs/{job.pk}/")
        assert says(page, "Its file was kept for 7 days and is gone") and says(page, "Make it again")
        assert browser.get(f"/files/{file}/").status_code == 404
        assert files(job) == set() and not Attachment.objects.exists()
        browser.post(f"/desk/jobs/{job.pk}/again/")
        work_off()
    second = Job.objects.exclude(pk=job.pk).get()
    assert second.payload == {"wanted": "all"} and second.result is not None


def test_nobody_else_sees_stops_repeats_or_downloads_it(browser, officer, work, work_off):
    work(written)
    job = jobs.start_job("test", by=officer)
    work_off()
    job.refresh_from_db()
    for role in (Role.ADMIN, Role.HEAD, Role.SAFETY_OFFICER):
        browser.force_login(make.person(role))
        assert browser.get(f"/desk/jobs/{job.pk}/").status_code == 404
        assert browser.get(f"/files/{job.result_id}/").status_code == 404
        assert browser.post(f"/desk/jobs/{job.pk}/stop/").status_code == 404
        assert browser.post(f"/desk/jobs/{job.pk}/again/").status_code == 404
        assert str(job.pk) not in browser.get("/desk/jobs/").content.decode()
    browser.force_login(officer)
    assert str(job.pk) in browser.get("/desk/jobs/").content.decode()
