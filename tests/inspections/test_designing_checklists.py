"""Designing a checklist at the desk: from the first item to the version in use, and what stays of the former one."""

import html
from decimal import Decimal

import pytest

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from inspections import versions
from inspections.actions import (
    add_item,
    change_item,
    discard_draft,
    draft_checklist,
    move_item,
    publish_checklist,
    remove_item,
    retire_checklist,
    stop_plan,
)
from inspections.models import Checklist, Item, Run
from market import packs
from market.actions import copy_from_pack
from people.permissions import Role
from tests import make

DESIGNERS = {Role.SAFETY_OFFICER, Role.ADMIN}


def fields(kind: str = "pass_fail", **more) -> dict:
    """A filled form of this kind."""
    category = more.pop("category", None)
    category = make.category().pk if category is None else getattr(category, "pk", category)
    facts = {"kind": kind, "text": "防护罩在不在？", "photo": "on_fail", "category": category, "may_skip": "on"}
    if kind == "number":
        facts |= {"unit": "MPa", "minimum": "0.45", "maximum": "0.60"}
    if kind == "choice":
        facts |= {"choice-0": "完好", "choice-1": "裂了", "choice_fail-1": "on"}
    return facts | more


def add(browser, draft: Checklist, kind: str = "pass_fail", **more) -> Item:
    response = browser.post(f"/desk/checklists/{draft.pk}/items/", fields(kind, **more))
    assert response.status_code == 302, errors(response)
    return draft.items.last()


def errors(response) -> dict:
    return dict(response.context["form"].errors) if response.context and response.context.get("form") else {}


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def form_of(browser, item: Item, **more) -> dict:
    """What the item's form on the page would send."""
    form = browser.get(f"/desk/checklists/{item.checklist_id}/edit/?item={item.pk}")
    data = {"stamp": form.context["stamp"]}
    for bound in form.context["form"]:
        value = bound.value()
        if value not in (None, False):
            data[bound.name] = "on" if value is True else value
    for number, row in enumerate(form.context["form"].choice_rows):
        data |= {f"choice-{number}": row["zh"], f"choice_en-{number}": row["en"]}
        data |= {f"choice_fail-{number}": "on"} if row["is_fail"] else {}
    return data | more


def publish(browser, draft: Checklist):
    page = browser.get(f"/desk/checklists/{draft.pk}/compare/")
    return browser.post(f"/desk/checklists/{draft.pk}/publish/", {"stamp": page.context["stamp"]})


def test_a_list_from_empty_with_every_kind_of_item(browser, designer):
    answer = browser.post("/desk/checklists/add/", {"start": "empty", "title": "空压机班前", "frequency": "preshift"})
    draft = Checklist.objects.get(status="draft")
    assert answer.url == f"/desk/checklists/{draft.pk}/edit/"
    category = make.category()
    for kind in Item.Kind.values:
        add(browser, draft, kind, category=category)
    assert [item.kind for item in draft.items.all()] == Item.Kind.values
    number, choice, photo = (draft.items.get(kind=kind) for kind in ("number", "choice", "photo"))
    assert (number.minimum, number.maximum, number.unit) == (Decimal("0.45"), Decimal("0.60"), "MPa")
    assert choice.choices == [{"zh": "完好", "is_fail": False}, {"zh": "裂了", "is_fail": True}]
    assert photo.photo == Item.PhotoRule.ALWAYS
    assert publish(browser, draft).url == f"/desk/checklists/{draft.pk}/"
    draft.refresh_from_db()
    assert draft.status == "current"
    assert draft.published_at
    assert draft.seconds > 30
    body = text_of(browser.get("/desk/checklists/"))
    assert "空压机班前" in body
    assert "Version 1" in body


def test_accept_basis_shot_and_flags_are_kept_and_shown(browser, designer, draft):
    facts = {"accept": "不漏油", "shot": "设备铭牌", "basis_name": "安全生产法(2021)", "basis_clause": "第36条"}
    item = add(browser, draft, photo="always", is_urgent="on", may_skip="", **facts)
    assert (item.accept, item.shot, item.photo) == ("不漏油", "设备铭牌", "always")
    assert item.basis == {"name": "安全生产法(2021)", "clause": "第36条", "trust": "practice"}
    assert item.is_urgent
    assert not item.may_skip
    publish(browser, draft)
    page = text_of(browser.get(f"/desk/checklists/{draft.pk}/try/"))
    for shown in ("防护罩在不在？", "不漏油", "设备铭牌", "安全生产法(2021)", "第36条"):
        assert shown in page


