"""Where explosions threaten: the phone stays outside, which is said and confirmed before a check begins."""

import html
import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from core.errors import DomainError
from core.events import history
from core.models import Job
from facilities.models import Area
from facilities.qr import issue_sticker, token_of
from inspections.actions import Given, open_run, start_run, submit_run
from inspections.models import Run
from people.permissions import Role
from tests import make

ASKED = "Your ordinary phone stays outside. How do you take photos?"
SAY_FIRST = "Explosion hazard here: say first whether you photograph from outside or with an Ex phone."


@pytest.fixture
def booth(worker):
    """A machine in the paint shop."""
    machine = make.machine()
    Area.objects.filter(pk=machine.area_id).update(is_ex=True)
    machine.refresh_from_db()
    return machine


def _text(answer) -> str:
    return html.unescape(answer.content.decode())


def _zh(text: str) -> str:
    return make.in_language("zh-hans", text)


def _started(run: Run) -> list[dict]:
    return [event.data for event in history(run) if event.name == "run.started"]


@pytest.mark.parametrize("way", ["outside", "ex_phone"])
def test_the_way_of_taking_photos_stands_in_the_record_of_the_beginning(worker, booth, way):
    run = start_run(make.run(worker, equipment=booth), by=worker, ex=way)
    assert _started(run) == [{"ex": way}]


@pytest.mark.parametrize("way", ["", "inside", "OUTSIDE"])
def test_without_it_the_check_does_not_begin(worker, booth, way):
    run = make.run(worker, equipment=booth)
    with pytest.raises(DomainError) as refusal:
        start_run(run, by=worker, ex=way)
    assert str(refusal.value) == _zh(SAY_FIRST)
    run.refresh_from_db()
    assert run.status == Run.Status.DUE


def test_elsewhere_nobody_is_asked(browser, worker):
    run = make.run(worker)
    assert _zh(ASKED) not in _text(browser.get(reverse("field:run", args=[run.pk])))
    assert _started(start_run(run, by=worker)) == [{}]


def test_the_button_leads_to_the_question_and_the_answer_begins_the_check(browser, worker, booth):
    run = make.run(worker, equipment=booth)
    start, page = reverse("field:start_run", args=[run.pk]), reverse("field:run", args=[run.pk])
    assert browser.post(start).url == page
    run.refresh_from_db()
    assert run.status == Run.Status.DUE
    assert _zh(ASKED) in _text(browser.get(page))
    browser.post(start, {"ex": "outside"})
    run.refresh_from_db()
    assert run.status == Run.Status.DOING
    assert 'name="ex" value="outside" checked' in _text(browser.get(page)), "asked once"


def test_without_scripts_or_signal_the_answer_comes_with_the_answers(browser, worker, booth):
    run = make.run(worker, equipment=booth)
    page, sent = reverse("field:run", args=[run.pk]), {f"value-{run.checklist.items.get().pk}": "pass"}
    refused = browser.post(page, sent)
    assert refused.status_code == 422
    assert _zh(SAY_FIRST) in _text(refused)
    assert 'value="pass" checked' in _text(refused), "nothing is lost"
    assert browser.post(page, sent | {"ex": "ex_phone"}).status_code == 302
    assert _started(run) == [{"ex": "ex_phone"}]


def test_a_check_that_nobody_planned_asks_too(browser, worker, booth):
    listed = make.checklist(kind=booth.type)
    run = open_run(listed, booth, by=worker)
    assert run.status == Run.Status.DUE
    assert open_run(listed, booth, by=worker) == run, "opened again it is the same one"
    with pytest.raises(DomainError):
        submit_run(run, [Given(listed.items.get(), "pass")], by=worker)
    submit_run(run, [Given(listed.items.get(), "pass")], by=worker, ex="outside")
    assert _started(run) == [{"ex": "outside"}]


def test_the_place_says_where_the_label_hangs(browser, worker, booth):
    token = token_of(issue_sticker(booth, by=worker))
    assert _zh("The label hangs outside the boundary.") in _text(browser.get(reverse("field:qr", args=[token])))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_label_says_so_in_both_languages(browser, booth, work_off, language):
    officer = make.person(Role.SAFETY_OFFICER)
    officer.language = language
    officer.save()
    browser.force_login(officer)
    other = make.machine()
    browser.post("/desk/plant/labels/", {"machine": [booth.pk, other.pk]})
    work_off()
    file = browser.get(f"/files/{Job.objects.get().result_id}/")
    text = PdfReader(io.BytesIO(b"".join(file.streaming_content))).pages[0].extract_text().replace(" ", "")
    assert text.count("挂在边界外") == 1
    assert text.count("hangoutsidetheboundary") == 1
