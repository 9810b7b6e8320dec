"""One catalogue says who hears of what: everybody it names once, in their language, and nobody else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from core.events import registered, word_of
from core.models import Event
from hazards.actions import (
    assign_hazard,
    confirm_hazard,
    decide_extension,
    reject_hazard,
    report_hazard,
    request_extension,
    review_hazard,
    start_hazard,
    submit_hazard,
    void_hazard,
)
from hazards.models import Hazard, Level, Status
from notifications import catalogue
from notifications.actions import deliver, feed_after
from notifications.models import Message, Notification
from notifications.silent import SILENT
from people.models import User
from people.permissions import Role
from tests import make

LANGUAGES = ["zh-hans", "en"]


def _heard(person: User) -> list[str]:
    return list(Notification.objects.filter(user=person).order_by("seq").values_list("line", flat=True))


def _names_heard(person: User) -> list[str]:
    ids = Notification.objects.filter(user=person).values_list("event_id", flat=True)
    return list(Event.objects.filter(pk__in=list(ids)).order_by("seq").values_list("name", flat=True))


def _report(worker: User, **more) -> Hazard:
    facts = {"title": "防护栏缺失", "category": make.category(), "area": make.area(), "photos": [make.photo(worker)]}
    return report_hazard(by=worker, **(facts | more))


@pytest.fixture
def officer(factory):
    make.policies()
    return make.person(Role.SAFETY_OFFICER)


@pytest.mark.parametrize("name", sorted(registered()))
def test_every_event_has_a_rule_or_is_silent_on_purpose(name):
    assert (name in catalogue.RULES) != (name in SILENT)


def test_the_catalogue_names_no_event_that_does_not_exist():
    assert set(catalogue.RULES) | SILENT == registered()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(registered()))
def test_every_event_has_words_for_people(name, language):
    with override(language):
        assert word_of(name) != name
        assert "." not in word_of(name)


def test_a_second_delivery_adds_nothing(officer, work_off):
    _report(make.person(Role.WORKER), is_urgent=True)
    work_off()
    before = (Notification.objects.count(), Message.objects.count())
    for event in Event.objects.all():
        assert deliver(event) == []
    work_off()
    assert (Notification.objects.count(), Message.objects.count()) == before
    assert len(_heard(officer)) == 2


def test_the_one_who_did_it_is_not_told(officer, work_off):
    other = make.person(Role.SAFETY_OFFICER)
    _report(officer)
    work_off()
    assert _heard(officer) == []
    assert len(_heard(other)) == 1


def test_nobody_hears_of_what_they_cannot_see(officer, work_off):
    here, there = make.department("冲压车间"), make.department("喷涂车间")
    bound = make.person(Role.SAFETY_OFFICER, in_department=there, bound=True)
    _report(make.person(Role.WORKER), area=make.area(here))
    work_off()
    assert _heard(bound) == []
    assert len(_heard(officer)) == 1


def test_nobody_hears_of_it_whose_account_is_closed(officer, work_off):
    officer.is_active = False
    officer.save()
    _report(make.person(Role.WORKER))
    work_off()
    assert _heard(officer) == []


def test_everybody_reads_it_in_their_own_language(officer, work_off):
    english = make.person(Role.SAFETY_OFFICER)
    english.language = "en"
    english.save()
    hazard = _report(make.person(Role.WORKER))
    work_off()
    text, words = (
        "New hazard %(number)s: %(title)s. Confirm its level",
        {"number": hazard.number, "title": hazard.title},
    )
    assert _heard(officer) == [make.in_language("zh-hans", text, **words)]
    assert _heard(english) == [make.in_language("en", text, **words)]
    assert _heard(officer) != _heard(english)


def test_what_people_type_may_hold_a_percent_sign(officer, work_off):
    worker = make.person(Role.WORKER)
    hazard = _report(worker, title="浓度 100% 超标 %(x)s")
    reject_hazard(hazard, by=officer, note="仅 5% 不超标")
    work_off()
    assert any("100% 超标 %(x)s" in line for line in _heard(officer))
    assert any("仅 5% 不超标" in line for line in _heard(worker))


def test_a_very_long_title_is_cut_and_still_delivered(officer, work_off):
    _report(make.person(Role.WORKER), title="长" * 120, description="长" * 2000)
    work_off()
    assert len(_heard(officer)) == 1


def test_each_step_reaches_the_one_who_has_the_next(officer, work_off):
    worker, fixer = make.person(Role.WORKER), make.person(Role.MAINTENANCE)
    first, final = make.person(Role.TEAM_LEADER), make.person(Role.LEADER)
    hazard = confirm_hazard(_report(worker), by=officer, level=Level.GENERAL)
    assign_hazard(hazard, by=officer, owner=fixer)
    start_hazard(hazard, by=fixer)
    submit_hazard(hazard, by=fixer, measure="装好了", tests=make.PASSED, photos=[make.photo(fixer)])
    work_off()
    assert _names_heard(first) == ["hazard.submitted"]
    review_hazard(hazard, by=first, is_passed=True)
    work_off()
    assert _names_heard(officer) == ["hazard.reported", "hazard.reviewed"]
    review_hazard(hazard, by=officer, is_passed=True)
    work_off()
    assert _names_heard(final) == ["hazard.reviewed"]
    review_hazard(hazard, by=final, is_passed=True)
    work_off()
    assert _names_heard(worker) == ["hazard.confirmed", "hazard.assigned", "hazard.closed"]
    assert _names_heard(fixer) == ["hazard.assigned", "hazard.closed"]


def test_a_return_reaches_the_fixer_with_what_is_missing(officer, work_off):
    hazard = make.hazard(Status.SECOND_REVIEW)
    review_hazard(hazard, by=officer, is_passed=False, note="缺少防松垫圈")
    work_off()
    assert "缺少防松垫圈" in _heard(hazard.owner)[0]


def test_nobody_is_asked_to_review_who_may_not(officer, work_off):
    fixer, both = make.person(Role.SAFETY_OFFICER), make.person(Role.TEAM_LEADER, Role.LEADER)
    hazard = make.hazard(Status.FIRST_REVIEW, owner=fixer)
    review_hazard(hazard, by=both, is_passed=True)
    work_off()
    assert _heard(fixer) == []
    review_hazard(hazard, by=officer, is_passed=True)
    work_off()
    assert _heard(both) == []


@pytest.mark.parametrize("step", [reject_hazard, void_hazard])
def test_the_reporter_hears_why_it_was_set_aside(officer, work_off, step):
    worker = make.person(Role.WORKER)
    step(_report(worker), by=officer, note="现场已经整改")
    work_off()
    assert "现场已经整改" in _heard(worker)[0]


def test_a_wish_for_more_time_goes_to_those_who_decide_and_the_answer_back(officer, work_off):
    hazard = make.hazard(Status.RECTIFYING)
    later = hazard.due_at + timedelta(days=1)
    asked = request_extension(hazard, by=hazard.owner, new_due_at=later, reason="配件未到")
    work_off()
    assert _names_heard(officer) == ["hazard.extension_requested"]
    decide_extension(asked, by=officer, is_approved=True)
    work_off()
    assert _names_heard(hazard.owner) == ["hazard.extension_decided"]


def test_the_numbers_of_a_feed_have_no_gap_and_it_goes_on_where_one_left(officer, work_off):
    worker = make.person(Role.WORKER)
    for number in range(5):
        _report(worker, title=f"油污 {number}")
        work_off()
    assert [note["seq"] for note in feed_after(officer, 0)] == [1, 2, 3, 4, 5]
    assert [note["seq"] for note in feed_after(officer, 3)] == [4, 5]


def test_the_address_in_a_message_leads_to_a_page_that_opens(browser, work_off):
    make.policies()
    officer, worker = make.person(Role.SAFETY_OFFICER), make.person(Role.WORKER)
    reject_hazard(_report(worker), by=officer, note="不属实")
    work_off()
    for person in (officer, worker):
        browser.force_login(person)
        answer = browser.get(Notification.objects.filter(user=person).first().url, follow=True)
        assert answer.status_code == 200
        assert "防护栏缺失" in answer.content.decode()
    assert browser.get(reverse("home"), follow=True).status_code == 200
