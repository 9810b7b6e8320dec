"""One film: gets the stage ready, plays the guide on a phone of the running product, and writes film, captions and poster."""

import os
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402

from deploy.guides import stage  # noqa: E402
from deploy.guides.camera import SCALE, VIEW, Camera  # noqa: E402
from deploy.guides.reel import Reel  # noqa: E402
from portals.guides import FOLDER, all_guides  # noqa: E402
from portals.operator.demo.plant import SLUG  # noqa: E402
from tenants import provisioning  # noqa: E402
from tenants.current import in_factory  # noqa: E402
from tests.live import running  # noqa: E402
from tests.stories.browser import chromium, started  # noqa: E402

LOCALES = {"zh": "zh-CN", "en": "en-GB"}


def main(code: str, language: str) -> None:
    guide, factory = all_guides()[code], provisioning.find(SLUG)
    started()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as live, in_factory(factory):
        site = live.url(factory).rstrip("/")
        stage.clear()
        user = stage.actor(guide.person, "en" if language == "en" else "zh-hans")
        props = stage.READY[guide.stage](user)
        label = stage.film_of_label(Path(folder), site, props)
        flags = (
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={label}",
        )
        is_offline = any("offline" in step.get("do", []) for step in guide.steps)
        with chromium(*flags, fonts=one_font(Path(folder))) as browser:
            context = browser.new_context(
                base_url=site, locale=LOCALES[language], viewport=VIEW, device_scale_factor=SCALE, is_mobile=True,
                has_touch=True, service_workers="allow" if is_offline else "block",
            )  # fmt: skip
            cookies = {settings.SESSION_COOKIE_NAME: stage.session_of(user), "text_size": "normal"}
            context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
            reel = Reel(language)
            Camera(context.new_page(), reel, props, language).play(guide)
        target = settings.ROOT / "static" / FOLDER
        target.mkdir(exist_ok=True)
        reel.write(target / f"{code}.{language}")
    print(
        f"{code}.{language}: {reel.seconds:.0f} s, {(target / f'{code}.{language}.mp4').stat().st_size // 1000} kB",
        flush=True,
    )


def one_font(folder: Path) -> str:
    """The project's own for all signs, so that each machine records the same."""
    path = folder / "fonts.conf"
    dirs = f"<dir>{settings.PDF_FONT_DIR}</dir><cachedir>{folder}</cachedir>"
    path.write_text(f'<?xml version="1.0"?><fontconfig>{dirs}</fontconfig>', encoding="utf-8")
    return str(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
