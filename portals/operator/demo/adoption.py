"""Last month's inspectors, somebody who is helped by a younger colleague, and somebody who has graduated."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from adoption.actions import begin_pair
from adoption.actions.buddies import LOOKS_AT
from adoption.actions.months import freeze_month, freezes_at
from adoption.deeds import month_of, next_month
from adoption.models import HelpCall, Pair, Ranking, Reward, ShownName
from adoption.unaided import by_week, checks_of, midnight, monday
from core.events import Event, emit
from core.share import Share
from core.zone import zone
from inspections.models import Run
from people.models import User
from portals.operator.demo.setup import Site

WEEK = timedelta(days=7)


def write_adoption(site: Site, events: list[Event], now: datetime) -> None:
    """events: those held back so far; what happens here is dated back to when it would have happened."""
    last_month = month_of(month_of(now.date()) - timedelta(days=1))
    frozen_at = freezes_at(last_month)
    leader = site.user("李卫东")
    older = site.user("王建国")
    near = User.objects.filter(department=older.department_id, grants__role="worker").exclude(pk=older.pk)
    young = near.filter(team=older.team_id).order_by("-hired_on", "pk")[0]
    if reached := _who_reached_it(near.exclude(pk=young.pk), last_month):
        mentee, day = reached
        with_date = len(events)
        _graduate(young, mentee, leader, day)
        _date(events[with_date:], datetime.combine(day, LOOKS_AT, zone()))
    with_date = len(events)
    freeze_month(last_month)
    Ranking.objects.update(frozen_at=frozen_at)
    _show(site, frozen_at)
    _date(events[with_date:], min(frozen_at, now))
    _pair(young, older, leader, now)


def _who_reached_it(people: QuerySet[User], month: date) -> tuple[User, date] | None:
    """Somebody who did all checks of two weeks in a row alone, and the Monday of the month after them."""
    first = monday(month + WEEK * 2)
    for person in people.order_by("hired_on", "pk"):
        weeks = by_week(checks_of([person.pk], midnight(month - WEEK * 2), midnight(next_month(month))))
        for day in (first, first + WEEK):
            shares = [weeks.get(day - WEEK * n, Share(0, 0)) for n in (1, 2)]
            if all(share.of and share.done == share.of for share in shares):
                return person, day
    return None


def _graduate(mentor: User, mentee: User, leader: User, day: date) -> None:
    facts = {"begun_by": leader, "begun_on": day - WEEK * 2, "checks": 1}
    at = datetime.combine(day, LOOKS_AT, zone())
    pair = Pair.objects.create(mentor=mentor, mentee=mentee, status=Pair.Status.GRADUATED, ended_at=at, **facts)
    told = [mentor.pk, mentee.pk, leader.pk]
    emit("pair.graduated", pair, by=None, told=told, name=mentee.name, note=mentor.name)


def _show(site: Site, at: datetime) -> None:
    """All but one of the five agreed to be named, and the first has the reward."""
    winners = [row.person for row in Ranking.objects.get().winners]
    agreed = {person.pk: person for person in [*winners[:2], *winners[3:], site.user("王建国")]}
    ShownName.objects.bulk_create(ShownName(person=person, agreed_at=at) for person in agreed.values())
    for person in winners[:1]:
        facts = {"what": "200 元购物卡", "paid_by": site.user("周敏"), "paid_at": at}
        reward = Reward.objects.create(month=Ranking.objects.get().month, person=person, **facts)
        emit("reward.paid", reward, by=reward.paid_by, told=[person.pk], day=reward.title, note=reward.what)


def _pair(mentor: User, mentee: User, leader: User, now: datetime) -> None:
    """For three weeks; one of the last checks needed help at its third step."""
    pair = begin_pair(mentor, mentee, by=leader, weeks=4, checks=1)
    Pair.objects.filter(pk=pair.pk).update(begun_on=now.date() - WEEK * 3)
    run = Run.objects.filter(inspector=mentee, status=Run.Status.DONE).order_by("-submitted_at").first()
    item = run.checklist.items.filter(position=3).first() if run else None
    if run and item:
        facts = {"pair": pair, "person": mentee, "mentor": mentor, "asked_at": run.submitted_at or now}
        HelpCall.objects.create(run=run, item=item, **facts)


def _date(events: list[Event], at: datetime) -> None:
    for event in events:
        event.at = at
