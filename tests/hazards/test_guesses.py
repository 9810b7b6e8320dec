"""The kind of a hazard is guessed from what was written or from the machine, and an officer corrects it."""

import pytest
import yaml
from django.conf import settings
from django.urls import reverse

from core.errors import NotAllowed, WrongStatus
from core.events import history
from hazards.actions import name_category, report_hazard
from hazards.guessing import guess_category
from hazards.models import OTHER, Category, Hazard, Level, Status
from market.packs import codes, load_pack
from people.permissions import Role
from tests import make


def _kinds(*wanted: str) -> None:
    for code in wanted:
        Category.objects.create(code=code, name={"zh": code, "en": code}, gbt13861=2, level=Level.SERIOUS)


@pytest.mark.parametrize(
    ("text", "code", "because"),
    [
        ("2号机防护罩掉了", "machine-guarding", "防护罩"),
        ("配电箱门没关，有裸线", "electrical", "配电箱"),
        ("灭火器压力不够", "fire-equipment", "灭火器"),
        ("有人没戴安全帽", "ppe", "安全帽"),
        ("The guard is missing", "machine-guarding", "guard"),
        ("Two bare wires at the press", "electrical", "wire"),
        ("Oil on the floor near bay A", "housekeeping", "oil on the floor"),
        ("说不清楚", OTHER, ""),
        ("", OTHER, ""),
    ],
)
def test_words_say_which_kind_it_is(factory, text, code, because):
    _kinds("machine-guarding", "electrical", "fire-equipment", "ppe", "housekeeping")
    guess = guess_category(text)
    assert (guess.category.code, guess.because) == (code, because)


def test_an_english_word_counts_only_as_a_whole(factory):
    _kinds("machine-guarding", "electrical")
    assert guess_category("He disregarded it").category.code == OTHER


def test_without_words_the_kind_of_machine_says_it(factory):
    _kinds("machine-guarding", "special-equipment")
    machine = make.machine()
    machine.type.code = "forklift"
    guess = guess_category("看照片", machine)
    assert guess.category.code == "special-equipment"
    assert guess.because


def test_only_kinds_that_the_factory_has_are_guessed(factory):
    assert guess_category("防护罩掉了").category.code == OTHER


def test_every_factory_has_the_kind_for_all_else_and_it_stands_last(factory):
    _kinds("ppe")
    assert [category.code for category in Category.objects.listed()] == ["ppe", OTHER]


def test_every_kind_of_every_pack_has_words(factory):
    words = yaml.safe_load((settings.CONTENT_ROOT / "hazard-words.yaml").read_text(encoding="utf-8"))
    packs = [load_pack(code) for code in codes()]
    assert {row["code"] for pack in packs for row in pack["categories"]} == set(words)
    machines = {row["code"] for pack in packs for row in pack["equipment_types"]}
    assert {code for row in words.values() for code in row.get("machines", ())} <= machines
    assert all(row["zh"] and row["en"] for row in words.values())


def _guessed(title: str = "防护罩掉了") -> Hazard:
    make.policies()
    _kinds("machine-guarding", "electrical")
    return report_hazard(by=make.person(Role.WORKER), title=title, area=make.area(), photos=[make.photo()])


def test_a_report_without_a_kind_takes_the_guess_and_its_level(factory):
    hazard = _guessed()
    assert (hazard.category.code, hazard.level) == ("machine-guarding", Level.SERIOUS)
    (event,) = history(hazard)
    assert event.data["guessed"] == {"category": "machine-guarding", "because": "防护罩"}


def test_the_officer_sees_that_it_is_a_guess_and_corrects_it(browser):
    hazard, officer = _guessed(), make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    page = browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    assert "从“防护罩”猜的" in page
    right = Category.objects.get(code="electrical")
    browser.post(reverse("console:categorise", args=[hazard.pk]), {"category": right.pk})
    hazard.refresh_from_db()
    assert hazard.category == right
    assert "从“防护罩”猜的" not in browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    assert [event.name for event in history(hazard)] == ["hazard.reported", "hazard.categorised"]


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.LEADER])
def test_nobody_else_corrects_it(factory, role):
    with pytest.raises(NotAllowed):
        name_category(_guessed(), by=make.person(role), category=Category.objects.get(code="electrical"))


def test_after_the_level_is_confirmed_the_kind_stands(factory):
    hazard = _guessed()
    Hazard.objects.filter(pk=hazard.pk).update(status=Status.CONFIRMED)
    with pytest.raises(WrongStatus):
        name_category(hazard, by=make.person(Role.SAFETY_OFFICER), category=Category.objects.get(code="electrical"))


def test_a_kind_that_is_none_is_refused_with_a_sentence(browser):
    hazard = _guessed()
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    for wrong in ("", "0", "x", "9" * 30):
        answer = browser.post(reverse("console:categorise", args=[hazard.pk]), {"category": wrong}, follow=True)
        assert "先选一个类别" in answer.content.decode()
