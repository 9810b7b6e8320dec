"""What no page of ours sends: broken ids, impossible times, stray bytes. An answer below 500, and nothing is kept."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core.attachments import keep_photo
from core.errors import DomainError
from core.models import Attachment
from core.pdf import render_pdf
from facilities.qr import issue_sticker, token_of
from hazards.models import Hazard, Status
from inspections.models import Answer, Item, Run
from people.permissions import Role
from tests import make

HUGE = "9" * 30
IDS = ["²", "٣", HUGE, "-1", "abc", "1e3", "0x1", " ", "\x00", "1;DROP"]


@pytest.fixture
def officer(browser):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


@pytest.fixture
def worker(browser):
    worker = make.person(Role.WORKER)
    browser.force_login(worker)
    return worker


@pytest.mark.parametrize("value", IDS)
@pytest.mark.parametrize(
    ("page", "key"),
    [
        ("console:runs", "department"),
        ("console:runs", "day"),
        ("console:runs", "status"),
        ("console:runs", "page"),
        ("console:hazards", "department"),
        ("console:hazards", "group"),
        ("console:hazards", "level"),
        ("console:hazards", "q"),
        ("console:hazards", "at"),
        ("console:hazards", "place"),
        ("console:hazards", "category"),
        ("console:hazards", "late"),
        ("console:hazards", "owner"),
        ("console:hazards", "urgent"),
        ("console:hazard_figures", "month"),
        ("console:hazard_figures", "from"),
        ("console:hazard_figures", "span"),
        ("console:government", "period"),
        ("console:notices", "kind"),
        ("console:notices", "page"),
        ("field:notices", "page"),
        ("console:people", "q"),
        ("console:people", "department"),
        ("console:people", "role"),
        ("console:training", "q"),
        ("console:training", "department"),
        ("console:training", "job_role"),
        ("console:training", "overdue"),
        ("console:training", "page"),
        ("console:requirements", "course"),
        ("console:requirements", "job_role"),
        ("console:requirements", "occasion"),
        ("console:machines", "q"),
        ("console:machines", "area"),
        ("console:ledger", "page"),
        ("console:checklists", "page"),
        ("console:checklists", "retired"),
        ("console:add_checklist", "pack"),
        ("console:add_checklist", "start"),
        ("field:report", "equipment"),
        ("field:report", "area"),
    ],
)
def test_a_filter_that_cannot_be_read_filters_nothing_or_finds_nothing(browser, officer, page, key, value):
    make.hazard()
    assert browser.get(reverse(page), {key: value}).status_code == 200


@pytest.mark.parametrize("value", IDS)
def test_an_address_with_a_strange_id_is_not_found(browser, officer, value):
    for url in (
        f"/go/hazards.hazard/{value}/",
        f"/desk/hazards/{value}/",
        f"/m/runs/{value}/",
        f"/files/{value}/",
        f"/desk/training/people/{value}/",
        f"/m/learn/{value}/1/",
    ):
        assert browser.get(url.replace("\x00", "%00")).status_code in {302, 404}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-13-01", "2026-02-30"])
def test_a_day_at_the_end_of_time_is_an_empty_day(browser, officer, day):
    assert browser.get(reverse("console:runs"), {"day": day}).status_code == 200


@pytest.mark.parametrize("code", ["\x00", "A" * 5000, "../../etc", "a/b/c", "?", "#", "%", "."])
def test_a_typed_number_that_is_none_is_not_found(browser, worker, code):
    answer = browser.get(reverse("field:scan"), {"code": code}, follow=True)
    assert answer.status_code in {200, 404}
    assert "500" not in {str(status) for _url, status in answer.redirect_chain}


@pytest.mark.parametrize("value", IDS)
def test_beginning_a_check_that_is_none_is_not_found(browser, worker, value):
    token = token_of(issue_sticker(make.machine(), by=make.person(Role.ADMIN)))
    assert browser.post(reverse("field:inspect", args=[token]), {"checklist": value}).status_code == 404
    assert not Run.objects.exists()


MOMENTS = [
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00",
    "gestern",
    "\x00",
    "2026-02-30T08:00",
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_phone_whose_clock_is_out_of_its_mind_hands_in_all_the_same(browser, worker, moment):
    run = make.run(worker, of=make.checklist({"photo": "always"}))
    item = run.checklist.items.get()
    sent = {f"value-{item.pk}": "pass", f"photos-{item.pk}": make.photo_file()}
    more = {f"answered_at-{item.pk}": moment, f"photos-{item.pk}-taken": moment}
    assert browser.post(reverse("field:run", args=[run.pk]), sent | more).status_code == 302
    answer = Answer.objects.get()
    assert run.opens_at <= answer.answered_at <= Run.objects.get().submitted_at
    assert Attachment.objects.get().taken_at is None
    assert browser.get(reverse("field:run", args=[run.pk])).status_code == 200


@pytest.mark.parametrize("text", ["\x00", "防护\x00罩", "\ud800"])
def test_stray_bytes_in_an_answer_break_nothing(browser, worker, text):
    run = make.run(worker, of=make.checklist({"kind": Item.Kind.TEXT}))
    item = run.checklist.items.get()
    sent = {f"value-{item.pk}": "pass", f"text-{item.pk}": text.encode(errors="replace") if "\ud800" in text else text}
    answer = browser.post(reverse("field:run", args=[run.pk]), sent)
    assert answer.status_code in {302, 422}
    assert "\x00" not in "".join(Answer.objects.values_list("text", flat=True))


@pytest.mark.parametrize("number", ["99999999.99999", "-99999999.99999", "1e-30", "1e7", "0.00005", "1_000"])
def test_a_number_at_the_edge_is_kept_or_refused_with_a_sentence(browser, worker, number):
    run = make.run(worker, of=make.checklist({"kind": Item.Kind.NUMBER}))
    item = run.checklist.items.get()
    answer = browser.post(reverse("field:run", args=[run.pk]), {f"number-{item.pk}": number})
    assert answer.status_code in {302, 422}
    assert Answer.objects.count() == (answer.status_code == 302)


@pytest.mark.parametrize("kept", ["", "abc", "\x00", HUGE, "00000000-0000-0000-0000-000000000000"])
def test_a_kept_photo_that_is_none_is_no_photo(browser, worker, kept):
    sent = {"title": "油污", "category": make.category().pk, "area": make.area().pk, "level": "general"}
    assert browser.post(reverse("field:report"), sent | {"photos-kept": kept}).status_code == 422
    assert not Hazard.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"owner": HUGE}, {"owner": "abc"}, {"owner": ""}, {"owner": "\x00"}, {"note": "x" * 501}]
)
def test_an_owner_that_is_none_is_refused_and_the_page_comes_back(browser, officer, sent):
    hazard = make.hazard(Status.CONFIRMED)
    answer = browser.post(reverse("console:decide", args=[hazard.pk, "assign"]), sent)
    assert answer.status_code == 422
    assert hazard.number in answer.content.decode()


def test_a_decision_that_does_not_exist_is_not_found(browser, officer):
    hazard = make.hazard()
    for verb in ("close", "delete", "take"):
        assert browser.post(reverse("console:decide", args=[hazard.pk, verb])).status_code == 404


def test_more_time_until_no_time_at_all_is_refused(browser, worker):
    hazard = make.hazard(Status.RECTIFYING, owner=worker)
    for moment in ("0001-01-01T00:00", "morgen", "\x00"):
        sent = {"new_due_at": moment, "reason": "配件未到"}
        answer = browser.post(reverse("field:extend", args=[hazard.pk]), sent)
        assert answer.status_code == 422, moment
        assert "配件未到" in answer.content.decode()
    assert not hazard.extensions.exists()


def _image(kind: str, **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(out, kind, **more)
    return out.getvalue()


BROKEN = {
    "half a JPEG": _image("JPEG")[:300],
    "half a PNG": _image("PNG")[:60],
    "a GIF": _image("GIF"),
    "a BMP": _image("BMP"),
    "a TIFF": _image("TIFF"),
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a PDF": b"%PDF-1.7\n",
    "nothing but a header": b"\xff\xd8\xff\xe0",
    "half a WebP": _image("WEBP")[:40],
    "a HEIF header": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 40,
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_photo_is_refused_with_a_sentence(factory, name):
    upload = SimpleUploadedFile("photo.jpg", BROKEN[name], "image/jpeg")
    with pytest.raises(DomainError) as refusal:
        keep_photo(upload, by=make.person(Role.WORKER))
    said = "This file is not a picture that can be opened. Take the photo again."
    assert str(refusal.value) == make.in_language("zh-hans", said)
    assert not Attachment.objects.exists()


def test_half_a_photo_is_refused_also_after_a_pdf_was_made(factory):
    """The PDF library tells Pillow, for the whole process, to accept what is cut off."""
    render_pdf("pdf/labels.html", "labels.css", {})
    test_what_is_no_whole_photo_is_refused_with_a_sentence(factory, "half a PNG")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_ordinary_photos_are_kept_and_lose_where_they_were_taken(factory, kind):
    exif = Image.Exif()
    exif[0x010E] = "31.2304N 121.4737E"
    kept = keep_photo(SimpleUploadedFile("p", _image(kind, exif=exif), "image/x"), by=make.person(Role.WORKER))
    assert (kept.width, kept.height) == (64, 48)
    assert b"31.2304N" in kept.original.read()
    assert b"31.2304N" not in kept.shown.read()
    assert not Image.open(kept.shown).getexif()


def test_a_file_name_is_only_a_name(browser, worker):
    for name in ("../../../etc/passwd", "a" * 400 + ".jpg", "<script>.jpg", "照片.jpg"):
        kept = keep_photo(make.photo_file(name), by=worker)
        assert browser.get(reverse("file", args=[kept.pk])).status_code == 200
        assert str(kept.pk) in kept.original.name


def test_the_address_of_a_button_that_was_typed_says_what_to_do(browser, officer):
    answer = browser.get(reverse("console:work_kinds"))
    assert answer.status_code == 405 and answer["Allow"] == "POST"
    assert "这个地址要按按钮才能打开" in answer.content.decode()
