"""推广数据: each number is the count of the rows that it leads to, and only who may see people sees names."""

import html
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from adoption import figures
from core.share import Share
from hazards.models import Hazard, Status
from inspections.models import Run
from people.absences import declare_absence
from people.permissions import Role
from tenants import provisioning
from tests import make
from training.models import StudyDay

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 10, 15, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def now(factory):
    with time_machine.travel(NOW - timedelta(days=60), tick=False) as clock:
        yield clock


@pytest.fixture
def officer(now):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def people(now, officer):
    """Two workshops of three: by name what each of them did within the last days."""
    press, weld = make.department("冲压车间"), make.department("焊接车间")
    names = {"查": press, "报": press, "闲": press, "学": weld, "休": weld, "旧": weld}
    found = {name: make.person(Role.WORKER, name=f"{name}工", in_department=where) for name, where in names.items()}
    now.move_to(NOW)
    make.run(found["查"], status=Run.Status.DONE, inspector=found["查"], submitted_at=NOW - timedelta(days=1))
    make.run(found["旧"], status=Run.Status.DONE, inspector=found["旧"], submitted_at=NOW - timedelta(days=20))
    make.hazard(Status.REPORTED, reporter=found["报"], reported_at=NOW - timedelta(days=2))
    make.hazard(Status.REPORTED, reporter=found["闲"], source=Hazard.Source.IMPORT, reported_at=NOW)
    StudyDay.objects.create(person=found["学"], on=(NOW - timedelta(days=3)).date())
    now.move_to(NOW - timedelta(days=40))
    declare_absence(
        found["休"],
        by=found["休"],
        stand_in=found["学"],
        starts_at=NOW - timedelta(days=39),
        ends_at=NOW + timedelta(days=9),
    )
    now.move_to(NOW)
    return found


def as_(person) -> Client:
    client = Client(HTTP_HOST=provisioning.host_of("one"))
    client.force_login(person)
    return client


def text(response) -> str:
    return html.unescape(response.content.decode())


def rows(client, query: str) -> int:
    return client.get(f"/desk/adoption/{query}").context["page"].paginator.count


def test_who_did_something_of_who_could(people, officer):
    board = figures.board(officer, figures.last_days(7))
    assert board.total.active == Share(3, 5)  # who is away is not counted, who only had a list read in did nothing
    assert figures.board(officer, figures.last_days(30)).total.active == Share(4, 5)
    assert [line.active for line in board.workshops] == [Share(2, 3), Share(1, 2)]
    assert figures.of_factory() == Share(4, 5)


@pytest.mark.parametrize("days", [7, 30])
def test_each_number_is_the_count_of_its_rows(people, officer, days):
    client = as_(officer)
    board = client.get(f"/desk/adoption/?days={days}").context["board"]
    for line in (board.total, *board.workshops):
        where = f"&{line.key}={line.pk}" if line.pk else ""
        assert rows(client, f"people/?days={days}&which=yes{where}") == line.active.done
        assert rows(client, f"people/?days={days}{where}") == line.active.of
        assert rows(client, f"checks/?days={days}&which=yes{where}") == line.unaided.done
        assert rows(client, f"checks/?days={days}{where}") == line.unaided.of


def test_unaided_is_handed_in_without_a_reminder(people, officer):
    person = people["查"]
    done = {"status": Run.Status.DONE, "inspector": person, "submitted_at": NOW - timedelta(hours=2)}
    make.run(person, nudged_at=NOW - timedelta(hours=3), **done)
    make.run(person, status=Run.Status.MISSED, closes_at=NOW - timedelta(hours=1))
    make.run(person, status=Run.Status.EXCUSED, closes_at=NOW - timedelta(hours=1))
    assert figures.board(officer, figures.last_days(7)).total.unaided == Share(1, 3)


def test_week_by_week_it_is_the_same_figure(people, officer):
    weeks = figures.trend(officer)
    assert [week.active for week in weeks] == [Share(1, 5), Share(0, 5), Share(0, 5), Share(3, 5)]
    this_week = figures.Span(weeks[-1].monday, weeks[-1].monday + timedelta(days=6))
    assert figures.active(figures.seen_by(officer), this_week) == weeks[-1].active


def test_names_are_for_who_answers_for_these_people(people, officer):
    head = make.person(Role.WORKSHOP_HEAD, in_department=people["查"].department, bound=True)
    page = text(as_(head).get("/desk/adoption/people/?which=no&days=30"))
    assert "闲工" in page and "休工" not in page and "旧工" not in page
    assert rows(as_(head), "people/") == 4  # and the head
    assert as_(people["查"]).get("/desk/adoption/people/").status_code == 403
    assert as_(people["查"]).get("/desk/adoption/").status_code == 403


@pytest.mark.parametrize("query", ["days=8", "days=x", "department=x", "which=perhaps", "team=99999999999999999999"])
def test_an_address_that_cannot_be_read_finds_nothing(people, officer, query):
    client = as_(officer)
    assert client.get(f"/desk/adoption/people/?{query}").status_code == 404
    assert client.get(f"/desk/adoption/?{query}").status_code == 200


def test_the_tile_stands_on_the_desk(people, officer):
    page = text(as_(officer).get("/desk/"))
    assert "一线使用率" in page and "80.0" in page


def test_nobody_on_the_floor_yet(officer, now):
    assert "还没有一线人员" in text(as_(officer).get("/desk/adoption/"))
