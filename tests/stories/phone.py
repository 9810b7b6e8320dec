"""A worker's phone in the stories without network: it keeps the day, its tabs die, and one record comes of it."""

from urllib.parse import urlsplit

import httpx
from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from core.models import Event
from hazards.models import Hazard
from inspections.models import Run
from people.permissions import Role
from tests.stories.browser import PHONE, signed_in

# What stands in the caches, asked from a page.
KEPT = """async (path) => {
  for (const name of await caches.keys()) {
    if (name.startsWith("pages-") && await (await caches.open(name)).match(path)) return true;
  }
  return false;
}"""
HAND_IN, FILES = "**/m/sync/runs/*/", "**/m/sync/runs/*/files/"


def worker_at(browser, site: str, place, path: str, phone: str = "") -> Page:
    """Signed in, with the day kept on the phone."""
    worker = signed_in(browser, site, phone or place.people[Role.WORKER], PHONE)
    keep_day(worker, path)
    return worker


def keep_day(worker: Page, path: str) -> None:
    worker.goto("/m/")
    for _moment in range(400):
        if worker.evaluate(KEPT, path):
            break
        worker.wait_for_timeout(50)
    assert worker.evaluate(KEPT, path)


def killed(worker: Page) -> Page:
    """The tab dies without a word; another one is opened later."""
    context = worker.context
    worker.close(run_before_unload=False)
    page = context.new_page()
    page.faults = worker.faults
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    return page


def begin(worker: Page) -> None:
    worker.get_by_role("button", name="开始检查").click()
    expect(worker.locator("[data-cells]")).to_be_visible()


def photograph(worker: Page, place) -> None:
    """The first item, with three photos one after the other."""
    step = worker.locator("[data-step]").first
    expect(step).to_be_visible()
    for count, name in enumerate(("plate", "before", "passage"), 1):
        step.locator("[data-shots] input[type=file]").set_input_files(place.photos[name])
        expect(step.locator(".shot img")).to_have_count(count)
    worker.wait_for_timeout(500)


def answer(worker: Page, place) -> None:
    """All the rest; the guard is missing."""
    steps = worker.locator("[data-step]")
    for position in range(steps.count()):
        step = steps.nth(position)
        expect(step).to_be_visible()
        if not step.locator(".shot img").count() and (step.get_attribute("data-photo") == "always" or position == 1):
            step.locator("[data-shots] input[type=file]").set_input_files(place.photos["before"])
            expect(step.locator(".shot img")).to_have_count(1)
        judgement = f"input[value={'fail' if position == 1 else 'pass'}]"
        if position == 0:  # a tap leads on by itself; a key does not, so that nothing has to be waited for
            step.locator(f"label:has({judgement})").first.click()
            expect(step).to_be_hidden()
            continue
        step.locator(judgement).first.press("Space")
        if position == 1:
            step.locator("label", has_text="已停机").click()
        worker.get_by_role("button", name="下一项").click()
        expect(step).to_be_hidden()


def hand_in(worker: Page) -> None:
    worker.get_by_role("button", name="提交").click()


def saved(worker: Page) -> None:
    expect(worker.get_by_role("heading", name="存在手机里了")).to_be_visible(timeout=40_000)


def there(worker: Page) -> None:
    """The queue is empty: the server has it."""
    if worker.locator("body[data-kept] [data-renew]").count():  # this page looks itself up anew first
        worker.locator("body:not([data-kept])").wait_for()
    try:
        worker.goto("/m/sync/")
    except Error as cut:  # it may be about to look itself up when this asks for another page
        if "interrupted" not in cut.message:
            raise
        worker.goto("/m/sync/")
    expect(worker.locator("[data-sync]")).to_have_text("已同步", timeout=40_000)
    expect(worker.get_by_text("今天已上传 1 条")).to_be_visible()


def deliver(route: Route, site: str) -> int:
    """Takes the request to the server as it is; whoever sent it may never hear of it. Names of factories are no real hosts."""
    request, host = route.request, urlsplit(site)
    headers = {name: value for name, value in request.all_headers().items() if not name.startswith(":")} | {
        "host": host.netloc
    }
    address = f"http://127.0.0.1:{host.port}{urlsplit(request.url).path}"
    return httpx.post(address, headers=headers, content=request.post_data_buffer).status_code


def one_record(is_queued: bool = True) -> Run:
    run = Run.objects.get(status=Run.Status.DONE)
    assert run.answers.count() == run.checklist.items.count()
    first, second, *_rest = run.answers.all()
    assert [photo.name for photo in first.photos.all()] == ["plate.jpg", "before.jpg", "passage.jpg"]
    assert [photo.name for photo in second.photos.all()] == ["before.jpg"]
    assert Event.objects.filter(name="run.submitted").count() == Hazard.objects.count() == 1
    assert bool(run.submission_id) == is_queued
    assert abs(run.skew_seconds or 0) <= 5
    return run


def go_offline(context: BrowserContext, is_offline: bool = True) -> None:
    context.set_offline(is_offline)
