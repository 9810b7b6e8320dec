"""WCAG 2.2 AA on the main paths, in light and in dark, as far as a program can see it (axe-core's rules)."""

import pytest
from django.conf import settings
from django.db import transaction
from playwright.sync_api import Page

from people.permissions import Role
from tests import world
from tests.stories.browser import DESK, PHONE, chinese_font, chromium, signed_in

pytestmark = pytest.mark.browser
AXE = settings.ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Nothing stands under a bar at the screen's foot: a person scrolls.
TALL = 4000
FAULTS = """async (theme) => {
  document.documentElement.dataset.bsTheme = theme;
  const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${theme} ${id}: ${html.slice(0, 200)}`));
}"""


def _paths(of: world.World) -> dict[Role, tuple[dict, list[str]]]:
    """Where each spends the day."""
    hazard, report, risk = of.hazard, of.companies[0].reports.first(), of.risk
    desk = [
        "",
        "dashboard/",
        "hazards/",
        f"hazards/{hazard.pk}/",
        "runs/",
        "checklists/",
        "plans/",
        "training/",
        "suppliers/",
        "alerts/",
        "incidents/",
        "incidents/figures/",
        "incidents/add/",
        f"incidents/{of.incident.pk}/",
        f"incidents/{of.incident.pk}/report/",
        "risks/",
        f"risks/{risk.pk}/rate/",
    ]
    return {
        Role.WORKER: (
            PHONE,
            [
                "/m/",
                "/m/scan/",
                "/m/report/",
                "/m/learn/",
                "/m/me/pin/",
                f"/m/hazards/{hazard.pk}/",
                "/m/feed/",
                "/m/incident/",
                "/m/incidents/",
                "/m/risks/",
            ],
        ),
        Role.SAFETY_OFFICER: (DESK, [f"/desk/{path}" for path in desk]),
        Role.ADMIN: (DESK, ["/desk/launch/", "/desk/people/", "/desk/work-accounts/", "/desk/kiosks/"]),
        Role.GUARD: (PHONE, ["/gate/", "/gate/inside/"]),
        Role.SUPPLIER: (PHONE, ["/s/", f"/s/reports/{report.pk}/", "/s/documents/"]),
        Role.CONTRACTOR_WORKER: (PHONE, ["/k/", "/k/works/"]),
    }


def test_no_page_of_the_day_shuts_anybody_out(live, fresh_factory):
    with transaction.atomic():
        made = world.build("甲记")
    site, found = live.url(fresh_factory).rstrip("/"), []
    with chromium(fonts=chinese_font()) as browser:
        for role, (device, paths) in _paths(made).items():
            person = made.companies[0].users.get() if role == Role.SUPPLIER else made.people[role]
            page = signed_in(browser, site, person.phone, device)
            found += _faults(page, device, paths)
            page.context.close()
        stranger = browser.new_context(base_url=site, locale="zh-CN", **PHONE).new_page()
        found += _faults(stranger, PHONE, ["/account/login/"])
    assert found == [], "\n".join(found)


def _faults(page: Page, device: dict, paths: list[str]) -> list[str]:
    page.add_init_script(path=AXE)
    # A colour on its way from light to dark is neither.
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({**device["viewport"], "height": TALL})
    found = []
    for path in paths:
        answer = page.goto(path)
        assert answer and answer.ok, path
        found += [f"{path} {fault}" for theme in ("light", "dark") for fault in page.evaluate(FAULTS, theme)]
    return found
