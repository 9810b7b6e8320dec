"""A photo from after the fix is a new one: what equals an earlier photo is refused, what looks like another's is shown."""

import io
import random
import re
from datetime import timedelta
from time import perf_counter

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageEnhance

from core import likeness
from core.attachments import PhotosRefused, keep_photo, keep_voice
from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Attachment, Event
from hazards.actions import add_before_photos, start_hazard, submit_hazard
from hazards.models import Evidence, Hazard, Status
from people.permissions import Role
from portals.operator.demo.pictures import draw_scene
from portals.operator.demo.shots import scene_at, shoot
from tests import make


def shot(place: str, seed: int = 0, *, is_after: bool = False, scene: str = "machine") -> bytes:
    """As one hand takes it at one moment."""
    return shoot(scene_at(scene, place, is_after=is_after), random.Random(seed))


def again(content: bytes, quality: int = 60, size: tuple[int, int] | None = None, light: float = 1.0) -> bytes:
    """Saved again, smaller or brighter, as a messenger or an editor does."""
    image, out = Image.open(io.BytesIO(content)).convert("RGB"), io.BytesIO()
    if size:
        image = image.resize(size)
    ImageEnhance.Brightness(image).enhance(light).save(out, "JPEG", quality=quality)
    return out.getvalue()


def drawn(*, is_after: bool) -> bytes:
    """From exactly the same place, as no hand could; only what was fixed is new."""
    out = io.BytesIO()
    draw_scene("machine", is_after).resize((1600, 1200)).save(out, "JPEG", quality=88)
    return out.getvalue()


COPIES = {
    "saved again": {},
    "saved badly": {"quality": 35},
    "resized": {"size": (320, 240)},
    "brightened": {"light": 1.15},
    "all of it": {"size": (400, 300), "light": 0.9, "quality": 50},
}


def keep(content: bytes, by) -> Attachment:
    return keep_photo(SimpleUploadedFile("foto.jpg", content, "image/jpeg"), by=by)


def prove(hazard: Hazard, content: bytes, stage: str = Evidence.Stage.BEFORE, **columns) -> Evidence:
    return Evidence.objects.create(hazard=hazard, attachment=keep(content, hazard.reporter), stage=stage, **columns)


def submit(hazard: Hazard, *contents: bytes) -> Hazard:
    photos = [keep(content, hazard.owner) for content in contents]
    hazard = Hazard.objects.get(pk=hazard.pk)
    return submit_hazard(hazard, by=hazard.owner, measure="装好了", tests=make.PASSED, photos=photos)


@pytest.fixture
def hazard(factory) -> Hazard:
    made = make.hazard(Status.RECTIFYING)
    prove(made, shot("A1"))
    return made


@pytest.mark.parametrize("way", COPIES)
def test_the_picture_from_before_is_refused_however_it_was_saved(hazard, way):
    with pytest.raises(PhotosRefused):
        submit(hazard, again(shot("A1"), **COPIES[way]))
    assert hazard.evidence.filter(stage=Evidence.Stage.AFTER).count() == 0


def test_so_is_the_one_of_an_earlier_round(hazard):
    prove(hazard, shot("A1", 5, is_after=True), Evidence.Stage.AFTER)
    Hazard.objects.filter(pk=hazard.pk).update(round=2)
    with pytest.raises(PhotosRefused):
        submit(hazard, again(shot("A1", 5, is_after=True)))


def test_only_the_copy_is_refused_and_the_good_photo_may_be_sent_again(hazard):
    copy, good = keep(again(shot("A1")), hazard.owner), keep(shot("A1", 7, is_after=True), hazard.owner)
    with pytest.raises(PhotosRefused) as refusal:
        submit_hazard(hazard, by=hazard.owner, measure="装好了", tests=make.PASSED, photos=[copy, good])
    assert refusal.value.photos == {copy.pk}


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_new_photo_of_the_same_place_is_not(hazard, seed):
    assert submit(hazard, shot("A1", seed, is_after=seed % 2 == 0)).status == Status.FIRST_REVIEW
    assert not hazard.evidence.filter(like__isnull=False).exists()


