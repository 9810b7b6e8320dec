"""Patterns that were planted are found and said plainly; where there are none, none are found."""

import json

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from benchmarks.histories import Plant, history, shuffled
from core.models import Job
from hazards.actions import report_hazard
from insight.actions import search_history
from insight.models import Pattern
from inspections.models import Run
from notifications.models import Notification
from people.permissions import Role
from tenants.models import Due
from tests import make

SEED = 13
PLANTED = [
    Plant({"weekday": 3, "hour": (9, 11)}, -1, 3.5),
    Plant({"area": 4, "month": (6, 10)}, 8, 4.0),
    Plant({"tenure_week": 3}, -1, 4.0),
]


def _bring_along(past, tmp_path) -> None:
    past.write_runs(tmp_path / "runs.csv")
    call_command("import_history", factory="one", runs=tmp_path / "runs.csv")


def _found(capsys) -> list[dict]:
    capsys.readouterr()
    call_command("find_patterns", factory="one", json=True)
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def test_what_was_planted_is_found_and_said_and_leads_to_its_rows(browser, officer, tmp_path, capsys, work_off):
    _bring_along(history(SEED, planted=PLANTED), tmp_path)
    found = _found(capsys)[:5]
    by_names = {frozenset(one["factors"]): one for one in found}
    assert by_names[frozenset({"weekday", "hour"})]["factors"] == {"weekday": 3, "hour": [9, 11]}
    season = by_names[frozenset({"area", "month"})]
    assert (season["factors"]["area"], season["category"]) == ("4号区", "静电")
    assert by_names[frozenset({"tenure_week"})]["factors"]["tenure_week"] in (3, [3, 4])
    for one in found:
        assert one["n"] >= 5 and one["q"] < 0.05
        assert one["ci"][0] < one["rate_ratio"] < one["ci"][1]
        assert one["sentence_zh"] and one["sentence_en"] and one["action"]["zh"]
    assert "星期三" in " ".join(one["sentence_zh"] for one in found)

    job = browser.post(reverse("console:find_patterns"))
    work_off()
    assert Job.objects.get().status == Job.Status.DONE and job.status_code == 302
    page = browser.get(reverse("console:patterns")).content.decode()
    assert found[0]["sentence_zh"] in page
    pattern = Pattern.objects.get(rank=1)
    rows = browser.get(reverse("console:pattern", args=[pattern.pk])).content.decode()
    assert rows.count("<tr><td") == pattern.n == found[0]["n"]


def test_what_three_factors_have_together_is_found_and_two_of_them_are_not_blamed(factory, tmp_path, capsys):
    plant = Plant({"weekday": 3, "hour": (9, 12), "area": 4}, -1, 9.0)
    past = history(SEED, planted=[plant])
    _bring_along(past, tmp_path)
    [found] = _found(capsys)
    assert set(found["factors"]) == set(plant.factors)
    assert (found["factors"]["weekday"], found["factors"]["area"]) == (3, "4号区")
    assert found["n"] >= 5 and found["q"] < 0.05 and found["ci"][0] > 2
    assert all(word in found["sentence_zh"] for word in ("星期三", "4号区"))
    assert found["action"]["zh"] and found["action"]["en"]


def test_where_there_is_nothing_nothing_is_found(factory, tmp_path, capsys):
    _bring_along(shuffled(history(SEED, planted=PLANTED), 5), tmp_path)
    assert _found(capsys) == []


def test_a_place_that_is_only_inspected_more_often_is_no_pattern(factory, tmp_path, capsys):
    """Half of all inspections are at one area; what they find is as rare as elsewhere."""
    past = shuffled(history(7, planted=[]), 3)
    past.columns["area"][::2] = 2
    _bring_along(past, tmp_path)
    assert not [one for one in _found(capsys) if "area" in one["factors"]]


def test_without_a_history_the_page_says_what_to_do(browser, officer):
    page = browser.get(reverse("console:patterns"))
    assert page.status_code == 200 and reverse("console:find_patterns") not in page.content.decode()
    assert search_history(by=None).patterns.count() == 0


def test_our_own_inspections_count_with_what_they_found(factory, officer):
    """Forty checks at one machine, of which ten find the same, beside two hundred that find nothing."""
    worker, bad, good = make.person(Role.WORKER), make.machine(), make.machine()
    kind, checks = make.category(), make.checklist()
    for number in range(240):
        is_bad = number < 10
        run = make.run(
            worker, of=checks, equipment=bad if number < 40 else good, status=Run.Status.DONE, inspector=worker,
            submitted_at=timezone.now(), result=Run.Result.FAIL if is_bad else Run.Result.PASS,
        )  # fmt: skip
        if is_bad:
            hazard = report_hazard(
                by=worker, title="护罩松了", category=kind, area=bad.area, equipment=bad, photos=[make.photo(worker)]
            )
            run.answers.create(
                item=run.checklist.items.first(), value="fail", answered_at=timezone.now(), hazard=hazard
            )
    search = search_history(by=officer)
    pattern = search.patterns.get()
    assert (search.runs, search.failed, pattern.n, pattern.exposure) == (240, 10, 10, 40)
    assert set(pattern.factors.values()) & {bad.name["zh"], bad.area.name["zh"]} and len(pattern.run_ids) == 10


def test_it_is_repeated_weekly_and_only_what_is_new_is_told(browser, officer, tmp_path, work_off):
    leader = make.person(Role.LEADER)
    _bring_along(history(SEED, planted=PLANTED), tmp_path)
    assert search_history(by=officer).patterns.filter(is_new=True).exists()
    assert not search_history(by=None).patterns.filter(is_new=True).exists()
    assert Due.objects.filter(handler="insight.search").count() == 1
    work_off()
    note = Notification.objects.get(user=leader, event="patterns.found")
    browser.force_login(leader)
    assert browser.get(note.url).url == reverse("console:patterns")


def test_a_worker_does_not_read_them(browser, factory):
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(reverse("console:patterns")).status_code == 403
    assert browser.post(reverse("console:find_patterns")).status_code == 403
