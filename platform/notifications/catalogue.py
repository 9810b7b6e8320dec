"""The only place that says who hears of what, by which channel, and what may wait for a summary."""

from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.audiences import (  # noqa: F401 - holding and subject_of are asked for here
    AUDIENCES,
    Audience,
    administrators,
    alert_people,
    ban_deciders,
    called,
    carrier,
    company_and_managers,
    company_and_reviewers,
    company_people,
    confirmers,
    crew_and_company,
    crew_person,
    crews_on_site,
    doers,
    entry_approvers,
    extension_deciders,
    extension_people,
    guards,
    holding,
    lock_hearers,
    lowering_deciders,
    next_reviewers,
    nobody,
    owner,
    owner_and_asker,
    owner_and_confirmers,
    owner_and_reporter,
    partner_managers,
    partner_reviewers,
    pause_asker,
    pause_deciders,
    pause_people,
    payers,
    people_there,
    person_and_officers,
    plan_author,
    plan_author_and_owner,
    plan_heads,
    plan_leaders,
    reporter,
    stand_in,
    subject_of,
    talkers,
    tip_answerers,
    told,
    training_officers,
    work_people,
    work_people_and_officers,
)


class Way(TextChoices):
    """How somebody hears of it. The robot speaks to the group, the others to the person."""

    BROWSER = "browser", _("Browser")
    SMS = "sms", _("SMS")
    PUSH = "push", _("Phone push")
    EMAIL = "email", _("Mail")
    ROBOT = "robot", _("Group robot")


class Urgency(TextChoices):
    URGENT = "urgent", _("Urgent")
    LEVEL = "level", _("By the hazard's level")
    PLAIN = "plain", _("Ordinary")


HERE = (Way.BROWSER,)
PHONE = (Way.BROWSER, Way.PUSH)
GROUP = (Way.BROWSER, Way.ROBOT)
LATER = (Way.BROWSER, Way.PUSH, Way.EMAIL)
ALL = tuple(Way)
BY_LEVEL: dict[str, Any] = {"urgency": Urgency.LEVEL}
PRESSES = BY_LEVEL | {"presses": True}
WAITS: dict[str, Any] = {"channels": LATER, "is_digest": True}


@dataclass(frozen=True)
class Rule:
    """event → audience → channels. `line` is filled from the subject and the event's data.

    Where the urgency is that of the level, STANDARD_OF_LEVELS says how; presses: at a major hazard it is urgent.
    is_digest: on the phone it may wait for the next summary. who: the audience in words, where its function has none.
    looks_at names a part of open pages that fetches itself again, also for people who get no notification: of those
    who take alerts there, or of `lookers`.
    """

    event: str
    audience: Audience
    line: str | Promise
    channels: tuple[str, ...] = HERE
    urgency: str = Urgency.PLAIN
    presses: bool = False
    is_digest: bool = False
    who: str | Promise = ""
    looks_at: str = ""
    lookers: Audience | None = None

    @property
    def is_urgent(self) -> bool:
        return self.urgency == Urgency.URGENT

    @property
    def audience_words(self) -> str | Promise:
        return self.who or AUDIENCES[self.audience]


@dataclass(frozen=True)
class Standard:
    """By which ways, and whether it may wait for the summary."""

    channels: tuple[str, ...]
    is_digest: bool = False


# What holds for the level of the hazard that an event is about.
STANDARD_OF_LEVELS: dict[str, Standard] = {
    "level.major": Standard(ALL),
    "level.serious": Standard(GROUP),
    "level.general": Standard(LATER, is_digest=True),
}

