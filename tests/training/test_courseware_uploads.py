"""Courseware comes in pieces, goes on where it stopped, and is looked into before anybody sees it."""

import base64
import io
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pypdf
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from people.permissions import Role
from tenants.models import Due
from tests import make
from training import actions
from training.models import Course, Lesson, Media

pytestmark = pytest.mark.django_db
TUS = {"Tus-Resumable": "1.0.0", "Accept": "application/json"}
PIECE = "application/offset+octet-stream"


@pytest.fixture
def trainer(factory):
    return make.person(Role.TRAINER)


@pytest.fixture
def desk(browser, trainer):
    browser.force_login(trainer)
    return browser


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _create(desk, size: int, kind: str = "video", name: str = "冲床.mp4"):
    told = f"kind {_encoded(kind)},filename {_encoded(name)}"
    return desk.post(reverse("console:uploads"), headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": told})


def _append(desk, url: str, at: int, content: bytes):
    return desk.patch(url, content, content_type=PIECE, headers={**TUS, "Upload-Offset": str(at)})


def _brought(desk, work_off, content: bytes, kind: str = "video", name: str = "冲床.mp4") -> Media:
    url = _create(desk, len(content), kind, name).headers["Location"]
    assert _append(desk, url, 0, content).status_code == 204
    work_off()
    return Media.objects.latest("created_at")


def test_an_upload_goes_on_where_it_stopped(desk, work_off):
    content = make.video()
    created = _create(desk, len(content))
    assert created.status_code == 201
    url = created.headers["Location"]
    first = _append(desk, url, 0, content[:1000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "1000")
    standing = desk.head(url, headers=TUS)
    assert (standing.headers["Upload-Offset"], standing.headers["Upload-Length"]) == ("1000", str(len(content)))
    assert standing.headers["Cache-Control"] == "no-store"
    assert _append(desk, url, 1000, content[1000:]).headers["Upload-Offset"] == str(len(content))
    media = Media.objects.get()
    assert media.status == Media.Status.CHECKING
    work_off()
    media.refresh_from_db()
    assert (media.status, media.content_type, media.seconds) == (Media.Status.READY, "video/mp4", 3)
    assert Path(default_storage.path(media.file.name)).read_bytes() == content
    assert media.poster.shown.size > 0


@pytest.mark.parametrize("at", [0, 999, 1001, 5000])
def test_a_piece_at_another_place_is_refused_and_told_where_it_stands(desk, at):
    content = make.video()
    url = _create(desk, len(content)).headers["Location"]
    _append(desk, url, 0, content[:1000])
    refused = _append(desk, url, at, b"x" * 500)
    assert (refused.status_code, refused.headers["Upload-Offset"]) == (409, "1000")
    assert Path(default_storage.path(Media.objects.get().file.name)).read_bytes() == content[:1000]


def test_more_than_was_announced_is_refused(desk):
    url = _create(desk, 100).headers["Location"]
    assert _append(desk, url, 0, b"x" * 101).status_code == 422
    assert desk.head(url, headers=TUS).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    ("kind", "size", "status"),
    [("video", 500 * 2**20 + 1, 413), ("handout", 50 * 2**20 + 1, 413), ("captions", 2**20 + 1, 413), ("video", 0, 422), ("svg", 10, 422), ("", 10, 422)],
)  # fmt: skip
def test_what_is_too_large_or_of_no_kind_does_not_begin(desk, kind, size, status):
    assert _create(desk, size, kind).status_code == status
    assert not Media.objects.exists()


def test_what_asks_in_another_way_is_told_so(desk):
    assert desk.post(reverse("console:uploads"), headers={"Upload-Length": "5"}).status_code == 412
    assert desk.options(reverse("console:uploads")).headers["Tus-Extension"] == "creation"
    url = _create(desk, 5).headers["Location"]
    assert (
        desk.patch(url, b"12345", content_type="text/plain", headers={**TUS, "Upload-Offset": "0"}).status_code == 415
    )
    assert _append(desk, url, "x", b"12345").status_code == 409
    assert desk.post(reverse("console:uploads"), headers={**TUS, "Upload-Length": "-1"}).status_code == 422
    assert (
        desk.post(
            reverse("console:uploads"), headers={**TUS, "Upload-Length": "5", "Upload-Metadata": "kind !"}
        ).status_code
        == 422
    )


def test_somebody_elses_upload_is_not_there(desk, browser, trainer):
    url = _create(desk, 100).headers["Location"]
    browser.force_login(make.person(Role.TRAINER))
    assert browser.head(url, headers=TUS).status_code == 404
    assert _append(browser, url, 0, b"x" * 100).status_code == 404
    assert _append(browser, reverse("console:upload", args=[uuid4()]), 0, b"x").status_code == 404
    browser.force_login(make.person(Role.WORKER))
    assert browser.head(url, headers=TUS).status_code == 403
    assert _create(browser, 100).status_code == 403
    assert Media.objects.get().arrived == 0


def test_nobody_sees_a_file_before_it_is_whole_and_was_looked_into(desk, work_off):
    content = make.video()
    url = _create(desk, len(content)).headers["Location"]
    shown = reverse("media", args=[Media.objects.get().pk])
    _append(desk, url, 0, content[:-1])
    assert desk.get(shown).status_code == 404
    _append(desk, url, len(content) - 1, content[-1:])
    assert desk.get(shown).status_code == 404
    work_off()
    assert desk.get(shown).status_code == 200


def test_what_never_completes_is_gone_after_a_day(desk, clock, work_off):
    url = _create(desk, 5000).headers["Location"]
    _append(desk, url, 0, b"x" * 1000)
    path = Path(default_storage.path(Media.objects.get().file.name))
    clock.shift(23 * 3600)
    work_off()
    assert path.exists()
    clock.shift(2 * 3600)
    work_off()
    assert not path.exists()
    assert not Media.objects.exists()
    assert desk.head(url, headers=TUS).status_code in (302, 404)


def test_what_a_lesson_shows_stays(trainer, clock, work_off):
    lesson = make.course().lessons.get()
    Lesson.objects.update(video=make.media(by=trainer))
    clock.shift(timedelta(days=3).total_seconds())
    work_off()
    lesson.refresh_from_db()
    assert Path(default_storage.path(lesson.video.file.name)).exists()
    assert not Due.objects.filter(handler="training.forget_media").exists()


def _pdf(change) -> bytes:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(300, 200)
    change(writer)
    writer.write(out)
    return out.getvalue()


def _script(writer):
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("alert(1)")}
    )
    page = writer.pages[0]
    page[NameObject("/Annots")] = ArrayObject([DictionaryObject({NameObject("/A"): writer._add_object(script)})])


