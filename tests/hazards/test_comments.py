"""What people say about a hazard on its own page: who may, who is called, that it is one talk with a later joint group."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import NotAllowed, WrongStatus
from core.models import Attachment
from hazards.actions import add_member, add_post, invite_outsider, leave_group, open_group, void_hazard
from hazards.actions.groups import people_of
from hazards.actions.invitations import link_of
from hazards.models import Hazard, JointGroup, Level, Mention, Post, Status, Thread
from hazards.record import thread_record
from notifications.models import Message, Mute, Notification
from people.models import Team, User
from people.permissions import Role
from tenants.models import Due
from tests import make

FACES = ("console", "field")


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def reporter(factory):
    return make.person(Role.WORKER, name="王建国")


@pytest.fixture
def hazard(reporter):
    return make.hazard(Status.RECTIFYING, reporter=reporter, level=Level.MAJOR)


def page_of(browser, hazard, face: str) -> str:
    return browser.get(reverse(f"{face}:hazard", args=[hazard.pk])).content.decode()


@pytest.mark.parametrize("face", FACES)
def test_on_the_hazards_page_everybody_who_sees_it_says_something_without_a_group(
    browser, hazard, officer, reporter, face
):
    person = officer if face == "console" else reporter
    browser.force_login(person)
    assert 'id="compose"' in page_of(browser, hazard, face)
    base = reverse(f"{face}:group", args=[hazard.pk])
    sent = {"text": "@周敏 我看见了" if face == "field" else "看见了", "client_id": uuid.uuid4()}
    assert browser.post(f"{base}post/", sent).status_code == 302
    assert "看见了" in page_of(browser, hazard, face) and "看见了" in browser.get(base).content.decode()
    assert not JointGroup.objects.exists()
    assert Post.objects.get().author == person


def test_only_who_sees_the_hazard_says_something(browser, hazard):
    stranger, inspector = make.person(Role.WORKER), make.person(Role.INSPECTOR)
    for person in (stranger, inspector):
        with pytest.raises(NotAllowed):
            add_post(hazard, by=person, text="我也来说")
    browser.force_login(stranger)
    assert browser.post(reverse("field:group_act", args=[hazard.pk, "post"]), {"text": "x"}).status_code == 404
    browser.force_login(inspector)
    assert 'id="compose"' not in page_of(browser, hazard, "console")


def test_a_group_that_is_opened_later_goes_on_in_the_same_talk(browser, hazard, officer, reporter):
    add_post(hazard, by=reporter, text="第一句")
    group = open_group(hazard, by=officer)
    add_post(hazard, by=officer, text="第二句")
    assert Thread.objects.count() == 1
    browser.force_login(officer)
    page = browser.get(reverse("console:group", args=[hazard.pk])).content.decode()
    assert page.index("第一句") < page.index("第二句")
    assert not group.members.filter(user=reporter).exists()
    add_post(hazard, by=reporter, text="第三句")
    assert not group.members.filter(user=reporter).exists(), "to say something is not to join"


def test_whoever_sees_it_can_be_called_and_nobody_else(hazard, officer, reporter):
    make.person(Role.WORKER, name="外人")
    post = add_post(hazard, by=reporter, text="@周敏 @外人 @王建国 来看")
    assert [mention.user for mention in post.mentions.all()] == [officer]


def test_who_can_be_called_is_exactly_who_sees_it(hazard, officer):
    """The one list is made from the hazard, the other from the person; they must not part."""
    here, elsewhere = hazard.department, make.department("机加车间")
    team = Team.objects.create(code="T1", name={"zh": "一班"}, department=here)
    Hazard.objects.filter(pk=hazard.pk).update(team=team)
    hazard.refresh_from_db()
    for role in Role:
        for where in (None, here, elsewhere):
            person = make.person(role, in_department=where) if where else make.person(role)
            if where == here:
                User.objects.filter(pk=person.pk).update(team=team)
    group = open_group(hazard, by=officer)
    gone = add_member(group, by=officer, user=make.person(Role.WORKER))
    leave_group(gone, by=officer)
    add_member(group, by=officer, user=make.person(Role.MAINTENANCE))
    guests = User.objects.filter(grants__role=Role.OUTSIDER)
    seeing = [one for one in User.objects.filter(is_active=True) if Hazard.objects.visible_to(one).exists()]
    assert {one.pk for one in seeing} - set(guests.values_list("pk", flat=True)) == {
        one.pk for one in people_of(hazard)
    } - set(guests.values_list("pk", flat=True))
    assert not people_of(hazard).filter(pk__in=guests).exists(), "nobody was invited by a link"


def test_unread_for_half_an_hour_on_a_major_hazard_it_goes_to_the_phone(hazard, officer, reporter, work_off):
    add_post(hazard, by=reporter, text="@周敏 漏油了")
    Due.objects.filter(handler="hazards.press_mention").update(due_at=timezone.now() - timedelta(seconds=1))
    work_off()
    assert "漏油了" in Message.objects.get(channel="sms", address=officer.phone).text
    assert Mention.objects.get().pressed_at


@pytest.mark.parametrize("face", FACES)
def test_it_is_seen_when_it_stands_before_the_one_who_is_called(browser, hazard, officer, reporter, face):
    add_post(hazard, by=reporter, text="@周敏 漏油了")
    browser.force_login(reporter)
    page_of(browser, hazard, "field")
    assert Mention.objects.get().seen_at is None
    browser.force_login(officer)
    page_of(browser, hazard, face)
    assert Mention.objects.get().seen_at


def test_what_the_phone_does_not_show_is_not_seen(browser, hazard, officer, reporter):
    add_post(hazard, by=reporter, text="@周敏 漏油了")
    for number in range(6):
        add_post(hazard, by=reporter, text=f"再说 {number}")
    browser.force_login(officer)
    assert "漏油了" not in page_of(browser, hazard, "field").split('id="posts"')[1]
    assert Mention.objects.get().seen_at is None
    browser.get(reverse("field:group", args=[hazard.pk]))
    assert Mention.objects.get().seen_at


# Who hears of it


def notes(person) -> list[str]:
    return list(Notification.objects.filter(user=person, event="post.added").values_list("line", flat=True))


def test_who_takes_part_hears_of_it_once_until_they_look(browser, hazard, officer, reporter, work_off):
    stranger = make.person(Role.SAFETY_OFFICER)
    for number in range(3):
        add_post(hazard, by=officer, text=f"第{number}句")
        work_off()
    assert len(notes(reporter)) == len(notes(hazard.owner)) == 1
    assert "第0句" in notes(reporter)[0]
    assert not notes(officer) and not notes(stranger), "who never took part has the page"
    browser.force_login(reporter)
    page_of(browser, hazard, "field")
    add_post(hazard, by=officer, text="还有一句")
    work_off()
    assert len(notes(reporter)) == 2


def test_who_is_called_hears_of_that_and_of_nothing_beside_it(hazard, officer, reporter, work_off):
    add_post(hazard, by=officer, text="@王建国 你看")
    work_off()
    assert not notes(reporter)
    assert Notification.objects.get(user=reporter, event="post.mentioned")


@pytest.mark.parametrize("face", FACES)
def test_a_muted_talk_is_silent_and_calls_get_through(browser, hazard, officer, reporter, work_off, face):
    browser.force_login(officer)
    base = reverse(f"{face}:group", args=[hazard.pk])
    assert browser.post(f"{base}mute/").status_code == 422, "nobody has said anything yet"
    add_post(hazard, by=reporter, text="在吗")
    add_post(hazard, by=officer, text="在")
    assert browser.post(f"{base}mute/").status_code == 302
    assert Mute.objects.get().subject_type == "hazards.thread"
    work_off()
    page = browser.get(base).content.decode()
    assert f"{base}unmute/" in page
    assert browser.post(f"{base}unmute/").status_code == 302 and not Mute.objects.exists()


def test_the_notice_leads_to_the_talk(browser, hazard, officer, reporter, work_off):
    add_post(hazard, by=officer, text="看一下")
    add_post(hazard, by=reporter, text="好")
    work_off()
    for person, end in ((officer, f"/desk/hazards/{hazard.pk}/#talk"), (reporter, f"/m/hazards/{hazard.pk}/group/")):
        browser.force_login(person)
        note = Notification.objects.get(user=person, event="post.added")
        assert browser.get(note.url).url == end
        note.refresh_from_db()
        assert note.opened_at


# Refused, over, on record


@pytest.mark.parametrize("face", FACES)
def test_what_was_typed_is_there_again_after_a_refusal(browser, hazard, officer, face):
    browser.force_login(officer)
    base = reverse(f"{face}:group", args=[hazard.pk])
    answer = browser.post(f"{base}post/", {"text": "还差一张 " + "x" * 2000, "photos": make.photo_file()})
    assert answer.status_code == 422
    assert "还差一张" in answer.content.decode() and "photos-kept" in answer.content.decode()


@pytest.mark.parametrize("face", FACES)
def test_after_the_end_it_is_read_only_and_the_words_come_back(browser, hazard, officer, face):
    add_post(hazard, by=officer, text="先断电")
    void_hazard(hazard, by=officer, note="误报")
    with pytest.raises(WrongStatus):
        add_post(hazard, by=officer, text="还有")
    browser.force_login(officer)
    page = page_of(browser, hazard, face)
    assert "先断电" in page and 'id="compose"' not in page
    answer = browser.post(reverse(f"{face}:group_act", args=[hazard.pk, "post"]), {"text": "还没说完的话"})
    assert answer.status_code == 409 and "还没说完的话" in answer.content.decode()


def test_it_is_part_of_the_record(hazard, officer, reporter):
    assert thread_record(hazard) is None
    add_post(hazard, by=reporter, text="@周敏 漏油了", photos=[make.photo(reporter)])
    found = thread_record(hazard)
    assert found["group"] is None and [post.text for post in found["posts"]] == ["@周敏 漏油了"]


def test_photos_of_it_are_seen_by_who_sees_the_hazard(browser, hazard, officer, reporter):
    photo = make.photo(reporter)
    add_post(hazard, by=reporter, text="看", photos=[photo])
    for person, status in ((officer, 200), (make.person(Role.WORKER), 404)):
        browser.force_login(person)
        assert browser.get(f"/files/{photo.pk}/").status_code == status
    assert Attachment.objects.filter(pk=photo.pk).exists()


def test_whoever_comes_by_a_link_reads_nothing_of_before_the_group(browser, client, hazard, officer, reporter):
    inside = make.photo(reporter)
    add_post(hazard, by=reporter, text="别告诉外面", photos=[inside])
    link = invite_outsider(hazard, by=officer, name="王工", company="供电公司", may_fix=True)
    path = link_of(link).split("/", 3)[3]
    page = client.get(f"/{path}").content.decode()
    assert "别告诉外面" not in page and 'id="compose"' not in page
    assert client.post(f"/{path}post/", {"text": "我说一句"}).status_code == 403
    open_group(hazard, by=officer)
    add_post(hazard, by=officer, text="王工请看")
    page = client.get(f"/{path}").content.decode()
    assert "王工请看" in page and "别告诉外面" not in page
    assert client.get(f"/{path}files/{inside.pk}/").status_code == 404
    assert client.post(f"/{path}post/", {"text": "@王建国 好"}).status_code == 302
    assert not Post.objects.latest("pk").mentions.exists(), "a guest calls who is in the group"


def test_what_a_reporter_without_a_name_writes_stays_apart(browser, officer, hazard):
    add_post(hazard, by=officer, text="内部说的")
    assert "内部说的" not in browser.get("/tip/thread/").content.decode()
