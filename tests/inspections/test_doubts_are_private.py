"""What looks doubtful is between a team leader and the one who did it: no other role, page, export or message has it.

Where no team leader can ask, a safety officer does.
"""

import pytest
from django.utils import timezone

from core.attachments import visible_to
from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from inspections.actions import settle_doubt
from inspections.models import Run
from notifications.models import Notification
from people.models import User
from people.permissions import Role
from tests import make

MARK = "照片以前用过"


@pytest.fixture
def leader(factory):
    return make.person(Role.TEAM_LEADER, name="李卫东")


@pytest.fixture
def worker(leader):
    worker = make.person(Role.WORKER, name="王建国")
    worker.team = make.team(leader)
    worker.save()
    return worker


@pytest.fixture
def photos(worker):
    return make.photo(worker), make.photo(make.person(Role.WORKER))


@pytest.fixture
def run(worker, photos):
    mine, earlier = photos
    copy = {"photo": str(mine.pk), "of": str(earlier.pk), "file": True, "run": 1, "hazard": None}
    doubts = [{"code": "copied_photo", "off": 60, "copies": [copy]}]
    facts = {"status": "done", "inspector": worker, "submitted_at": timezone.now(), "result": "pass", "seconds": 60}
    return make.run(worker, score=40, doubts=doubts, **facts)


def test_the_team_leader_reads_it_in_a_plain_sentence(leader, run, photos, browser):
    browser.force_login(leader)
    page = browser.get("/desk/doubts/").content.decode()
    assert "王建国" in page and "1 张照片以前用过" in page
    assert all(f"/files/{photo.pk}/" in page for photo in photos)
    assert all(browser.get(f"/files/{photo.pk}/").status_code == 200 for photo in photos)
    assert "/desk/doubts/" in browser.get("/desk/").content.decode()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.TEAM_LEADER, Role.SAFETY_OFFICER}))
def test_no_other_role_sees_anything_of_it(run, photos, role, browser):
    person = make.person(role)
    browser.force_login(person)
    assert browser.get("/desk/doubts/").status_code == 403
    assert browser.post(f"/desk/doubts/{run.pk}/settle/").status_code == 403
    assert not Run.objects.doubted_before(person).exists()
    assert not visible_to(person).filter(pk=photos[1].pk).exists() or person.can("inspections.view")
    for path in ("/", "/desk/", "/desk/board/", "/desk/runs/", f"/desk/runs/{run.pk}/", "/desk/ledger/", "/m/"):
        page = browser.get(path, follow=True).content.decode()
        assert MARK not in page and "/desk/doubts/" not in page and "copied_photo" not in page, path


def test_the_one_who_did_it_sees_nothing(worker, run, browser):
    browser.force_login(worker)
    for path in ("/m/", f"/m/runs/{run.pk}/", "/m/me/"):
        page = browser.get(path).content.decode()
        assert MARK not in page and "copied_photo" not in page


def test_the_record_at_the_desk_keeps_silent_even_for_the_leader(leader, run, browser):
    browser.force_login(leader)
    page = browser.get(f"/desk/runs/{run.pk}/").content.decode()
    assert MARK not in page


def test_another_team_leader_sees_nothing(run, browser):
    other = make.person(Role.TEAM_LEADER)
    make.team(other)
    other.refresh_from_db()
    browser.force_login(other)
    assert "王建国" not in browser.get("/desk/doubts/").content.decode()
    assert browser.post(f"/desk/doubts/{run.pk}/settle/").status_code == 404
    with pytest.raises(NotAllowed):
        settle_doubt(run, "", by=other)


def test_a_leader_without_the_role_sees_nothing(worker, run):
    plain = make.person(Role.WORKER)
    worker.team.leader = plain
    worker.team.save()
    assert not Run.objects.doubted_before(plain).exists()


def doubtful(person) -> Run:
    return make.run(person, status="done", inspector=person, score=10, submitted_at=timezone.now())


def sees(browser, person, run) -> bool:
    """By the list and by the address of the talk, which is not even there for others."""
    browser.force_login(person)
    is_listed = f'id="run-{run.pk}"' in browser.get("/desk/doubts/").content.decode()
    answer = browser.post(f"/desk/doubts/{run.pk}/settle/", {"note": ""})
    assert answer.status_code == (302 if is_listed else 404)
    return is_listed


