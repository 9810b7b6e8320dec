"""What goes wrong on a shop floor: each time a clear sentence in the reader's language, and nothing is lost."""

import html
import struct
import threading
import uuid
import zlib

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from alerts.models import Alert
from core.models import Attachment, Event
from facilities.models import QRPoint
from facilities.qr import issue_sticker, revoke_sticker, token_of
from hazards.actions import report_hazard
from hazards.models import Evidence, Hazard, Status
from incidents.models import Incident
from inspections.models import Answer, Run
from people.models import User
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tests import make

BOTH = pytest.mark.parametrize("language", ["zh-hans", "en"])


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def says(response, language: str, sentence: str, **words) -> bool:
    return make.in_language(language, sentence, **words) in text_of(response)


@pytest.fixture
def worker(browser, factory):
    worker = make.person(Role.WORKER, name="王建国")
    browser.force_login(worker)
    return worker


@pytest.fixture
def run(worker):
    """A started check of two questions, of which the second wants a photo."""
    two = make.checklist({}, {"photo": "on_fail"})
    return make.run(worker, of=two, status=Run.Status.DOING, inspector=worker)


def speaks(user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


def answers(run: Run, *photos, value: str = "pass") -> dict:
    first, second = run.checklist.items.all()
    data = {f"value-{first.pk}": "pass", f"value-{second.pk}": value, f"text-{second.pk}": "防护罩没有装回"}
    return data | ({f"photos-{second.pk}": list(photos)} if photos else {})


# Labels


@BOTH
@pytest.mark.parametrize("token", ["QQQQQQQQQQ.forged-signature", "QQQQQQQQQQ", "not a code", "%00", "中文"])
def test_a_label_that_is_none_of_ours(browser, worker, language, token):
    speaks(worker, language)
    response = browser.get(reverse("field:qr", args=[token]))
    assert response.status_code == 404
    assert says(response, language, "This code is not one of this factory. Look at the label or type its number.")


@BOTH
def test_a_label_of_another_factory(browser, worker, other_factory, language):
    speaks(worker, language)
    with in_factory(other_factory):
        foreign = token_of(issue_sticker(make.machine(), by=make.person(Role.ADMIN)))
    response = browser.get(reverse("field:qr", args=[foreign]))
    assert response.status_code == 404
    assert says(response, language, "This code is not one of this factory. Look at the label or type its number.")


@BOTH
def test_a_label_that_was_replaced(browser, worker, language):
    speaks(worker, language)
    officer = make.person(Role.SAFETY_OFFICER)
    old = issue_sticker(make.machine(), by=officer)
    revoke_sticker(old, by=officer, reason="磨花了")
    old = QRPoint.objects.get(pk=old.pk)
    for address in (reverse("field:qr", args=[token_of(old)]), reverse("field:qr", args=[old.code])):
        response = browser.get(address)
        assert response.status_code == 410
        assert says(
            response, language, "This label was replaced. Use the new one on the machine, or tell the safety officer."
        )


# Photos


def text_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("guard.jpg", b"this is no picture" * 100, "image/jpeg")


def heavy_photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("guard.jpg", make.photo_file().read() + b"\0" * (15 * 2**20), "image/jpeg")


def bomb() -> SimpleUploadedFile:
    """A small PNG that claims 50,000 × 50,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")
    return SimpleUploadedFile("guard.png", b"\x89PNG\r\n\x1a\n" + body, "image/png")


BAD_PHOTOS = pytest.mark.parametrize(
    ("made", "sentence", "words"),
    [
        (text_file, "This file is not a picture that can be opened. Take the photo again.", {}),
        (
            heavy_photo,
            "The photo is %(size)d MB; the limit is %(limit)d MB. Take it again with a lower resolution.",
            {"size": 15, "limit": 12},
        ),
        (
            bomb,
            "The picture has too many pixels; the limit is %(limit)d million. Take it again with the phone's camera.",
            {"limit": 40},
        ),
    ],
    ids=["a text file", "15 MB", "a bomb"],
)


@BOTH
@BAD_PHOTOS
def test_a_bad_photo_in_a_check(browser, worker, run, language, made, sentence, words):
    speaks(worker, language)
    url = reverse("field:run", args=[run.pk])
    response = browser.post(url, answers(run, make.photo_file(), made(), value="fail"))
    assert response.status_code == 422
    assert says(response, language, sentence, **words)
    assert "防护罩没有装回" in text_of(response), "what was typed is still there"
    run.refresh_from_db()
    assert run.status == Run.Status.DOING and not Hazard.objects.exists()
    kept = Attachment.objects.get()
    assert f'value="{kept.pk}"' in text_of(response), "the good photo need not be taken again"

    second = run.checklist.items.last()
    again = browser.post(url, answers(run, value="fail") | {f"photos-{second.pk}-kept": [kept.pk]})
    assert again.status_code == 302
    assert Hazard.objects.get().evidence.get().attachment == kept


@BOTH
@BAD_PHOTOS
def test_a_bad_photo_in_a_report(browser, worker, language, made, sentence, words):
    speaks(worker, language)
    place, kind = make.area(), make.category()
    report = {"area": place.pk, "category": kind.pk, "title": "油管漏油", "level": "general"}
    response = browser.post(reverse("field:report"), report | {"photos": [made()]})
    assert response.status_code == 422
    assert says(response, language, sentence, **words)
    assert "油管漏油" in text_of(response) and not Hazard.objects.exists()


@BOTH
@BAD_PHOTOS
def test_a_bad_photo_of_a_near_miss(browser, worker, language, made, sentence, words):
    speaks(worker, language)
    said = {"area": make.area().pk, "kind": "near_miss", "what": "fall", "title": "差点滑倒"}
    response = browser.post(reverse("field:report_incident"), said | {"photos": [made()]})
    assert response.status_code == 422
    assert says(response, language, sentence, **words)
    assert "差点滑倒" in text_of(response) and not Incident.objects.exists()


def test_a_photo_of_somebody_else_cannot_be_slipped_in(browser, worker, run):
    foreign = make.photo(by=make.person(Role.WORKER))
    second = run.checklist.items.last()
    data = answers(run, value="fail") | {f"photos-{second.pk}-kept": [foreign.pk, "nonsense"]}
    assert browser.post(reverse("field:run", args=[run.pk]), data).status_code == 422
    assert not Evidence.objects.exists()


# Sessions and doubles


def test_a_session_that_ends_in_the_middle_of_a_check(browser, worker, run):
    """The page keeps its answers on the phone; after signing in it leads back to the same check."""
    url = reverse("field:run", args=[run.pk])
    browser.logout()
    response = browser.post(url, answers(run, make.photo_file(), value="fail"))
    assert response.status_code == 302 and response["Location"] == f"/account/login/?next={url}"
    run.refresh_from_db()
    assert run.status == Run.Status.DOING and not Answer.objects.exists()
    signed_in = browser.post(response["Location"], {"login": worker.phone, "password": make.PASSWORD, "next": url})
    assert signed_in["Location"] == url
    page = browser.get(url)
    assert f'data-stepper="run-{run.pk}-{worker.pk}"' in text_of(page), "the draft's key is the same as before"
    assert browser.post(url, answers(run, make.photo_file(), value="fail")).status_code == 302
    assert Answer.objects.count() == 2


@BOTH
def test_a_page_that_was_open_too_long(factory, worker, run, language):
    speaks(worker, language)
    strict = Client(enforce_csrf_checks=True, HTTP_HOST=provisioning.host_of("one"))
    strict.force_login(worker)
    response = strict.post(reverse("field:run", args=[run.pk]), answers(run) | {"note": "油管在滴油"})
    assert response.status_code == 403
    assert says(
        response, language, "This page was open too long. Go back, reload it and send again; nothing was changed."
    )
    assert "油管在滴油" in text_of(response), "what was typed can be copied from here"


def test_a_sign_in_page_that_was_open_too_long_comes_back_fresh_and_leads_on(factory, worker):
    strict = Client(enforce_csrf_checks=True, HTTP_HOST=provisioning.host_of("one"))
    url = reverse("account_login") + "?next=/m/report/"
    typed = {"login": worker.phone, "password": make.PASSWORD, "next": "/m/report/"}
    response = strict.post(url, typed | {"csrfmiddlewaretoken": "stale"}, follow=True)
    assert response.redirect_chain == [(url, 302)]
    assert says(response, "zh-hans", "This page was open too long. Sign in once more.")
    fresh = {"csrfmiddlewaretoken": strict.cookies[settings.CSRF_COOKIE_NAME].value}
    assert strict.post(url, typed | fresh)["Location"] == "/m/report/"


def test_a_check_handed_in_twice_counts_once(browser, worker, run):
    url = reverse("field:run", args=[run.pk])
    first = browser.post(url, answers(run, make.photo_file(), value="fail"))
    second = browser.post(url, answers(run, make.photo_file(), value="fail"))
    assert first["Location"] == second["Location"] == url
    assert Hazard.objects.count() == 1 and Answer.objects.count() == 2
    assert Event.objects.filter(name="run.submitted").count() == 1


def test_a_report_sent_twice_is_one_hazard(browser, worker):
    page = text_of(browser.get(reverse("field:report")))
    key = page.split('name="client_id" value="')[1].split('"')[0]
    report = {
        "client_id": key,
        "area": make.area().pk,
        "category": make.category().pk,
        "title": "油管漏油",
        "level": "major",
    }
    first = browser.post(reverse("field:report"), report | {"photos": [make.photo_file()]})
    second = browser.post(reverse("field:report"), report | {"photos": [make.photo_file()]})
    assert first["Location"] == second["Location"]
    assert Hazard.objects.get().number.endswith("-0001") and Alert.objects.count() == 1
    third = browser.post(reverse("field:report"), report | {"client_id": uuid.uuid4(), "photos": [make.photo_file()]})
    assert third["Location"] != first["Location"]
    assert sorted(Hazard.objects.values_list("number", flat=True))[-1].endswith("-0002")


def test_a_form_that_somebody_else_sent_before_on_the_same_phone_is_a_report_of_ones_own(browser, worker):
    key = str(uuid.uuid4())
    report = {
        "client_id": key,
        "area": make.area().pk,
        "category": make.category().pk,
        "title": "漏油",
        "level": "general",
    }
    first = browser.post(reverse("field:report"), report | {"photos": [make.photo_file()]})
    browser.force_login(make.person(Role.WORKER))
    second = browser.post(reverse("field:report"), report | {"photos": [make.photo_file()]})
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] != second["Location"] and Hazard.objects.count() == 2


def test_two_reports_with_one_key_at_the_same_moment_are_one(fresh_factory):
    worker, place, kind, key = make.person(Role.WORKER), make.area(), make.category(), uuid.uuid4()
    start, numbers = threading.Barrier(2), []

    def report():
        with in_factory(fresh_factory):
            start.wait()
            hazard = report_hazard(by=worker, title="漏油", category=kind, area=place, client_id=key)
            numbers.append(hazard.number)
        connection.close()

    threads = [threading.Thread(target=report) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 2 and len(set(numbers)) == 1
    assert Hazard.objects.count() == 1
    follower = report_hazard(by=worker, title="漏油", category=kind, area=place)
    assert follower.number.endswith("-0002"), "no number was lost"


# Other people's work


@BOTH
def test_a_check_that_is_somebody_elses(browser, worker, language):
    speaks(worker, language)
    foreign = make.run(of=make.checklist({}, {}))
    url = reverse("field:run", args=[foreign.pk])
    for response in (browser.get(url), browser.post(url, answers(foreign, make.photo_file()))):
        assert response.status_code == 403
        sentence = "This check is somebody else's task. Do your own, or ask the team leader to swap."
        assert says(response, language, sentence)
    assert not Answer.objects.exists()


@BOTH
def test_the_one_who_fixed_it_reviews_it(browser, factory, language):
    leader = make.person(Role.TEAM_LEADER, Role.MAINTENANCE)
    speaks(leader, language)
    hazard = make.hazard(Status.FIRST_REVIEW, owner=leader)
    browser.force_login(leader)
    response = browser.post(
        reverse("console:decide", args=[hazard.pk, "review"]), {"is_passed": "yes", "note": "自己看过"}
    )
    assert response.status_code == 403
    assert says(response, language, "You fixed this one yourself. Somebody else must review it.")
    hazard.refresh_from_db()
    assert hazard.status == Status.FIRST_REVIEW and not hazard.reviews.exists()


@pytest.mark.parametrize("number", ["abc", "1e999", "NaN", "-", "９"])
def test_what_is_no_number(browser, worker, number):
    speaks(worker, "en")
    run = make.run(worker, of=make.checklist({}, {"kind": "number"}))
    item = run.checklist.items.last()
    response = browser.post(reverse("field:run", args=[run.pk]), answers(run) | {f"number-{item.pk}": number})
    if number == "９":
        assert response.status_code == 302, "full-width digits are what some phones type"
    else:
        assert response.status_code == 422 and f"“{number}” is not a number" in text_of(response)
