"""@somebody: who is meant, who is told, whether they have seen it, and the text message where nobody looks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import Event
from hazards.actions import add_member, add_post, open_group, press_mention, see_thread
from hazards.models import Level, Mention, Status, Thread
from notifications.models import Message, Notification
from people.permissions import Role
from tenants.models import Due
from tests import make


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def electrician(factory):
    return make.person(Role.MAINTENANCE, name="陈志强")


@pytest.fixture
def group(officer, electrician):
    made = open_group(make.hazard(Status.RECTIFYING, level=Level.MAJOR), by=officer)
    add_member(made, by=officer, user=electrician)
    return made


def called(group, by, text: str) -> set[str]:
    return {mention.user.name for mention in add_post(group.hazard, by=by, text=text).mentions.all()}


def test_names_behind_an_at_are_read_from_the_text(group, officer):
    for name in ("李卫", "李卫东", "Anna", "Annabel Lee"):
        add_member(group, by=officer, user=make.person(Role.WORKER, name=name))
    assert called(group, officer, "@陈志强看一下，＠李卫东 也来") == {"陈志强", "李卫东"}
    assert called(group, officer, "@李卫来") == {"李卫"}
    assert called(group, officer, "@annabel lee, please") == {"Annabel Lee"}
    assert called(group, officer, "@Annabelle") == set()
    assert called(group, officer, "陈志强，@王五 @ 周敏 @周敏") == set(), "no member, no name, oneself"


def test_two_of_one_name_are_both_meant(group, officer):
    for _n in range(2):
        add_member(group, by=officer, user=make.person(Role.WORKER, name="张伟"))
    assert len(add_post(group.hazard, by=officer, text="@张伟 来").mentions.all()) == 2


def test_they_are_told_and_the_author_sees_when_they_have_read_it(browser, group, officer, electrician, work_off):
    add_post(group.hazard, by=officer, text="@陈志强 螺栓用 8.8 级")
    work_off()
    note = Notification.objects.filter(user=electrician).latest("seq")
    assert "周敏" in note.line and "8.8" in note.line
    browser.force_login(officer)
    base = reverse("console:group", args=[group.hazard_id])
    unread = make.in_language("zh-hans", "%(name)s has not read it", name="陈志强")
    assert unread in browser.get(base).content.decode()
    assert Mention.objects.get().seen_at is None, "the author's look is not theirs"
    browser.force_login(electrician)
    assert browser.get(note.url, follow=True).status_code == 200
    assert Mention.objects.get().seen_at
    assert Event.objects.get(name="mention.seen").actor == electrician
    assert not Due.objects.filter(key=f"mention:{Mention.objects.get().pk}").exists()
    browser.force_login(officer)
    assert unread not in browser.get(base).content.decode()


def after_half_an_hour(work_off) -> None:
    Due.objects.filter(handler="hazards.press_mention").update(due_at=timezone.now() - timedelta(seconds=1))
    work_off()


def test_unread_on_a_major_hazard_it_goes_to_the_phone_once(group, officer, electrician, work_off):
    mention = add_post(group.hazard, by=officer, text="@陈志强 快来").mentions.get()
    row = Due.objects.get(handler="hazards.press_mention")
    assert timedelta(minutes=29) < row.due_at - timezone.now() <= timedelta(minutes=30)
    after_half_an_hour(work_off)
    press_mention(Mention.objects.get(pk=mention.pk))
    work_off()
    message = Message.objects.get(address=electrician.phone)
    assert "快来" in message.text and "周敏" in message.text
    assert Mention.objects.get().pressed_at
    assert Event.objects.filter(name="mention.pressed").count() == 1


@pytest.mark.parametrize("why", ["seen", "serious"])
def test_what_was_seen_or_is_not_major_goes_to_no_phone(group, officer, electrician, work_off, why):
    if why == "serious":
        type(group.hazard).objects.filter(pk=group.hazard_id).update(level=Level.SERIOUS)
    add_post(group.hazard, by=officer, text="@陈志强 快来")
    if why == "seen":
        see_thread(Thread.objects.get(), by=electrician)
    after_half_an_hour(work_off)
    assert not Message.objects.exists()
    assert Mention.objects.get().pressed_at is None


def test_text_is_text_and_never_markup(browser, group, officer):
    add_post(group.hazard, by=officer, text="<script>alert(1)</script> @陈志强 <b>")
    browser.force_login(officer)
    page = browser.get(reverse("console:group", args=[group.hazard_id])).content.decode()
    assert "<script>alert" not in page and '<span class="at">@陈志强</span>' in page
