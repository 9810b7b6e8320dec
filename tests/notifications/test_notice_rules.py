"""通知规则 as a page: drawn from the catalogue; a refusal keeps the ticks and says why."""

import pytest
from django.urls import reverse

from core.events import word_of
from notifications.catalogue import RULES
from notifications.models import QuietHours, RuleChange
from people.permissions import Role
from tests import make

PAGE = "console:catalogue"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def change(browser, **sent):
    return browser.post(reverse("console:change_rule"), sent)


def test_every_event_that_somebody_hears_of_stands_on_it(browser, officer):
    shown = browser.get(reverse(PAGE)).content.decode()
    for rule in RULES.values():
        if rule.line:
            assert f'id="{rule.event}"' in shown
            assert make.in_language("zh-hans", str(rule.audience_words)) in shown
    assert word_of("alert.acknowledged") not in shown or 'id="alert.acknowledged"' not in shown


def test_a_change_is_made_and_taken_back(browser, officer):
    assert "保存" in browser.get(reverse(PAGE), {"change": "hazard.closed"}).content.decode()
    answer = change(browser, rule="hazard.closed", channels=["sms"])
    assert answer.status_code == 302
    assert RuleChange.objects.get().channels == ["browser", "sms"]
    assert "恢复标准" in browser.get(reverse(PAGE), {"change": "hazard.closed"}).content.decode()
    change(browser, rule="hazard.closed", reset="1")
    assert not RuleChange.objects.exists()


def test_an_urgent_one_cannot_be_muted_and_the_ticks_stay(browser, officer):
    answer = change(browser, rule="alert.raised", is_digest="on", channels=[])
    shown = answer.content.decode()
    assert answer.status_code == 422 and "至少要两种方式" in shown
    form = shown.split('id="change"')[1].split("</section>")[0]
    assert form.count("checked") == 1 and 'name="is_digest"' in form
    assert not RuleChange.objects.exists()


def test_quiet_hours_and_summaries_are_set_on_it(browser, officer):
    sent = {"starts_at": "21:30", "ends_at": "06:30", "digest_1": "08:00", "digest_2": "", "digest_3": "17:00"}
    assert browser.post(reverse("console:quiet_hours"), sent).status_code == 302
    assert QuietHours.objects.get().digests_at == ["08:00", "17:00"]
    shown = browser.get(reverse(PAGE)).content.decode()
    assert "21:30" in shown and "08:00 · 17:00" in shown


@pytest.mark.parametrize("sent", [{}, {"starts_at": "25:00", "ends_at": "x", "digest_1": "8"}])
def test_times_that_are_none_are_refused_and_stay(browser, officer, sent):
    answer = browser.post(reverse("console:quiet_hours"), sent)
    assert answer.status_code == 422
    assert all(value in answer.content.decode() for value in sent.values())
    assert not QuietHours.objects.exists()


@pytest.mark.parametrize("rule", ["", "nothing", "alert.acknowledged", "user.added", "level.other"])
def test_what_is_no_rule_is_not_there(browser, officer, rule):
    assert change(browser, rule=rule, channels=["sms"]).status_code == 404
    if rule:
        assert browser.get(reverse(PAGE), {"change": rule}).status_code == 404


def test_an_unknown_way_is_refused(browser, officer):
    assert change(browser, rule="hazard.closed", channels=["pigeon"]).status_code == 422


def test_leaders_read_it_and_change_nothing(browser, factory):
    browser.force_login(make.person(Role.LEADER))
    assert "?change=" not in browser.get(reverse(PAGE)).content.decode()
    assert browser.get(reverse(PAGE), {"change": "hazard.closed"}).status_code == 403
    assert change(browser, rule="hazard.closed").status_code == 403
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(reverse(PAGE)).status_code == 403


def test_an_administrator_gets_there_from_the_channels_and_is_led_nowhere_closed(browser, factory):
    browser.force_login(make.person(Role.ADMIN))
    assert reverse("console:catalogue") in browser.get(reverse("console:channels")).content.decode()
    for name in ("console:catalogue", "console:alert_rules"):
        page = browser.get(reverse(name)).content.decode()
        assert f'href="{reverse("console:alerts")}"' not in page
