"""Parts of the work: given to a member, done with a result, marked and told when the time is over."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from hazards.actions import add_member, add_subtask, finish_subtask, invite_outsider, open_group, void_hazard
from hazards.models import Status, SubTask
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
    made = open_group(make.hazard(Status.RECTIFYING), by=officer)
    add_member(made, by=officer, user=electrician)
    return made


def tomorrow():
    return timezone.now() + timedelta(days=1)


def lines(user) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("seq").values_list("line", flat=True))


def test_the_owner_is_told_and_the_giver_when_it_is_done(group, officer, electrician, work_off):
    task = add_subtask(group, by=officer, title="买 8.8 级螺栓", owner=electrician, due_at=tomorrow())
    work_off()
    assert "买 8.8 级螺栓" in lines(electrician)[-1]
    photo = make.photo(electrician)
    finish_subtask(task, by=electrician, result="4 颗，已入库", photo=photo)
    work_off()
    assert "4 颗，已入库" in lines(officer)[-1]
    assert not Due.objects.filter(key=f"subtask:{task.pk}").exists()
    assert Event.objects.get(name="subtask.done").data["photos"] == [photo.sha256]
    with pytest.raises(WrongStatus):
        finish_subtask(task, by=electrician, result="再来一次")


def test_over_time_it_is_marked_and_both_are_told_once(browser, group, officer, electrician, work_off):
    task = add_subtask(group, by=officer, title="买螺栓", owner=electrician, due_at=tomorrow())
    past = timezone.now() - timedelta(minutes=1)
    SubTask.objects.filter(pk=task.pk).update(due_at=past)
    Due.objects.filter(key=f"subtask:{task.pk}").update(due_at=past)
    work_off()
    work_off()
    assert Event.objects.filter(name="subtask.overdue").count() == 1
    assert "买螺栓" in lines(electrician)[-1] and "买螺栓" in lines(officer)[-1]
    browser.force_login(electrician)
    page = browser.get(reverse("field:group", args=[group.hazard_id])).content.decode()
    assert make.in_language("zh-hans", "overdue") in page


def test_progress_is_shared(browser, group, officer, electrician):
    tasks = [add_subtask(group, by=officer, title=f"第{n}件", owner=electrician, due_at=tomorrow()) for n in range(5)]
    for task in tasks[:3]:
        finish_subtask(task, by=electrician, result="好了")
    browser.force_login(officer)
    assert "3/5" in browser.get(reverse("console:hazard", args=[group.hazard_id])).content.decode()


def test_it_is_finished_by_its_owner_or_who_answers_for_it(group, officer, electrician):
    task = add_subtask(group, by=officer, title="买螺栓", owner=electrician, due_at=tomorrow())
    other = make.person(Role.WORKER)
    add_member(group, by=officer, user=other)
    with pytest.raises(NotAllowed):
        finish_subtask(task, by=other, result="好了")
    with pytest.raises(DomainError):
        finish_subtask(task, by=electrician, result="  ")
    finish_subtask(task, by=officer, result="他说好了")


def test_only_members_are_given_work_and_only_in_the_time_to_come(group, officer, electrician):
    with pytest.raises(DomainError):
        add_subtask(group, by=officer, title="买螺栓", owner=make.person(Role.WORKER), due_at=tomorrow())
    for moment in (timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(days=400)):
        with pytest.raises(DomainError):
            add_subtask(group, by=officer, title="买螺栓", owner=electrician, due_at=moment)
    with pytest.raises(DomainError):
        add_subtask(group, by=officer, title=" ", owner=electrician, due_at=tomorrow())


def test_an_outsider_is_given_work_by_text_message_and_gives_none(group, officer, work_off):
    link = invite_outsider(group.hazard, by=officer, name="王工", company="供电公司", phone="13900000077")
    add_subtask(group, by=officer, title="停 3 号线", owner=link.user, due_at=tomorrow())
    work_off()
    text = Message.objects.filter(address="13900000077").first().text
    assert "停 3 号线" in text and "/g/" in text
    with pytest.raises(NotAllowed):
        add_subtask(group, by=link.user, title="给我送水", owner=officer, due_at=tomorrow())


def test_after_the_end_nothing_is_given_finished_or_reminded(group, officer, electrician, work_off):
    task = add_subtask(group, by=officer, title="买螺栓", owner=electrician, due_at=tomorrow())
    void_hazard(group.hazard, by=officer, note="误报")
    with pytest.raises(WrongStatus):
        finish_subtask(task, by=electrician, result="好了")
    with pytest.raises(WrongStatus):
        add_subtask(group, by=officer, title="再买", owner=electrician, due_at=tomorrow())
    Due.objects.filter(key=f"subtask:{task.pk}").update(due_at=timezone.now() - timedelta(minutes=1))
    work_off()
    assert not Event.objects.filter(name="subtask.overdue").exists()
