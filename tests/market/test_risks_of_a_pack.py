"""A pack brings its risk points; an update follows what nobody changed here, and the unused ones can be taken out."""

import pytest

from facilities.models import Area
from market import updates
from market.actions import install_pack
from market.packs import load_pack
from market.parts import release
from people.permissions import Role
from risks.actions import rate_risk, retire_risk
from risks.models import Risk
from tests import make

PACK = "metal-working"


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER)


@pytest.fixture
def installed(officer):
    install_pack(load_pack(PACK), by=officer)
    return {row["code"]: Risk.objects.get(code=row["code"]) for row in load_pack(PACK)["risks"]}


def standing(code: str) -> str:
    return next(part.state for part in updates.standing_of(release(PACK)) if part.key == f"risk:{code}")


def test_they_come_with_rating_measures_and_their_kinds_of_hazards(installed):
    assert len(installed) == len(load_pack(PACK)["risks"])
    risk = installed["hand-die-zone-feeding"]
    assert (risk.score, risk.colour, risk.area.code) == (270, "orange", "press-shop")
    assert risk.controls["management"] == ["班前试光幕", "钥匙归班组长", "坏了停机挂牌"]
    assert [category.code for category in risk.categories.all()] == ["machine-guarding"]
    assert risk.accident_words in ("机械致害", "Machine") and risk.assessments.count() == 1
    assert all(part.state == updates.State.SAME for part in updates.standing_of(release(PACK)))


def test_installed_twice_they_are_there_once(installed, officer):
    assert install_pack(load_pack(PACK), by=officer)["risks"] == 0


def rated_worse(*codes: str):
    def change(pack: dict) -> None:
        for row in pack["risks"]:
            if row["code"] in codes:
                row["L"], row["E"], row["C"] = 6, 6, 15

    return change


def test_an_update_follows_the_pack_where_the_factory_changed_nothing(browser, installed, officer, next_release):
    follows, own, gone = (installed[code] for code in ("dropped-load", "cable-fire", "gas-cylinders"))
    rate_risk(own, by=officer, likelihood=10, exposure=1, consequence=7, reason="本厂自己评")
    retire_risk(gone, by=officer, reason="不用气瓶了")
    next_release(rated_worse(follows.code, own.code))
    assert [standing(risk.code) for risk in (follows, own, gone)] == ["changed", "both", "gone"]
    browser.force_login(officer)
    page = browser.get(f"/desk/market/packs/{PACK}/update/")
    assert "= 540" in page.content.decode()
    taken = [part.key for part in updates.standing_of(release(PACK)) if part.is_taken]
    assert taken == [f"risk:{follows.code}"]
    browser.post(page.request["PATH_INFO"], {"stamp": page.context["stamp"], "take": taken})
    for risk in (follows, own, gone):
        risk.refresh_from_db()
    assert (follows.score, follows.colour, follows.assessments.count()) == (540, "red", 2)
    assert (own.score, own.assessments.count()) == (70, 2)
    assert gone.retired_at


def test_the_unused_go_and_what_was_changed_stays_with_its_area(browser, installed, officer):
    own = installed["cable-fire"]
    rate_risk(own, by=officer, likelihood=10, exposure=1, consequence=7, reason="本厂自己评")
    browser.force_login(officer)
    page = browser.get(f"/desk/market/packs/{PACK}/remove/")
    browser.post(page.request["PATH_INFO"], {"stamp": page.context["stamp"]})
    assert list(Risk.objects.all()) == [own]
    assert Area.objects.filter(pk=own.area_id).exists()
