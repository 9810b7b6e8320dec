"""One joint group of the present: people of two departments and the power company at a guard that stands open."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from core.events import Event
from hazards.actions import add_member, add_post, add_subtask, finish_subtask, invite_outsider, open_group, see_thread
from hazards.models import OPEN, TO_FIX, Hazard, Member, Post, Status, SubTask
from people.models import User

MACHINE = "A-CY-005"


def write_group(events: list[Event], now: datetime) -> None:
    """By the real actions, put back in time by some minutes each; events: those that are held back."""
    names = ("周敏", "陈志强", "李卫东")
    officer, fixer, leader = (User.objects.get(name=name) for name in names)
    hazard = Hazard.objects.get(equipment__code=MACHINE, status=Status.RECTIFYING, owner=fixer)

    def ago(minutes: int, act: Callable[[], Any], column: str = "at") -> Any:
        begin, moment = len(events), now - timedelta(minutes=minutes)
        row = act()
        type(row)._default_manager.filter(pk=row.pk).update(**{column: moment})
        for event in events[begin:]:
            event.at = moment
        return row

    group = ago(94, lambda: open_group(hazard, by=officer), "opened_at")
    Member.objects.filter(group=group).update(added_at=now - timedelta(minutes=94))
    ago(93, lambda: add_member(group, by=officer, user=leader), "added_at")
    ago(90, lambda: add_post(hazard, by=fixer, text="罩子的联锁线被割断了，要停电才能换。"))
    link = ago(
        84,
        lambda: invite_outsider(hazard, by=officer, name="王工", company="市供电公司", phone="13900000077"),
        "created_at",
    )
    Member.objects.filter(group=group, user=link.user).update(added_at=now - timedelta(minutes=84))
    ago(80, lambda: add_post(hazard, by=officer, text="@王工 3 号线今天什么时候能停半小时？"))
    ago(61, lambda: add_post(hazard, by=link.user, text="@周敏 14 点到 14 点半可以，停之前打电话。"))
    task = ago(58, lambda: _task(group, officer, leader, "停电前清空 5 号冲压机的料", now), "created_at")
    ago(57, lambda: _task(group, officer, fixer, "换联锁线，联锁试 3 次", now), "created_at")
    ago(20, lambda: finish_subtask(task, by=leader, result="料已清空，已挂牌"), "done_at")
    ago(15, lambda: add_post(hazard, by=leader, text="@陈志强 可以开始了"))


def write_talk(events: list[Event], now: datetime) -> None:
    """At a hazard without a group: its reporter and the officer make something clear."""
    here = Hazard.objects.filter(group=None, reporter__name="王建国", owner__isnull=False)
    hazard = here.filter(status__in=TO_FIX).last() or here.filter(status__in=OPEN).last()
    if hazard is None:
        return
    officer, reporter = User.objects.get(name="周敏"), User.objects.get(name="王建国")
    said = (
        (52, officer, "@王建国 是一直这样，还是今天才有？"),
        (41, reporter, "昨天夜班就有了，今天更厉害。"),
        (38, officer, "好，先别开这台，等修好再用。"),
    )
    for minutes, person, words in said:
        begin, moment = len(events), now - timedelta(minutes=minutes)
        post = add_post(hazard, by=person, text=words)
        Post.objects.filter(pk=post.pk).update(at=moment)
        see_thread(post.thread, by=reporter)
        for event in events[begin:]:
            event.at = moment


def _task(group: Any, by: User, owner: User, title: str, now: datetime) -> SubTask:
    return add_subtask(group, by=by, title=title, owner=owner, due_at=now + timedelta(hours=3))
