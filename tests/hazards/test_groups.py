"""The joint group: who opens it, who is in it, what is said in it, and that it ends with its hazard."""

import uuid

import pytest
from django.urls import reverse

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from hazards.actions import add_member, add_post, leave_group, open_group, void_hazard
from hazards.models import Hazard, Post, Status
from hazards.record import thread_record
from people.permissions import Role
from tests import make


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def electrician(factory):
    return make.person(Role.MAINTENANCE, name="陈志强", in_department=make.department("机修车间"))


@pytest.fixture
def group(officer):
    return open_group(make.hazard(Status.RECTIFYING), by=officer)


def events(*names: str) -> list[Event]:
    return list(Event.objects.filter(name__in=names).order_by("seq"))


def test_it_is_opened_by_those_who_may_with_the_one_who_fixes_in_it(officer, group):
    assert {member.user for member in group.members.all()} == {officer, group.hazard.owner}
    assert open_group(group.hazard, by=officer) == group, "a second time it is the same one"
    assert len(events("group.opened")) == 1
    with pytest.raises(NotAllowed):
        open_group(make.hazard(), by=make.person(Role.WORKER))


def test_a_member_of_another_department_sees_the_hazard_until_they_leave(officer, group, electrician):
    seen = Hazard.objects.visible_to(electrician)
    assert not seen.exists()
    member = add_member(group, by=officer, user=electrician)
    assert seen.get() == group.hazard
    leave_group(member, by=electrician)
    assert not seen.exists()
    assert group.members.filter(user=electrician).exists(), "who left stands in the record"
    assert [event.name for event in events("group.joined", "group.left")][-2:] == ["group.joined", "group.left"]
    assert add_member(group, by=officer, user=electrician).left_at is None


def test_only_those_who_may_open_it_add_and_take_out(officer, group, electrician):
    add_member(group, by=officer, user=electrician)
    with pytest.raises(NotAllowed):
        add_member(group, by=electrician, user=make.person(Role.WORKER))
    with pytest.raises(NotAllowed):
        leave_group(group.members.get(user=officer), by=electrician)
    leave_group(group.members.get(user=electrician), by=officer)
    with pytest.raises(NotAllowed):
        add_post(group.hazard, by=electrician, text="还能说吗")


def test_what_is_said_stands_in_order_with_the_sums_of_its_photos(officer, group):
    photo = make.photo(officer)
    add_post(group.hazard, by=officer, text="  先断电  ", photos=[photo])
    add_post(group.hazard, by=group.hazard.owner, text="已断电")
    assert list(Post.objects.values_list("text", flat=True)) == ["先断电", "已断电"]
    said = events("post.added")[0]
    assert said.data["note"] == "先断电" and said.data["photos"] == [photo.sha256]


def test_a_post_that_is_sent_twice_is_there_once(officer, group):
    number = uuid.uuid4()
    first = add_post(group.hazard, by=officer, text="先断电", client_id=number)
    assert add_post(group.hazard, by=officer, text="先断电", client_id=number) == first
    assert Post.objects.count() == 1 and len(events("post.added")) == 1


@pytest.mark.parametrize(("text", "photos"), [("", 0), ("  \n ", 0), ("x" * 2001, 0), ("看", 7)])
def test_nothing_too_much_and_too_many_are_refused(officer, group, text, photos):
    with pytest.raises(DomainError):
        add_post(group.hazard, by=officer, text=text, photos=[make.photo(officer) for _n in range(photos)])
    assert not Post.objects.exists()


def test_after_the_end_it_can_be_read_only(officer, group, browser):
    add_post(group.hazard, by=officer, text="先断电")
    void_hazard(group.hazard, by=officer, note="误报")
    for refused in (
        lambda: add_post(group.hazard, by=officer, text="还有"),
        lambda: add_member(group, by=officer, user=make.person(Role.WORKER)),
        lambda: leave_group(group.members.first(), by=officer),
    ):
        with pytest.raises(WrongStatus):
            refused()
    browser.force_login(officer)
    for face in ("console", "field"):
        page = browser.get(reverse(f"{face}:group", args=[group.hazard_id])).content.decode()
        assert "先断电" in page and 'id="compose"' not in page


def test_its_record_names_all_in_order(officer, group, electrician):
    leave_group(add_member(group, by=officer, user=electrician), by=electrician)
    add_post(group.hazard, by=officer, text="先断电", photos=[make.photo(officer)])
    found = thread_record(group.hazard)
    assert [member.user.name for member in found["members"]][-1] == "陈志强"
    assert [post.text for post in found["posts"]] == ["先断电"]
    assert thread_record(make.hazard()) is None


@pytest.mark.parametrize("face", ["console", "field"])
def test_without_scripts_all_of_it_is_forms(browser, officer, electrician, face):
    hazard = make.hazard(Status.RECTIFYING)
    browser.force_login(officer)
    base = reverse(f"{face}:group", args=[hazard.pk])
    assert browser.post(f"{base}open/").status_code == 302
    found = browser.get(base, {"q": electrician.employee_no}).content.decode()
    assert "陈志强" in found
    assert browser.post(f"{base}add/", {"user": electrician.pk}).status_code == 302
    sent = {"text": "@陈志强 来看", "photos": make.photo_file(), "client_id": uuid.uuid4()}
    assert browser.post(f"{base}post/", sent).status_code == 302
    assert "来看" in browser.get(base).content.decode()
    assert Post.objects.get().photos.count() == 1
    assert Post.objects.get().mentions.get().user == electrician


def test_what_was_typed_is_there_again_after_a_refusal(browser, officer, group):
    browser.force_login(officer)
    base = reverse("field:group", args=[group.hazard_id])
    answer = browser.post(f"{base}post/", {"text": "还差一张 " + "x" * 2000, "photos": make.photo_file()})
    assert answer.status_code == 422
    assert "还差一张" in answer.content.decode() and "photos-kept" in answer.content.decode()
    answer = browser.post(f"{base}give/", {"title": "买螺栓", "due_at": "gestern"})
    assert answer.status_code == 422 and "买螺栓" in answer.content.decode()
    answer = browser.post(f"{base}invite/", {"name": "王工", "company": "供电公司", "days": "99"})
    assert answer.status_code == 422 and "供电公司" in answer.content.decode()


@pytest.mark.parametrize("verb", ["open", "post", "add", "leave", "give", "finish", "invite", "revoke", "close"])
def test_somebody_who_does_not_see_the_hazard_does_nothing_in_its_group(browser, group, electrician, verb):
    browser.force_login(electrician)
    assert browser.post(reverse("field:group_act", args=[group.hazard_id, verb])).status_code == 404
    assert browser.get(reverse("field:group", args=[group.hazard_id])).status_code == 404


def test_photos_of_the_group_are_seen_by_who_sees_the_hazard(browser, officer, group, electrician):
    photo = make.photo(group.hazard.owner)
    add_post(group.hazard, by=group.hazard.owner, text="看", photos=[photo])
    browser.force_login(electrician)
    assert browser.get(reverse("file", args=[photo.pk])).status_code == 404
    add_member(group, by=officer, user=electrician)
    assert browser.get(reverse("file", args=[photo.pk])).status_code == 200
