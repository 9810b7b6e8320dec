"""The whole way of a hazard through the pages: a worker reports it, three people accept the fix, nothing is lost."""

import html

import pytest
from django.urls import reverse

from alerts.models import Alert
from core import ledger
from core.events import history
from hazards.actions import report_hazard
from hazards.models import Evidence, Hazard, Level, LevelPolicy, Status
from people.permissions import Role
from tests import make


@pytest.fixture
def crew(browser):
    """The people of one workshop; the category's team is led by the one who fixes."""
    make.policies()
    workshop = make.department()
    fixer = make.person(Role.TEAM_LEADER, name="陈志强", in_department=workshop)
    team = make.team(fixer, workshop)
    return {
        "team": team,
        "worker": make.person(Role.WORKER, name="李卫国", in_department=workshop),
        "officer": make.person(Role.SAFETY_OFFICER, name="王建国"),
        "fixer": fixer,
        "first": make.person(Role.TEAM_LEADER, name="刘芳", in_department=workshop),
        "final": make.person(Role.LEADER, name="赵敏"),
        "category": make.category(for_team=team),
        "machine": make.machine(make.area(workshop)),
    }


def _as(browser, person):
    browser.force_login(person)
    return browser


def _report(browser, crew, **more):
    sent = {
        "title": "防护栏缺失",
        "category": crew["category"].pk,
        "equipment": crew["machine"].pk,
        "level": Level.SERIOUS,
        "stopped": "yes",
        "photos": make.photo_file(),
    }
    return _as(browser, crew["worker"]).post(reverse("field:report"), sent | more)


def _decide(browser, person, hazard, verb, **sent):
    return _as(browser, person).post(reverse("console:decide", args=[hazard.pk, verb]), sent)


def _hand_in(browser, person, hazard):
    sent = {"measure": "护栏已装好", "passed_1": "yes", "result_1": "试车 10 次正常", "photos": make.photo_file()}
    return _as(browser, person).post(reverse("field:rectify", args=[hazard.pk]), sent)


def test_from_the_report_to_closure(browser, crew):
    answer = _report(browser, crew)
    hazard = Hazard.objects.get()
    assert answer.url == reverse("field:hazard", args=[hazard.pk])
    assert (hazard.status, hazard.is_machine_stopped, hazard.area) == (Status.REPORTED, True, crew["machine"].area)

    _decide(browser, crew["officer"], hazard, "confirm", level=Level.SERIOUS)
    hazard.refresh_from_db()
    assert (hazard.status, hazard.owner, hazard.team) == (Status.ASSIGNED, crew["fixer"], crew["team"])

    _as(browser, crew["fixer"]).post(reverse("field:start_hazard", args=[hazard.pk]))
    assert _hand_in(browser, crew["fixer"], hazard).status_code == 302
    for person in ("first", "officer", "final"):
        assert _decide(browser, crew[person], hazard, "review", is_passed="yes").status_code == 302

    hazard.refresh_from_db()
    assert hazard.status == Status.CLOSED
    assert hazard.closed_at is not None
    assert [proof.stage for proof in hazard.evidence.all()] == [Evidence.Stage.BEFORE, Evidence.Stage.AFTER]
    assert [(event.name, event.actor and event.actor.name) for event in history(hazard)] == [
        ("hazard.reported", "李卫国"),
        ("hazard.confirmed", "王建国"),
        ("hazard.assigned", None),
        ("hazard.started", "陈志强"),
        ("hazard.submitted", "陈志强"),
        ("hazard.reviewed", "刘芳"),
        ("hazard.reviewed", "王建国"),
        ("hazard.closed", "赵敏"),
    ]
    assert ledger.verify().is_whole


def test_the_worker_reads_on_the_phone_what_became_of_it(browser, crew):
    _report(browser, crew)
    hazard = Hazard.objects.get()
    _decide(browser, crew["officer"], hazard, "confirm", level=Level.GENERAL)
    page = _as(browser, crew["worker"]).get(reverse("field:hazard", args=[hazard.pk])).content.decode()
    for words in ("Reported", "Level confirmed", "Assigned"):
        assert make.in_language("zh-hans", words) in page
    assert "王建国" in page


def test_an_english_reader_gets_english(browser, crew):
    crew["worker"].language = "en"
    crew["worker"].save()
    _report(browser, crew)
    page = browser.get(reverse("field:hazard", args=[Hazard.objects.get().pk])).content.decode()
    assert "What happened" in page
    assert make.in_language("zh-hans", "What happened") not in page


@pytest.mark.parametrize("missing", ["equipment", "photos"])
def test_a_report_without_what_it_needs_comes_back_with_everything_else(browser, crew, missing):
    sent = {"description": "靠近通道一侧"} | ({} if missing == "photos" else {"photos": make.photo_file()})
    answer = _report(browser, crew, **{**sent, missing: ""})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "靠近通道一侧" in page
    assert missing == "photos" or 'name="photos-kept"' in page
    assert not Hazard.objects.exists()


def test_a_major_one_rings_at_once(browser, crew):
    _report(browser, crew, level=Level.MAJOR)
    assert Alert.objects.open().get().subject_id == str(Hazard.objects.get().pk)


def test_a_category_that_is_major_rings_when_nobody_says_how_dangerous_it_is(factory):
    hazard = report_hazard(
        by=make.person(Role.WORKER), title="氨气泄漏", category=make.category(Level.MAJOR), area=make.area()
    )
    assert hazard.level == Level.MAJOR
    assert Alert.objects.open().filter(subject_id=str(hazard.pk)).exists()


def test_without_time_limits_confirming_says_what_to_do(browser, crew):
    _report(browser, crew)
    hazard = Hazard.objects.get()
    LevelPolicy.objects.all().delete()
    answer = _decide(browser, crew["officer"], hazard, "confirm", level=Level.GENERAL)
    said = make.in_language("zh-hans", "There are no time limits for this level yet. Install an industry pack first.")
    assert answer.status_code == 422
    assert said in html.unescape(answer.content.decode())


def test_an_owner_who_left_is_not_given_it_and_the_officer_assigns(browser, crew):
    crew["fixer"].is_active = False
    crew["fixer"].save()
    _report(browser, crew)
    hazard = Hazard.objects.get()
    _decide(browser, crew["officer"], hazard, "confirm", level=Level.GENERAL)
    hazard.refresh_from_db()
    assert (hazard.status, hazard.owner) == (Status.CONFIRMED, None)
    _decide(browser, crew["officer"], hazard, "assign", owner=crew["worker"].pk)
    hazard.refresh_from_db()
    assert (hazard.status, hazard.owner) == (Status.ASSIGNED, crew["worker"])
