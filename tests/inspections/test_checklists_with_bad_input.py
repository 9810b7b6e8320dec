"""What can be typed wrong into the designer: a sentence at the place, a status of 4xx, and nothing typed is lost."""

import html
import time

import pytest

from core.errors import DomainError
from inspections.actions import add_item, change_item, create_checklist, draft_checklist
from inspections.models import Checklist, Frequency, Item
from inspections.rules import MOST_ITEMS, ItemRefused
from people.permissions import Role
from tests import make
from tests.inspections.test_designing_checklists import add, errors, fields, form_of, text_of

TOO_LONG = "123456789012.5"
CHOSEN = {"category", "photo", "only_if"}


@pytest.mark.parametrize(
    ("kind", "wrong", "field", "sentence"),
    [
        ("pass_fail", {"text": ""}, "text", "Write the question."),
        ("pass_fail", {"text": "   "}, "text", "Write the question."),
        ("pass_fail", {"text": "查" * 201}, "text", "At most 200 characters"),
        ("pass_fail", {"accept": "查" * 301}, "accept", "At most 300 characters"),
        ("pass_fail", {"category": "999999"}, "category", "Choose one from the list."),
        ("pass_fail", {"category": ""}, "category", "Choose what kind of hazard"),
        ("pass_fail", {"category": "9" * 40}, "category", "Choose one from the list."),
        ("pass_fail", {"photo": "sometimes"}, "photo", "Choose one from the list."),
        ("pass_fail", {"basis_name": "法" * 101}, "basis_name", "At most 100 characters"),
        ("number", {"minimum": "0.60", "maximum": "0.45"}, "minimum", "Swap the two."),
        ("number", {"unit": ""}, "unit", "Write the unit"),
        ("number", {"unit": "兆帕" * 20}, "unit", "At most 20 characters"),
        ("number", {"minimum": "半"}, "minimum", "“半” is not a number."),
        ("number", {"maximum": "NaN"}, "maximum", "This number is too long."),
        ("number", {"maximum": "Infinity"}, "maximum", "This number is too long."),
        ("number", {"maximum": "1e500"}, "maximum", "This number is too long."),
        ("number", {"maximum": TOO_LONG}, "maximum", "This number is too long."),
        ("number", {"maximum": "0.60001"}, "maximum", "At most 4 digits after the point."),
        ("choice", {"choice-1": ""}, None, "Give at least two choices."),
        ("choice", {"choice-2": "完好"}, None, "“完好” stands there twice."),
        ("choice", {"choice-2": "裂" * 41}, None, "At most 40 characters"),
        ("choice", {"choice_fail-0": "on"}, None, "At least one choice must be in order."),
        ("choice", {f"choice-{number}": f"第{number}个" for number in range(13)}, None, "At most 12 choices"),
        ("pass_fail", {"only_if": "999999:fail"}, "only_if", "An item can only look at one before it"),
        ("pass_fail", {"only_if": "x"}, "only_if", "An item can only look at one before it"),
        ("dance", {}, None, "There is no such kind of item."),
    ],
)
def test_a_wrong_item_is_said_and_everything_typed_stays(browser, designer, draft, kind, wrong, field, sentence):
    typed = {"shot": "只有我知道的字", "text": "气压表多少？"} | wrong
    response = browser.post(f"/desk/checklists/{draft.pk}/items/", fields(kind, **{"shot": "", **typed}))
    assert response.status_code == 422
    found = errors(response)
    assert sentence in " ".join(found.get(field or "__all__", [])), found
    page = text_of(response)
    assert "只有我知道的字" in page
    written = {name: value for name, value in typed.items() if name not in CHOSEN and value != "on"}
    assert all(value in page for value in written.values())
    assert not draft.items.exists()


def test_a_comma_is_a_point(browser, designer, draft):
    item = add(browser, draft, "number", minimum="0,45", maximum="0，60")
    assert f"{item.minimum:f} {item.maximum:f}" == "0.4500 0.6000"


