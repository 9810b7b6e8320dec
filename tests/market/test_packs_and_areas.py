"""A pack brings its areas along, so no list of it waits for a place; an area that is there already is used."""

import pytest

from facilities.models import Area, Department
from inspections.models import Checklist
from market.actions import install_pack
from market.packs import codes, load_pack
from market.parts import release
from market.updates import State, standing_of
from tests import make


def test_every_list_of_every_pack_has_its_place(factory):
    for code in codes():
        pack = load_pack(code)
        install_pack(pack, by=None)
        lists = {row["code"] for row in pack["checklists"]}
        assert set(Checklist.objects.filter(code__in=lists).values_list("code", flat=True)) == lists
    assert Department.objects.get().name["zh"] == "全厂"
    assert not Checklist.objects.filter(code="electrical-weekly", target_area=None).exists()


def test_areas_go_into_the_first_workshop_and_none_comes_twice(factory):
    home = make.department("一车间")
    own = Area.objects.create(code="配电", name="配电房", department=home)
    pack = load_pack("metal-working")
    first = install_pack(pack, by=None)
    assert first["areas"] == len(pack["areas"]) - 1
    assert {area.department for area in Area.objects.all()} == {home}
    assert Checklist.objects.get(code="electrical-weekly").target_area == own, (
        "the pack's 配电房 is the one that is there"
    )
    assert install_pack(pack, by=None)["areas"] == 0


@pytest.mark.parametrize("code", codes())
def test_what_was_installed_is_what_is_written(factory, code):
    install_pack(load_pack(code), by=None)
    parts = standing_of(release(code))
    assert {part.key: (part.written, part.here) for part in parts if part.state != State.SAME} == {}
