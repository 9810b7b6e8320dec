"""Certificates as PDF: what is written on them, rare names, their size, and many at once."""

import io
import re
import zipfile

import pytest
from django.urls import reverse
from pypdf import PdfReader

from core.models import Job
from people.permissions import Role
from tests import make
from training.actions import issue_certificate, revoke_certificate
from training.models import Certificate
from training.printing import order_certificates, print_one

pytestmark = pytest.mark.django_db
BASE = "https://one.example/"
TITLE = {"zh": "焊接与热切割", "en": "Welding and thermal cutting"}


def _issued(name: str = "钱师傅") -> Certificate:
    return issue_certificate(make.person(Role.WORKER, name=name), TITLE, by=None, score=96, hours=2, valid_months=12)


def _text(content: bytes) -> str:
    return "".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())


def _drawn(content: bytes) -> set[str]:
    """The characters for which the page's fonts hold a drawing of their own; number 0 is the empty box."""
    found: set[str] = set()
    for font in PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"].values():
        table = font.get_object()["/ToUnicode"].get_object().get_data()
        for glyph, text in re.findall(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4,})>", table):
            if int(glyph, 16):
                found |= set(bytes.fromhex(text.decode()).decode("utf-16-be", "replace"))
    return found


@pytest.mark.parametrize("name", ["钱师傅", "㛃𬭚", "王䶮", "买买提·阿不都热合曼"])
def test_the_paper_says_what_the_record_says_also_in_rare_names(factory, name):
    certificate = _issued(name)
    content = print_one(certificate, BASE)
    text = _text(content)
    assert name in text
    assert "焊接与热切割" in text
    assert certificate.number in text
    assert f"{BASE}c/{certificate.token}/" in text
    assert set(name) <= _drawn(content)
    assert len(content) <= 60 * 1024


def test_what_was_taken_back_says_so_on_paper(factory):
    certificate = _issued()
    revoke_certificate(certificate, by=make.person(Role.TRAINER), note="替考")
    assert "已收回" in _text(print_one(certificate, BASE))


def test_a_cohort_is_printed_by_a_job_that_tells_how_far_it_is(factory, work_off):
    certificates = [_issued(f"工人{n}") for n in range(3)]
    officer = make.person(Role.TRAINER)
    order_certificates(certificates, by=officer, base_url=BASE, language="zh-hans")
    work_off()
    job = Job.objects.get()
    assert (job.status, job.done, job.total) == (Job.Status.DONE, 3, 3)
    with zipfile.ZipFile(job.result.original.open()) as archive:
        names = archive.namelist()
        texts = [_text(archive.read(name)) for name in names]
    assert sorted(names) == sorted(f"{one.number}.pdf" for one in certificates)
    assert all(f"工人{n}" in "".join(texts) for n in range(3))


def test_a_job_prints_only_what_its_orderer_may_see(factory, work_off):
    workshop = make.department()
    leader = make.person(Role.TEAM_LEADER, in_department=workshop, bound=True)
    foreign = _issued()
    order_certificates([foreign], by=leader, base_url=BASE, language="zh-hans")
    work_off()
    with zipfile.ZipFile(Job.objects.get().result.original.open()) as archive:
        assert archive.namelist() == []


def test_the_holder_opens_it_and_nobody_else_of_the_team(browser, factory):
    certificate = _issued()
    browser.force_login(certificate.person)
    assert browser.get(reverse("field:certificate_pdf", args=[certificate.pk])).content.startswith(b"%PDF")
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(reverse("field:certificate_pdf", args=[certificate.pk])).status_code == 404
