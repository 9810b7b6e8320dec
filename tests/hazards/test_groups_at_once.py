"""Several write at the same moment: nothing is there twice, nothing comes after the end, and the order is one."""

from functools import partial
from uuid import uuid4

from core import ledger
from core.errors import WrongStatus
from core.models import Event
from hazards.actions import add_post, add_subtask, finish_subtask, open_group, press_mention, void_hazard
from hazards.models import Hazard, JointGroup, Level, Mention, Post, Status, SubTask
from people.permissions import Role
from tests import make
from tests.threads import at_once


def fresh(group: JointGroup) -> JointGroup:
    return JointGroup.objects.select_related("hazard").get(pk=group.pk)


def test_the_same_post_twice_at_once_is_one(fresh_factory):
    officer = make.person(Role.SAFETY_OFFICER)
    group, number = open_group(make.hazard(Status.RECTIFYING), by=officer), uuid4()
    calls = [partial(add_post, fresh(group).hazard, by=officer, text="先断电", client_id=number) for _n in range(4)]
    posts = at_once(fresh_factory, *calls)
    assert {post.pk for post in posts} == {Post.objects.get().pk}
    assert Event.objects.filter(name="post.added").count() == 1


def test_posts_of_many_stand_in_the_ledger_in_their_order(fresh_factory):
    officer = make.person(Role.SAFETY_OFFICER)
    group = open_group(make.hazard(Status.RECTIFYING), by=officer)
    at_once(fresh_factory, *(partial(add_post, fresh(group).hazard, by=officer, text=f"第{n}句") for n in range(8)))
    said = [event.data["post"] for event in Event.objects.filter(name="post.added").order_by("seq")]
    assert said == list(Post.objects.values_list("pk", flat=True)) and len(said) == 8
    assert ledger.verify().is_whole


def test_nothing_is_said_after_the_end(fresh_factory):
    officer = make.person(Role.SAFETY_OFFICER)
    for _n in range(5):
        hazard = make.hazard(Status.RECTIFYING)
        group = open_group(hazard, by=officer)
        end = partial(void_hazard, Hazard.objects.get(pk=hazard.pk), by=officer, note="误报")
        results = at_once(fresh_factory, partial(add_post, fresh(group).hazard, by=officer, text="还有"), end)
        names = list(Event.objects.filter(name__in=["post.added", "hazard.voided"]).order_by("-seq")[:2])
        assert names[0].name == "hazard.voided"
        assert isinstance(results[0], WrongStatus) or names[1].name == "post.added"


def test_a_group_opened_by_two_is_one_and_a_task_is_finished_once(fresh_factory):
    officers = [make.person(Role.SAFETY_OFFICER) for _n in range(2)]
    hazard = make.hazard(Status.RECTIFYING)
    groups = at_once(
        fresh_factory, *(partial(open_group, Hazard.objects.get(pk=hazard.pk), by=officer) for officer in officers)
    )
    assert len({group.pk for group in groups}) == 1 and Event.objects.filter(name="group.opened").count() == 1
    soon = hazard.due_at
    task = add_subtask(groups[0], by=officers[0], title="买螺栓", owner=hazard.owner, due_at=soon)
    near = SubTask.objects.select_related("group__hazard", "owner")
    calls = [partial(finish_subtask, near.get(pk=task.pk), by=hazard.owner, result="好了") for _n in range(2)]
    refused = [result for result in at_once(fresh_factory, *calls) if isinstance(result, WrongStatus)]
    assert len(refused) == 1 and Event.objects.filter(name="subtask.done").count() == 1


def test_a_text_message_is_asked_for_once(fresh_factory):
    officer = make.person(Role.SAFETY_OFFICER)
    hazard = make.hazard(Status.RECTIFYING, level=Level.MAJOR, owner=make.person(Role.MAINTENANCE, name="陈志强"))
    mention = add_post(open_group(hazard, by=officer).hazard, by=officer, text="@陈志强 快来").mentions.get()
    near = Mention.objects.select_related("post__thread__hazard", "post__author")
    at_once(fresh_factory, *(partial(press_mention, near.get(pk=mention.pk)) for _n in range(4)))
    assert Event.objects.filter(name="mention.pressed").count() == 1