def test_the_phone_beside_the_item_shows_what_is_saved(browser, designer, draft):
    item = add(browser, draft, "number")
    answer = browser.post(
        f"/desk/checklists/items/{item.pk}/",
        form_of(browser, item, text="气压表多少？"),
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    assert "<html" not in text_of(answer)
    phone = text_of(answer).split('id="preview"')[1]
    assert "inert" in phone
    assert "气压表多少？" in phone
    assert "0.45 – 0.6 MPa" in phone


def test_trying_a_list_out_saves_nothing(browser, designer, draft):
    item = add(browser, draft)
    assert "防护罩在不在？" in text_of(browser.get(f"/desk/checklists/{draft.pk}/try/"))
    events = Event.objects.count()
    answer = browser.post(f"/desk/checklists/{draft.pk}/try/", {f"value-{item.pk}": "fail"}, follow=True)
    assert "Nothing was saved" in text_of(answer)
    assert not Run.objects.exists()
    assert Event.objects.count() == events


def test_a_published_version_is_copied_to_be_changed_and_its_runs_keep_it(browser, designer):
    listed = make.checklist({"text": "旧问题"}, {})
    worker = make.person(Role.WORKER)
    plan = make.plan(worker, of=listed)
    old_run = make.run(worker, of=listed)
    browser.post(f"/desk/checklists/{listed.pk}/draft/")
    draft = Checklist.objects.get(code=listed.code, status="draft")
    assert draft.version == 2
    first = draft.items.first()
    browser.post(f"/desk/checklists/items/{first.pk}/", form_of(browser, first, text="新问题"))
    publish(browser, draft)
    listed.refresh_from_db()
    assert listed.status == "retired"
    assert listed.items.first().text == "旧问题"
    old_run.refresh_from_db()
    assert old_run.checklist == listed
    assert plan.themes.get().checklist_id == draft.pk, "the next checks are made with it"
    browser.force_login(worker)
    assert "旧问题" in text_of(browser.get(f"/m/runs/{old_run.pk}/"))


def test_each_version_stays_readable_and_says_what_it_changed(browser, designer):
    listed = make.checklist({"text": "第一问"}, {"text": "第二问"}, {"text": "第三问"})
    draft = draft_checklist(listed, by=designer)
    first, second, third = draft.items.all()
    change_item(first, by=designer, text="第一问改了")
    remove_item(second, by=designer)
    add_item(draft, "pass_fail", by=designer, text="新的一问", category=third.category)
    move_item(Item.objects.get(pk=third.pk), 1, by=designer)
    found = {
        (change.kind, change.item.text)
        for change in browser.get(f"/desk/checklists/{draft.pk}/compare/").context["changes"]
    }
    assert found - {("moved", "第三问")} == {("changed", "第一问改了"), ("removed", "第二问"), ("added", "新的一问")}
    publish(browser, draft)
    for pk, words in ((listed.pk, "第二问"), (draft.pk, "新的一问")):
        page = text_of(browser.get(f"/desk/checklists/{pk}/"))
        assert words in page
        assert "Version 1" in page
        assert "Version 2" in page
    assert "第一问改了" in text_of(browser.get(f"/desk/checklists/{draft.pk}/compare/"))


def test_only_what_was_moved_counts_as_moved(designer):
    draft = draft_checklist(make.checklist({}, {}, {}, {}), by=designer)
    move_item(draft.items.last(), 1, by=designer)
    former = versions.items_of(Checklist.objects.get(code=draft.code, version=1))
    found = versions.changes(former, versions.items_of(draft))
    assert [(change.kind, change.item.position, change.former.position) for change in found] == [("moved", 1, 4)]


def test_opening_a_draft_twice_opens_the_same_one(designer):
    listed = make.checklist()
    assert draft_checklist(listed, by=designer) == draft_checklist(listed, by=designer)


def test_a_copy_of_our_own_list_is_a_list_of_its_own(browser, designer):
    kind = make.machine().type
    listed = make.checklist({}, {"kind": "number", "unit": "°C"}, kind=kind)
    browser.post("/desk/checklists/add/", {"start": f"copy:{listed.pk}", "title": "另一张表"})
    copy = Checklist.objects.get(status="draft")
    assert (copy.title, copy.frequency, copy.target_type) == ("另一张表", listed.frequency, kind)
    assert copy.code != listed.code
    assert [item.kind for item in copy.items.all()] == ["pass_fail", "number"]


def test_a_copy_from_an_industry_pack_brings_its_kinds_of_hazards(browser, designer):
    row = packs.load_pack("metal-working")["checklists"][0]
    assert row["title"]["en"] in text_of(browser.get("/desk/checklists/add/?pack=metal-working"))
    browser.post("/desk/checklists/add/", {"start": f"pack:metal-working:{row['code']}"})
    draft = Checklist.objects.get(status="draft")
    assert draft.title == row["title"]
    assert [item.text for item in draft.items.all()] == [item["text"] for item in row["items"]]
    assert publish(browser, draft).status_code == 302


def test_every_list_of_every_pack_could_be_published(designer):
    for code in packs.codes():
        pack = packs.load_pack(code)
        for row in pack["checklists"]:
            publish_checklist(copy_from_pack(pack, row["code"], by=designer), by=designer)


def test_changing_one_language_keeps_the_other(browser, designer):
    draft = draft_checklist(make.checklist(), by=designer)
    item = draft.items.get()
    data = form_of(browser, item)
    assert (data["text"], data["text_en"]) == ("第1项", "Item 1")
    browser.post(f"/desk/checklists/items/{item.pk}/", data | {"text": "换了个问法"})
    item.refresh_from_db()
    assert item.text == {"zh": "换了个问法", "en": "Item 1"}


def test_saving_an_item_as_it_is_changes_nothing(browser, designer):
    row = {"basis": {"name": "消防法", "clause": None, "trust": "primary"}, "accept": {"zh": "空", "en": "clear"}}
    draft = draft_checklist(make.checklist(row), by=designer)
    item = draft.items.get()
    events = Event.objects.count()
    assert browser.post(f"/desk/checklists/items/{item.pk}/", form_of(browser, item)).status_code == 302
    item.refresh_from_db()
    assert Event.objects.count() == events
    assert item.basis["trust"] == "primary"


def test_name_and_purpose_are_changed_in_the_draft(browser, designer, draft):
    kind = make.machine().type
    stamp = browser.get(f"/desk/checklists/{draft.pk}/edit/").context["head_stamp"]
    data = {"stamp": stamp, "title": "剪板机班前", "frequency": "weekly", "target": f"type:{kind.pk}"}
    assert browser.post(f"/desk/checklists/{draft.pk}/edit/", data).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.frequency, draft.target_type) == ("剪板机班前", "weekly", kind)


