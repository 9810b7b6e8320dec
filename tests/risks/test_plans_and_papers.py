"""The four-colour plan and what is hung up: each area has the colour of its highest risk, and paper says what the page says."""

import io

import pytest
from pypdf import PdfReader

from core.models import Attachment, Job
from facilities.models import Area
from people.permissions import Role
from risks.actions import add_floor_plan, draw_zone
from risks.models import FloorPlan, Zone
from tenants.current import in_factory
from tests import make

SQUARE = "10, 10\n40, 10\n40, 50\n10, 50"


@pytest.fixture
def plan(officer) -> FloorPlan:
    return add_floor_plan("一号厂房", make.photo_file(), by=officer)


def text_of(job: Job) -> str:
    pages = PdfReader(io.BytesIO(job.result.original.read())).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_a_plan_is_uploaded_and_areas_are_drawn_on_it_without_a_script(desk, officer):
    answer = desk.post("/desk/risks/plans/add/", {"name": "一号厂房", "picture": make.photo_file()})
    plan = FloorPlan.objects.get()
    assert answer.url == f"/desk/risks/plans/{plan.pk}/draw/"
    area = make.risk(by=officer, lec=(1, 6, 7)).area
    make.risk(area, by=officer, lec=(3, 6, 40))
    assert desk.post(answer.url, {"area": area.pk, "points": SQUARE}).status_code == 302
    assert Zone.objects.get().points == [[10, 10], [40, 10], [40, 50], [10, 50]]
    page = desk.get(f"/desk/risks/plans/{plan.pk}/").content.decode()
    assert 'class="zone-x f1"' in page and f'href="#area-{area.pk}"' in page and f'id="area-{area.pk}"' in page
    desk.post(answer.url, {"area": area.pk, "points": "0, 0\n50, 0\n50, 50"})
    assert Zone.objects.get().points == [[0, 0], [50, 0], [50, 50]], "drawn anew it takes the old one's place"


@pytest.mark.parametrize(
    "points",
    [
        "10, 10\n40, 10",
        "1, 1\n2, 2\n3, 3",
        "10, 10\n40, x\n3, 4",
        "-5, 0\n40, 0\n40, 90",
        "nan, 1\n2, 2\n3, 9",
        "1e400, 1\n2, 2\n3, 9",
        "\n".join(["1, 2"] * 50),
    ],
)
def test_corners_that_are_none_are_refused_and_stay_typed(desk, plan, points):
    page = desk.post(f"/desk/risks/plans/{plan.pk}/draw/", {"area": make.area().pk, "points": points})
    assert page.status_code == 422 and points.splitlines()[0] in page.content.decode()
    assert not Zone.objects.exists()


def test_what_is_no_picture_is_no_plan(desk):
    upload = make.photo_file()
    upload.file = io.BytesIO(b"no picture at all")
    upload.size = 17
    page = desk.post("/desk/risks/plans/add/", {"name": "一号厂房", "picture": upload})
    assert page.status_code == 422 and "一号厂房" in page.content.decode() and not FloorPlan.objects.exists()


def test_the_worker_opens_the_plan_on_the_phone_and_sees_its_picture(browser, officer, plan):
    area = make.risk(by=officer, lec=(3, 6, 15), name="换模").area
    bare = make.area()
    for place in (area, bare):
        draw_zone(plan, place, [(10, 10), (60, 10), (60, 60)], by=officer)
    browser.force_login(make.person(Role.WORKER))
    page = browser.get("/m/risks/").content.decode()
    assert "zone-x f2" in page and "zone-x f0" in page and f'href="/m/risks/areas/{area.pk}/"' in page
    assert browser.get(f"/files/{plan.picture_id}/").status_code == 200
    assert "换模" in browser.get(f"/m/risks/areas/{area.pk}/").content.decode()


def test_nothing_of_another_factory_is_seen(desk, officer, other_factory):
    with in_factory(other_factory):
        stranger = make.person(Role.SAFETY_OFFICER)
        foreign = make.risk(by=stranger)
        theirs = add_floor_plan("别家", make.photo_file(), by=stranger)
        numbers = foreign.pk + 1_000_000, theirs.picture_id
    assert desk.get(f"/files/{numbers[1]}/").status_code == 404
    assert desk.get(f"/desk/risks/{numbers[0]}/").status_code == 404
    assert foreign.title not in desk.get("/desk/risks/").content.decode()
    assert "别家" not in desk.get("/desk/risks/plans/").content.decode()


def test_cards_boards_and_plans_say_what_stands_in_the_register(desk, officer, plan, work_off):
    owner = make.person(Role.TEAM_LEADER, name="陈班长")
    controls = {"engineering": ["光幕、双手按钮"], "ppe": ["安全鞋"], "emergency": ["按急停、断电，止血送医"]}
    facts = {"name": "冲床取放料，手进模区", "factors": "光幕失效、脚踏误踩", "controls": controls, "owner": owner}
    risk = make.risk(by=officer, lec=(3, 6, 40), **facts)
    blue = make.risk(by=officer, lec=(1, 6, 7), name="料架", factors="码太高")
    draw_zone(plan, risk.area, [(10, 10), (60, 10), (60, 60)], by=officer)
    said = ["冲床取放料，手进模区", "重大风险", "光幕失效、脚踏误踩", "机械致害", "光幕、双手按钮", "安全鞋"]
    said += ["按急停、断电，止血送医", "陈班长", owner.phone]
    for address, data, words, absent in (
        (f"/desk/risks/{risk.pk}/card/", {}, said, ["料架"]),
        ("/desk/risks/papers/cards/", {}, [*said, "料架"], []),
        ("/desk/risks/papers/cards/", {"area": blue.area_id}, ["料架", "码太高"], ["冲床"]),
        ("/desk/risks/papers/board/", {}, [*said, "料架", "低风险"], []),
        ("/desk/risks/papers/board/", {"department": risk.area.department_id}, said, ["料架"]),
        (f"/desk/risks/plans/{plan.pk}/print/a4/", {}, ["一号厂房", "重大风险"], []),
    ):
        assert desk.post(address, data).status_code == 302
        work_off()
        job = Job.objects.order_by("created_at").last()
        assert job.status == Job.Status.DONE, job.message
        text = text_of(job)
        assert not [word for word in words if word not in text], address
        assert not [word for word in absent if word in text], address
    assert Attachment.objects.filter(content_type="application/pdf").count() == 6


def test_a_paper_of_nothing_is_refused(desk, officer, plan):
    assert desk.post("/desk/risks/papers/cards/", {"area": make.area().pk}).status_code == 422
    assert desk.post("/desk/risks/papers/cards/", {"area": "x"}).status_code == 422
    assert desk.post(f"/desk/risks/plans/{plan.pk}/print/a0/").status_code == 422
    assert Area.objects.exists() and not Job.objects.exists()
