"""Packs at the desk: looked at, tried on the phone's page, installed by a worker, compared with a newer release."""

import pytest
from django.urls import reverse

from core.models import Event, Job
from facilities.models import Area
from hazards.models import Category
from inspections.actions import change_checklist, draft_checklist, publish_checklist
from inspections.models import Checklist, Item
from market.actions import follow_release, install_pack
from market.models import PackPart
from market.packs import codes, load_pack
from market.parts import release
from market.updates import State, outdated, standing_of
from partners.models import SiteText
from people.models import User
from people.permissions import Role
from tests import make
from tests.market.conftest import METAL


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    User.objects.filter(pk=officer.pk).update(language="en")
    officer.refresh_from_db()
    browser.force_login(officer)
    return officer


@pytest.fixture
def installed(officer):
    install_pack(load_pack(METAL), by=None)


def url(name: str, *more: str) -> str:
    return reverse(f"console:{name}", args=[METAL, *more])


def state_of(kind: str, code: str) -> State:
    return next(part.state for part in standing_of(release(METAL)) if (part.kind, part.code) == (kind, code))


def update(browser, *take: str):
    stamp = browser.get(url("update_pack")).context["stamp"]
    return browser.post(url("update_pack"), {"stamp": stamp, "take": list(take)}, follow=True)


def ticked(browser) -> list[str]:
    sections = browser.get(url("update_pack")).context["sections"]
    return [row.part.key for section in sections for row in section.rows if row.part.is_taken]


def change_here(code: str, officer: User, title: str) -> Checklist:
    draft = draft_checklist(Checklist.objects.current().get(code=code), by=officer)
    change_checklist(
        draft, by=officer, title=title, frequency=draft.frequency, target_type=draft.target_type,
        target_area=draft.target_area,
    )  # fmt: skip
    return publish_checklist(draft, by=officer)


def test_all_packs_stand_there_with_what_is_in_them(browser, officer):
    body = browser.get(reverse("console:market")).content.decode()
    for code in codes():
        assert f"/desk/market/packs/{code}/" in body
    assert "12 checklists" in body and "installed" not in body.split("<main")[1]


@pytest.mark.parametrize("role", [Role.WORKER, Role.LEADER, Role.TRAINER])
def test_others_do_not_change_it(browser, factory, role):
    browser.force_login(make.person(role))
    assert browser.get(reverse("console:market")).status_code == 403
    for name in ("install_pack", "update_pack", "remove_pack"):
        assert browser.post(url(name)).status_code == 403
    assert not Job.objects.exists() and not PackPart.objects.exists()


def test_a_pack_is_looked_into_and_each_list_tried_as_on_the_phone(browser, officer):
    body = browser.get(url("pack")).content.decode()
    pack = load_pack(METAL)
    for row in (*pack["areas"], *pack["categories"]):
        assert row["name"]["en"] in body
    address = url("preview_list", "press-preshift")
    assert address in body and browser.get(url("preview_list", "no-such-list")).status_code == 404
    shown = browser.get(address).content.decode()
    items = next(row for row in pack["checklists"] if row["code"] == "press-preshift")["items"]
    assert all(item["text"]["en"].replace("'", "&#x27;") in shown for item in items)
    assert 'name="value-1"' in shown and f'name="value-{len(items)}"' in shown, "each has an answer of its own"
    assert browser.post(address).url == url("pack") and not Checklist.objects.exists()
    asked = browser.get(url("preview_list", f"{METAL}-saq"))
    assert asked.status_code == 200


def test_a_worker_installs_it_and_the_page_tells_how_far_it_is(browser, officer, work_off):
    answer = browser.post(url("install_pack"), follow=True)
    assert "Waiting for its turn" in answer.content.decode()
    browser.post(url("install_pack"))
    assert Job.objects.count() == 1, "pressed twice it is the same work"
    work_off()
    job = Job.objects.get()
    assert job.status == Job.Status.DONE and (job.finished_at - job.created_at).total_seconds() < 30
    assert "To the pack" in browser.get(reverse("console:job", args=[job.pk])).content.decode()
    assert Checklist.objects.current().filter(code="electrical-weekly").exists()
    body = browser.get(url("pack")).content.decode()
    assert "Compare with the pack" in body and url("install_pack") not in body
    assert browser.post(url("install_pack")).status_code == 409
    assert {part.state for part in standing_of(release(METAL))} == {State.SAME}


def test_a_new_release_is_announced_and_what_nobody_changed_follows_it(browser, installed, next_release):
    before = Checklist.objects.current().get(code="press-preshift")

    def newer(pack):
        row = next(row for row in pack["checklists"] if row["code"] == "press-preshift")
        row["items"][0]["text"] = {"zh": "防护罩装好了吗？", "en": "Is the new guard on?"}
        row["items"].append({**row["items"][1], "text": {"zh": "地上有油吗？", "en": "Is oil on the floor?"}})
        pack["areas"].append({"code": "roof", "name": {"zh": "屋顶", "en": "Roof"}, "colour": "yellow"})
        pack["categories"][0]["level"] = "general" if pack["categories"][0]["level"] != "general" else "serious"

    next_release(newer)
    assert outdated([release(METAL)]) == {METAL: 3}
    assert "3 new parts" in browser.get(reverse("console:market")).content.decode()
    body = browser.get(url("update_pack")).content.decode()
    assert "Is the new guard on?" in body and "Is oil on the floor?" in body and "Roof" in body
    code = load_pack(METAL)["categories"][0]["code"]
    take = ticked(browser)
    assert sorted(take) == sorted(["area:roof", f"category:{code}", "checklist:press-preshift"])
    assert "3 parts are taken over" in update(browser, *take).content.decode()
    now = Checklist.objects.current().get(code="press-preshift")
    assert (now.version, Checklist.objects.get(pk=before.pk).status) == (2, "retired")
    assert now.items.count() == before.items.count() + 1
    first = now.items.get(position=1)
    assert first.text["en"] == "Is the new guard on?" and first.origin == before.items.get(position=1)
    assert Category.objects.get(code=code).level == release(METAL).parts["category", code]["level"]
    assert Area.objects.get(code="roof").colour == "yellow"
    assert Event.objects.get(name="pack.updated").data["left"] == 0
    assert outdated([release(METAL)]) == {METAL: 0}
    assert "Nothing is new" in browser.get(url("update_pack")).content.decode()