def test_buttons_move_an_item_up_and_down(browser, designer, draft):
    first, second = add(browser, draft, text="甲"), add(browser, draft, text="乙")
    page = browser.get(f"/desk/checklists/{draft.pk}/edit/")
    browser.post(f"/desk/checklists/items/{second.pk}/move/", {"to": "1", "stamp": page.context["order"]})
    assert [item.text for item in draft.items.all()] == ["乙", "甲"]
    first.refresh_from_db()
    assert first.position == 2


def test_conditions_follow_the_items_that_they_look_at(designer, draft):
    category = make.category()
    first = add_item(draft, "pass_fail", by=designer, text="甲", category=category)
    second = add_item(draft, "pass_fail", by=designer, text="乙", category=category)
    third = add_item(draft, "text", by=designer, text="丙", category=category, only_if=second.pk, only_if_value="fail")
    assert third.only_if_position == 2
    move_item(first, 3, by=designer)
    third.refresh_from_db()
    assert (third.position, third.only_if_position) == (2, 1)
    remove_item(first, by=designer)
    with pytest.raises(DomainError, match="乙"):
        move_item(third, 1, by=designer)
    with pytest.raises(DomainError, match="2"):
        remove_item(second, by=designer)
    assert [item.text for item in draft.items.all()] == ["乙", "丙"]


def test_an_answer_that_others_wait_for_stays_possible(designer, draft):
    category = make.category()
    choices = [{"zh": "完好"}, {"zh": "裂了", "is_fail": True}]
    first = add_item(draft, "choice", by=designer, text="甲", category=category, choices=choices)
    add_item(draft, "text", by=designer, text="乙", category=category, only_if=first.pk, only_if_value="裂了")
    with pytest.raises(DomainError, match="裂了"):
        change_item(first, by=designer, choices=[{"zh": "完好"}, {"zh": "坏了", "is_fail": True}])
    change_item(first, by=designer, text="甲改")


def test_a_chosen_problem_is_a_problem_whatever_was_ticked(browser, designer, draft):
    make.policies()
    item = add(browser, draft, "choice", photo="never")
    publish(browser, draft)
    worker = make.person(Role.WORKER)
    run = make.run(worker, of=Checklist.objects.get(pk=draft.pk))
    browser.force_login(worker)
    data = {f"text-{item.pk}": "裂了", f"value-{item.pk}": "pass"}
    assert browser.post(f"/m/runs/{run.pk}/", data).status_code == 302
    answer = run.answers.get()
    assert (answer.value, answer.text) == ("fail", "裂了")
    assert answer.hazard


