"""The table of steps is what people read: the page, its drawing and the document all come from it."""

import re

import pytest
from django.core.management import call_command

from hazards.models import PLAN_WORKFLOW, WORKFLOW, PlanStatus, Status
from people.permissions import PERMISSIONS, Role
from portals.console.workflow import draw, rows
from tests import make

DESK = PERMISSIONS["console.open"]


@pytest.mark.parametrize("role", list(Role))
def test_everybody_at_the_desk_reads_it(browser, role):
    browser.force_login(make.person(role))
    assert browser.get("/desk/hazards/workflow/").status_code == (200 if role in DESK else 403)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_names_each_step_and_status_in_the_readers_language(browser, language):
    person = make.person(Role.LEADER)
    person.language = language
    person.save()
    browser.force_login(person)
    page = browser.get("/desk/hazards/workflow/").content.decode()
    drawn = re.findall(r"<text[^>]*>([^<]+)</text>", page)
    for step in (*WORKFLOW.steps, *PLAN_WORKFLOW.steps):
        assert make.in_language(language, step.label._args[0]) in page
    for status in (*Status, *PlanStatus):
        assert make.in_language(language, status.label._args[0]) in drawn
    assert "style=" not in page.split("<main")[1]


@pytest.mark.parametrize(("table", "statuses"), [(WORKFLOW, Status), (PLAN_WORKFLOW, PlanStatus)])
def test_each_step_has_a_row_and_each_status_one_box(table, statuses):
    assert len(rows(table, statuses)) == len(table.steps)
    drawing = draw(table, statuses, "x")
    assert sorted(box.text for box in drawing.boxes) == sorted(str(status.label) for status in statuses)
    assert all(box.x >= 0 and box.x + box.width <= drawing.width for box in drawing.boxes)
    across = [int(x) for way in (*drawing.ways, *drawing.brackets) for x in re.findall(r"[MH](-?\d+)", way)]
    assert across and all(0 < x < drawing.width for x in across)


def test_the_document_is_up_to_date():
    call_command("draw_workflow", check=True)