def _launch(writer):
    action = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")})
    writer._root_object[NameObject("/OpenAction")] = writer._add_object(action)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("kind", "content", "word"),
    [
        ("video", b"MZ\x90\0 this program cannot be run" * 40, "视频"),
        ("video", SVG, "视频"),
        ("video", HTML, "视频"),
        ("video", make.handout(), "视频"),
        ("video", make.video()[:800], "视频"),
        ("video", make.video() + HTML, "视频"),
        ("video", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + HTML, "视频"),
        ("video", b"#EXTM3U\nfile:///etc/passwd\n", "视频"),
        ("video", b"ffconcat version 1.0\nfile /etc/passwd\n", "视频"),
        ("video", make.video(codec="mpeg4"), "mpeg4"),
        ("video", make.video(codec="libx265"), "hevc"),
        ("video", make.video(container="matroska"), "视频"),
        ("video", make.video(container="mov"), "视频"),
        ("handout", SVG, "PDF"),
        ("handout", HTML, "PDF"),
        ("handout", HTML + make.handout(), "PDF"),
        ("handout", b"%PDF-1.7\nnothing more", "PDF"),
        ("handout", make.video(), "PDF"),
        ("handout", _pdf(_script), "脚本"),
        ("handout", _pdf(_launch), "脚本"),
        ("handout", _pdf(lambda writer: writer.add_attachment("a.exe", b"MZ")), "脚本"),
        ("handout", _pdf(lambda writer: writer.encrypt("secret")), "密码"),
        ("captions", SVG, "WEBVTT"),
        ("captions", HTML, "WEBVTT"),
        ("captions", b"WEBVTT\n\n00:01.000 --> 00:02.000\n<script>alert(1)</script>", "文字"),
        ("captions", b"WEBVTT\n\n00:01.000 --> 00:02.000\n<img src=x onerror=alert(1)>", "文字"),
        ("captions", b"WEBVTT\n\nSTYLE\n::cue{background:url(//x.example/a)}\n\n00:01.000 --> 00:02.000\nx", "时间"),
        ("captions", make.video(), "UTF-8"),
        ("captions", b"1\n00:00:01,000 --> 00:00:02,000\nan SRT file", "WEBVTT"),
        ("captions", b"WEBVTT\n\n00:05.000 --> 00:02.000\nback", "时间"),
        ("captions", b"WEBVTT\n\nno time at all", "时间"),
        ("captions", b"WEBVTT\n", "字幕"),
        ("captions", b"WEBVTT\n\n\xff\xfe", "UTF-8"),
    ],
)  # fmt: skip
def test_what_is_something_else_is_refused_with_a_sentence_and_handed_to_nobody(desk, work_off, kind, content, word):
    media = _brought(desk, work_off, content, kind, "good.mp4")
    assert media.status == Media.Status.REFUSED, media.content_type
    assert word in media.refusal
    assert desk.get(reverse("media", args=[media.pk])).status_code == 404
    assert not Path(default_storage.path(media.file.name)).exists()
    said = desk.get(reverse("console:upload", args=[media.pk])).json()
    assert (said["status"], said["refusal"]) == ("refused", media.refusal)