def test_what_the_factory_changed_stays_unless_it_is_ticked(browser, officer, installed, next_release):
    change_here("press-preshift", officer, "我们的冲床检查")
    change_here("weld-preshift", officer, "我们的焊接检查")
    assert state_of("checklist", "press-preshift") == State.EDITED

    def newer(pack):
        for row in pack["checklists"]:
            if row["code"] in ("press-preshift", "weld-preshift"):
                row["title"] = {"zh": "新的检查", "en": "The new check"}

    next_release(newer)
    body = browser.get(url("update_pack")).content.decode()
    assert "我们的冲床检查" in body and "The new check" in body, "both what the pack and what the factory changed"
    assert ticked(browser) == []
    update(browser, "checklist:weld-preshift")
    current = Checklist.objects.current()
    assert current.get(code="press-preshift").title == "我们的冲床检查"
    assert current.get(code="weld-preshift").title["en"] == "The new check"
    assert Checklist.objects.filter(code="weld-preshift").values_list("title", flat=True).count() == 3
    assert Event.objects.get(name="pack.updated").data["left"] == 1
    assert outdated([release(METAL)]) == {METAL: 0}, "what was left is not asked about again"
    assert state_of("checklist", "press-preshift") == State.EDITED


def test_what_was_unticked_or_has_an_open_draft_stays(browser, officer, installed, next_release):
    draft_checklist(Checklist.objects.current().get(code="press-preshift"), by=officer)

    def newer(pack):
        pack["areas"][0]["colour"] = "blue"
        for row in pack["checklists"]:
            if row["code"] == "press-preshift":
                row["title"] = {"zh": "新的检查", "en": "The new check"}

    next_release(newer)
    assert ticked(browser) == ["area:paint-shop"]
    update(browser, "checklist:press-preshift")
    assert Area.objects.get(code="paint-shop").colour == "red"
    assert Checklist.objects.current().get(code="press-preshift").version == 1
    assert state_of("area", "paint-shop") == State.EDITED
    assert state_of("checklist", "press-preshift") == State.CHANGED, "its draft being over, it is asked about again"


def test_what_was_not_looked_at_is_not_taken_over(browser, officer, installed, next_release):
    next_release(lambda pack: pack["areas"][0].update(colour="blue"))
    stamp = browser.get(url("update_pack")).context["stamp"]
    change_here("press-preshift", officer, "我们的冲床检查")
    answer = browser.post(url("update_pack"), {"stamp": stamp, "take": ["area:paint-shop"]})
    assert answer.status_code == 409 and "Something changed since you looked" in answer.content.decode()
    assert Area.objects.get(code="paint-shop").colour == "red"


def test_a_new_briefing_comes_as_a_draft(browser, officer, installed, next_release):
    own = SiteText.objects.get(kind="briefing")
    SiteText.objects.filter(pk=own.pk).update(published_at="2026-01-01T00:00Z", facts={"speed_limit": "5"})
    next_release(lambda pack: pack["briefing"].update(body=pack["briefing"]["body"] + "\n\n新的一条。"))
    update(browser, *ticked(browser))
    draft = SiteText.objects.get(kind="briefing", published_at=None)
    assert draft.body.endswith("新的一条。") and draft.facts == {"speed_limit": "5"}
    assert SiteText.objects.exclude(published_at=None).filter(kind="briefing").get() == own


def test_a_factory_from_before_is_taken_over_with_what_it_changed(browser, officer, installed, next_release):
    PackPart.objects.all().delete()
    change_here("press-preshift", officer, "我们的冲床检查")
    SiteText.objects.filter(kind="briefing").update(body="我们自己的交底")
    follow_release()
    assert state_of("checklist", "press-preshift") == State.EDITED
    assert state_of("briefing", "briefing") == State.EDITED
    assert state_of("checklist", "weld-preshift") == State.SAME

    def newer(pack):
        pack["briefing"]["body"] += "新"
        for row in pack["checklists"]:
            row["title"] = {"zh": f"新{row['code']}", "en": f"New {row['code']}"}

    next_release(newer)
    assert state_of("checklist", "press-preshift") == state_of("briefing", "briefing") == State.BOTH
    assert state_of("checklist", "weld-preshift") == State.CHANGED


def test_two_packs_share_what_both_bring_and_each_updates_its_own(browser, installed):
    install_pack(load_pack("machining"), by=None)
    shared = set(release(METAL).parts) & set(release("machining").parts)
    assert shared
    assert {row.pack for row in PackPart.objects.all() if (row.kind, row.code) in shared} == {METAL}
    states = {(part.kind, part.code): part.state for part in standing_of(release("machining"))}
    assert {states[key] for key in shared} == {State.OWN}


def test_the_pages_of_a_pack_that_is_none(browser, officer):
    for name in ("pack", "update_pack", "remove_pack"):
        assert browser.get(reverse(f"console:{name}", args=["no-pack"])).status_code == 404
    assert Item.objects.count() == 0
