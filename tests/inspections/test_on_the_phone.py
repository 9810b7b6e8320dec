"""A check through the phone's pages: from the label on the machine to the record, and what comes back when refused."""

import html
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.events import history
from facilities.qr import issue_sticker, token_of
from hazards.models import Hazard
from inspections.models import Answer, Item, Run
from people.permissions import Role
from tests import make

USED = "One of these photos belongs to another record already. Take a new one."


def _text(answer) -> str:
    return html.unescape(answer.content.decode())


def _url(run: Run) -> str:
    return reverse("field:run", args=[run.pk])


def test_from_the_label_to_the_record(browser, worker):
    machine = make.machine()
    listed = make.checklist({}, {"kind": Item.Kind.NUMBER, "unit": "MPa"}, kind=machine.type)
    token = token_of(issue_sticker(machine, by=make.person(Role.ADMIN)))
    assert str(listed.pk) in _text(browser.get(reverse("field:qr", args=[token])))
    begun = browser.post(reverse("field:inspect", args=[token]), {"checklist": listed.pk})
    run = Run.objects.get()
    assert begun.url == _url(run)
    first, second = listed.items.all()
    page = _text(browser.get(_url(run)))
    assert first.text["zh"] in page
    sent = {f"value-{first.pk}": "fail", f"photos-{first.pk}": make.photo_file(), f"text-{first.pk}": "左侧松动"}
    assert browser.post(_url(run), sent | {f"number-{second.pk}": "0,52"}).url == _url(run)
    run.refresh_from_db()
    hazard = Hazard.objects.get()
    assert (run.status, run.result, run.inspector) == (Run.Status.DONE, Run.Result.FAIL, worker)
    assert [str(answer.number) for answer in run.answers.exclude(number=None)] == ["0.5200"]
    assert hazard.number in _text(browser.get(_url(run)))
    assert [event.name for event in history(run)] == ["run.started", "run.submitted"]


def test_a_planned_check_is_begun_on_the_phone_and_read_at_the_desk(browser, worker):
    run = make.run(worker)
    assert _url(run) in _text(browser.post(reverse("field:start_run", args=[run.pk]), follow=True))
    browser.post(_url(run), {f"value-{run.checklist.items.get().pk}": "pass"})
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    assert "李卫国" in _text(browser.get(reverse("console:run", args=[run.pk])))
    assert "李卫国" in _text(browser.get(reverse("console:runs"), {"status": "done"}))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_answers_that_are_not_complete_come_back_with_everything_else(browser, worker, language):
    worker.language = language
    worker.save()
    number = {"kind": Item.Kind.NUMBER, "maximum": "0.6"}
    run = make.run(worker, of=make.checklist({}, number, {"kind": Item.Kind.TEXT}))
    first, second, third = run.checklist.items.all()
    sent = {f"value-{first.pk}": "fail", f"text-{first.pk}": "左侧松动", f"photos-{first.pk}": make.photo_file()}
    answer = browser.post(_url(run), sent | {f"number-{second.pk}": "0.77", f"level-{first.pk}": "major"})
    page = _text(answer)
    assert answer.status_code == 422
    for sentence in ("Take a photo here.", "Choose an answer."):
        assert make.in_language(language, sentence) in page
    assert "左侧松动" in page
    assert 'value="0.77"' in page
    assert f'name="photos-{first.pk}-kept"' in page
    assert f'name="level-{first.pk}" value="major" checked' in page
    assert not Answer.objects.exists()
    assert third.pk


def test_a_photo_of_an_earlier_check_is_taken_out_and_the_next_one_counts(browser, worker):
    listed = make.checklist({"photo": Item.PhotoRule.ALWAYS})
    item = listed.items.get()
    earlier, today = make.run(worker, of=listed), make.run(worker, of=listed)
    browser.post(_url(earlier), {f"value-{item.pk}": "pass", f"photos-{item.pk}": make.photo_file()})
    used = Answer.objects.get().photos.get()
    answer = browser.post(_url(today), {f"value-{item.pk}": "pass", f"photos-{item.pk}-kept": used.pk})
    assert answer.status_code == 422
    assert make.in_language("zh-hans", USED) in _text(answer)
    assert f'value="{used.pk}"' not in _text(answer)
    sent = {f"value-{item.pk}": "pass", f"photos-{item.pk}": make.photo_file()}
    assert browser.post(_url(today), sent).status_code == 302
    assert used not in Answer.objects.get(run=today).photos.all()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_check_of_the_day_before_yesterday_says_so(browser, worker, language):
    worker.language = language
    worker.save()
    run = make.run(worker)
    day = f"{timezone.localdate(run.opens_at)}"
    with time_machine.travel(run.closes_at + timedelta(hours=25), tick=False):
        browser.force_login(worker)
        answer = browser.post(_url(run), {f"value-{run.checklist.items.get().pk}": "pass"})
    text = "This check is from %(day)s and can no longer be handed in. Do today's."
    assert answer.status_code == 409
    assert make.in_language(language, text, day=day) in _text(answer)


def test_what_a_colleague_handed_in_first_is_shown_with_the_name(browser, worker):
    team = make.team(worker)
    colleague = make.person(Role.WORKER, name="刘芳")
    colleague.team = team
    colleague.save()
    run = make.run(team=team)
    sent = {f"value-{run.checklist.items.get().pk}": "pass"}
    browser.post(_url(run), sent)
    browser.force_login(colleague)
    answer = browser.post(_url(run), sent)
    assert answer.status_code == 409
    assert "李卫国" in _text(answer)


@pytest.mark.parametrize("role", [Role.SUPPLIER, Role.CONTRACTOR_WORKER])
def test_a_partner_is_not_even_told_that_there_is_a_check(browser, role):
    run = make.run()
    browser.force_login(make.person(role))
    assert browser.get(_url(run)).status_code == 404
    assert browser.post(_url(run)).status_code == 404


@pytest.mark.parametrize("is_ex", [True, False])
def test_an_explosion_hazard_is_said_before_anything_opens(browser, worker, is_ex):
    machine = make.machine()
    type(machine.area).objects.filter(pk=machine.area_id).update(is_ex=is_ex)
    run = make.run(worker, equipment=machine)
    sticker = issue_sticker(machine, by=make.person(Role.ADMIN))
    sentence = make.in_language("zh-hans", "Explosion hazard here.")
    for address in (reverse("field:qr", args=[token_of(sticker)]), reverse("field:run", args=[run.pk])):
        assert (sentence in browser.get(address).content.decode()) == is_ex
