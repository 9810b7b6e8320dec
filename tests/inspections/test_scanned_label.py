"""The label on the machine: it begins the right check, and is kept as proof that somebody stood there."""

import html

import pytest
from django.urls import reverse

from core.errors import DomainError
from core.events import history
from facilities.models import Equipment
from facilities.qr import issue_sticker, token_of
from inspections.actions import Given, note_scan, start_run, submit_run
from inspections.models import Run
from people.permissions import Role
from tests import make


def _text(answer) -> str:
    return html.unescape(answer.content.decode())


def _label(place):
    return issue_sticker(place, by=make.person(Role.ADMIN))


def _start(browser, run: Run, point=None):
    sent = {"scanned": token_of(point)} if point else {}
    return browser.post(reverse("field:start_run", args=[run.pk]), sent)


def test_a_check_that_begins_at_the_label_keeps_it(browser, worker):
    run = make.run(worker)
    point = _label(run.equipment)
    page = _text(browser.get(reverse("field:qr", args=[token_of(point)])))
    assert page.count(reverse("field:start_run", args=[run.pk])) == 1, "one tap to the right checklist"
    assert f'name="scanned" value="{token_of(point)}"' in page
    assert _start(browser, run, point).url == reverse("field:run", args=[run.pk])
    run.refresh_from_db()
    assert run.scanned == point
    assert [event.data for event in history(run)] == [{"scanned": point.code}]


def test_one_that_was_opened_from_the_list_takes_the_label_until_it_is_handed_in(browser, worker):
    run = make.run(worker)
    _start(browser, run)
    point = _label(run.equipment)
    assert f'value="{token_of(point)}"' in _text(browser.get(reverse("field:qr", args=[token_of(point)])))
    _start(browser, run, point)
    run.refresh_from_db()
    assert (run.status, run.scanned) == (Run.Status.DOING, point)
    submit_run(run, [Given(run.checklist.items.get(), "pass")], by=worker)
    assert next(event for event in history(run) if event.name == "run.submitted").data["scanned"] == point.code


def test_after_it_is_handed_in_a_scan_proves_nothing(browser, worker):
    run = make.run(worker)
    start_run(run, by=worker)
    run = submit_run(run, [Given(run.checklist.items.get(), "pass")], by=worker)
    note_scan(run, _label(run.equipment), by=worker)
    run.refresh_from_db()
    assert run.scanned is None


def _hand_in(browser, run: Run):
    item = run.checklist.items.get()
    return browser.post(reverse("field:run", args=[run.pk]), {f"value-{item.pk}": "pass"})


def test_a_label_of_elsewhere_that_is_scanned_during_a_check_is_kept_beside_it_and_proves_nothing(browser, worker):
    run, elsewhere = make.run(worker), _label(make.machine())
    _start(browser, run)
    browser.get(reverse("field:qr", args=[token_of(elsewhere)]))
    assert _hand_in(browser, run).status_code == 302
    run.refresh_from_db()
    assert (run.scanned, run.other_label) == (None, elsewhere)


def test_a_label_scanned_before_a_check_began_says_nothing_of_it(browser, worker):
    run = make.run(worker)
    browser.get(reverse("field:qr", args=[token_of(_label(make.machine()))]))
    _start(browser, run)
    assert _hand_in(browser, run).status_code == 302
    run.refresh_from_db()
    assert (run.scanned, run.other_label) == (None, None)


@pytest.mark.parametrize("other", ["machine", "its area"])
def test_the_label_of_another_place_is_refused_by_name(browser, worker, other):
    run = make.run(worker)
    place = make.machine() if other == "machine" else run.area
    answer = _start(browser, run, _label(place))
    assert answer.status_code == 422
    sentence = "This label belongs to %(label)s. This check is for %(place)s: scan the label there."
    words = {"label": place.name["zh"], "place": run.equipment.name["zh"]}
    assert make.in_language("zh-hans", sentence, **words) in _text(answer)
    run.refresh_from_db()
    assert (run.status, run.scanned) == (Run.Status.DUE, None)


def test_an_area_is_proved_by_its_own_label(worker):
    area = make.area()
    run = make.run(worker)
    Run.objects.filter(pk=run.pk).update(equipment=None, area=area)
    run.refresh_from_db()
    assert start_run(run, by=worker, scanned=_label(area)).scanned.area == area
    with pytest.raises(DomainError):
        note_scan(run, _label(make.machine(area)), by=worker)


def test_a_wrong_label_says_which_check_is_open_and_leads_back_to_it(browser, worker):
    run = make.run(worker)
    _start(browser, run)
    page = _text(browser.get(reverse("field:qr", args=[token_of(_label(make.machine()))])))
    assert run.equipment.name["zh"] in page
    assert reverse("field:run", args=[run.pk]) in page
    right = _text(browser.get(reverse("field:qr", args=[token_of(_label(run.equipment))])))
    assert "w-card next" in right
    assert make.in_language("zh-hans", "Go on there") not in right


@pytest.mark.parametrize("token", ["nonsense", "ABCDEFGHJK", "x.y", "\0"])
def test_a_label_of_nowhere_begins_nothing(browser, worker, token):
    run = make.run(worker)
    answer = browser.post(reverse("field:start_run", args=[run.pk]), {"scanned": token})
    assert answer.status_code == 404
    run.refresh_from_db()
    assert run.status == Run.Status.DUE


def test_a_check_without_a_task_keeps_its_label_too(browser, worker):
    machine = make.machine()
    listed, point = make.checklist(kind=machine.type), _label(machine)
    browser.post(reverse("field:inspect", args=[token_of(point)]), {"checklist": listed.pk})
    assert Run.objects.get().scanned == point


def test_a_plain_link_leads_through_signing_in_back_to_the_machine(browser, worker):
    """As any phone camera, WeCom or DingTalk opens it."""
    machine = make.machine()
    address = reverse("field:qr", args=[token_of(_label(machine))])
    browser.logout()
    login = f"{reverse('account_login')}?next={address}"
    assert f'href="{login}"' in browser.get(address).content.decode()
    sent = {"login": worker.phone, "password": make.PASSWORD}
    answer = browser.post(login, sent, follow=True)
    assert answer.redirect_chain[-1][0] == address
    assert machine.name["zh"] in _text(answer)


def test_the_typed_number_leads_to_the_same_machine(browser, worker):
    machine = make.machine()
    point = _label(machine)
    for typed in (point.code, point.code.lower(), f" {point.code[:5]} {point.code[5:]} "):
        assert machine.name["zh"] in _text(browser.get(reverse("field:scan"), {"code": typed}, follow=True))


def test_a_machine_out_of_service_says_so_before_its_check(browser, worker):
    run = make.run(worker)
    Equipment.objects.filter(pk=run.equipment_id).update(status=Equipment.Status.OUT_OF_SERVICE)
    words = make.in_language("zh-hans", "This machine is out of service.")
    token = token_of(_label(run.equipment))
    for address in (reverse("field:qr", args=[token]), reverse("field:run", args=[run.pk])):
        assert words in _text(browser.get(address))
