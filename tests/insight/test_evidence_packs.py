"""What an audit asks for, in one pack: by chapter, with hashes; and open to inspectors for a day."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from core.events import history
from core.models import Event, Job
from hazards.models import Level
from insight.evidence.parts import PARTS
from insight.evidence.standards import standards
from insight.models import EvidenceLink
from inspections.models import Run
from people.permissions import Role
from tenants import provisioning
from tests import make

HOST = {"HTTP_HOST": provisioning.host_of("one")}


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    browser.force_login(officer)
    return officer


def _order(browser, work_off, standard: str, **days) -> Job:
    asked = {"standard": standard, "since": "2026-01-01", "until": timezone.localdate().isoformat()} | days
    answer = browser.post(reverse("console:evidence"), asked)
    assert answer.status_code == 302, answer.content.decode()
    work_off()
    return Job.objects.order_by("-created_at").first()


def _content(job: Job) -> dict[str, bytes]:
    assert job.status == Job.Status.DONE, job.message
    with job.result.original.open() as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _lend(browser, job: Job, person: str = "王科长，应急管理局") -> str:
    page = browser.post(reverse("console:lend_evidence", args=[job.pk]), {"person": person})
    assert page.status_code == 200, job.message
    return page.context["fresh"]["address"]


def test_every_record_that_a_standard_names_exists():
    for standard in standards().values():
        assert set(standard.parts) <= PARTS.keys() and standard.chapters


@pytest.mark.parametrize("standard", ["iso45001", "gbt33000", "visit"])
def test_a_pack_says_by_chapter_what_shows_it_and_what_is_missing(browser, officer, work_off, standard):
    make.policies()
    major = make.hazard(level=Level.MAJOR, reporter=officer)
    make.hazard(level=Level.GENERAL, title="=HYPERLINK(1)")
    make.run(status=Run.Status.DONE, result="pass", inspector=officer, submitted_at=timezone.now())
    content = _content(_order(browser, work_off, standard))
    index = json.loads(content["index.json"])
    chapters = standards()[standard].chapters
    assert [chapter["no"] for chapter in index] == [chapter.no for chapter in chapters]
    files = {file["name"]: file for chapter in index for file in chapter["files"]}
    assert files["hazards.xlsx"]["rows"] == 2 and files["major/"]["rows"] == 1 and "works.xlsx" not in files
    assert f"major/{major.number}.pdf" in content
    for name in files:
        assert not name or name.endswith("/") or load_workbook(io.BytesIO(content[name])).sheetnames
    paper = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content["index.pdf"])).pages)
    assert "本期没有记录" in paper and chapters[0].title["zh"] in paper and "周敏" in paper
    lines = [line for line in content["manifest.txt"].decode().splitlines() if not line.startswith("#")]
    hashes = dict(reversed(line.split("  ")) for line in lines)
    assert hashes.keys() == content.keys() - {"manifest.txt"}
    assert all(hashlib.sha256(content[name]).hexdigest() == digest for name, digest in hashes.items())
    assert Event.objects.get(name="evidence.packed").actor_id == officer.pk


def test_the_form_stands_there_with_the_last_year(browser, officer):
    """As a browser takes a day, whatever the language writes."""
    page = browser.get(reverse("console:evidence")).content.decode()
    assert f'value="{timezone.localdate().isoformat()}"' in page


def test_only_what_lies_in_its_days_is_in_it(browser, officer, work_off):
    make.hazard(reported_at=timezone.now() - timedelta(days=40))
    make.hazard()
    since = timezone.localdate() - timedelta(days=7)
    index = json.loads(_content(_order(browser, work_off, "visit", since=since.isoformat()))["index.json"])
    assert next(file["rows"] for file in index[1]["files"] if file["name"] == "hazards.xlsx") == 1


@pytest.mark.parametrize(
    "wrong", [{"standard": "iso9001"}, {"since": "2026-12-01", "until": "2026-01-01"}, {"since": "x"}]
)
def test_what_cannot_be_made_is_refused_and_what_was_typed_stays(browser, officer, wrong):
    asked = {"standard": "visit", "since": "2026-01-01", "until": "2026-11-01"} | wrong
    page = browser.post(reverse("console:evidence"), asked)
    assert page.status_code == 422 and not Job.objects.exists()
    assert f'value="{asked["since"]}"' in page.content.decode()


def test_inspectors_read_it_by_their_link_and_each_look_is_noted(browser, officer, work_off):
    make.hazard()
    job = _order(browser, work_off, "visit")
    address = _lend(browser, job)
    stranger = Client(**HOST)
    page = stranger.get(address)
    body = page.content.decode()
    assert (
        page.status_code == 200 and "王科长" in body and "隐患台账与重大隐患" in body and "?file=hazards.xlsx" in body
    )
    assert page["Cache-Control"] == "private, no-store" and page["Referrer-Policy"] == "no-referrer"
    file = stranger.get(address, {"file": "hazards.xlsx"})
    assert file.content == _content(job)["hazards.xlsx"] and "attachment" in file["Content-Disposition"]
    for name in ("../secret", "hazards.xls", "/etc/passwd"):
        assert stranger.get(address, {"file": name}).status_code == 422
    looks = Event.objects.filter(name="evidence.looked_at").values_list("data__note", flat=True)
    assert list(looks) == ["王科长，应急管理局：目录", "王科长，应急管理局：hazards.xlsx"]
    link = EvidenceLink.objects.get()
    seen = browser.get(reverse("console:evidence_link", args=[link.pk])).content.decode()
    assert "hazards.xlsx" in seen and history(link).count() == 3
    for path in ("/desk/", "/desk/hazards/"):
        assert stranger.get(path).status_code == 302, "the link opens the pack and nothing else"
    assert stranger.post(address).status_code == 405


def test_a_link_is_over_after_a_day_or_when_it_is_closed(browser, officer, work_off):
    job = _order(browser, work_off, "visit")
    first, second = _lend(browser, job), _lend(browser, job, "另一位")
    browser.post(reverse("console:close_evidence", args=[EvidenceLink.objects.get(person="另一位").pk]))
    stranger = Client(**HOST)
    assert stranger.get(second).status_code == 410
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        over = stranger.get(first)
        assert over.status_code == 410 and "重新要一个" in over.content.decode()
        assert stranger.get(first, {"file": "hazards.xlsx"}).status_code == 410
    assert stranger.get("/e/no-such-token/").status_code == 404
    page = browser.get(reverse("console:evidence")).content.decode()
    assert "链接已关闭" in page


def test_nobody_lends_without_a_name_or_what_is_anothers(browser, officer, work_off):
    job = _order(browser, work_off, "visit")
    refused = browser.post(reverse("console:lend_evidence", args=[job.pk]), {"person": " ", "pack": str(job.pk)})
    assert refused.status_code == 422 and not EvidenceLink.objects.exists()
    browser.force_login(make.person(Role.LEADER))
    assert browser.post(reverse("console:lend_evidence", args=[job.pk]), {"person": "我"}).status_code == 404
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(reverse("console:evidence")).status_code == 403


def test_it_is_not_made_any_more_for_whoever_lost_the_right(browser, officer, work_off):
    browser.post(reverse("console:evidence"), {"standard": "visit", "since": "2026-01-01", "until": "2026-11-01"})
    officer.grants.all().delete()
    work_off()
    assert Job.objects.get().status == Job.Status.FAILED