def in_team_of(leader) -> User:
    person = make.person(Role.WORKER)
    person.team = make.team(leader)
    person.save()
    return person


def test_a_team_leaders_own_check_goes_to_the_safety_officer_and_to_no_colleague(leader, worker, browser):
    leader.team = worker.team
    leader.save()
    run = doubtful(leader)
    for colleague in (leader, make.person(Role.TEAM_LEADER, in_department=leader.department)):
        assert not sees(browser, colleague, run)
    assert sees(browser, make.person(Role.SAFETY_OFFICER), run)


def test_who_has_no_team_is_the_safety_officers_too(leader, browser):
    run = doubtful(make.person(Role.WORKER))
    assert not sees(browser, leader, run)
    assert sees(browser, make.person(Role.SAFETY_OFFICER), run)


@pytest.mark.parametrize("why", ["nobody", "without the role", "gone"])
def test_a_team_that_nobody_can_ask_is_the_safety_officers(leader, why, browser):
    person = in_team_of(leader)
    if why == "nobody":
        person.team.leader = None
    elif why == "without the role":
        person.team.leader = make.person(Role.WORKER)
    else:
        User.objects.filter(pk=leader.pk).update(is_active=False)
    person.team.save()
    assert sees(browser, make.person(Role.SAFETY_OFFICER), doubtful(person))


def test_where_a_leader_asks_the_safety_officer_sees_nothing(run, photos, browser):
    officer = make.person(Role.SAFETY_OFFICER)
    assert not sees(browser, officer, run)
    for path in ("/", "/desk/", "/desk/board/", "/desk/runs/", f"/desk/runs/{run.pk}/", "/desk/ledger/"):
        assert MARK not in browser.get(path, follow=True).content.decode(), path


def test_a_safety_officer_does_not_see_the_own_one_but_another_does(factory, browser):
    officer = make.person(Role.SAFETY_OFFICER)
    run = doubtful(officer)
    assert not sees(browser, officer, run)
    assert sees(browser, make.person(Role.SAFETY_OFFICER), run)


def test_a_safety_officer_of_one_workshop_sees_its_people_only(factory, browser):
    workshop = make.department()
    officer = make.person(Role.SAFETY_OFFICER, in_department=workshop, bound=True)
    assert sees(browser, officer, doubtful(make.person(Role.WORKER, in_department=workshop)))
    assert not sees(browser, officer, doubtful(make.person(Role.WORKER, in_department=make.department())))


def test_weak_signs_are_not_on_the_page(leader, worker):
    make.run(worker, status="done", inspector=worker, score=95, submitted_at=timezone.now())
    assert not Run.objects.doubtful_to(leader).exists()


def test_a_talk_is_noted_once_and_tells_nobody(leader, run, browser):
    browser.force_login(leader)
    answer = browser.post(f"/desk/doubts/{run.pk}/settle/", {"note": "照片存错了，下次现拍"})
    assert answer.url == "/desk/doubts/"
    assert "王建国" not in browser.get("/desk/doubts/").content.decode()
    assert "照片存错了，下次现拍" in browser.get("/desk/doubts/?settled=1").content.decode()
    run.refresh_from_db()
    with pytest.raises(WrongStatus):
        settle_doubt(run, "", by=leader)
    event = Event.objects.get(name="run.doubt_settled")
    assert (event.actor, event.subject_type, event.data) == (leader, "people.user", {})
    assert not Notification.objects.exists()
    assert run.score == 40 and run.doubts[0]["code"] == "copied_photo"


def test_a_note_that_is_too_long_is_refused(leader, run):
    with pytest.raises(DomainError):
        settle_doubt(run, "长" * 501, by=leader)


def test_where_nothing_is_doubtful_the_page_says_so(leader, browser):
    browser.force_login(leader)
    assert "没有要谈的" in browser.get("/desk/doubts/").content.decode()


def test_the_page_asks_the_same_for_few_and_many(leader, worker, run, browser, django_assert_max_num_queries):
    for _number in range(8):
        make.run(worker, status="done", inspector=worker, score=40, submitted_at=timezone.now(), doubts=run.doubts)
    browser.force_login(leader)
    with django_assert_max_num_queries(22):
        browser.get("/desk/doubts/")
