"""What the service announces stands above the pages of those it is meant for, in their language, until they put it away."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from operators.models import Announcement, OperatorEntry
from people.permissions import Role
from tests import make

PAGE = "/operator/announcements/"


def form(**changed: str) -> dict[str, str]:
    now = timezone.localtime()
    return {
        "kind": "work",
        "audience": "all",
        "text_zh": "周六 22 点起维护半小时",
        "text_en": "Maintenance on Saturday at 22:00",
        "starts_at": f"{now - timedelta(minutes=1):%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}",
    } | changed


def test_everybody_reads_it_in_the_own_language_and_puts_it_away(operator, browser):
    assert operator.post(PAGE, form()).status_code == 302
    worker = make.person(Role.WORKER)
    browser.force_login(worker)
    assert "周六 22 点起维护半小时" in browser.get("/m/").content.decode()
    worker.language = "en"
    worker.save()
    page = browser.get("/m/").content.decode()
    assert "Maintenance on Saturday" in page and "周六" not in page
    pk = Announcement.objects.get().pk
    assert browser.post(f"/announcements/{pk}/away/", {"next": "https://evil.example/"})["Location"] == "/"
    assert browser.post(f"/announcements/{pk}/away/").status_code == 404, "it is away already"
    assert "Maintenance on Saturday" not in browser.get("/m/").content.decode()


def test_each_reads_what_is_meant_for_them(operator, browser):
    operator.post(PAGE, form(audience="admins", text_zh="给管理员的话"))
    operator.post(PAGE, form(audience="desk", text_zh="给办公室的话"))
    for role, path, sees in (
        (Role.WORKER, "/m/", set()),
        (Role.SAFETY_OFFICER, "/desk/", {"给办公室的话"}),
        (Role.ADMIN, "/desk/", {"给办公室的话", "给管理员的话"}),
    ):
        browser.force_login(make.person(role))
        page = browser.get(path).content.decode()
        assert {text for text in ("给管理员的话", "给办公室的话") if text in page} == sees, role


def test_it_begins_and_ends_by_itself_and_is_taken_down(operator, browser):
    later = timezone.localtime() + timedelta(hours=3)
    operator.post(PAGE, form(starts_at=f"{later:%Y-%m-%dT%H:%M}"))
    browser.force_login(make.person(Role.WORKER))
    assert "周六" not in browser.get("/m/").content.decode()
    with time_machine.travel(later + timedelta(minutes=2)):
        cache.clear()
        assert "周六" in browser.get("/m/").content.decode()
        row = Announcement.objects.get()
        assert operator.post(f"{PAGE}{row.pk}/end/").status_code == 302
        cache.clear()
        assert "周六" not in browser.get("/m/").content.decode()
        assert operator.post(f"{PAGE}{row.pk}/end/").status_code == 409
    assert list(OperatorEntry.objects.order_by("pk").values_list("what", flat=True))[-2:] == [
        "announced",
        "announcement_ended",
    ]


@pytest.mark.parametrize(
    "changed",
    [{"text_zh": ""}, {"text_en": "x" * 301}, {"ends_at": "2020-01-01T00:00"}, {"kind": "x"}, {"starts_at": "?"}],
)
def test_what_does_not_fit_comes_back_with_what_was_typed(operator, changed):
    page = operator.post(PAGE, form(**({"text_en": "Kept as it was typed"} | changed)))
    assert page.status_code == 422 and not Announcement.objects.exists()
    if "text_en" not in changed:
        assert "Kept as it was typed" in page.content.decode()
