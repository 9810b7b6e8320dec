"""The camera inside the page reads the label and leads to the right check in one tap."""

import io
from pathlib import Path

import pytest
import segno
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from facilities.qr import issue_sticker, token_of
from inspections.models import Run
from people.permissions import Role
from tests import make
from tests.stories.browser import PHONE, chromium, signed_in

pytestmark = pytest.mark.browser


def _film(folder: Path, text: str) -> str:
    """What the camera sees: the label held still before it, as motion JPEG."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=8, border=4)
    label = Image.open(out).convert("RGB")
    frame = Image.new("RGB", (640, 480), (150, 150, 150))
    frame.paste(label.resize((400, 400)), (120, 40))
    still = io.BytesIO()
    frame.save(still, "JPEG", quality=95)
    path = folder / "label.mjpeg"
    path.write_bytes(still.getvalue() * 10)
    return str(path)


def test_the_camera_leads_from_the_label_to_the_check(live, fresh_factory, tmp_path):
    make.policies()
    worker = make.person(Role.WORKER)
    run = make.run(worker)
    point = issue_sticker(run.equipment, by=make.person(Role.ADMIN))
    site = live.url(fresh_factory).rstrip("/")
    film = _film(tmp_path, site + reverse("field:qr", args=[token_of(point)]))
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    with chromium("--use-fake-ui-for-media-stream", *camera) as browser:
        page = signed_in(browser, site, worker.phone, PHONE)
        page.goto("/m/scan/")
        page.wait_for_url("**/m/q/**")
        page.get_by_role("button", name="开始检查").click()
        expect(page.locator("[data-cells]")).to_be_visible()
        assert page.faults == []
    run.refresh_from_db()
    assert (run.status, run.scanned) == (Run.Status.DOING, point)


def test_whoever_has_no_camera_is_told_what_else_to_do(live, fresh_factory):
    worker = make.person(Role.WORKER)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        page = signed_in(browser, site, worker.phone, PHONE, at="/m/scan/")
        page.get_by_role("button", name="打开相机").click()
        expect(page.locator("[data-scan-note]")).to_contain_text("相机")
        assert page.faults == []
