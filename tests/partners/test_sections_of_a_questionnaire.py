"""A long questionnaire stands in sections, each says how far it is, and the first open question is one tap away."""

import re

import pytest
from django.urls import reverse

from inspections.models import Checklist
from market import packs
from market.questionnaires import questionnaire_of
from partners import actions
from tests import make

JSON = {"Accept": "application/json"}


def asked(number: int, **more):
    return {"kind": "choice", "choices": make.YES_PARTLY_NO, "weight": 25, "photo": "never", **more}


@pytest.fixture
def report(company):
    papers, site = {"zh": "证照", "en": "Papers"}, {"zh": "现场", "en": "On site"}
    make.questionnaire(asked(1, section=papers), asked(2), asked(3, section=site), asked(4, photo="on_pass"))
    return make.self_inspection(company)


def counts(page: str) -> list[str]:
    return re.findall(r'<span class="t-14 t-2" data-part-count="\d">([^<]*)<', page)


def test_each_section_says_how_far_it_is(browser, supplier, report):
    browser.force_login(supplier)
    first, _second, _third, fourth = report.checklist.items.all()
    address = reverse("supplier:report", args=[report.pk])
    page = browser.get(address).content.decode()
    assert re.findall(r'class="saq-part"[^>]*><span class="grow">([^<]*)<', page) == ["证照", "现场"]
    assert counts(page) == ["0/2", "0/2"] and f'href="#q{first.pk}" data-jump' in page
    actions.answer(report, first, by=supplier, choice=0)
    actions.answer(report, fourth, by=supplier, choice=0)
    assert counts(browser.get(address).content.decode()) == ["1/2", "0/2"], "the fourth still needs its photo"


def test_the_answer_says_what_is_done_and_what_is_not(browser, supplier, report):
    browser.force_login(supplier)
    item = report.checklist.items.first()
    sent = {"item": item.pk, f"{item.pk}-choice": "0"}
    said = browser.post(reverse("supplier:answer", args=[report.pk]), sent, headers=JSON).json()
    assert said["done"] == [item.pk] and len(said["asked"]) == 4


def test_without_sections_it_stands_as_before(browser, supplier, company):
    report = make.self_inspection(company)
    browser.force_login(supplier)
    page = browser.get(reverse("supplier:report", args=[report.pk])).content.decode()
    assert "saq-part" not in page and "saq-nav" not in page and page.count("data-row=") == 4


def test_the_reviewer_reads_it_in_sections_too(browser, officer, supplier, report):
    browser.force_login(officer)
    page = browser.get(reverse("console:self_inspection", args=[report.pk])).content.decode()
    assert re.findall(r'<li class="saq-h"><h3>([^<]*)<', page) == ["证照", "现场"]


def test_the_designer_begins_a_section_at_a_question(browser, officer, report):
    browser.force_login(officer)
    browser.post(reverse("console:draft_checklist", args=[report.checklist_id]))
    draft = Checklist.objects.get(status="draft")
    second = draft.items.get(position=2)
    assert draft.items.get(position=3).section == {"zh": "现场", "en": "On site"}
    editor = f"{reverse('console:edit_checklist', args=[draft.pk])}?item={second.pk}"
    assert 'name="section"' in browser.get(editor).content.decode()
    choices = {f"choice-{n}": each["zh"] for n, each in enumerate(second.choices)} | {"choice_fail-2": "on"}
    choices |= {f"choice_en-{n}": each["en"] for n, each in enumerate(second.choices)}
    sent = {
        "kind": "choice",
        "text": "灭火器在位吗？",
        "photo": "never",
        "category": second.category_id,
        "stamp": stamp_of(browser, editor),
    }
    sent |= {"weight": "25", "only_if": "", "section": "消防", **choices}
    answer = browser.post(reverse("console:change_item", args=[second.pk]), sent)
    assert answer.status_code == 302
    second.refresh_from_db()
    assert second.section == "消防"
    sent |= {"section": "长" * 41, "stamp": stamp_of(browser, editor)}
    too_long = browser.post(reverse("console:change_item", args=[second.pk]), sent)
    assert too_long.status_code == 422


def stamp_of(browser, editor: str) -> str:
    return re.search(r'id="item-stamp" name="stamp" value="([^"]+)"', browser.get(editor).content.decode())[1]


@pytest.mark.parametrize("pack", packs.codes())
def test_the_questionnaires_of_the_packs_are_in_sections(pack):
    items = (questionnaire_of(packs.load_pack(pack)) or {"items": []})["items"]
    begins = [n for n, item in enumerate(items) if item.get("section")]
    assert not items or (begins[0] == 0 and 2 <= len(begins) <= 3)
