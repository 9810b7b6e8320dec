"""A factory looks around in sample data, tries it out, and has it gone with one click, without a trace in its own."""

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from core import ledger
from core.models import Attachment, Event
from core.zone import zone
from facilities.models import Area, Department, Equipment
from hazards.models import Hazard, Status
from inspections.models import Plan, Run
from market import launch
from market.actions import install_pack
from market.packs import load_pack
from notifications.models import Message, Notification
from people.models import User
from people.permissions import Role
from tenants.models import Due
from tests import make

LOAD, REMOVE = "/desk/launch/sample/", "/desk/launch/sample/remove/"
# What is written by the page that is asked and by the ledger itself.
ASIDE = {"core_event", "core_ledgerhead", "django_session", "tenants_due", "core_counter", "notifications_feed"}


@pytest.fixture
def admin(factory):
    install_pack(load_pack("metal-working"), by=None)
    return make.person(Role.ADMIN, Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def desk(admin, browser):
    browser.force_login(admin)
    return browser


def rows_by_table() -> dict[str, int]:
    """Of the factory's schema."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = {name for (name,) in cursor.fetchall()} - ASIDE
        counts = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - names from the catalogue
            counts[table] = cursor.fetchone()[0]
    return counts


def test_it_comes_and_goes_and_the_factory_is_as_before(desk, admin):
    desk.get("/desk/")
    steps = launch.facts()
    before, timers = rows_by_table(), Due.objects.exclude(handler="events.published").count()
    assert desk.post(LOAD).status_code == 302
    assert "示例数据" in desk.get("/desk/").content.decode()
    home = Department.objects.get(code="sample")
    assert Run.objects.filter(department=home, status=Run.Status.DONE).count() >= 20
    assert Hazard.objects.filter(department=home, status=Status.CLOSED).count() == 2
    last = Run.objects.filter(department=home).latest("opens_at").opens_at.astimezone(zone()).date()
    for path in (f"/desk/board/?day={last}", "/desk/hazards/", "/desk/runs/", "/desk/plant/"):
        assert "示例" in desk.get(path).content.decode(), path
    for hazard in Hazard.objects.filter(department=home):
        assert desk.get(f"/desk/hazards/{hazard.pk}/").status_code == 200
    assert launch.facts() == steps, "what is only a sample ticks nothing"
    assert Due.objects.exclude(handler="events.published").count() == timers, "nothing comes of it by itself"
    assert desk.post(REMOVE).status_code == 302
    assert rows_by_table() == before
    assert ledger.verify().is_whole
    assert list(Event.objects.filter(name__startswith="sample.").order_by("seq").values_list("name", flat=True)) == [
        "sample.loaded",
        "sample.removed",
    ]


def test_what_was_tried_out_on_it_goes_too(desk, admin, work_off, django_capture_on_commit_callbacks):
    desk.post(LOAD)
    hazard = Hazard.objects.get(department__code="sample", status=Status.REPORTED)
    worker = make.person(Role.MAINTENANCE, name="老周")
    made = make.hazard(Status.REPORTED, area=hazard.area, equipment=hazard.equipment, reporter=worker)
    answer = desk.post(f"/desk/hazards/{hazard.pk}/confirm/", {"level": "general"})
    assert answer.status_code in (302, 422)
    work_off()
    photos = list(Attachment.objects.values_list("original", flat=True))
    own = make.hazard(Status.REPORTED, reporter=worker)
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(REMOVE).status_code == 302
    work_off()
    assert list(Hazard.objects.all()) == [own] and made.pk != own.pk
    assert User.objects.filter(pk=worker.pk).exists()
    assert not Attachment.objects.filter(original__in=photos).exists()
    assert not any(default_storage.exists(name) for name in photos)
    gone = Notification.objects.filter(subject_type="hazards.hazard").exclude(subject_id=str(own.pk))
    assert not gone.exists() and not Message.objects.filter(notification__in=gone).exists()
    assert not Due.objects.filter(payload__hazard=hazard.pk).exists()


def test_what_was_put_into_it_is_named_and_nothing_goes(desk, admin):
    desk.post(LOAD)
    before = rows_by_table()
    home = Department.objects.get(code="sample")
    person = make.person(Role.WORKER, name="新人", in_department=home)
    area = Area.objects.create(code="own", name={"zh": "自己的区域"}, department=home)
    page = desk.post(REMOVE)
    assert page.status_code == 422 and "人员 1" in page.content.decode() and "区域 1" in page.content.decode()
    person.department, area.department = None, make.department("另一个车间")
    person.save()
    area.save()
    assert rows_by_table()["hazards_hazard"] == before["hazards_hazard"]
    assert desk.post(REMOVE).status_code == 302
    assert Area.objects.filter(pk=area.pk).exists() and not Equipment.objects.filter(code__startswith="SAMPLE").exists()
    assert not Plan.objects.filter(name__contains="示例").exists()


def test_a_record_of_another_workshop_never_goes(desk, admin):
    desk.post(LOAD)
    sample = User.objects.filter(employee_no="SAMPLE-1").get()
    own = make.hazard(Status.RECTIFYING, owner=sample)
    machine = make.machine()
    stopped = make.plan()
    stopped.is_active = False
    stopped.save()
    position = stopped.stops.count() + 1
    stopped.stops.create(position=position, equipment=Equipment.objects.get(code="SAMPLE-1"))
    stopped.stops.create(position=position + 1, equipment=machine)
    run = make.run(plan=stopped, equipment=machine)
    page = desk.post(REMOVE)
    assert page.status_code == 422 and "隐患 1" in page.content.decode()
    Hazard.objects.filter(pk=own.pk).update(owner=admin)
    assert desk.post(REMOVE).status_code == 302
    assert Hazard.objects.filter(pk=own.pk).exists() and Run.objects.filter(pk=run.pk, plan=stopped).exists()


def test_twice_or_without_a_pack_it_is_refused_with_a_sentence(browser, factory):
    browser.force_login(make.person(Role.ADMIN))
    page = browser.post(LOAD)
    assert page.status_code == 422 and "行业包" in page.content.decode()
    install_pack(load_pack("metal-working"), by=None)
    assert browser.post(LOAD).status_code == 302
    assert browser.post(LOAD).status_code == 409
    assert browser.post(REMOVE).status_code == 302
    assert browser.post(REMOVE).status_code == 409


@pytest.mark.parametrize("role", [Role.SAFETY_OFFICER, Role.HEAD, Role.WORKER])
def test_only_the_administrator_may(role, browser, factory):
    browser.force_login(make.person(role))
    assert browser.post(LOAD).status_code == 403 and browser.post(REMOVE).status_code == 403