def test_nor_one_from_exactly_the_same_angle_that_shows_the_fix(factory):
    made = make.hazard(Status.RECTIFYING)
    prove(made, drawn(is_after=False))
    assert submit(made, drawn(is_after=True)).status == Status.FIRST_REVIEW


@pytest.mark.parametrize("way", [None, *COPIES])
def test_what_looks_like_a_photo_of_another_hazard_is_kept_and_marked(hazard, way):
    other = make.hazard(Status.CLOSED)
    twin = prove(other, shot("B7", is_after=True), Evidence.Stage.AFTER)
    content = again(shot("B7", is_after=True), **COPIES[way]) if way else shot("B7", is_after=True)
    submit(hazard, content)
    proof = hazard.evidence.get(stage=Evidence.Stage.AFTER)
    assert proof.like == twin
    assert Event.objects.get(name="hazard.submitted").data["like"] == {proof.attachment.sha256: other.number}


def test_what_is_older_than_half_a_year_is_not_compared(hazard):
    with time_machine.travel(timezone.now() - timedelta(days=181)):
        prove(make.hazard(Status.CLOSED), shot("B7"), Evidence.Stage.AFTER)
    submit(hazard, shot("B7"))
    assert hazard.evidence.get(stage=Evidence.Stage.AFTER).like is None


def test_reviewers_see_both_pictures_also_of_a_workshop_that_is_not_theirs(browser, hazard):
    twin = prove(make.hazard(Status.CLOSED), shot("B7"), Evidence.Stage.AFTER)
    submit(hazard, again(shot("B7")))
    leader = make.person(Role.TEAM_LEADER, in_department=hazard.department, bound=True)
    browser.force_login(leader)
    for page in ("console:hazard", "field:hazard"):
        text = browser.get(reverse(page, args=[hazard.pk])).content.decode()
        assert f"这张照片和 {twin.hazard.number} 的一张很像。" in text
        assert reverse("file", args=[twin.attachment_id]) in text
    assert browser.get(reverse("file", args=[twin.attachment_id])).status_code == 200
    stranger = make.person(Role.WORKER)
    browser.force_login(stranger)
    assert browser.get(reverse("file", args=[twin.attachment_id])).status_code == 404


def test_it_is_quick_among_many(hazard):
    other, photo = make.hazard(Status.CLOSED), make.photo()
    kept = [Attachment(original=photo.original.name, sha256=f"{n:064}", size=1, phash=random.Random(n).getrandbits(62), width=1) for n in range(5000)]  # fmt: skip
    Attachment.objects.bulk_create(kept)
    Evidence.objects.bulk_create(Evidence(hazard=other, attachment=one, stage=Evidence.Stage.AFTER) for one in kept)
    mine = keep(shot("C3"), hazard.owner)
    began = perf_counter()
    submit_hazard(hazard, by=hazard.owner, measure="装好了", tests=make.PASSED, photos=[mine])
    assert perf_counter() - began < 1


def test_a_damaged_file_stops_nothing(hazard):
    lost = prove(make.hazard(Status.CLOSED), shot("B7"), Evidence.Stage.AFTER).attachment
    lost.original.storage.delete(lost.original.name)
    assert submit(hazard, again(shot("B7"))).status == Status.FIRST_REVIEW


def test_the_threshold_tells_a_copy_from_a_second_look():
    for seed in range(6):
        first = shot("D2", seed)
        for ways in COPIES.values():
            assert likeness.is_same_picture(likeness.look_of(first), likeness.look_of(again(first, **ways)))
        second = shot("D2", seed + 100)
        assert not likeness.is_same_picture(likeness.look_of(first), likeness.look_of(second))