def test_the_autosave_names_the_field_that_is_wrong(browser, designer, draft):
    item = add(browser, draft, "number")
    answer = browser.post(
        f"/desk/checklists/items/{item.pk}/", form_of(browser, item, unit=""), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    notes = text_of(answer).split('id="item-notes"')[1].split("</form>")[0]
    assert "Unit" in notes
    assert "Write the unit" in notes
    item.refresh_from_db()
    assert item.unit == "MPa"


def test_strange_characters_are_kept_or_left_out(browser, designer, draft):
    item = add(browser, draft, text="𠮷野家\0的🔧？", accept="\0", shot="<b>&\u202e")
    assert item.text == "𠮷野家的🔧？"
    assert item.accept == {}
    page = browser.get(f"/desk/checklists/{draft.pk}/edit/?item={item.pk}").content.decode()
    assert "<b>&" not in page
    assert html.escape("<b>&") in page


def test_a_huge_text_is_answered_at_once(browser, designer, draft):
    started = time.process_time()
    response = browser.post(f"/desk/checklists/{draft.pk}/items/", fields(text="查" * 500_000))
    assert response.status_code == 422
    assert "At most 200 characters" in errors(response)["text"][0]
    assert time.process_time() - started < 5


def test_a_list_holds_a_hundred_items(browser, designer, draft):
    category = make.category()
    Item.objects.bulk_create(
        Item(checklist=draft, position=number, text=f"第{number}", category=category)
        for number in range(1, MOST_ITEMS + 1)
    )
    response = browser.post(f"/desk/checklists/{draft.pk}/items/", fields(text="第一百零一", category=category))
    assert response.status_code == 422
    assert "at most 100 items" in text_of(response)
    assert "第一百零一" in text_of(response)
    started = time.process_time()
    assert browser.get(f"/desk/checklists/{draft.pk}/edit/?item={draft.items.last().pk}").status_code == 200
    assert browser.get(f"/desk/checklists/{draft.pk}/compare/").status_code == 200
    assert time.process_time() - started < 5


def test_ten_thousand_items_are_refused_before_they_are_looked_at(designer):
    def endless():
        category = make.category()
        for number in range(10_000):
            assert number <= MOST_ITEMS, "nobody reads on"
            yield Item(position=number, text="甲", category=category)

    with pytest.raises(DomainError, match="100"):
        create_checklist("表", Frequency.PRESHIFT, by=designer, items=endless())
    assert not Checklist.objects.exists()


def test_ten_thousand_items_in_one_post_are_refused(browser, designer, draft):
    data = {f"text-{number}": "甲" for number in range(10_000)}
    assert browser.post(f"/desk/checklists/{draft.pk}/items/", data).status_code == 400
    assert not draft.items.exists()


def test_a_condition_on_itself_or_on_a_later_item(browser, designer, draft):
    first, second = add(browser, draft, text="甲"), add(browser, draft, text="乙")
    for wrong in (f"{first.pk}:fail", f"{second.pk}:fail"):
        response = browser.post(f"/desk/checklists/items/{first.pk}/", form_of(browser, first, only_if=wrong))
        assert response.status_code == 422
        assert "An item can only look at one before it" in errors(response)["only_if"][0]
    for pk in (first.pk, second.pk):
        with pytest.raises(ItemRefused) as refusal:
            change_item(first, by=designer, only_if=pk, only_if_value="fail")
        assert list(refusal.value.errors) == ["only_if"]


def test_a_condition_on_an_answer_that_cannot_be_given(browser, designer, draft):
    first, second = add(browser, draft, "choice", may_skip=""), add(browser, draft, text="乙")
    for value in ("pass", "not_in_use", "碎了", ""):
        wrong = form_of(browser, second, only_if=f"{first.pk}:{value}")
        assert browser.post(f"/desk/checklists/items/{second.pk}/", wrong).status_code == 422
        with pytest.raises(ItemRefused):
            change_item(second, by=designer, only_if=first.pk, only_if_value=value)
    right = form_of(browser, second, only_if=f"{first.pk}:裂了")
    assert browser.post(f"/desk/checklists/items/{second.pk}/", right).status_code == 302


def test_a_condition_on_an_item_of_another_list(browser, designer, draft):
    other = make.checklist().items.get()
    item = add(browser, draft)
    response = browser.post(f"/desk/checklists/items/{item.pk}/", form_of(browser, item, only_if=f"{other.pk}:fail"))
    assert response.status_code == 422
    with pytest.raises(ItemRefused):
        change_item(item, by=designer, only_if=other.pk, only_if_value="fail")


def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed(browser, designer, draft):
    item = add(browser, draft)
    mine = form_of(browser, item, text="我写的")
    change_item(item, by=make.person(Role.ADMIN, name="刘洋"), text="刘洋写的")
    response = browser.post(f"/desk/checklists/items/{item.pk}/", mine)
    assert response.status_code == 409
    page = text_of(response)
    assert "刘洋 changed this" in page
    assert "我写的" in page
    assert "刘洋写的" in page, "both stand there to be compared"
    item.refresh_from_db()
    assert item.text == "刘洋写的"
    assert browser.post(f"/desk/checklists/items/{item.pk}/", mine).status_code == 409, (
        "sending again overwrites nothing"
    )
    over = mine | {"stamp": response.context["stamp_now"]}
    assert browser.post(f"/desk/checklists/items/{item.pk}/", over).status_code == 302
    item.refresh_from_db()
    assert item.text == "我写的"


def test_a_form_without_its_stamp_overwrites_nothing(browser, designer, draft):
    item = add(browser, draft)
    assert browser.post(f"/desk/checklists/items/{item.pk}/", fields(text="没有戳")).status_code == 409
    assert browser.post(f"/desk/checklists/items/{item.pk}/remove/").status_code == 409
    assert browser.post(f"/desk/checklists/items/{item.pk}/move/", {"to": "1"}).status_code == 409
    data = {"title": "没有戳", "frequency": "preshift", "target": "plant"}
    response = browser.post(f"/desk/checklists/{draft.pk}/edit/", data)
    assert response.status_code == 409
    assert "没有戳" in text_of(response)
    assert browser.post(f"/desk/checklists/{draft.pk}/publish/").status_code == 409


def test_an_item_that_somebody_removed_is_gone(browser, designer, draft):
    item = add(browser, draft)
    data = form_of(browser, item)
    Item.objects.all().delete()
    assert browser.post(f"/desk/checklists/items/{item.pk}/", data).status_code == 404


@pytest.mark.parametrize("to", ["", "0", "-1", "x", "²", "3", "9" * 30, "1.5"])
def test_a_place_that_is_none(browser, designer, draft, to):
    first, _second = add(browser, draft, text="甲"), add(browser, draft, text="乙")
    stamp = browser.get(f"/desk/checklists/{draft.pk}/edit/").context["order"]
    assert browser.post(f"/desk/checklists/items/{first.pk}/move/", {"to": to, "stamp": stamp}).status_code == 422
    assert [item.text for item in draft.items.all()] == ["甲", "乙"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "表" * 81}, "title"),
        ({"frequency": "hourly"}, "frequency"),
        ({"target": "type:999999"}, "target"),
        ({"target": "x"}, "target"),
    ],
)
def test_a_wrong_head_is_said_and_stays(browser, designer, draft, wrong, field):
    stamp = browser.get(f"/desk/checklists/{draft.pk}/edit/").context["head_stamp"]
    data = {"stamp": stamp, "title": "改了的名字", "frequency": "weekly", "target": "plant"} | wrong
    response = browser.post(f"/desk/checklists/{draft.pk}/edit/", data)
    assert response.status_code == 422
    assert list(response.context["head"].errors) == [field]
    assert data["title"] in text_of(response)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "表" * 81}, "__all__"),
        ({"frequency": ""}, "frequency"),
        ({"frequency": "hourly"}, "frequency"),
        ({"target": "area:9"}, "target"),
        ({"start": "copy:999999"}, "start"),
        ({"start": "pack:metal-working:none"}, "start"),
        ({"start": "pack:none:none"}, "start"),
        ({"start": ""}, "start"),
    ],
)
def test_a_list_that_cannot_be_begun(browser, designer, wrong, field):
    data = {"start": "empty", "title": "我的新表", "frequency": "preshift"} | wrong
    response = browser.post("/desk/checklists/add/", data)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert data["title"] in text_of(response)
    assert not Checklist.objects.exists()


@pytest.mark.parametrize("page", ["edit/?item=", "edit/?add="])
@pytest.mark.parametrize("value", ["²", "9" * 30, "-1", "abc", "%00", " "])
def test_a_strange_item_in_the_address_opens_none(browser, designer, draft, page, value):
    assert browser.get(f"/desk/checklists/{draft.pk}/{page}{value}").status_code == 200


def test_a_draft_with_a_broken_item_is_not_published(browser, designer):
    category = make.category()
    draft = draft_checklist(make.checklist({"kind": "number"}, hazard_category=category), by=designer)
    response = browser.post(
        f"/desk/checklists/{draft.pk}/publish/",
        {"stamp": browser.get(f"/desk/checklists/{draft.pk}/compare/").context["stamp"]},
    )
    assert response.status_code == 422
    assert "Item 1: Write the unit" in text_of(response)
    add_item(draft, "pass_fail", by=designer, text="别的", category=category)
