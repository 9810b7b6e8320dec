"""Nothing is closed on somebody's word: a photo of its own, what was done, and a test that passed."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.attachments import keep_photo
from core.errors import DomainError, WrongStatus
from core.models import Event
from hazards.actions import submit_hazard
from hazards.models import Evidence, Status
from people.permissions import Role
from tests import make

NO_PHOTO = "Take at least one photo of the fixed place. Without it nothing can be closed."
SAME_PICTURE = "This is the same picture as an earlier one. Take a new photo of the fixed place."
NO_MEASURE = "Write in a few words what was done."
NO_TEST = "Test it and note the result."
FAILED_TEST = "A test did not pass. Fix it first, then test again."
ELSEWHERE = "One of these photos belongs to another record already. Take a new one."
FAILED = [*make.PASSED, {"name": "急停", "required": "", "result": "不动作", "is_passed": False}]


@pytest.fixture
def hazard(factory):
    return make.hazard(Status.RECTIFYING)


def _refused(hazard, sentence, **more):
    proof = {"measure": "护栏已装好", "tests": make.PASSED, "photos": [make.photo(hazard.owner)]} | more
    with pytest.raises(DomainError) as refusal:
        submit_hazard(hazard, by=hazard.owner, **proof)
    assert str(refusal.value) == make.in_language("zh-hans", sentence)
    hazard.refresh_from_db()
    assert hazard.status == Status.RECTIFYING
    assert hazard.evidence.count() == 1
    assert not Event.objects.exists()


def test_without_a_photo_after_the_fix(hazard):
    _refused(hazard, NO_PHOTO, photos=[])


def test_with_the_picture_from_before_sent_once_more(hazard):
    before = hazard.evidence.get().attachment
    sent = SimpleUploadedFile("again.jpg", before.original.read(), "image/jpeg")
    again = keep_photo(sent, by=hazard.owner)
    assert again.pk != before.pk
    _refused(hazard, SAME_PICTURE, photos=[again])


@pytest.mark.parametrize("words", ["", "   ", "\n"])
def test_without_a_word_on_what_was_done(hazard, words):
    _refused(hazard, NO_MEASURE, measure=words)


def test_without_a_test(hazard):
    _refused(hazard, NO_TEST, tests=[])


def test_with_a_test_that_did_not_pass(hazard):
    _refused(hazard, FAILED_TEST, tests=FAILED)


def test_with_a_photo_that_proves_another_fix(hazard):
    used = make.photo(hazard.owner)
    Evidence.objects.create(hazard=make.hazard(Status.CLOSED), attachment=used, stage=Evidence.Stage.AFTER)
    _refused(hazard, ELSEWHERE, photos=[used])


def test_with_one_photo_given_twice(hazard):
    used = make.photo(hazard.owner)
    _refused(hazard, ELSEWHERE, photos=[used, used])


def test_the_same_fix_handed_in_twice_is_said_to_be_handed_in(hazard):
    proof = {"measure": "护栏已装好", "tests": make.PASSED, "photos": [make.photo(hazard.owner)]}
    submit_hazard(hazard, by=hazard.owner, **proof)
    with pytest.raises(WrongStatus):
        submit_hazard(hazard, by=hazard.owner, **proof)
    assert hazard.evidence.filter(stage=Evidence.Stage.AFTER).count() == 1


def _send(browser, hazard, **more):
    sent = {"measure": "护栏已装好，螺栓已紧固", "cause": "上次维修后未复位", "passed_1": "yes", "result_1": "正常"}
    browser.force_login(hazard.owner)
    answer = browser.post(reverse("field:rectify", args=[hazard.pk]), sent | {"photos": make.photo_file()} | more)
    return answer, html.unescape(answer.content.decode())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("faulty", "sentence"),
    [
        ({"photos": ""}, NO_PHOTO),
        ({"passed_1": ""}, NO_TEST),
        ({"passed_1": "no"}, FAILED_TEST),
        ({"measure": " "}, "Look at the marked places; nothing is lost."),
    ],
)
def test_the_page_says_why_in_the_readers_language_and_keeps_everything(browser, hazard, language, faulty, sentence):
    hazard.owner.language = language
    hazard.owner.save()
    answer, page = _send(browser, hazard, **faulty)
    assert answer.status_code == 422
    assert make.in_language(language, sentence) in page
    assert "上次维修后未复位" in page
    assert "正常" in page
    assert "measure" in faulty or "护栏已装好，螺栓已紧固" in page
    assert "photos" in faulty or 'name="photos-kept"' in page
    hazard.refresh_from_db()
    assert hazard.status == Status.RECTIFYING


def test_the_kept_photo_counts_when_the_rest_is_put_right(browser, hazard):
    _answer, page = _send(browser, hazard, passed_1="")
    kept = page.split('name="photos-kept" value="')[1].split('"')[0]
    answer, _page = _send(browser, hazard, **{"photos": "", "photos-kept": kept})
    assert answer.status_code == 302
    assert str(hazard.evidence.get(stage=Evidence.Stage.AFTER).attachment_id) == kept


def test_a_kept_photo_of_somebody_else_counts_for_nothing(browser, hazard):
    foreign = make.photo(make.person(Role.WORKER))
    answer, page = _send(browser, hazard, **{"photos": "", "photos-kept": str(foreign.pk)})
    assert answer.status_code == 422
    assert make.in_language("zh-hans", NO_PHOTO) in page


def test_a_report_with_a_photo_that_is_used_keeps_what_was_typed(browser, factory):
    make.policies()
    worker = make.person(Role.WORKER)
    used = make.photo(worker)
    Evidence.objects.create(hazard=make.hazard(), attachment=used, stage=Evidence.Stage.BEFORE)
    browser.force_login(worker)
    sent = {"title": "油污满地", "category": make.category().pk, "area": make.area().pk, "level": "general"}
    answer = browser.post(reverse("field:report"), sent | {"photos-kept": str(used.pk)})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert make.in_language("zh-hans", ELSEWHERE) in page
    assert "油污满地" in page


def test_a_picture_that_was_refused_does_not_stand_in_the_way_of_the_next(browser, hazard):
    before = hazard.evidence.get().attachment.original.read()
    good = make.photo_file()
    same = SimpleUploadedFile("again.jpg", before, "image/jpeg")
    answer, page = _send(browser, hazard, photos=[same, good])
    assert answer.status_code == 422
    assert make.in_language("zh-hans", SAME_PICTURE) in page
    kept = [part.split('"')[0] for part in page.split('name="photos-kept" value="')[1:]]
    assert len(kept) == 1
    answer, _page = _send(browser, hazard, **{"photos": make.photo_file(), "photos-kept": kept})
    assert answer.status_code == 302
    assert hazard.evidence.filter(stage=Evidence.Stage.AFTER).count() == 2


def test_a_report_keeps_the_good_photo_beside_the_refused_one(browser, factory):
    make.policies()
    worker = make.person(Role.WORKER)
    used, good = make.photo(worker), make.photo(worker)
    Evidence.objects.create(hazard=make.hazard(), attachment=used, stage=Evidence.Stage.BEFORE)
    browser.force_login(worker)
    sent = {"title": "油污满地", "category": make.category().pk, "area": make.area().pk, "level": "general"}
    answer = browser.post(reverse("field:report"), sent | {"photos-kept": [str(used.pk), str(good.pk)]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'name="photos-kept" value="{good.pk}"' in page
    assert f'name="photos-kept" value="{used.pk}"' not in page


def test_who_handed_a_fix_in_is_not_asked_to_fix_it_while_others_look_at_it(browser, factory):
    for status, is_asked in ((Status.RECTIFYING, True), (Status.FIRST_REVIEW, False)):
        hazard = make.hazard(status)
        browser.force_login(hazard.owner)
        page = browser.get(reverse("field:hazard", args=[hazard.pk])).content.decode()
        assert (reverse("field:rectify", args=[hazard.pk]) in page) is is_asked
