"""What operators read: figures for Prometheus, and lines of the log that say of which factory and request they are."""

import json
import logging
import logging.config
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as product
from django.test import override_settings
from django.utils import timezone

from alerts.actions import acknowledge_alert, raise_alert
from people.permissions import Role
from tenants import due
from tenants.log import working_on
from tests import make

TOKEN = "of-the-scraper-only"
ASKED = {"Authorization": f"Bearer {TOKEN}"}


def figures(browser) -> dict[str, float]:
    lines = browser.get("/metrics", headers=ASKED).content.decode().splitlines()
    return {name: float(value) for line in lines if not line.startswith("#") for name, value in [line.rsplit(" ", 1)]}


@override_settings(METRICS_TOKEN=TOKEN)
def test_what_waits_is_counted_whichever_process_is_asked(browser, factory):
    assert figures(browser)["anhuan_alerts_open"] == 0
    officer, place = make.person(Role.SAFETY_OFFICER), make.area()
    alert = raise_alert(place, "光幕失灵", by=officer, department_id=place.department_id)
    assert figures(browser)["anhuan_alerts_open"] == 1
    with time_machine.travel(alert.raised_at + timedelta(minutes=10)):
        late = figures(browser)
    assert late['anhuan_due_late{handler="alerts.escalate"}'] == 1
    assert late['anhuan_due_lag_seconds{handler="alerts.escalate"}'] >= 300
    acknowledge_alert(alert, by=officer)
    assert figures(browser)["anhuan_alerts_open"] == 0


@override_settings(METRICS_TOKEN=TOKEN)
def test_requests_are_counted_by_factory_and_outcome(browser, factory):
    name = f'anhuan_requests_total{{factory="{factory.schema_name}",status="4xx"}}'
    before = figures(browser).get(name, 0)
    browser.get("/there-is-no-such-page/")
    assert figures(browser)[name] == before + 1


@pytest.mark.parametrize(
    ("token", "asked"), [("", TOKEN), ("", ""), ("another", TOKEN), (TOKEN, "\xe9"), (TOKEN, ""), (TOKEN, TOKEN + "x")]
)
def test_without_the_token_there_is_nothing_to_read(browser, factory, token, asked):
    with override_settings(METRICS_TOKEN=token):
        answer = browser.get("/metrics", headers={"Authorization": f"Bearer {asked}"})
    assert answer.status_code in (403, 404) and not answer.content


@pytest.mark.parametrize(("brought", "is_kept"), [("proxy-1234567", True), ("a b", False), ("x" * 65, False)])
def test_an_answer_says_by_which_name_the_log_knows_it(browser, factory, brought, is_kept):
    answer = browser.get("/account/login/", headers={"X-Request-ID": brought})
    assert (answer["X-Request-ID"] == brought) == is_kept and answer["X-Request-ID"]


def test_each_line_says_its_factory_and_its_work(factory, capsys):
    config = product.LOGGING | {
        "handlers": {"console": {**product.LOGGING["handlers"]["console"], "formatter": "json"}}
    }

    @due.handler("tests.says_something")
    def says() -> None:
        logging.getLogger("anhuan").warning("检查没有人做")

    try:
        logging.config.dictConfig(config)
        with working_on("request-1"):
            logging.getLogger("anhuan").warning("设备停用")
        due.at(timezone.now(), "tests.says_something", key="once")
        while due.run_one():
            pass
    finally:
        due._handlers.pop("tests.says_something")
        logging.config.dictConfig(product.LOGGING)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    said = {line["message"]: line for line in lines}
    assert (said["设备停用"]["tenant"], said["设备停用"]["work"]) == (factory.schema_name, "request-1")
    assert said["检查没有人做"]["work"].startswith("due-") and said["检查没有人做"]["tenant"] == factory.schema_name
