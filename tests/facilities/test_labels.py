"""Labels: printed on A4, leading to their machine, out of use the moment they are replaced."""

import io

import pytest
from pypdf import PdfReader

from core.models import Job
from facilities.models import Equipment, EquipmentType, QRPoint, RiskColour
from facilities.qr import issue_sticker, read_token, token_of
from people.permissions import Role
from tests import make


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def machine(number: int) -> Equipment:
    kind, _new = EquipmentType.objects.get_or_create(code="press", defaults={"name": "冲压机"})
    return Equipment.objects.create(
        code=f"CY-{number:03}", name=f"{number} 号冲压机", type=kind, area=make.area(), colour=RiskColour.ORANGE
    )


def test_ten_labels_come_as_a_pdf_of_two_sheets(browser, officer, work_off):
    machines = [machine(number) for number in range(1, 11)]
    response = browser.post("/desk/plant/labels/", {"machine": [each.pk for each in machines]})
    page = response["Location"]
    assert Job.objects.get().by == officer
    work_off()
    job = Job.objects.get()
    assert browser.get(page).status_code == 200 and job.status == Job.Status.DONE
    pdf = PdfReader(io.BytesIO(b"".join(browser.get(f"/files/{job.result_id}/").streaming_content)))
    assert len(pdf.pages) == 2
    text = "".join(sheet.extract_text() for sheet in pdf.pages).replace(" ", "")
    for each in machines:
        assert each.code in text and each.name.replace(" ", "") in text
    assert float(pdf.pages[0].mediabox.width) == pytest.approx(595, abs=1), "A4"
    assert QRPoint.objects.filter(revoked_at=None).count() == 10


def test_the_token_on_the_label_leads_to_its_machine_and_the_short_number_too(browser, officer):
    point = issue_sticker(machine(2), by=officer)
    assert "2 号冲压机" in browser.get(f"/m/q/{token_of(point)}/").content.decode()
    spaced = f"{point.code[:5].lower()} {point.code[5:]}"
    assert "2 号冲压机" in browser.get("/m/scan/", {"code": spaced}, follow=True).content.decode()


def test_a_replaced_label_stops_at_once_and_the_new_one_works(browser, officer):
    press = machine(2)
    old = issue_sticker(press, by=officer)
    refused = browser.post(f"/desk/plant/machines/{press.pk}/label/", {"note": ""})
    assert refused.status_code == 422 and QRPoint.objects.filter(pk=old.pk, revoked_at=None).exists()
    browser.post(f"/desk/plant/machines/{press.pk}/label/", {"note": "标签被撕"})
    assert browser.get(f"/m/q/{token_of(old)}/").status_code == 410
    new = QRPoint.objects.get(equipment=press, revoked_at=None)
    assert read_token(token_of(new)).equipment == press


def test_nothing_ticked_is_said(browser, officer):
    response = browser.post("/desk/plant/labels/", {})
    assert response.status_code == 422


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.LEADER, Role.SUPPLIER])
def test_others_neither_print_nor_replace(browser, factory, role):
    press = machine(2)
    issue_sticker(press, by=make.person(Role.ADMIN))
    browser.force_login(make.person(role))
    assert browser.post("/desk/plant/labels/", {"machine": press.pk}).status_code == 403
    assert browser.post(f"/desk/plant/machines/{press.pk}/label/", {"note": "x"}).status_code == 403
    assert QRPoint.objects.filter(revoked_at=None).count() == 1


def test_somebody_elses_job_is_not_there(browser, officer):
    browser.post("/desk/plant/labels/", {"machine": machine(1).pk})
    browser.force_login(make.person(Role.ADMIN))
    assert browser.get(f"/desk/jobs/{Job.objects.get().pk}/").status_code == 404