RULES: dict[str, Rule] = {
    rule.event: rule
    for rule in (
        Rule(
            "alert.raised",
            told,
            _("Urgent: %(line)s"),
            ALL,
            Urgency.URGENT,
            who=_("people on duty; where nobody is entered the safety officers"),
            looks_at="alerts",
            lookers=alert_people,
        ),
        Rule(
            "alert.escalated",
            told,
            _("Not taken for %(minutes)s min: %(line)s%(passed)s"),
            ALL,
            Urgency.URGENT,
            who=_("the next level, again and again until somebody takes it"),
            looks_at="alerts",
            lookers=alert_people,
        ),
        Rule("alert.acknowledged", nobody, "", looks_at="alerts", lookers=alert_people),
        Rule(
            "hazard.reported",
            confirmers,
            _("New hazard %(number)s: %(title)s. Confirm its level"),
            **BY_LEVEL,
        ),
        Rule(
            "alarm.repeated",
            owner_and_confirmers,
            _("%(number)s is there again. %(note)s"),
            **PRESSES,
        ),
        Rule(
            "alarm.cleared",
            owner_and_confirmers,
            _("%(number)s reads normal again, the hazard stays open until it is proved fixed. %(note)s"),
            **WAITS,
        ),
        Rule(
            "hazard.confirmed",
            reporter,
            _("Your report %(number)s is confirmed: %(title)s"),
            **WAITS,
        ),
        Rule(
            "hazard.assigned",
            owner_and_reporter,
            _("%(number)s is assigned to %(owner)s: %(title)s"),
            **PRESSES,
        ),
        Rule(
            "hazard.handed_over",
            owner,
            _("%(number)s was handed over to you: %(title)s"),
            **PRESSES,
        ),
        Rule(
            "hazard.submitted",
            next_reviewers,
            _("%(number)s is fixed and waits for your review: %(title)s"),
            **BY_LEVEL,
        ),
        Rule(
            "hazard.reviewed",
            next_reviewers,
            _("%(number)s passed a review and waits for yours: %(title)s"),
            **BY_LEVEL,
        ),
        Rule(
            "hazard.returned",
            owner,
            _("%(number)s was returned, fix it until %(until)s: %(note)s"),
            **BY_LEVEL,
        ),
        Rule("hazard.closed", owner_and_reporter, _("%(number)s is closed: %(title)s"), **WAITS),
        Rule(
            "hazard.merged",
            reporter,
            _("Your report %(number)s was merged with another one: %(note)s"),
            **WAITS,
        ),
        Rule(
            "hazard.rejected",
            reporter,
            _("Your report %(number)s was found not to be a hazard: %(note)s"),
            **WAITS,
        ),
        Rule(
            "hazard.voided",
            owner_and_reporter,
            _("%(number)s was declared void: %(note)s"),
            **WAITS,
        ),
        Rule(
            "hazard.escalated",
            told,
            _("%(number)s, %(why)s: %(title)s"),
            **PRESSES,
            who=_("the next level of the chain"),
        ),
        Rule(
            "hazard.unassigned",
            told,
            _("%(number)s, %(why)s: %(title)s"),
            **PRESSES,
            who=_("safety officer, then leader, then head"),
        ),
        Rule(
            "hazard.taken_back",
            told,
            _("Name somebody new for %(number)s, %(note)s has no access any more: %(title)s"),
            **PRESSES,
            who=_("safety officer"),
        ),
        Rule(
            "tip.replied",
            tip_answerers,
            _("Who reported %(number)s without a name wrote again"),
        ),
        Rule(
            "hazard.locked",
            lock_hearers,
            _("Out of service, do not run it: %(note)s"),
            looks_at="locks",
            lookers=people_there,
            channels=GROUP,
        ),
        Rule("hazard.unlocked", lock_hearers, _("May run again: %(note)s"), looks_at="locks", lookers=people_there),
        Rule(
            "run.on_locked", confirmers, _("Checked although it is out of service: %(what)s, %(note)s"), channels=GROUP
        ),
        Rule(
            "hazard.extension_requested",
            extension_deciders,
            _("More time is asked for %(number)s: %(title)s"),
            **BY_LEVEL,
        ),
        Rule("run.conflicted", confirmers, _("Two people handed in the same check, %(note)s. Look at both")),
        Rule("hazard.extension_decided", extension_people, _("More time for %(number)s: %(why)s")),
        Rule("run.opened", told, _("To check now: %(what)s, until %(until)s"), PHONE, who=_("whoever does the check")),
        Rule(
            "run.leader_told",
            told,
            _("Missed: %(what)s. See who can still do it"),
            who=_("team leader of whoever should have checked"),
        ),
        Rule("run.officer_told", told, _("Still not checked: %(what)s"), who=_("safety officers")),
        Rule("pause.asked", pause_deciders, _("%(person)s asks to pause %(what)s: %(reason)s")),
        Rule("pause.approved", pause_asker, _("%(what)s is paused; its checks are excused")),
        Rule("pause.refused", pause_asker, _("%(what)s is not paused: %(note)s")),
        Rule("pause.ended", pause_people, _("%(what)s runs again; its checks are to be done")),
        Rule(
            "hazard.level_changed",
            owner_and_asker,
            _("The level of %(number)s was changed: %(note)s"),
            **WAITS,
        ),
        Rule(
            "hazard.lowering_asked",
            lowering_deciders,
            _("A lower level is asked for %(number)s: %(note)s"),
            **BY_LEVEL,
        ),
        Rule("hazard.lowering_refused", told, _("%(number)s stays major: %(note)s"), who=_("whoever asked for it")),
        Rule(
            "hazard.controlled",
            owner_and_confirmers,
            _("%(number)s is under control for now: %(note)s"),
            **WAITS,
        ),
        Rule(
            "hazard.control_missed",
            owner_and_confirmers,
            _("%(number)s: no temporary control was noted in time"),
            **PRESSES,
        ),
        Rule("plan.written", plan_leaders, _("The plan for %(number)s waits for you: %(title)s"), **BY_LEVEL),
        Rule(
            "plan.passed",
            plan_heads,
            _("The plan for %(number)s waits for your approval: %(title)s"),
            **BY_LEVEL,
        ),
        Rule(
            "plan.approved",
            plan_author_and_owner,
            _("The plan for %(number)s is approved, work may begin: %(title)s"),
            **WAITS,
        ),
        Rule("plan.returned", plan_author, _("The plan for %(number)s was returned: %(note)s")),
        Rule(
            "absence.declared",
            stand_in,
            _("You stand in for %(absent)s. Their reviews and tasks come to you"),
            channels=LATER,
        ),
        Rule(
            "course.given",
            told,
            _("To learn: %(title)s. It is under “Learning”"),
            who=_("who has to learn it"),
            **WAITS,
        ),
        Rule(
            "exam.given",
            told,
            _("Exam to take: %(title)s. It is under “Learning”"),
            who=_("who has to take it"),
            **WAITS,
        ),
        Rule(
            "course.updated",
            told,
            _("New version of %(title)s. What you have begun you finish as it is"),
            who=_("who is learning it"),
            **WAITS,
        ),
        Rule(
            "enrolment.nudged",
            told,
            _("Still to learn: %(title)s. Go on under “Learning”"),
            PHONE,
            who=_("who has to learn it"),
        ),
        Rule("enrolment.exempted", told, _("You need not learn %(title)s"), who=_("who is exempt")),
        Rule("certificate.issued", told, _("Your certificate is here: %(title)s"), who=_("who passed")),
        Rule(
            "certificate.revoked",
            told,
            _("Your certificate %(number)s was taken back: %(note)s"),
            who=_("who held it"),
            channels=LATER,
        ),
        Rule(
            "certificate.expiring",
            person_and_officers,
            _("The certificate of %(absent)s ends on %(day)s, learn it again: %(title)s"),
            **WAITS,
        ),
        Rule("licence.filed", training_officers, _("%(absent)s sent in a new licence, check it: %(title)s"), **WAITS),
        Rule("licence.confirmed", told, _("Your licence is confirmed: %(title)s"), who=_("who sent it in"), **WAITS),
        Rule(
            "licence.declined",
            told,
            _("Your licence was sent back, %(note)s: %(title)s"),
            who=_("who sent it in"),
            channels=LATER,
        ),
        Rule(
            "licence.settled",
            told,
            _("The officer has recorded your licence, the photo you sent is settled: %(title)s"),
            who=_("who sent it in"),
            **WAITS,
        ),
        Rule(
            "licence.withdrawn",
            person_and_officers,
            _("%(title)s of %(absent)s was taken back, %(note)s"),
            channels=LATER,
        ),
        Rule(
            "licence.expiring",
            person_and_officers,
            _("%(title)s of %(absent)s ends on %(day)s, %(days)s days left"),
            **WAITS,
        ),
        Rule(
            "licence.ending",
            person_and_officers,
            _("%(title)s of %(absent)s ends on %(day)s. See to it now"),
            channels=LATER,
        ),
        Rule(
            "licence.expired",
            person_and_officers,
            _("%(title)s of %(absent)s has ended. See to it before the work goes on"),
            channels=LATER,
        ),
        Rule("clearance.given", told, _("From now on you may do: %(title)s"), who=_("who was put on it"), **WAITS),
        Rule(
            "clearance.taken",
            told,
            _("Do not do this any more, %(note)s: %(title)s"),
            who=_("who was taken off it"),
            channels=LATER,
        ),
        Rule(
            "clearance.ended",
            person_and_officers,
            _("%(absent)s may not do this any more, what it takes is no longer there: %(title)s"),
            channels=LATER,
        ),
        Rule(
            "session.planned", told, _("Class: %(title)s, %(until)s. %(note)s"), who=_("who is to come"), channels=LATER
        ),
        Rule(
            "company.without_questionnaire",
            partner_managers,
            _("There is no questionnaire for %(title)s yet. Choose one"),
        ),
        Rule(
            "company.standing_changed",
            company_people,
            _("How you work with the factory has changed: %(note)s"),
            LATER,
            looks_at="gate",
            lookers=guards,
        ),
        Rule("project.ended", nobody, "", looks_at="gate", lookers=guards),
        Rule("project.changed", nobody, "", looks_at="gate", lookers=guards),
        Rule(
            "site_text.published",
            crews_on_site,
            _("%(title)s: there is a new version. Read and sign it"),
            PHONE,
            looks_at="gate",
            lookers=guards,
        ),
        Rule("work.applied", entry_approvers, _("%(company)s asks for a work permit: %(title)s"), PHONE),
        Rule("work.approved", work_people, _("Approved: %(title)s"), PHONE),
        Rule("work.declined", work_people, _("Declined, %(note)s: %(title)s"), PHONE),
        Rule("work.stopped", work_people, _("Stop the work now, %(note)s: %(title)s"), (*PHONE, Way.SMS)),
        Rule("work.paused", entry_approvers, _("Interrupted: %(title)s. %(note)s"), PHONE),
        Rule("work.expired", work_people_and_officers, _("Its time is over, stop and hand it back: %(title)s"), PHONE),
        Rule("work.extended", work_people, _("Extended: %(title)s"), PHONE),
        Rule(
            "entry_permit.ending",
            crew_and_company,
            _("%(title)s: ends on %(day)s. Ask for a new one in time"),
            PHONE,
        ),
        Rule(
            "violation.noted",
            crew_and_company,
            _("Points against %(absent)s: %(note)s"),
            PHONE,
            looks_at="gate",
            lookers=guards,
        ),
        Rule(
            "violation.withdrawn",
            crew_and_company,
            _("Points withdrawn: %(title)s"),
            PHONE,
            looks_at="gate",
            lookers=guards,
        ),
        Rule(
            "ban.set",
            crew_and_company,
            _("%(absent)s is on the blacklist: %(note)s"),
            PHONE,
            looks_at="gate",
            lookers=guards,
        ),
        Rule("ban.appealed", ban_deciders, _("Objection to the blacklist by %(absent)s: %(note)s"), PHONE),
        Rule(
            "ban.lifted",
            crew_and_company,
            _("Taken off the blacklist: %(absent)s. %(note)s"),
            PHONE,
            looks_at="gate",
            lookers=guards,
        ),
        Rule("ban.upheld", crew_and_company, _("Stays on the blacklist: %(absent)s. %(note)s"), PHONE),
        Rule("crew.submitted", entry_approvers, _("%(absent)s of %(company)s waits to be let in"), PHONE),
        Rule("crew.returned", crew_person, _("Sent back: %(note)s"), PHONE),
        Rule(
            "crew.left",
            crew_person,
            _("You are signed off from the project: %(note)s"),
            PHONE,
            looks_at="gate",
            lookers=guards,
        ),
        Rule(
            "entry_permit.issued",
            crew_person,
            _("Your entry permit is there, until %(day)s"),
            PHONE,
            looks_at="gate",
            lookers=guards,
        ),
        Rule(
            "entry_permit.revoked",
            crew_and_company,
            _("Entry permit taken back, %(note)s: %(title)s"),
            (*PHONE, Way.SMS),
            looks_at="gate",
            lookers=guards,
        ),
        Rule("crew.reopened", crew_person, _("Fill in again what is missing: %(note)s"), PHONE),
        Rule("passport.taken", carrier, _("Your data was carried to the other factory"), PHONE),
        Rule(
            "passport.dropped", partner_managers, _("%(absent)s withdrew what was carried here; judge it again"), PHONE
        ),
        Rule("company.joined", partner_managers, _("%(absent)s of %(title)s has an account now"), **WAITS),
        Rule("company.left", partner_managers, _("%(absent)s of %(title)s has no access any more: %(note)s"), **WAITS),
        Rule(
            "company.administrator_named",
            company_people,
            _("%(absent)s looks after your company's accounts now"),
            **WAITS,
        ),
        Rule("document.filed", partner_managers, _("%(absent)s sent in a paper, check it: %(title)s"), **WAITS),
        Rule("document.accepted", company_people, _("Your paper is checked and counts: %(title)s"), **WAITS),
        Rule("document.declined", company_people, _("Your paper was sent back, %(note)s: %(title)s"), LATER),
        Rule(
            "document.expiring",
            company_and_managers,
            _("%(title)s of %(absent)s ends on %(day)s, %(days)s days left"),
            **WAITS,
        ),
        Rule(
            "document.ending", company_and_managers, _("%(title)s of %(absent)s ends on %(day)s. See to it now"), LATER
        ),
        Rule("document.expired", company_and_managers, _("%(title)s of %(absent)s has ended. Send the new one"), LATER),
        Rule("self_inspection.opened", company_people, _("%(title)s: fill it in by %(day)s"), LATER),
        Rule(
            "self_inspection.reminded", company_people, _("%(title)s is due on %(day)s. Hand it in"), (*LATER, Way.SMS)
        ),
        Rule(
            "self_inspection.late",
            company_and_reviewers,
            _("%(title)s of %(absent)s was due on %(day)s and is late"),
            (*LATER, Way.SMS),
        ),
        Rule(
            "self_inspection.submitted", partner_reviewers, _("%(company)s handed in, look at it: %(title)s"), **WAITS
        ),
        Rule("self_inspection.accepted", company_people, _("%(title)s is accepted"), **WAITS),
        Rule("self_inspection.returned", company_people, _("%(title)s came back: %(note)s"), LATER),
        Rule(
            "self_inspection.drawn",
            partner_reviewers,
            _("Look on the spot whether it is so: %(absent)s, %(title)s"),
            **WAITS,
        ),
        Rule("subscription.ending", payers, _("The paid time ends on %(day)s, %(days)s days left"), (*LATER, Way.SMS)),
        Rule(
            "subscription.limited",
            payers,
            _("Settings stand still. Reporting and fixing hazards goes on until %(day)s"),
            (*LATER, Way.SMS),
        ),
        Rule(
            "subscription.closing",
            payers,
            _("From %(day)s on all is read only. Pay, or export what you want to keep"),
            (*LATER, Way.SMS),
        ),
        Rule("subscription.closed", payers, _("All is read only now. Nothing is removed"), (*LATER, Way.SMS)),
        Rule("subscription.paid", payers, _("Payment came. It is paid until %(day)s"), LATER),
        Rule(
            "subscription.refused", payers, _("The card was refused. See to it, or pay by transfer"), (*LATER, Way.SMS)
        ),
        Rule("factory.exported", administrators, _("All data was exported: %(note)s"), LATER),
        Rule(
            "factory.copied",
            administrators,
            _("The operator of the service opened a copy from an archive: %(note)s"),
            LATER,
        ),
        Rule("factory.renamed", administrators, _("The factory has another address: %(address)s"), LATER),
        Rule(
            "factory.deletion_asked",
            administrators,
            _("On %(day)s the factory is deleted. Any administrator can stop it"),
            (*LATER, Way.SMS),
        ),
        Rule(
            "factory.deletion_near",
            administrators,
            _("In %(days)s days, on %(day)s, the factory is deleted for good. Stop it, or export everything"),
            (*LATER, Way.SMS),
        ),
        Rule("factory.deletion_stopped", administrators, _("The factory is not deleted after all"), LATER),
        Rule("run.nudged", doers, _("Still to do: %(what)s. Please check it now")),
        Rule(
            "group.joined",
            told,
            _("You are in the joint group of %(number)s: %(title)s"),
            who=_("whoever joins the group"),
        ),
        Rule("post.added", talkers, _("%(person)s on %(number)s: %(note)s"), channels=HERE),
        Rule(
            "post.mentioned",
            called,
            _("%(person)s calls you on %(number)s: %(note)s"),
            channels=PHONE,
            who=_("whoever is called by name"),
        ),
        Rule(
            "mention.pressed",
            called,
            _("Not read for half an hour, %(number)s. %(note)s"),
            **PRESSES,
            who=_("whoever is called by name"),
        ),
        Rule(
            "subtask.added",
            called,
            _("For you on %(number)s, until %(until)s: %(note)s"),
            who=_("who is to do it"),
            channels=PHONE,
        ),
        Rule(
            "subtask.done", told, _("%(person)s is done on %(number)s. %(note)s"), **WAITS, who=_("who gave the task")
        ),
        Rule(
            "subtask.overdue",
            called,
            _("The time is over on %(number)s: %(note)s"),
            who=_("who is to do it, and who gave the task"),
            channels=PHONE,
        ),
    )
}

# Who muted a thread hears these all the same: somebody calls them by name, or waits for them.
GETS_THROUGH = frozenset({
    "post.mentioned", "mention.pressed", "subtask.added", "subtask.overdue", "group.joined", "run.nudged",
    "hazard.assigned", "hazard.handed_over", "hazard.returned", "hazard.escalated", "hazard.unassigned",
})  # fmt: skip
