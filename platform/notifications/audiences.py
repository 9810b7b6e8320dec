"""Who that is: each function finds the people whom an event of its kind is for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import Event
from hazards.actions.groups import present_in
from hazards.models import Post, Status
from notifications.models import Notification
from partners.models import Project
from people.models import Absence, RoleGrant, User, with_powers
from people.permissions import PERMISSIONS

Audience = Callable[[Event, Any], Iterable[User]]


def subject_of(event: Event) -> Model | None:
    return apps.get_model(event.subject_type)._default_manager.filter(pk=event.subject_id).first()


def holding(permission: str, department_id: int | None = None) -> Iterable[User]:
    """Active people whose role allows this in the department."""
    holders = RoleGrant.objects.filter(role__in=PERMISSIONS[permission]).values("user")
    stand_ins = Absence.objects.lending().filter(person__in=holders).values("stand_in")
    people = User.objects.filter(Q(pk__in=holders) | Q(pk__in=stand_ins), is_active=True)
    where = _Somewhere(department_id)
    return [person for person in with_powers(people) if person.can(permission, where if department_id else None)]


@dataclass(frozen=True)
class _Somewhere:
    department_id: int | None


def alert_people(event: Event, alert: Any) -> Iterable[User]:
    """Whoever may take it, and whoever was called for it."""
    return [*holding("alerts.acknowledge", alert.department_id), *alert.called.filter(is_active=True)]


def confirmers(event: Event, subject: Any) -> Iterable[User]:
    return holding("hazards.confirm", subject.department_id)


def nobody(event: Event, subject: Any) -> Iterable[User]:
    """Only open pages look again."""
    return []


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


def called(event: Event, subject: Any) -> Iterable[User]:
    """Those who are asked for something by name; while they are away, who stands in for them as well."""
    stand_ins = Absence.objects.lending().filter(person__in=told(event, subject)).values("stand_in")
    return [*told(event, subject), *User.objects.filter(pk__in=stand_ins)]


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


def talkers(event: Event, thread: Any) -> Iterable[User]:
    """Who takes part: wrote there, was called there, is in the group, fixes or reported the hazard.

    Whoever is called by this post hears of that, and whoever has not read of an earlier one needs no second line.
    """
    hazard = thread.hazard
    posts = Post.objects.filter(thread__hazard=hazard)
    near = [hazard.owner_id, hazard.reporter_id]
    part = Q(pk__in=posts.values("author")) | Q(pk__in=posts.values("mentions__user")) | Q(pk__in=present_in(hazard))
    told = {"subject_type": event.subject_type, "subject_id": event.subject_id, "event": event.name}
    waiting = Notification.objects.filter(read_at=None, **told).values("user")
    called = event.data.get("called", [])
    return User.objects.insiders().filter(part | Q(pk__in=near)).exclude(pk__in=called).exclude(pk__in=waiting)


def stand_in(event: Event, absence: Any) -> Iterable[User]:
    return [absence.stand_in]


def training_officers(event: Event, subject: Any) -> Iterable[User]:
    return holding("training.assign", subject.department_id)


def person_and_officers(event: Event, subject: Any) -> Iterable[User]:
    """Whoever a licence or certificate is of, and whoever looks after training there."""
    return [subject.person, *holding("training.assign", subject.person.department_id)]


def pause_deciders(event: Event, pause: Any) -> Iterable[User]:
    return holding("inspections.approve_pause", pause.department_id)


def pause_asker(event: Event, pause: Any) -> Iterable[User]:
    return [pause.asked_by]


def pause_people(event: Event, pause: Any) -> Iterable[User]:
    return [person for person in (pause.asked_by, pause.decided_by) if person]


def _company(subject: Any) -> Any:
    return getattr(subject, "company", subject)


def company_people(event: Event, subject: Any) -> Iterable[User]:
    return _company(subject).users


def payers(event: Event, subject: Any) -> Iterable[User]:
    return holding("billing.manage")


def administrators(event: Event, subject: Any) -> Iterable[User]:
    return holding("factory.manage")


def market_managers(event: Event, subject: Any) -> Iterable[User]:
    return holding("market.manage")


def searchers(event: Event, subject: Any) -> Iterable[User]:
    return holding("insight.search")


def report_readers(event: Event, report: Any) -> Iterable[User]:
    """Whoever asked for it; of what the clock wrote, leaders, officers and administrators."""
    return [report.by] if report.by else holding("insight.order_report")


def partner_managers(event: Event, subject: Any) -> Iterable[User]:
    return holding("partners.manage")


def partner_reviewers(event: Event, subject: Any) -> Iterable[User]:
    return holding("partners.review")


def company_and_managers(event: Event, subject: Any) -> Iterable[User]:
    return [*company_people(event, subject), *partner_managers(event, subject)]


def company_and_reviewers(event: Event, subject: Any) -> Iterable[User]:
    return [*company_people(event, subject), *partner_reviewers(event, subject)]


def entry_approvers(event: Event, subject: Any) -> Iterable[User]:
    return holding("partners.approve", getattr(subject, "department_id", None))


def crew_person(event: Event, subject: Any) -> Iterable[User]:
    """The one of the crew whom it is about."""
    return [getattr(subject, "member", subject).user]


def carrier(event: Event, subject: Any) -> Iterable[User]:
    """Who agreed to carry something away."""
    return [subject.given_by]


def crew_and_company(event: Event, subject: Any) -> Iterable[User]:
    """And who of the company looks after its papers."""
    return [
        *crew_person(event, subject),
        *(user for user in company_people(event, subject) if user.can("partners.papers")),
    ]


def crews_on_site(event: Event, subject: Any) -> Iterable[User]:
    """Everybody of a contractor whose project runs: a new text is for all of them."""
    return User.objects.filter(crew_places__project__in=Project.objects.running(), crew_places__status="approved")


def work_people(event: Event, subject: Any) -> Iterable[User]:
    """Who applied, who watches, and who does it."""
    return [subject.applicant, subject.guardian.user, *(member.user for member in subject.crew.select_related("user"))]


def work_people_and_officers(event: Event, subject: Any) -> Iterable[User]:
    return [*work_people(event, subject), *entry_approvers(event, subject)]


def ban_deciders(event: Event, subject: Any) -> Iterable[User]:
    return holding("partners.lift_ban")


def risk_owner(event: Event, risk: Any) -> Iterable[User]:
    return [risk.owner] if risk.owner else []


def risk_keepers(event: Event, risk: Any) -> Iterable[User]:
    return holding("risks.manage", risk.department_id)


def risk_owner_and_keepers(event: Event, risk: Any) -> Iterable[User]:
    """Whoever answers for the risk, and who keeps the register."""
    return [*risk_owner(event, risk), *risk_keepers(event, risk)]


def incident_keepers(event: Event, incident: Any) -> Iterable[User]:
    return holding("incidents.manage", incident.department_id)


def incident_leaders(event: Event, incident: Any) -> Iterable[User]:
    """Whoever answers to the authority, and may enter that it was told."""
    return holding("incidents.tell", incident.department_id)


def incident_reviewers(event: Event, incident: Any) -> Iterable[User]:
    people = holding("incidents.review", incident.department_id)
    return [person for person in people if person.pk != incident.investigator_id]


def incident_people(event: Event, incident: Any) -> Iterable[User]:
    """Who reported it, and who investigated it."""
    return [person for person in (incident.reporter, incident.investigator) if person]


def drill_keepers(event: Event, subject: Any) -> Iterable[User]:
    return holding("drills.manage")


def incident_viewers(event: Event, incident: Any) -> Iterable[User]:
    """Who answers for the place; of an injury the alert has called them already."""
    return [] if incident.is_injury else holding("incidents.view", incident.department_id)


def guards(event: Event, subject: Any) -> Iterable[User]:
    return holding("gate.check")


def award_givers(event: Event, subject: Any) -> Iterable[User]:
    return holding("adoption.award")


def floor_and_award_givers(event: Event, subject: Any) -> Iterable[User]:
    """The floor only where there is a name to be seen; the winners hear of it by themselves."""
    floor = holding("adoption.take_part") if event.data.get("is_named") else []
    winners = set(event.data.get("winners", []))
    return [*(person for person in floor if person.pk not in winners), *award_givers(event, subject)]


# Who that is, for the page of the rules.
AUDIENCES: dict[Audience, str | Promise] = {
    nobody: "",
    confirmers: _("safety officers"),
    owner: _("who fixes it"),
    talkers: _("who takes part in the talk"),
    reporter: _("who reported it"),
    owner_and_reporter: _("who fixes it and who reported it"),
    next_reviewers: _("whoever reviews next"),
    tip_answerers: _("safety officers and leaders"),
    doers: _("whoever does the check"),
    extension_deciders: _("safety officer and workshop head"),
    owner_and_asker: _("who fixes it and who asked for it"),
    owner_and_confirmers: _("who fixes it and the safety officers"),
    lowering_deciders: _("leader in charge and head of the factory"),
    plan_leaders: _("leader in charge"),
    plan_heads: _("head of the factory"),
    plan_author: _("who wrote the plan"),
    plan_author_and_owner: _("who wrote the plan and who fixes it"),
    lock_hearers: _("who answers for hazards there, and who fixes it"),
    extension_people: _("who asked for it and who fixes it now"),
    stand_in: _("the stand-in"),
    training_officers: _("training officer and safety officers"),
    person_and_officers: _("the holder, training officer and safety officers"),
    pause_deciders: _("safety officer and workshop head"),
    pause_asker: _("who asked for it"),
    pause_people: _("who asked for it and who decided"),
    company_people: _("the company's people"),
    payers: _("administrators and the head of the factory"),
    administrators: _("administrators"),
    partner_managers: _("safety officers and administrators"),
    market_managers: _("safety officers and administrators"),
    searchers: _("safety officers, leaders and administrators"),
    report_readers: _("safety officers, leaders and administrators, or who asked for it"),
    partner_reviewers: _("safety officers"),
    company_and_managers: _("the company's people, safety officers and administrators"),
    company_and_reviewers: _("the company's people and safety officers"),
    entry_approvers: _("safety officers"),
    crew_person: _("who it is about"),
    carrier: _("who agreed to it"),
    crew_and_company: _("who it is about, and the company's administrator"),
    crews_on_site: _("crews on site"),
    work_people: _("who applied, watches and works"),
    work_people_and_officers: _("who applied, watches and works, and safety officers"),
    ban_deciders: _("leaders"),
    incident_keepers: _("safety officers"),
    incident_leaders: _("leaders and safety officers"),
    incident_reviewers: _("leaders and safety officers who did not investigate it"),
    incident_people: _("who reported it and who investigated it"),
    drill_keepers: _("safety officers and training officers"),
    incident_viewers: _("who answers for the place"),
    risk_owner: _("who answers for the risk"),
    risk_keepers: _("safety officers"),
    risk_owner_and_keepers: _("who answers for the risk, and safety officers"),
    award_givers: _("safety officers and leaders"),
    floor_and_award_givers: _("people on the floor, safety officers and leaders"),
}
