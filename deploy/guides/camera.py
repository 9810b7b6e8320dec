"""Plays a guide's steps in the browser and films what the phone shows; each method do_… is a word of content/guides."""

import io
import re
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Error, FilePayload, Locator, Page, Route, ViewportSize

from deploy.guides.reel import BAND, HEIGHT, WIDTH, Reel
from deploy.guides.stage import Props
from portals.guides import Guide
from portals.operator.demo.pictures import draw_scene
from portals.papers import asked
from tests.stories.phone import keep_day
from training.models import PaperItem

SCALE = 4 / 3
VIEW = ViewportSize(width=round(WIDTH / SCALE), height=round((HEIGHT - BAND) / SCALE))
# Done before the caption is read: the film begins with the page that it speaks of.
SILENT = ("open", "keep", "offline")
_TOP, _BOTTOM = 90, 150
_STEPS = 7
_HERE = "[data-step]:visible"


class Camera:
    def __init__(self, page: Page, reel: Reel, props: Props, language: str) -> None:
        self.page, self.reel, self.props, self.language = page, reel, props, language
        self.photos = 0
        self.reader: list[Route] = []
        # The reader of codes waits until the film lets it see the label.
        page.route("**/zxing_reader.wasm", self._keep_waiting)

    def _keep_waiting(self, route: Route) -> None:
        self.reader.append(route)

    def play(self, guide: Guide) -> None:
        self.reel.steps = len(guide.steps)
        for step in guide.steps:
            self.reel.say(step[self.language])
            actions = [self._action(row) for row in step.get("do", [])]
            for name, act in actions:
                if name in SILENT:
                    act()
            self.reel.read(self._shot())
            for name, act in actions:
                if name not in SILENT:
                    act()
        self.reel.hold(self._shot(), 1.5)

    def _action(self, row: Any) -> tuple[str, Callable[[], None]]:
        """`word`, `word: thing` or `word: thing` with more beside it."""
        if isinstance(row, str):
            return row, getattr(self, f"do_{row}")
        (name, thing), *more = row.items()
        return name, lambda: getattr(self, f"do_{name}")(thing, **dict(more))

    def _shot(self) -> Image.Image:
        """What the phone shows once it has come to rest: the same for a while."""
        last, same = self._picture(), 0
        for _try in range(40):
            self.page.wait_for_load_state("load")
            self.page.wait_for_timeout(150)
            now = self._picture()
            same = same + 1 if now == last else 0
            last = now
            if same == 3:
                break
        return last

    def _picture(self) -> Image.Image:
        for _try in range(10):
            try:
                taken = self.page.screenshot(animations="disabled", scale="device")
            except Error:  # between two pages there is nothing to see
                self.page.wait_for_timeout(200)
            else:
                return Image.open(io.BytesIO(taken)).convert("RGB").resize((WIDTH, HEIGHT - BAND))
        raise LookupError("the page does not come to rest")

    def _find(self, selector: str) -> Locator:
        found = self.page.locator(selector).locator("visible=true").first
        found.wait_for(timeout=20_000)
        return found

    # Words

    def do_open(self, where: str) -> None:
        self.page.goto(self.props.get(where, where))
        self._shot()

    def do_keep(self) -> None:
        """The phone has the check before the network goes."""
        keep_day(self.page, self.props["run"])

    def do_offline(self) -> None:
        self.page.context.set_offline(True)
        self._find("[data-offline-note]")

    def do_online(self) -> None:
        self.page.context.set_offline(False)
        self.page.locator("[data-sync]", has_text=re.compile("已同步|All sent")).wait_for(timeout=60_000)
        self.page.reload()

    def do_scan(self) -> None:
        for route in self.reader:
            route.continue_()
        self.page.wait_for_url("**/m/q/**")

    def do_tap(self, selector: str) -> None:
        target = self._find(selector)
        self._bring(target)
        self.reel.tap(self._picture(), self._middle(target))
        is_answer = target.evaluate("each => each.matches('label')")
        target.tap()
        if is_answer:
            self.reel.hold(self._picture(), 0.6)
        self.reel.hold(self._shot(), 0.3)

    def do_look(self, selector: str) -> None:
        self._bring(self._find(selector), steps=2 * _STEPS)
        self.reel.hold(self._shot(), 1)

    def do_type(self, selector: str, zh: str, en: str) -> None:
        target, words = self._find(selector), {"zh": zh, "en": en}[self.language]
        self._bring(target)
        self.reel.tap(self._picture(), self._middle(target))
        for part in range(1, 6):
            target.fill(words[: len(words) * part // 5])
            self.reel.hold(self._picture(), 0.3)
        target.blur()
        self.reel.hold(self._shot(), 0.5)

    def do_photo(self, scene: str, into: str = "") -> None:
        """Tap the field, see what the phone's own camera would show, press, and the photo is in the form."""
        add = self._find(f"{into or (_HERE if self.page.locator(_HERE).count() else 'form')} [data-shots-add]")
        self._bring(add)
        self.reel.tap(self._picture(), self._middle(add))
        view, shutter = _viewfinder(_scene(scene))
        self.reel.hold(view, 0.8)
        self.reel.tap(view, shutter)
        self._put(add, scene)
        self.reel.hold(self._shot(), 0.9)

    def do_rest_of_check(self, scene: str) -> None:
        """Fast forward: all that follows is in order."""
        while not self.page.locator("[data-hand-in]:visible").count():
            step = self.page.locator(_HERE).first
            if step.get_attribute("data-photo") == "always" and not step.locator("[data-shot]").count():
                self._put(step.locator("[data-shots-add]"), scene)
                step.locator("[data-shot] img").wait_for()
                self.reel.hold(self._picture(), 0.25)
            if step.get_attribute("data-kind") == "number":
                number = step.locator("[data-number]")
                least, most = (float(number.get_attribute(f"data-{end}") or 0) for end in ("min", "max"))
                number.locator("input").fill(f"{(least + most) / 2:.2f}")
            answer = step.locator("label:has(input[value=pass])").first
            self._bring(answer, is_quick=True)
            self.reel.tap(self._picture(), self._middle(answer), is_quick=True)
            position = step.get_attribute("data-step")
            answer.tap()
            self.page.wait_for_timeout(450)
            if self.page.locator(f"[data-step='{position}']:visible").count():
                self.page.locator("[data-next]").tap()
                self.page.wait_for_timeout(150)
        self.reel.hold(self._shot(), 0.8)

    def do_answer(self, *, is_quick: bool = False) -> None:
        paper, position = re.findall(r"/papers/(\d+)/(\d+)/", self._find("form#answer").get_attribute("action") or "")[
            0
        ]
        item = PaperItem.objects.select_related("question").get(attempt=paper, position=position)
        for value in _right(item):
            option = self._find(f"#answer label:has(input[value='{value}'])")
            self._bring(option, is_quick=is_quick)
            self.reel.tap(self._picture(), self._middle(option), is_quick=is_quick)
            option.tap()
            self.page.wait_for_timeout(300)
            self.reel.hold(self._picture(), 0.2 if is_quick else 0.8)

    def do_rest_of_paper(self) -> None:
        while self.page.locator("form#answer").count():
            self.do_answer(is_quick=True)
            self._find(".w-dock button.grow").tap()
            self.reel.hold(self._shot(), 0.3)

    # The hand

    def _put(self, add: Locator, scene: str) -> None:
        """Each photo is a file of its own, as a phone's are."""
        self.photos += 1
        picture = _scene(scene).resize((1200 + self.photos, 900))
        content = io.BytesIO()
        picture.save(content, "JPEG", quality=88)
        file = FilePayload(name=f"{self.photos}.jpg", mimeType="image/jpeg", buffer=content.getvalue())
        add.locator("input[type=file]").set_input_files([file])

    def _bring(self, target: Locator, *, is_quick: bool = False, steps: int = _STEPS) -> None:
        """Scrolls as a thumb does, until the target stands where it can be seen; what is fixed stays where it is."""
        box = target.bounding_box()
        if box is None or target.evaluate("each => Boolean(each.closest('.w-nav, .w-dock'))"):
            return
        if box["y"] >= _TOP and box["y"] + min(box["height"], 200) <= VIEW["height"] - _BOTTOM:
            return
        begin = self.page.evaluate("scrollY")
        way = box["y"] - (VIEW["height"] - min(box["height"], 300)) / 2.4
        for step in range(1, steps + 1):
            share = step / steps
            self.page.evaluate(
                "y => scrollTo({ top: y, behavior: 'instant' })", begin + way * share * share * (3 - 2 * share)
            )
            if not is_quick:
                self.reel.move(self._picture())
        self.page.wait_for_timeout(100)

    def _middle(self, target: Locator) -> tuple[int, int]:
        box = target.bounding_box()
        if box is None:
            raise LookupError("what is to be tapped is not on the screen")
        return round((box["x"] + box["width"] / 2) * SCALE), round((box["y"] + box["height"] / 2) * SCALE)


def _scene(name: str) -> Image.Image:
    """before, after, or blurred: as a hand that shakes takes it."""
    scene, state = name.rsplit("-", 1)
    picture = draw_scene(scene, is_after=state != "before")
    return picture.filter(ImageFilter.GaussianBlur(12)) if state == "blurred" else picture


def _viewfinder(picture: Image.Image) -> tuple[Image.Image, tuple[int, int]]:
    """The phone's own camera, which no browser films; and where its button is."""
    high = HEIGHT - BAND
    view = Image.new("RGB", (WIDTH, high), "#000000")
    side = round(picture.height * WIDTH / 690)
    left = (picture.width - side) // 2
    view.paste(picture.crop((left, 0, left + side, picture.height)).resize((WIDTH, 690)), (0, 60))
    at = WIDTH // 2, high - 90
    draw = ImageDraw.Draw(view)
    for radius, colour in ((50, "#ffffff"), (43, "#000000"), (38, "#ffffff")):
        draw.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=colour)
    return view, at


def _right(item: PaperItem) -> list[str]:
    """Of the options, as the page names them."""
    if item.question.answer and isinstance(item.question.answer[0], bool):
        return ["true" if item.question.answer[0] else "false"]
    return [option.value for option in asked(item) if item.order[int(option.value)] in item.question.answer]
