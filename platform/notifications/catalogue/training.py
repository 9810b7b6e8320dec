"""Courses, exams, certificates, licences and clearances."""

from django.utils.translation import gettext_lazy as _

from notifications.audiences import person_and_officers, told, training_officers
from notifications.catalogue.rule import LATER, PHONE, WAITS, Rule

RULES = (
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
    Rule("session.planned", told, _("Class: %(title)s, %(until)s. %(note)s"), who=_("who is to come"), channels=LATER),
)
