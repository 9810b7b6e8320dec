"""content/FORMAT.md for the industry packs."""

import re
from collections import Counter

import pytest
import yaml

from market.routing import Hands
from tests.content.rules import CHINESE, CONTENT, bad_questions, bad_sources, bad_words, giveaways

FILES = sorted((CONTENT / "packs").glob("*.yaml"))
PACKS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
LEC = {"L": {10, 6, 3, 1, 0.5, 0.2, 0.1}, "E": {10, 6, 3, 2, 1, 0.5}, "C": {100, 40, 15, 7, 3, 1}}
COLOURS = ("blue", "yellow", "orange", "red")
CONTROLS = ["engineering", "management", "training", "ppe", "emergency"]
ACCIDENTS = {
    "物体打击", "厂(场)内车辆致害", "道路(轨道)车辆致害", "机械致害", "起重致害", "触电", "淹溺", "灼烫", "火灾",
    "高处坠落", "跌落", "坍塌", "水害", "容器爆炸", "管道爆炸", "可燃气体爆炸", "可燃液体蒸汽爆炸", "粉尘爆炸",
    "民用爆炸物品爆炸", "烟花爆竹爆炸", "其他可燃固体爆炸", "高温熔融物爆炸", "中毒", "窒息", "滑坡", "泄漏",
    "其他事故",
}  # fmt: skip
COUNTS = {
    "areas": (6, 10), "equipment_types": (8, 15), "checklists": (6, 12), "categories": (10, 17),
    "risks": (15, 25), "supplier_questions": (1, 20), "entry_questions": (20, 60),
}  # fmt: skip
LICENCES = {kind["code"] for kind in yaml.safe_load((CONTENT / "licences.yaml").read_text(encoding="utf-8"))["kinds"]}
every_pack = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())


def items(pack):
    return [(checklist, item) for checklist in pack["checklists"] for item in checklist["items"]]


def codes(pack, part):
    return {row["code"] for row in pack[part]}


def test_there_are_eight_packs_with_codes_and_questions_of_their_own():
    assert len({pack["code"] for pack in PACKS.values()}) == 8
    ids = Counter(question["id"] for pack in PACKS.values() for question in pack["entry_questions"])
    assert max(ids.values()) == 1


@every_pack
def test_every_text_has_both_languages_and_every_source_its_trust(pack):
    assert bad_words(pack) == []
    assert bad_sources(pack) == []


@every_pack
def test_parts_are_there_in_the_agreed_number_and_codes_are_unique(pack):
    for part, (least, most) in COUNTS.items():
        assert least <= len(pack[part]) <= most, part
    for part in ("areas", "equipment_types", "checklists", "categories", "job_roles"):
        assert len(codes(pack, part)) == len(pack[part]), part
        assert all(re.fullmatch(r"[a-z0-9-]+", code) for code in codes(pack, part)), part
    assert not codes(pack, "areas") & codes(pack, "equipment_types")


@every_pack
def test_checklists_aim_at_something_that_the_pack_knows(pack):
    targets = codes(pack, "areas") | codes(pack, "equipment_types") | {"plant"}
    assert {checklist["target"] for checklist in pack["checklists"]} <= targets
    assert {row["checklist"] for row in pack["equipment_types"]} <= codes(pack, "checklists")
    assert {row["checklist"] for row in pack["plans"]} == codes(pack, "checklists")
    assert {checklist["frequency"] for checklist in pack["checklists"]} == {"preshift", "weekly", "monthly"}


@every_pack
def test_a_preshift_check_is_done_in_ninety_seconds(pack):
    most = {"preshift": 90, "weekly": 1800, "monthly": 7200}
    for checklist in pack["checklists"]:
        assert 6 * len(checklist["items"]) <= checklist["seconds"] <= most[checklist["frequency"]], checklist["code"]
        if checklist["frequency"] == "preshift":
            photos = sum(item["photo"] == "always" for item in checklist["items"])
            numbers = sum(item["kind"] == "number" for item in checklist["items"])
            assert len(checklist["items"]) <= 8
            assert 8 * len(checklist["items"]) + 7 * photos + 8 * numbers <= 95, checklist["code"]


@every_pack
def test_every_item_is_a_question_with_a_category_and_what_its_kind_needs(pack):
    for checklist, item in items(pack):
        where = f"{checklist['code']}: {item['text']['zh']}"
        assert item["text"]["zh"].rstrip().endswith(("？", "?")), where
        assert item["category"] in codes(pack, "categories"), where
        assert item["kind"] in {"pass_fail", "number", "choice", "text", "photo"}, where
        assert item["photo"] in {"always", "on_fail", "never"}, where
        assert item["photo"] != "always" or item.get("shot"), where
        assert item["kind"] != "number" or (item["unit"] and item["min"] is not None and item["max"] is not None), where
        assert isinstance(item["urgent"], bool), where
        assert {"name", "clause", "trust"} <= set(item["basis"]), where


@every_pack
def test_categories_carry_level_class_and_route(pack):
    for category in pack["categories"]:
        assert category["level"] in {"general", "serious"}
        assert category["gbt13861"] in {1, 2, 3, 4}
        assert {"route", "urgent_when"} <= set(category)
        assert category["fixes"] in Hands.values


@every_pack
def test_plans_have_a_rule_and_a_window(pack):
    for plan in pack["plans"]:
        assert re.match(r"FREQ=(DAILY|WEEKLY|MONTHLY)", plan["rule"])
        assert 5 <= plan["window_minutes"] <= 2880


@every_pack
def test_risks_use_the_lec_tables_and_give_their_area_its_colour(pack):
    highest: Counter = Counter()
    for risk in pack["risks"]:
        assert all(risk[factor] in values for factor, values in LEC.items()), risk["point"]["zh"]
        assert risk["accident"] in ACCIDENTS
        assert list(risk["controls"]) == CONTROLS and all(str(text).strip() for text in risk["controls"].values())
        highest[risk["area"]] = max(highest[risk["area"]], risk["L"] * risk["E"] * risk["C"])
    shown = {area["code"]: area["colour"] for area in pack["areas"]}
    assert shown == {code: COLOURS[(d >= 70) + (d >= 160) + (d >= 320)] for code, d in highest.items()}


@every_pack
def test_job_roles_supplier_questions_and_drills_are_sound(pack):
    for role in pack["job_roles"]:
        assert all(re.fullmatch(r"C(0[1-9]|1[0-5])", course) for course in role["courses"])
        assert len(set(role["courses"])) == len(role["courses"])
        assert set(role.get("licences", ())) <= LICENCES and (role["certificate"] or "licences" not in role)
    assert sum(question["weight"] for question in pack["supplier_questions"]) == 100
    kinds = {question["kind"] for question in pack["supplier_questions"]}
    assert kinds <= {"yes_partly_no", "yes_no", "number", "text"}
    for drill in pack["drills"]:
        assert drill["kind"] in {"tabletop", "field", "full", "functional"} and 1 <= drill["months"] <= 36


@every_pack
def test_the_briefing_is_short_and_names_factory_and_emergency_phone(pack):
    body = pack["briefing"]["body"]
    assert 800 <= len(CHINESE.findall(body)) <= 1500
    assert "{{factory}}" in body and "{{emergency_phone}}" in body


@every_pack
def test_entry_questions_have_answers_that_do_not_give_themselves_away(pack):
    assert bad_questions(pack["entry_questions"]) == []
    longest, commonest = giveaways(pack["entry_questions"])
    assert longest <= 0.4 and commonest <= 0.4
    assert all(len(question["explanation"]["zh"]) >= 12 for question in pack["entry_questions"])
