"""What a worker says instead of typing it: kept, played where the record is read, refused with a sentence."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.attachments import MAX_VOICE_BYTES
from core.models import Attachment
from hazards.models import Evidence, Hazard
from inspections.models import Answer, Run
from people.permissions import Role
from tests import make

SOUNDS = {
    "audio/webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm",
    "audio/ogg": b"OggS\x00\x02" + b"\0" * 30,
    "audio/mp4": b"\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00",
    "audio/mpeg": b"ID3\x04\x00" + b"\0" * 30,
    "audio/wav": b"",
}


def sound(kind: str = "audio/wav", name: str = "voice.bin") -> SimpleUploadedFile:
    """A short recording; its name and type say nothing, as on some phones."""
    content = SOUNDS[kind] or make.voice_file().read()
    return SimpleUploadedFile(name, content, "application/octet-stream")


def _text(answer) -> str:
    return html.unescape(answer.content.decode())


def _hand_in(browser, worker, value: str, **files) -> Run:
    run = make.run(worker)
    item = run.checklist.items.get()
    sent = {f"{name}-{item.pk}": file for name, file in files.items()}
    assert browser.post(reverse("field:run", args=[run.pk]), {f"value-{item.pk}": value} | sent).status_code == 302
    return run


@pytest.mark.parametrize("kind", SOUNDS)
def test_a_note_is_kept_as_what_it_is(browser, worker, kind):
    run = _hand_in(browser, worker, "pass", voice=sound(kind))
    note = run.answers.get().voice
    assert (note.content_type, note.is_sound, note.by) == (kind, True, worker)
    answer = browser.get(reverse("file", args=[note.pk]))
    assert answer["Content-Type"] == kind
    assert "attachment" not in answer.get("Content-Disposition", "")


def test_a_note_goes_with_the_hazard_that_it_is_about(browser, worker):
    run = _hand_in(browser, worker, "fail", voice=sound(), photos=make.photo_file())
    hazard, note = Hazard.objects.get(), run.answers.get().voice
    assert {proof.attachment for proof in hazard.evidence.all()} == {note, run.answers.get().photos.get()}
    player = f'src="{reverse("file", args=[note.pk])}"'
    pages = [reverse("field:run", args=[run.pk]), reverse("field:hazard", args=[hazard.pk])]
    officer = make.person(Role.SAFETY_OFFICER)
    for user, addresses in (
        (worker, pages),
        (officer, [reverse("console:run", args=[run.pk]), reverse("console:hazard", args=[hazard.pk])]),
    ):
        browser.force_login(user)
        for address in addresses:
            page = _text(browser.get(address))
            assert f'<audio controls preload="metadata" {player}' in page, address
            assert f"<img {player}" not in page, "sound is no picture"


def test_a_report_on_the_spot_takes_a_note_too(browser, worker):
    sent = {"photos": make.photo_file(), "voice": sound(), "title": "地上有油", "level": "serious"}
    sent |= {"category": make.category().pk, "area": make.area().pk}
    browser.post(reverse("field:report"), sent)
    assert sum(proof.attachment.is_sound for proof in Hazard.objects.get().evidence.select_related("attachment")) == 1


def test_a_report_that_is_not_complete_keeps_its_note(browser, worker):
    refused = browser.post(reverse("field:report"), {"voice": sound(), "level": "serious"})
    assert refused.status_code == 422
    assert f'name="voice-kept" value="{Attachment.objects.get().pk}"' in _text(refused)


NOT_PLAYED = "This recording cannot be played here. Record it again on this page, or write it down."


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", make.photo_file().read(), b"#!AMR\n" + b"\0" * 20, b"<html><script>1</script>", b"\xff\xf1"],
)
def test_what_is_no_recording_is_refused_with_a_sentence(browser, worker, content):
    run = make.run(worker)
    item = run.checklist.items.get()
    upload = SimpleUploadedFile("voice.mp3", content, "audio/mpeg")
    answer = browser.post(
        reverse("field:run", args=[run.pk]),
        {f"value-{item.pk}": "fail", f"voice-{item.pk}": upload, f"photos-{item.pk}": make.photo_file()},
    )
    assert answer.status_code == 422
    assert make.in_language("zh-hans", NOT_PLAYED) in _text(answer)
    assert f'name="photos-{item.pk}-kept"' in _text(answer), "the photo is not asked for again"
    assert not Answer.objects.exists()


def test_a_note_of_half_an_hour_is_refused(browser, worker):
    run = make.run(worker)
    item = run.checklist.items.get()
    upload = SimpleUploadedFile("long.ogg", SOUNDS["audio/ogg"] + b"\0" * MAX_VOICE_BYTES, "audio/ogg")
    answer = browser.post(reverse("field:run", args=[run.pk]), {f"value-{item.pk}": "pass", f"voice-{item.pk}": upload})
    assert answer.status_code == 422
    assert not Attachment.objects.exists()


def test_a_note_that_was_taken_once_is_not_asked_for_again(browser, worker):
    run = make.run(worker)
    item, address = run.checklist.items.get(), reverse("field:run", args=[run.pk])
    refused = browser.post(address, {f"value-{item.pk}": "fail", f"voice-{item.pk}": sound()})
    note = Attachment.objects.get()
    assert f'name="voice-{item.pk}-kept" value="{note.pk}"' in _text(refused)
    sent = {f"value-{item.pk}": "fail", f"voice-{item.pk}-kept": note.pk, f"photos-{item.pk}": make.photo_file()}
    assert browser.post(address, sent).status_code == 302
    assert run.answers.get().voice == note


def test_a_note_proves_one_thing_only(browser, worker):
    note = _hand_in(browser, worker, "pass", voice=sound()).answers.get().voice
    run = make.run(worker)
    item = run.checklist.items.get()
    answer = browser.post(
        reverse("field:run", args=[run.pk]), {f"value-{item.pk}": "pass", f"voice-{item.pk}-kept": note.pk}
    )
    assert answer.status_code == 422
    assert not run.answers.exists()


def test_a_voice_note_is_no_photo(browser, worker):
    note = _hand_in(browser, worker, "pass", voice=sound()).answers.get().voice
    run = make.run(worker)
    item = run.checklist.items.get()
    sent = {f"value-{item.pk}": "fail", f"photos-{item.pk}-kept": note.pk}
    assert browser.post(reverse("field:run", args=[run.pk]), sent).status_code == 422


@pytest.mark.parametrize(
    ("asked", "status", "length", "said"),
    [
        ("bytes=0-1", 206, 2, "bytes 0-1/1644"),
        ("bytes=1640-", 206, 4, "bytes 1640-1643/1644"),
        ("bytes=-4", 206, 4, "bytes 1640-1643/1644"),
        ("bytes=0-99999", 206, 1644, "bytes 0-1643/1644"),
        ("bytes=1644-", 416, 0, "bytes */1644"),
        ("bytes=-0", 416, 0, "bytes */1644"),
        ("bytes=5-2", 416, 0, "bytes */1644"),
        ("lines=1-2", 200, 1644, None),
        ("bytes=-", 200, 1644, None),
        ("bytes=0-1,4-5", 200, 1644, None),
    ],
)
def test_a_phone_that_asks_for_a_part_gets_that_part(browser, worker, asked, status, length, said):
    note = _hand_in(browser, worker, "pass", voice=sound()).answers.get().voice
    answer = browser.get(reverse("file", args=[note.pk]), headers={"Range": asked})
    assert (answer.status_code, len(answer.content), answer.get("Content-Range")) == (status, length, said)
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_photo_that_calls_itself_sound_stays_a_photo(browser, worker):
    upload = make.photo_file()
    upload.content_type = "audio/mp4"
    run = _hand_in(browser, worker, "fail", photos=upload)
    photo = run.answers.get().photos.get()
    assert not photo.is_sound
    assert browser.get(reverse("file", args=[photo.pk]))["Content-Type"] == "image/jpeg"


def test_only_who_may_see_the_record_hears_it(browser, worker):
    note = _hand_in(browser, worker, "pass", voice=sound()).answers.get().voice
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(reverse("file", args=[note.pk])).status_code == 404
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    assert browser.get(reverse("file", args=[note.pk])).status_code == 200
    assert not Evidence.objects.exists()
