"""A trainer uploads a video over a connection that breaks; a worker watches it on the phone and answers its question."""

import os
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from people.permissions import Role
from tests import make
from tests.stories.browser import DESK, PHONE, chinese_font, chromium, signed_in
from training.models import Course, Enrolment, Lesson, Progress

pytestmark = pytest.mark.browser
RIGHT = "停机上报"
READ = """async (url) => {
  const answer = await fetch(url);
  return [answer.headers.get("Content-Type"), (await answer.text()).slice(0, 5)];
}"""


def shot(page: Page, name: str) -> None:
    if os.environ.get("SHOTS"):
        page.wait_for_timeout(300)
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


PLAYS = "document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.42E01E\"') !== ''"


def _files(folder, *, with_h264: bool) -> dict[str, str]:
    """H.264 as phones film it; WebM for a Chromium that was built without it."""
    name, codec, container = ("冲床.mp4", "libx264", "mp4") if with_h264 else ("冲床.webm", "libvpx", "webm")
    made = {
        "video": (name, make.video(12, codec, container, size=(320, 180), noise=True)),
        "captions": ("字幕.vtt", make.CAPTIONS.encode()),
        "handout": ("讲义.pdf", make.handout()),
        "fake": ("假的.mp4", b"<svg onload=alert(1)>" * 100),
    }
    for name, content in made.values():
        (folder / name).write_bytes(content)
    return {kind: str(folder / name) for kind, (name, _content) in made.items()}


def _too_large(desk: Page, film: str) -> None:
    """Said at once, before anything is sent; half a gigabyte stands for the limit here."""
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url) if "/uploads/" in request.url else None)
    desk.evaluate("document.querySelector('#file-video form[data-upload]').dataset.most = '1000'")
    desk.set_input_files("#choose-video", film)
    expect(desk.locator("#file-video [data-upload-said]")).to_contain_text("500 MB")
    assert asked == []
    desk.reload()


def _upload_with_a_break(desk: Page, film: str) -> None:
    """The connection breaks after the first piece; the page is closed and the same file chosen once more."""
    desk.evaluate("document.querySelector('#file-video form[data-upload]').dataset.piece = '30000'")
    sent: list[str] = []

    def break_off(route):
        is_piece = route.request.method == "PATCH"
        if is_piece:
            sent.append(route.request.method)
        return route.abort("connectionreset") if is_piece and len(sent) > 1 else route.continue_()

    desk.route("**/training/uploads/**", break_off)
    desk.set_input_files("#choose-video", film)
    expect(desk.locator("#file-video [data-upload-said]")).to_contain_text("没有网络", timeout=15_000)
    shot(desk, "broken")
    desk.unroute("**/training/uploads/**")
    desk.once("dialog", lambda dialog: dialog.accept())
    desk.reload()
    offsets: list[str] = []
    desk.on(
        "request",
        lambda request: offsets.append(request.headers["upload-offset"]) if request.method == "PATCH" else None,
    )
    desk.set_input_files("#choose-video", film)
    expect(desk.locator("#file-video")).to_contain_text("可以看了", timeout=30_000)
    assert int(offsets[0]) > 0, "it went on where it had stopped"


def _teach(desk: Page, course: Course, files: dict[str, str]) -> None:
    desk.goto(f"/desk/training/courses/{course.code}/edit/")
    shot(desk, "versions")
    desk.get_by_role("button", name="在草稿里改").click()
    shot(desk, "draft")
    desk.get_by_role("link", name="第1节").click()
    desk.set_input_files("#choose-video", files["fake"])
    expect(desk.locator("main")).to_contain_text("这不是手机能放的视频", timeout=20_000)
    shot(desk, "refused")
    _too_large(desk, files["video"])
    _upload_with_a_break(desk, files["video"])
    for kind in ("captions", "handout"):
        desk.set_input_files(f"#choose-{kind}", files[kind])
        expect(desk.locator(f"#file-{kind}")).to_contain_text("可以看了", timeout=30_000)
    desk.get_by_label("视频在哪里停下答题").fill("0:06")
    desk.get_by_role("button", name="看手机上的样子").click()
    expect(desk.locator("#preview")).to_contain_text("先停机，再动手")
    shot(desk, "lesson")
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_label("视频在哪里停下答题")).to_have_value("0:06")
    desk.goto(f"/desk/training/courses/{course.code}/edit/publish/")
    shot(desk, "publish")
    desk.get_by_role("button", name="发布第 2 版").click()
    expect(desk.locator("main")).to_contain_text("已发布")
    assert desk.faults == []


def _until(video: Locator, state: str) -> None:
    """The page's rules forbid Playwright's own waiting for a script."""
    for _try in range(50):
        if video.evaluate(f"(video) => video.{state}"):
            return
        video.page.wait_for_timeout(200)
    pytest.fail(f"never {state}")


def _watch(phone: Page, course: Course) -> None:
    phone.goto("/m/learn/")
    phone.get_by_role("link", name=course.title["zh"]).tap()
    phone.get_by_role("link", name="开始学第 1 节").tap()
    video = phone.locator("video")
    _until(video, "readyState > 0")
    expect(phone.locator("[data-learn-button]")).to_have_text("还要看 1 分钟")
    shot(phone, "watch")
    video.evaluate("(video) => { video.currentTime = 11; }")
    _until(video, "currentTime < 1")
    began = time.monotonic()
    video.evaluate("(video) => { video.muted = true; video.playbackRate = 4; return video.play(); }")
    question = phone.locator("[data-stop-form]")
    expect(question).to_be_visible(timeout=25_000)
    assert time.monotonic() - began > 4, "faster than its own speed it does not run"
    assert video.evaluate("(video) => video.paused")
    assert video.evaluate("(video) => video.textTracks[0].cues.length") == 1
    shot(phone, "stop")
    question.locator(".opt").filter(has_not_text=RIGHT).first.tap()
    question.get_by_role("button", name="回答").tap()
    expect(question).to_contain_text("还不对")
    shot(phone, "wrong")
    question.locator(".opt").filter(has_text=RIGHT).tap()
    question.get_by_role("button", name="回答").tap()
    expect(question).to_have_count(0)
    expect(phone.locator("[data-learn-button]")).to_be_enabled(timeout=60_000)
    link = phone.get_by_role("link", name="打开讲义").get_attribute("href")
    assert phone.evaluate(READ, link) == ["application/pdf", "%PDF-"]
    shot(phone, "learned")
    assert phone.faults == []


def test_a_video_is_uploaded_with_a_break_and_watched_with_its_question(live, fresh_factory, tmp_path):
    make.policies()
    worker, trainer = make.person(Role.WORKER, name="钱师傅"), make.person(Role.TRAINER, name="吴老师")
    course = make.course()
    Lesson.objects.update(minutes=1)
    make.enrolment(worker, of=course)
    site = live.url(fresh_factory).rstrip("/")
    with chromium(fonts=chinese_font()) as browser:
        desk = signed_in(browser, site, trainer.phone, DESK)
        _teach(desk, course, _files(tmp_path, with_h264=desk.evaluate(PLAYS)))
        _watch(signed_in(browser, site, worker.phone, PHONE), course)
    progress = Progress.objects.get()
    assert Enrolment.objects.get().course.version == 2
    assert progress.stops_passed == 1
    assert progress.watched >= 9
    assert progress.seconds >= 25