def test_a_draft_that_is_discarded_leaves_the_version_in_use(browser, designer):
    listed = make.checklist()
    draft = draft_checklist(listed, by=designer)
    browser.post(f"/desk/checklists/{draft.pk}/discard/")
    assert list(Checklist.objects.all()) == [listed]
    assert Event.objects.get(name="checklist.discarded").actor == designer


def test_a_list_that_plans_use_stays_until_they_are_stopped(browser, designer):
    listed = make.checklist()
    plan = make.plan(of=listed, name="二车间早班")
    answer = browser.post(f"/desk/checklists/{listed.pk}/retire/")
    assert answer.status_code == 422
    assert "二车间早班" in text_of(answer)
    stop_plan(plan, by=designer)
    assert browser.post(f"/desk/checklists/{listed.pk}/retire/").status_code == 302
    assert not Checklist.objects.current().exists()
    assert str(listed.title["en"]) in text_of(browser.get("/desk/checklists/?retired=1"))
    assert str(listed.title["en"]) not in text_of(browser.get("/desk/checklists/"))


def test_a_list_out_of_use_comes_back_as_a_draft(designer):
    listed = retire_checklist(make.checklist(), by=designer)
    draft = draft_checklist(listed, by=designer)
    assert publish_checklist(draft, by=designer).version == 2
    assert Checklist.objects.current().get().version == 2


def test_what_nobody_has_compared_is_not_published(browser, designer, draft):
    item = add(browser, draft)
    stamp = browser.get(f"/desk/checklists/{draft.pk}/compare/").context["stamp"]
    change_item(item, by=make.person(Role.ADMIN, name="刘洋"), text="别人改的")
    answer = browser.post(f"/desk/checklists/{draft.pk}/publish/", {"stamp": stamp})
    assert answer.status_code == 409
    assert "刘洋" in text_of(answer)
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_an_empty_list_is_not_published(browser, designer, draft):
    answer = publish(browser, draft)
    assert answer.status_code == 422
    assert "at least one item" in text_of(answer)


@pytest.mark.parametrize("role", list(Role))
def test_only_the_safety_officer_and_the_administrator_design(browser, designer, role):
    listed = make.checklist()
    draft = draft_checklist(make.checklist(), by=designer)
    item = draft.items.get()
    person = make.person(role)
    browser.force_login(person)
    answer = browser.post("/desk/checklists/add/", {"start": "empty", "title": "表", "frequency": "preshift"})
    assert answer.status_code == (302 if role in DESIGNERS else 403)
    for url in (
        f"/desk/checklists/{listed.pk}/draft/",
        f"/desk/checklists/{listed.pk}/retire/",
        f"/desk/checklists/{draft.pk}/publish/",
        f"/desk/checklists/{draft.pk}/discard/",
        f"/desk/checklists/{draft.pk}/items/",
        f"/desk/checklists/items/{item.pk}/",
        f"/desk/checklists/items/{item.pk}/move/",
        f"/desk/checklists/items/{item.pk}/remove/",
    ):
        if role not in DESIGNERS:
            assert browser.post(url, {"to": "1"}).status_code == 403, url
    if role not in DESIGNERS:
        with pytest.raises(NotAllowed):
            add_item(draft, "pass_fail", by=person)


def test_a_published_version_does_not_change_by_its_address(browser, designer):
    item = make.checklist().items.get()
    answer = browser.post(f"/desk/checklists/items/{item.pk}/", fields(text="偷偷改的"))
    assert answer.status_code == 409
    assert "never changes" in text_of(answer)
    assert "偷偷改的" in text_of(answer), "what was typed is still there"
    for verb, data in (("move", {"to": "1"}), ("remove", {})):
        assert browser.post(f"/desk/checklists/items/{item.pk}/{verb}/", data).status_code == 409
    assert browser.post(f"/desk/checklists/{item.checklist_id}/items/", fields(text="多一条")).status_code == 409
    assert browser.post(f"/desk/checklists/{item.checklist_id}/publish/").status_code == 409
    assert browser.post(f"/desk/checklists/{item.checklist_id}/discard/").status_code == 409
    assert browser.get(f"/desk/checklists/{item.checklist_id}/edit/").status_code == 302
    with pytest.raises(WrongStatus):
        discard_draft(item.checklist, by=designer)
    assert Item.objects.get().text == item.text