# The photo from before


@pytest.fixture
def unseen(factory) -> Hazard:
    """Reported by voice: nobody took a photo."""
    made = make.hazard(Status.ASSIGNED)
    made.evidence.all().delete()
    return made


def test_work_does_not_begin_without_a_photo_from_before(unseen):
    with pytest.raises(DomainError):
        start_hazard(unseen, by=unseen.owner)
    unseen.refresh_from_db()
    assert unseen.status == Status.ASSIGNED
    add_before_photos(unseen, by=unseen.owner, photos=[make.photo(unseen.owner)])
    assert start_hazard(unseen, by=unseen.owner).status == Status.RECTIFYING


def test_a_voice_note_is_no_photo(unseen):
    spoken = keep_voice(make.voice_file(), by=unseen.reporter)
    Evidence.objects.create(hazard=unseen, attachment=spoken, stage=Evidence.Stage.BEFORE)
    with pytest.raises(DomainError):
        start_hazard(unseen, by=unseen.owner)


def test_nor_is_a_fix_handed_in_without_one(unseen):
    Hazard.objects.filter(pk=unseen.pk).update(status=Status.RECTIFYING)
    with pytest.raises(DomainError):
        submit(unseen, shot("A1"))
    add_before_photos(Hazard.objects.get(pk=unseen.pk), by=unseen.owner, photos=[make.photo(unseen.owner)])
    assert submit(unseen, shot("A1")).status == Status.FIRST_REVIEW


def test_only_the_one_who_fixes_it_adds_it_and_only_before_the_review(unseen):
    for role in (Role.SAFETY_OFFICER, Role.MAINTENANCE):
        stranger = make.person(role)
        with pytest.raises(NotAllowed):
            add_before_photos(unseen, by=stranger, photos=[make.photo(stranger)])
    with pytest.raises(DomainError):
        add_before_photos(unseen, by=unseen.owner, photos=[])
    Hazard.objects.filter(pk=unseen.pk).update(status=Status.FIRST_REVIEW)
    with pytest.raises(WrongStatus):
        add_before_photos(unseen, by=unseen.owner, photos=[make.photo(unseen.owner)])


def test_the_phone_asks_for_it_first(browser, unseen):
    browser.force_login(unseen.owner)
    page, start = reverse("field:rectify", args=[unseen.pk]), reverse("field:start_hazard", args=[unseen.pk])
    before = reverse("field:before", args=[unseen.pk])
    text = browser.get(page).content.decode()
    assert before in text
    assert start not in text
    assert browser.post(start).status_code == 422
    assert browser.post(before).status_code == 422
    assert browser.post(before, {"before": make.photo_file()}).status_code == 302
    text = browser.get(page).content.decode()
    assert before not in text
    assert start in text
    assert unseen.evidence.get().stage == Evidence.Stage.BEFORE


def test_a_refused_photo_from_before_leaves_the_good_ones_in_the_form(browser, unseen):
    """Also where the hazard went on meanwhile: who took the photo sees that it is there, and why it was not taken."""
    browser.force_login(unseen.owner)
    before = reverse("field:before", args=[unseen.pk])
    broken = SimpleUploadedFile("broken.jpg", b"no picture", "image/jpeg")
    refused = browser.post(before, {"before": [make.photo_file(), broken]})
    kept = re.search(r'name="before-kept" value="([^"]+)"', refused.content.decode())
    assert refused.status_code == 422 and kept
    Hazard.objects.filter(pk=unseen.pk).update(status=Status.FIRST_REVIEW)
    late = browser.post(before, {"before-kept": kept[1]})
    assert late.status_code == 409 and kept[1] in late.content.decode()
    Hazard.objects.filter(pk=unseen.pk).update(status=Status.ASSIGNED)
    assert browser.post(before, {"before-kept": kept[1]}).status_code == 302
    assert unseen.evidence.count() == 1
