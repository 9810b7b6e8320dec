"""The only place that says who hears of what, and by which channel."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import Event
from hazards.models import Status
from people.models import Absence, RoleGrant, User
from people.permissions import PERMISSIONS, Role

Audience = Callable[[Event, Any], Iterable[User]]


@dataclass(frozen=True)
class Rule:
    """event → audience → channels, which are browser, sms, push, email and robot. `line` is filled from the subject and the event's data.

    looks_at names a part of open pages that fetches itself again, also for people who get no notification: of those
    who take alerts there, or of `lookers`.
    """

    event: str
    audience: Audience
    line: str | Promise
    channels: tuple[str, ...] = ("browser",)
    is_urgent: bool = False
    looks_at: str = ""
    lookers: Audience | None = None


def subject_of(event: Event) -> Model | None:
    return apps.get_model(event.subject_type)._default_manager.filter(pk=event.subject_id).first()


def holding(permission: str, department_id: int | None = None) -> Iterable[User]:
    """Active people whose role allows this in the department."""
    holders = RoleGrant.objects.filter(role__in=PERMISSIONS[permission]).values("user")
    stand_ins = Absence.objects.lending().filter(person__in=holders).values("stand_in")
    people = User.objects.filter(Q(pk__in=holders) | Q(pk__in=stand_ins), is_active=True)
    where = _Somewhere(department_id)
    return [person for person in people if person.can(permission, where if department_id else None)]


@dataclass(frozen=True)
class _Somewhere:
    department_id: int | None


def alert_takers(event: Event, alert: Any) -> Iterable[User]:
    """Safety officers first of all; the leaders hear of it through escalation."""
    takers = holding("alerts.acknowledge", alert.department_id)
    return [person for person in takers if any(grant.role == Role.SAFETY_OFFICER for grant in person.powers)]


def confirmers(event: Event, subject: Any) -> Iterable[User]:
    return holding("hazards.confirm", subject.department_id)


def owner(event: Event, hazard: Any) -> Iterable[User]:
    return [hazard.owner] if hazard.owner else []


def reporter(event: Event, hazard: Any) -> Iterable[User]:
    return [hazard.reporter] if hazard.reporter else []


def owner_and_reporter(event: Event, hazard: Any) -> Iterable[User]:
    return [*owner(event, hazard), *reporter(event, hazard)]


def next_reviewers(event: Event, hazard: Any) -> Iterable[User]:
    """Whoever may decide at the stage that the hazard has just reached."""
    permission = {
        Status.FIRST_REVIEW: "hazards.review_first",
        Status.SECOND_REVIEW: "hazards.review_second",
        Status.FINAL_REVIEW: "hazards.review_final",
        Status.HEAD_REVIEW: "hazards.review_head",
    }.get(event.data.get("after"))
    barred = {hazard.owner_id, *hazard.reviews.filter(round=hazard.round).values_list("reviewer_id", flat=True)}
    people = holding(permission, hazard.department_id) if permission else []
    return [person for person in people if person.pk not in barred]


def tip_answerers(event: Event, hazard: Any) -> Iterable[User]:
    return holding("hazards.answer_tip", hazard.department_id)


def told(event: Event, subject: Any) -> Iterable[User]:
    """Those whom the action itself names in the event."""
    return User.objects.filter(pk__in=event.data.get("told", []), is_active=True)


def doers(event: Event, run: Any) -> Iterable[User]:
    """Who has to do the check; where somebody was told of several at once, only the first of them speaks."""
    return [] if "told_with" in event.data else run.doers


def extension_deciders(event: Event, hazard: Any) -> Iterable[User]:
    return holding("hazards.assign", hazard.department_id)


def owner_and_asker(event: Event, hazard: Any) -> Iterable[User]:
    return [*owner(event, hazard), *told(event, hazard)]


def owner_and_confirmers(event: Event, hazard: Any) -> Iterable[User]:
    return [*owner(event, hazard), *confirmers(event, hazard)]


def lowering_deciders(event: Event, hazard: Any) -> Iterable[User]:
    return holding("hazards.lower_major", hazard.department_id)


def plan_leaders(event: Event, plan: Any) -> Iterable[User]:
    return [person for person in holding("hazards.approve_plan", plan.department_id) if person.pk != plan.author_id]


def plan_heads(event: Event, plan: Any) -> Iterable[User]:
    barred = {plan.author_id, plan.leader_id}
    return [person for person in holding("hazards.approve_plan_last", plan.department_id) if person.pk not in barred]


def plan_author(event: Event, plan: Any) -> Iterable[User]:
    return [plan.author]


def plan_author_and_owner(event: Event, plan: Any) -> Iterable[User]:
    return [plan.author, *owner(event, plan.hazard)]


def lock_hearers(event: Event, hazard: Any) -> Iterable[User]:
    """Whoever answers for hazards there, and who fixes it; a machine that another hazard still locks is not free."""
    if not event.data.get("is_free", True):
        return []
    return [*holding("hazards.view", hazard.department_id), *owner(event, hazard)]


def people_there(event: Event, subject: Any) -> Iterable[User]:
    """Everybody who works or answers for something there; the same people as StopUse.near."""
    above, department = [], subject.department
    while department and department.pk not in above:
        above.append(department.pk)
        department = department.parent
    there = User.objects.filter(is_active=True, department__in=above)
    return [*there, *holding("hazards.view", subject.department_id), *owner(event, subject)]


def extension_people(event: Event, hazard: Any) -> Iterable[User]:
    """Who asked, and who has it now."""
    asked = hazard.extensions.filter(pk=event.data.get("extension")).select_related("requested_by")
    return [*owner(event, hazard), *(extension.requested_by for extension in asked)]


def stand_in(event: Event, absence: Any) -> Iterable[User]:
    return [absence.stand_in]


def pause_deciders(event: Event, pause: Any) -> Iterable[User]:
    return holding("inspections.approve_pause", pause.department_id)


def pause_asker(event: Event, pause: Any) -> Iterable[User]:
    return [pause.asked_by]


def pause_people(event: Event, pause: Any) -> Iterable[User]:
    return [person for person in (pause.asked_by, pause.decided_by) if person]


RULES: dict[str, Rule] = {
    rule.event: rule
    for rule in (
        Rule(
            "alert.raised",
            alert_takers,
            _("Urgent: %(line)s"),
            ("browser", "sms", "robot", "push", "email"),
            is_urgent=True,
            looks_at="alerts",
        ),
        Rule("alert.acknowledged", lambda event, alert: [], "", looks_at="alerts"),
        Rule("hazard.reported", confirmers, _("New hazard %(number)s: %(title)s. Confirm its level")),
        Rule("hazard.confirmed", reporter, _("Your report %(number)s is confirmed: %(title)s")),
        Rule("hazard.assigned", owner_and_reporter, _("%(number)s is assigned to %(owner)s: %(title)s")),
        Rule("hazard.handed_over", owner, _("%(number)s was handed over to you: %(title)s")),
        Rule("hazard.submitted", next_reviewers, _("%(number)s is fixed and waits for your review: %(title)s")),
        Rule("hazard.reviewed", next_reviewers, _("%(number)s passed a review and waits for yours: %(title)s")),
        Rule("hazard.returned", owner, _("%(number)s was returned, fix it until %(until)s: %(note)s")),
        Rule("hazard.closed", owner_and_reporter, _("%(number)s is closed: %(title)s")),
        Rule("hazard.merged", reporter, _("Your report %(number)s was merged with another one: %(note)s")),
        Rule("hazard.rejected", reporter, _("Your report %(number)s was found not to be a hazard: %(note)s")),
        Rule("hazard.voided", owner_and_reporter, _("%(number)s was declared void: %(note)s")),
        Rule("hazard.escalated", told, _("%(number)s, %(why)s: %(title)s")),
        Rule("hazard.unassigned", told, _("%(number)s, %(why)s: %(title)s")),
        Rule("tip.replied", tip_answerers, _("Who reported %(number)s without a name wrote again")),
        Rule(
            "hazard.locked",
            lock_hearers,
            _("Out of service, do not run it: %(note)s"),
            looks_at="locks",
            lookers=people_there,
        ),
        Rule("hazard.unlocked", lock_hearers, _("May run again: %(note)s"), looks_at="locks", lookers=people_there),
        Rule("run.on_locked", confirmers, _("Checked although it is out of service: %(what)s, %(note)s")),
        Rule("hazard.extension_requested", extension_deciders, _("More time is asked for %(number)s: %(title)s")),
        Rule("run.conflicted", confirmers, _("Two people handed in the same check, %(note)s. Look at both")),
        Rule("hazard.extension_decided", extension_people, _("More time for %(number)s: %(why)s")),
        Rule("run.opened", told, _("To check now: %(what)s, until %(until)s")),
        Rule("run.leader_told", told, _("Missed: %(what)s. See who can still do it")),
        Rule("run.officer_told", told, _("Still not checked: %(what)s")),
        Rule("pause.asked", pause_deciders, _("%(person)s asks to pause %(what)s: %(reason)s")),
        Rule("pause.approved", pause_asker, _("%(what)s is paused; its checks are excused")),
        Rule("pause.refused", pause_asker, _("%(what)s is not paused: %(note)s")),
        Rule("pause.ended", pause_people, _("%(what)s runs again; its checks are to be done")),
        Rule("hazard.level_changed", owner_and_asker, _("The level of %(number)s was changed: %(note)s")),
        Rule("hazard.lowering_asked", lowering_deciders, _("A lower level is asked for %(number)s: %(note)s")),
        Rule("hazard.lowering_refused", told, _("%(number)s stays major: %(note)s")),
        Rule("hazard.controlled", owner_and_confirmers, _("%(number)s is under control for now: %(note)s")),
        Rule("hazard.control_missed", owner_and_confirmers, _("%(number)s: no temporary control was noted in time")),
        Rule("plan.written", plan_leaders, _("The plan for %(number)s waits for you: %(title)s")),
        Rule("plan.passed", plan_heads, _("The plan for %(number)s waits for your approval: %(title)s")),
        Rule(
            "plan.approved", plan_author_and_owner, _("The plan for %(number)s is approved, work may begin: %(title)s")
        ),
        Rule("plan.returned", plan_author, _("The plan for %(number)s was returned: %(note)s")),
        Rule("absence.declared", stand_in, _("You stand in for %(absent)s. Their reviews and tasks come to you")),
        Rule("run.nudged", doers, _("Still to do: %(what)s. Please check it now")),
        Rule("group.joined", told, _("You are in the joint group of %(number)s: %(title)s")),
        Rule("post.mentioned", told, _("%(person)s calls you on %(number)s: %(note)s")),
        Rule("mention.pressed", told, _("Not read for half an hour, %(number)s. %(note)s"), ("browser", "sms")),
        Rule("subtask.added", told, _("For you on %(number)s, until %(until)s: %(note)s")),
        Rule("subtask.done", told, _("%(person)s is done on %(number)s. %(note)s")),
        Rule("subtask.overdue", told, _("The time is over on %(number)s: %(note)s")),
    )
}

# Facts that nobody needs to be told of at once; they stand in the ledger.
SILENT = frozenset({
    "hazards.exported", "hazard.published",
    "hazard.started", "hazard.photographed", "hazard.outsider_invited", "hazard.outsider_dismissed", "run.planned", "run.started", "run.submitted", "run.missed", "runs.exported", "qr.issued", "qr.revoked",
    "pause.locked", "run.withdrawn", "run.doubt_settled", "run.excused", "run.freed",
    "checklist.created", "checklist.drafted", "checklist.changed", "checklist.item_added", "checklist.item_changed",
    "checklist.item_moved", "checklist.item_removed", "checklist.published", "checklist.discarded", "checklist.retired",
    "hazard.limit_planned", "policy.changed",
    "hazard.outsider_opened", "group.opened", "group.left", "post.added", "mention.seen",
    "hazard.categorised", "hazard.imported", "hazards.imported", "tip.answered", "tip.read", "category.routed", "maintainer.kept", "checklist.installed", "plan.created", "plan.changed", "plan.stopped", "pack.installed",
    "shift.added", "shift.changed", "shift.removed", "calendar.declared", "calendar.withdrawn",
    "department.added", "area.added", "area.changed", "equipment.added", "equipment.changed",
    "robot.added", "robot.changed", "robot.switched_on", "robot.switched_off", "robot.tried", "message.repeated",
    "absence.ended", "user.added", "user.changed", "user.closed", "user.reopened", "user.password_given", "team.added", "team.leader_named",
})  # fmt: skip