@pytest.mark.parametrize(
    ("kind", "content", "content_type"),
    [
        ("video", make.video(), "video/mp4"),
        ("video", make.video(codec="libvpx", container="webm"), "video/webm"),
        ("video", make.video(codec="libvpx-vp9", container="webm"), "video/webm"),
        ("handout", make.handout(3), "application/pdf"),
        ("captions", make.CAPTIONS.encode(), "text/vtt"),
        ("captions", "\ufeffWEBVTT 中文\r\n\r\nNOTE 说明\r\n\r\n1\r\n00:00:00.500 --> 00:00:02.000 line:0\r\n<v 张工>先停机</v>\r\n".encode(), "text/vtt"),
    ],
)  # fmt: skip
def test_what_it_is_decides_its_type_and_never_its_name(desk, work_off, kind, content, content_type):
    media = _brought(desk, work_off, content, kind, "page.html")
    assert (media.status, media.refusal) == (Media.Status.READY, "")
    shown = desk.get(reverse("media", args=[media.pk]))
    assert shown.headers["Content-Type"] == content_type
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Disposition"] == "inline"
    assert shown.content == content


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [("bytes=0-99", 206, slice(0, 100)), ("bytes=100-", 206, slice(100, None)), ("bytes=-50", 206, slice(-50, None)),
     ("bytes=0-0", 206, slice(0, 1)), ("bytes=99999999-", 416, None), ("bytes=9-3", 416, None), ("pages=1-2", 200, slice(None)), ("bytes=1-2,5-6", 200, slice(None))],
)  # fmt: skip
def test_a_video_is_handed_out_in_the_parts_that_are_asked_for(desk, trainer, asked, status, part):
    media, content = make.media(by=trainer), make.video()
    answer = desk.get(reverse("media", args=[media.pk]), headers={"Range": asked})
    assert answer.status_code == status
    assert answer.headers["Accept-Ranges"] == "bytes"
    if part:
        assert answer.content == content[part]
    if status == 206:
        start = part.indices(len(content))[0]
        assert answer.headers["Content-Range"] == f"bytes {start}-{start + len(answer.content) - 1}/{len(content)}"


def test_what_is_in_a_draft_is_shown_only_to_who_teaches(browser, trainer):
    course = make.course()
    Lesson.objects.update(video=make.media(by=trainer), handout=make.media("handout", by=trainer))
    lesson = course.lessons.get()
    worker = make.person(Role.WORKER)
    for status, expected in ((Course.Status.CURRENT, 200), (Course.Status.RETIRED, 200), (Course.Status.DRAFT, 404)):
        Course.objects.update(status=status)
        browser.force_login(worker)
        for media in (lesson.video, lesson.handout):
            assert browser.get(reverse("media", args=[media.pk])).status_code == expected
        assert browser.get(reverse("file", args=[lesson.video.poster_id])).status_code == expected
        browser.force_login(trainer)
        assert browser.get(reverse("media", args=[lesson.video_id])).status_code == 200
    browser.logout()
    assert browser.get(reverse("media", args=[lesson.video_id])).status_code == 302


def test_one_person_cannot_fill_the_disk(desk):
    for _n in range(3):
        assert _create(desk, 500 * 2**20).status_code == 201
    assert _create(desk, 500 * 2**20).status_code in (201, 422)
    assert _create(desk, 500 * 2**20).status_code == 422
    assert timezone.now() > Media.objects.first().created_at


def test_a_lesson_shows_its_video_with_poster_and_captions_as_phones_want_it(browser, trainer):
    lesson = make.course().lessons.get()
    film, words = make.media(by=trainer), make.media("captions", by=trainer)
    Lesson.objects.update(video=film, captions=words)
    enrolment = make.enrolment(of=lesson.course)
    browser.force_login(enrolment.person)
    shown = browser.get(reverse("field:lesson", args=[enrolment.pk, 1])).content.decode()
    tag = re.search(r"<video.*?</video>", shown, re.DOTALL)[0]
    assert " playsinline" in tag and " autoplay" not in tag, "an iPhone neither goes full screen nor starts by itself"
    assert f'poster="{reverse("file", args=[film.poster_id])}"' in tag
    assert f'<track kind="captions" src="{reverse("media", args=[words.pk])}"' in tag
    assert browser.get(reverse("file", args=[film.poster_id])).headers["Content-Type"] == "image/jpeg"
    assert browser.get(reverse("media", args=[words.pk])).headers["Content-Type"] == "text/vtt"


def test_who_edits_plays_the_video_in_the_page_because_a_large_one_comes_only_in_parts(desk, trainer):
    course = make.course()
    lesson = actions.draft_course(course, by=trainer).lessons.get()
    film = make.media(by=trainer)
    Lesson.objects.filter(pk=lesson.pk).update(video=film)
    shown = desk.get(reverse("console:edit_lesson", args=[course.code, lesson.pk])).content.decode()
    assert f'<source src="{reverse("media", args=[film.pk])}" type="video/mp4">' in shown
    assert f'<a class="lk" href="{reverse("media", args=[film.pk])}"' not in shown
