"""Drills: planned, held, evaluated point by point, followed up, reported, and told when they are due."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from core.models import Job
from core.zone import zone
from hazards.models import Hazard
from incidents.drill_rules import questions
from incidents.models import Drill, DrillFeedback
from insight.drills import standings, warn_of_drills
from notifications.models import Notification
from past.actions import Entry, add_past
from past.models import PastKind
from people.permissions import Role
from tests import make
from training.models import Attendance, TrainingSession

PLAN = {
    "title": "喷房起火疏散", "kind": "special", "form": "live", "scenario": "喷房静电引燃漆雾", "place": "喷涂车间",
    "starts_at": "2026-12-20T09:00", "hours": "1.0",
}  # fmt: skip


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    browser.force_login(officer)
    return officer


def _sheet(unmet: dict[str, str] | None = None, **more) -> dict[str, str]:
    unmet = unmet or {}
    said = {f"is_{each.code}": "no" if each.code in unmet else "yes" for each in questions("live")}
    return said | {f"why_{code}": words for code, words in unmet.items()} | more


def _page(browser, name: str, *arguments) -> str:
    return browser.get(reverse(f"console:{name}", args=arguments)).content.decode()


def test_who_is_told_signs_in_at_its_session(browser, officer):
    worker = make.person(Role.WORKER)
    team = make.team(worker)
    answer = browser.post(reverse("console:plan_drill"), PLAN | {"teams": [team.pk]})
    drill = Drill.objects.get()
    assert answer.url == reverse("console:drill", args=[drill.pk])
    assert (drill.session.kind, drill.session.title) == (TrainingSession.Kind.DRILL, "喷房起火疏散")
    page = _page(browser, "drill", drill.pk)
    assert "喷房静电引燃漆雾" in page and reverse("console:class", args=[drill.session_id]) in page
    assert reverse("console:drill_sheet", args=[drill.pk]) not in page, "nothing is evaluated before it was held"
    assert reverse("console:drill", args=[drill.pk]) in _page(browser, "class", drill.session_id)


@pytest.mark.parametrize("wrong", [{"scenario": " "}, {"title": ""}, {"hours": "0.2"}, {"hours": "9"}, {"kind": "x"}])
def test_a_plan_that_says_too_little_is_refused_and_stays_as_typed(browser, officer, wrong):
    page = browser.post(reverse("console:plan_drill"), PLAN | wrong)
    assert page.status_code == 422 and not Drill.objects.exists()
    assert "喷涂车间" in page.content.decode()


def test_the_sheet_asks_for_every_point_and_for_every_problem(browser, officer):
    drill = make.drill(by=officer)
    sheet = reverse("console:drill_sheet", args=[drill.pk])
    asked = _page(browser, "drill_sheet", drill.pk)
    assert asked.count('type="radio"') == 3 * len(questions("live"))
    without = _sheet({"aid": ""}, comment="总体不错")
    page = browser.post(sheet, without)
    assert page.status_code == 422 and "总体不错" in page.content.decode()
    missing = _sheet()
    del missing["is_aid"]
    assert browser.post(sheet, missing).status_code == 422
    drill.refresh_from_db()
    assert drill.evaluated_at is None

    assert browser.post(sheet, _sheet({"aid": "按压太浅"}, comment="总体不错")).status_code == 302
    drill.refresh_from_db()
    assert drill.evaluated_by == officer and drill.checks.filter(is_met=False).get().problem == "按压太浅"
    page = _page(browser, "drill", drill.pk)
    assert "按压太浅" in page and "总体不错" in page
    assert "已评估" in _page(browser, "drills")


def test_a_tabletop_has_a_shorter_sheet():
    live, table = ({each.code for each in questions(form)} for form in ("live", "tabletop"))
    assert table < live and "guard" not in table


def test_what_was_not_met_becomes_a_hazard_once(browser, officer):
    drill, place = make.drill(by=officer), make.area()
    sheet = reverse("console:drill_sheet", args=[drill.pk])
    browser.post(sheet, _sheet({"gear": "灭火器没压力"}))
    check = drill.checks.get(is_met=False)
    follow = reverse("console:follow_drill", args=[drill.pk])
    nowhere = browser.post(follow, {"check": check.pk, "area": ""})
    assert nowhere.status_code == 422 and "选择" in nowhere.content.decode()
    assert browser.post(follow, {"check": check.pk, "area": place.pk}).status_code == 302
    hazard = Hazard.objects.get()
    assert (hazard.title, hazard.source, hazard.area) == ("灭火器没压力", Hazard.Source.DRILL, place)
    assert hazard.number in _page(browser, "drill", drill.pk)
    assert browser.post(follow, {"check": check.pk, "area": place.pk}).status_code == 409
    met = drill.checks.filter(is_met=True).first()
    assert browser.post(follow, {"check": met.pk, "area": place.pk}).status_code == 422
    assert browser.post(sheet, _sheet()).status_code == 409, "what a hazard follows from stays as it was said"
    assert drill.checks.get(pk=check.pk).is_met is False


def test_who_was_there_says_how_it_went(browser, officer):
    drill, worker, other = make.drill(by=officer), make.person(Role.WORKER), make.person(Role.WORKER)
    Attendance.objects.create(session=drill.session, person=worker, signed_in_at=timezone.now())
    send = reverse("field:drill_feedback", args=[drill.session_id])
    browser.force_login(other)
    assert browser.post(send, {"stars": "5"}).status_code == 404
    browser.force_login(worker)
    page = browser.get(reverse("field:class", args=[drill.session_id])).content.decode()
    assert "演练得怎么样" in page
    refused = browser.post(send, {"stars": "", "words": "警铃听不见"})
    assert refused.status_code == 422 and "警铃听不见" in refused.content.decode()
    for stars in ("2", "3"):
        assert browser.post(send, {"stars": stars, "words": "警铃听不见"}).status_code == 302
    said = DrillFeedback.objects.get()
    assert (said.stars, said.words) == (3, "警铃听不见")
    assert browser.post(send, {"stars": "9"}).status_code == 422
    assert browser.post(send, {"stars": "3", "words": "听\0不见"}).status_code == 422, "stray bytes of a copied text"
    browser.force_login(officer)
    assert "警铃听不见" in _page(browser, "drill", drill.pk)


def test_nobody_says_how_a_drill_went_before_it_is_over(browser, officer):
    drill, worker = make.drill(by=officer, is_held=False), make.person(Role.WORKER)
    Attendance.objects.create(session=drill.session, person=worker, signed_in_at=timezone.now())
    browser.force_login(worker)
    assert "演练得怎么样" not in browser.get(reverse("field:class", args=[drill.session_id])).content.decode()
    assert browser.post(reverse("field:drill_feedback", args=[drill.session_id]), {"stars": "5"}).status_code == 409
    assert not DrillFeedback.objects.exists()


def test_the_report_holds_all_of_it(browser, officer, work_off):
    drill = make.drill(by=officer)
    browser.post(
        reverse("console:drill_sheet", args=[drill.pk]), _sheet({"warn": "没说清位置"}, self_review="反应慢了")
    )
    Attendance.objects.create(
        session=drill.session, person=make.person(Role.WORKER, name="王建国"), signed_in_at=timezone.now()
    )
    browser.post(reverse("console:print_drill", args=[drill.pk]))
    work_off()
    job = Job.objects.get(kind="incidents.drill")
    assert job.status == Job.Status.DONE, job.message
    with job.result.original.open() as file:
        text = "".join(page.extract_text() for page in PdfReader(file).pages)
    for words in ("电缆冒烟", "没说清位置", "反应慢了", "王建国", "AQ/T 9009"):
        assert words in text, words


def test_it_is_said_when_a_drill_is_due_and_again_when_it_is_overdue(browser, officer, work_off):
    trainer = make.person(Role.TRAINER)
    held = make.drill(by=officer, kind="site").session.starts_at.astimezone(zone()).date()
    by_code = {each.rule.code: each for each in standings()}
    assert by_code["site"].last == held and not by_code["site"].is_near
    assert by_code["general"].last is None and not by_code["general"].is_overdue
    warn_of_drills()
    work_off()
    told = Notification.objects.filter(user=trainer, event__startswith="drill.")
    assert not told.exists()
    with time_machine.travel(timezone.now() + timedelta(days=160)):
        warn_of_drills()
        work_off()
        assert told.get().event == "drill.near" and "现场处置" in told.get().line
        browser.force_login(officer)
        assert "前要做" in _page(browser, "drills")
    with time_machine.travel(timezone.now() + timedelta(days=200)):
        warn_of_drills()
        work_off()
        assert told.filter(event="drill.overdue").count() == 1


def test_the_newest_stands_first(browser, officer):
    old, new = make.drill(by=officer), make.drill(by=officer)
    TrainingSession.objects.filter(pk=old.session_id).update(starts_at=timezone.now() - timedelta(days=9))
    page = _page(browser, "drills")
    assert page.index(new.session.title) < page.index(old.session.title)


def test_drills_from_before_count(officer):
    at = timezone.now() - timedelta(days=20)
    add_past(PastKind.DRILLS, [Entry({"at": at, "kind": "消防综合演练", "area": "全厂"}, {})], name="d.csv", by=officer)
    by_code = {each.rule.code: each for each in standings()}
    assert by_code["general"].last == at.astimezone(zone()).date()
    assert by_code["site"].last is None


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER])
def test_others_do_not_plan_or_evaluate(browser, officer, role):
    drill = make.drill(by=officer)
    browser.force_login(make.person(role))
    assert browser.post(reverse("console:plan_drill"), PLAN).status_code == 403
    assert browser.post(reverse("console:drill_sheet", args=[drill.pk]), _sheet()).status_code == 403
    drill.refresh_from_db()
    assert drill.evaluated_at is None
