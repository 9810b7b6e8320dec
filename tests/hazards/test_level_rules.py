"""The limits of a level: read as sentences, changed within bounds, and each change is a version."""

import html

import pytest
from django.urls import reverse

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from hazards.actions import change_policy
from hazards.actions.clock import policy_of
from hazards.models import Level, LevelPolicy
from people.permissions import Role
from tests import make
from tests.hazards import levels


@pytest.fixture
def officer(factory):
    levels.policies()
    return make.person(Role.SAFETY_OFFICER, name="周敏")


def _sent(level: str, **changed) -> dict:
    policy = policy_of(level)
    sent = {
        "level": level,
        "seen": policy.pk,
        "acknowledge_minutes": policy.acknowledge_minutes,
        "control_minutes": policy.control_minutes or "",
        "rectify_hours": policy.rectify_hours,
        "rework_hours": policy.rework_hours,
        "clock": policy.clock,
        "escalate_before_hours": policy.escalate_before_hours,
        "repeat_hours": policy.repeat_hours,
        "is_first": "on",
        "is_final": "on",
        **{f"chain_{n}": role for n, role in enumerate(policy.chain, 1)},
    }
    return {name: value for name, value in (sent | changed).items() if value is not None}


def _save(browser, officer, level: str, **changed):
    browser.force_login(officer)
    return browser.post(reverse("console:level_rules"), _sent(level, **changed))


def test_a_change_is_a_new_version_and_running_hazards_keep_theirs(browser, officer):
    running = make.hazard("assigned")
    _save(browser, officer, Level.SERIOUS, rectify_hours=36)
    newest = policy_of(Level.SERIOUS)
    assert (newest.version, newest.rectify_hours, newest.created_by) == (2, 36, officer)
    running.refresh_from_db()
    assert running.policy.version == 1
    changes = Event.objects.get(name="policy.changed").data["changes"]
    assert changes == {"rectify_hours": [48, 36]}


def test_the_page_says_it_in_sentences_and_shows_what_each_version_changed(browser, officer):
    _save(browser, officer, Level.SERIOUS, rectify_hours=36, is_final=None, clock="workdays")
    page = html.unescape(browser.get(reverse("console:level_rules")).content.decode())
    for hours, clock in ((48, "days off count too"), (36, "days off do not count")):
        words = {
            "time": make.in_language("zh-hans", "%(h)d h", h=hours),
            "clock": make.in_language("zh-hans", clock),
        }
        assert make.in_language("zh-hans", "It is fixed within %(time)s, %(clock)s.", **words) in page
    assert "周敏" in page


def test_nothing_changed_makes_no_version(browser, officer):
    answer = _save(browser, officer, Level.GENERAL)
    assert answer.status_code == 302
    assert LevelPolicy.objects.filter(level=Level.GENERAL).count() == 1
    assert not Event.objects.filter(name="policy.changed").exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"rectify_hours": 0},
        {"rectify_hours": 24 * 365},
        {"rectify_hours": "bald"},
        {"acknowledge_minutes": 1},
        {"control_minutes": 100_000},
        {"rework_hours": -4},
        {"repeat_hours": 0},
        {"escalate_before_hours": 48},
        {"escalate_before_hours": 10**12},
        {"chain_1": "worker"},
        {"chain_2": "team_leader"},
        {"chain_1": "", "chain_2": "", "chain_3": "", "chain_4": "", "chain_5": ""},
        {"clock": "moon"},
        {"seen": "0"},
        {"is_final": None, "needs_release": "on"},
    ],
)
def test_what_makes_no_sense_is_refused_and_what_was_typed_stays(browser, officer, changed):
    answer = _save(browser, officer, Level.SERIOUS, **({"rework_hours": 17} | changed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert LevelPolicy.objects.count() == 3
    assert "rework_hours" in changed or 'value="17"' in page


def test_a_major_hazard_keeps_its_plan_all_reviews_and_the_release(browser, officer):
    _save(browser, officer, Level.MAJOR, rectify_hours=12, escalate_before_hours=4, is_first=None, is_final=None)
    newest = policy_of(Level.MAJOR)
    assert (newest.version, newest.stages) == (2, ["first", "second", "final"])
    assert newest.needs_plan and newest.needs_release
    for rules in ({"needs_plan": False}, {"needs_release": False}, {"stages": ["second", "final"]}):
        with pytest.raises(DomainError):
            change_policy(newest, by=officer, **rules)


@pytest.mark.parametrize("stages", [[], ["first", "final"], ["second", "third"]])
def test_the_safety_officer_always_reviews(officer, stages):
    with pytest.raises(DomainError):
        change_policy(policy_of(Level.GENERAL), by=officer, stages=stages)


def test_whoever_saves_an_old_page_is_told(browser, officer):
    old = policy_of(Level.GENERAL)
    change_policy(old, by=officer, rework_hours=30)
    with pytest.raises(WrongStatus):
        change_policy(old, by=officer, rework_hours=20)
    answer = _save(browser, officer, Level.GENERAL, seen=old.pk, rework_hours=20)
    assert answer.status_code == 409
    assert policy_of(Level.GENERAL).rework_hours == 30


def test_everybody_who_sees_hazards_reads_the_limits_and_only_the_officer_changes_them(browser, officer):
    for role in (Role.TEAM_LEADER, Role.LEADER, Role.ADMIN):
        browser.force_login(make.person(role))
        assert browser.get(reverse("console:level_rules")).status_code == 200
        assert browser.get(reverse("console:level_rules") + "?level=major").status_code == 403
        assert browser.post(reverse("console:level_rules"), _sent(Level.GENERAL)).status_code == 403
        with pytest.raises(NotAllowed):
            change_policy(policy_of(Level.GENERAL), by=make.person(role), rework_hours=20)
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(reverse("console:level_rules")).status_code == 403


@pytest.mark.parametrize("level", ["blue", "", "%00"])
def test_a_level_that_does_not_exist_is_not_found(browser, officer, level):
    browser.force_login(officer)
    answer = browser.post(reverse("console:level_rules"), _sent(Level.GENERAL) | {"level": level})
    assert answer.status_code == 404
