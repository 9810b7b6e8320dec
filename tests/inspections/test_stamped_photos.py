"""What is printed on the copy that people see, and what is never seen: where the phone was."""

import io
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core.attachments import keep_photo
from core.models import Attachment
from core.stamps import print_stamp
from hazards.models import Evidence, Status
from people.permissions import Role
from tests import make

NOON = datetime.fromisoformat("2026-03-02T12:00:00+08:00")
GREY = (120, 120, 120)


@pytest.fixture
def worker(browser):
    make.policies()
    with time_machine.travel(NOON, tick=False):
        worker = make.person(Role.WORKER, name="李卫国")
        browser.force_login(worker)
        yield worker


def _camera_photo(taken: str = "", zone: str = "", side: tuple[int, int] = (1600, 1200)) -> SimpleUploadedFile:
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    if zone:
        exif.get_ifd(0x8769)[0x9011] = zone
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (31.0, 13.0, 49.44)
    out = io.BytesIO()
    Image.new("RGB", side, GREY).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("photo.jpg", out.getvalue(), "image/jpeg")


def _taken_in_a_run(browser, worker, upload, taken: str = "") -> Attachment:
    run = make.run(worker)
    item = run.checklist.items.get()
    sent = {f"value-{item.pk}": "fail", f"photos-{item.pk}": upload, f"photos-{item.pk}-taken": taken}
    assert browser.post(reverse("field:run", args=[run.pk]), sent).status_code == 302
    return run.answers.get().photos.get()


def test_a_photo_of_a_check_says_when_who_and_which_machine(browser, worker):
    machine = make.machine()
    run = make.run(worker, equipment=machine)
    item = run.checklist.items.get()
    sent = {f"value-{item.pk}": "fail", f"photos-{item.pk}": make.photo_file()}
    browser.post(reverse("field:run", args=[run.pk]), sent)
    photo = run.answers.get().photos.get()
    assert photo.stamp == f"2026-03-02 12:00 · 李卫国 · {machine.name['zh']} {machine.code}"


def test_a_report_and_a_fix_say_it_too(browser, worker):
    area = make.area()
    sent = {"photos": make.photo_file(), "title": "地上有油", "level": "serious"}
    browser.post(reverse("field:report"), sent | {"category": make.category().pk, "area": area.pk})
    assert Evidence.objects.get().attachment.stamp == f"2026-03-02 12:00 · 李卫国 · {area.name['zh']} {area.code}"
    fixer = make.person(Role.MAINTENANCE, name="陈志强")
    hazard = make.hazard(Status.RECTIFYING, owner=fixer, area=area)
    browser.force_login(fixer)
    sent = {"photos": make.photo_file(), "measure": "擦干净了", "passed_1": "yes"}
    browser.post(reverse("field:rectify", args=[hazard.pk]), sent)
    assert (
        hazard.evidence.get(stage=Evidence.Stage.AFTER).attachment.stamp
        == f"2026-03-02 12:00 · 陈志强 · {area.name['zh']} {area.code}"
    )


@pytest.mark.parametrize(("minutes", "is_said"), [(0, False), (-4, False), (-6, True), (6, True), (-60 * 24, True)])
def test_the_phones_own_time_stands_beside_ours_where_they_differ(browser, worker, minutes, is_said):
    taken = NOON + timedelta(minutes=minutes)
    photo = _taken_in_a_run(browser, worker, make.photo_file(), taken.isoformat())
    assert photo.taken_at == taken
    assert photo.stamp.startswith("2026-03-02 12:00")
    words = make.in_language("zh-hans", "%(ours)s (phone: %(phone)s)", ours="", phone=f"{taken:%Y-%m-%d %H:%M}")
    assert (words in photo.stamp) == is_said


def test_each_photo_keeps_its_own_time(browser, worker):
    run = make.run(worker)
    item = run.checklist.items.get()
    times = [NOON - timedelta(minutes=50), NOON - timedelta(minutes=40)]
    sent = {
        f"value-{item.pk}": "fail",
        f"photos-{item.pk}": [make.photo_file(), make.photo_file()],
        f"photos-{item.pk}-taken": ",".join(each.isoformat() for each in times),
    }
    browser.post(reverse("field:run", args=[run.pk]), sent)
    assert sorted(photo.taken_at for photo in run.answers.get().photos.all()) == times


@pytest.mark.parametrize("taken", ["nonsense", ",,,", "2026-13-45T99:99", "0001-01-01T00:00:00Z"])
def test_a_time_that_makes_no_sense_is_none(browser, worker, taken):
    assert _taken_in_a_run(browser, worker, make.photo_file(), taken).taken_at is None


@pytest.mark.parametrize(
    ("taken", "zone", "expected"),
    [
        ("2026:03:02 09:30:00", "", "2026-03-02T09:30:00+08:00"),
        ("2026:03:02 09:30:00", "+07:00", "2026-03-02T10:30:00+08:00"),
        ("0000:00:00 00:00:00", "", None),
        ("yesterday", "", None),
        ("", "", None),
    ],
)
def test_without_scripts_the_camera_says_when(factory, taken, zone, expected):
    kept = keep_photo(_camera_photo(taken, zone), by=make.person(Role.WORKER))
    assert kept.taken_at == (datetime.fromisoformat(expected) if expected else None)


def test_the_stamp_shows_the_time_of_the_factory(factory):
    factory.time_zone = "Asia/Urumqi"
    with time_machine.travel(NOON, tick=False):
        kept = keep_photo(make.photo_file(), by=make.person(Role.WORKER), stamp="一号炉")
    assert kept.stamp.startswith("2026-03-02 10:00 ·")


def test_the_original_is_untouched_and_only_it_knows_the_position(browser, worker):
    upload = _camera_photo("2026:03:02 11:59:00")
    sent = upload.read()
    upload.seek(0)
    photo = _taken_in_a_run(browser, worker, upload)
    assert photo.original.read() == sent
    shown = b"".join(browser.get(reverse("file", args=[photo.pk])).streaming_content)
    assert shown != sent
    assert not Image.open(io.BytesIO(shown)).getexif()


def test_the_strip_is_dark_at_the_bottom_and_bright_where_the_text_is(factory):
    kept = keep_photo(_camera_photo(), by=make.person(Role.WORKER), stamp="2 号冲压机 CY-002")
    shown = Image.open(kept.shown).convert("L")
    strip, rest = shown.crop((0, shown.height - 50, shown.width, shown.height)), shown.crop((0, 0, shown.width, 1000))
    assert strip.getextrema()[1] > 220, "white letters"
    assert strip.histogram()[:60] != [0] * 60, "on a dark strip"
    assert rest.getextrema()[0] > 100, "the picture above is as it was"


def test_chinese_is_drawn_and_not_an_empty_box():
    def drawn(text: str) -> bytes:
        picture = Image.new("RGB", (400, 300), GREY)
        print_stamp(picture, text)
        return picture.tobytes()

    assert len({drawn("冲"), drawn("压"), drawn("\U0010fffd")}) == 3


@pytest.mark.parametrize("side", [(1, 1), (8, 8), (30, 900), (900, 30), (64, 48)])
def test_a_picture_of_any_size_takes_the_stamp(side):
    picture = Image.new("RGB", side, GREY)
    print_stamp(picture, "2026-03-02 12:00 · 李卫国 · 一台名字特别长的四柱液压机 CY-0000000002")
    assert picture.size == side


def test_a_long_name_never_breaks_the_upload(factory):
    kept = keep_photo(make.photo_file(), by=make.person(Role.WORKER), stamp="长" * 500)
    assert len(kept.stamp) == 200
