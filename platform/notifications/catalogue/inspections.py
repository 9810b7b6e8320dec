"""Runs, pauses and plans."""

from django.utils.translation import gettext_lazy as _

from notifications.audiences import (
    confirmers,
    doers,
    pause_asker,
    pause_deciders,
    pause_people,
    plan_author,
    plan_author_and_owner,
    plan_heads,
    plan_leaders,
    told,
)
from notifications.catalogue.rule import BY_LEVEL, GROUP, PHONE, WAITS, Rule

RULES = (
    Rule("run.on_locked", confirmers, _("Checked although it is out of service: %(what)s, %(note)s"), channels=GROUP),
    Rule("run.conflicted", confirmers, _("Two people handed in the same check, %(note)s. Look at both")),
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
    Rule("run.nudged", doers, _("Still to do: %(what)s. Please check it now")),
)
