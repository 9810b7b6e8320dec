"""The launch checklist in words: what each step is, why it matters, and the page that does it."""

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.templatetags.core_tags import span
from market.beginning import kinds_to_begin_with
from market.launch import Launch, Standing, card_for
from market.routing import suggested_routes
from people.permissions import PERMISSIONS, Role
from portals.console.forms.launch import MachineForm

Text = str | Promise
PARTS: tuple[tuple[str, Text, Text], ...] = (
    ("1", _("Day 1"), _("The first check runs.")),
    ("2", _("Day 2 to 3"), _("Checks come by themselves, and hazards find who fixes them.")),
    ("4", _("Day 4 to 9"), _("Everybody is on board, and the first week is on record.")),
)


@dataclass(frozen=True)
class Words:
    title: Text
    why: Text
    button: Text
    url_name: str


WORDS = {
    "pack": Words(
        _("Your trade's checklists are here"),
        _("Look one through: that is what your people will be asked."),
        _("Look at the checklists"),
        "console:checklists",
    ),
    "machine": Words(
        _("Your first machine and its label"),
        _("A check begins by scanning the label on a machine."),
        _("Add the first machine"),
        "console:first_machine",
    ),
    "inspection": Words(
        _("Scan, and hand in the first check"),
        _("Do it yourself once, with your phone. It takes two minutes."),
        _("To the label"),
        "console:first_label",
    ),
    "people": Words(
        _("Add your people"),
        _("One by one, or all at once from Excel. They sign in with their phone number; nobody needs a password."),
        _("Add people from Excel"),
        "console:import_people",
    ),
    "roles": Words(
        _("Name who signs off"),
        _("Three people close a hazard: a team leader, the safety officer and a leader. Without them it stays open."),
        _("Look at the people"),
        "console:people",
    ),
    "plant": Words(
        _("Add the other machines"),
        _("Five or more. With an Excel list it is done in a few minutes."),
        _("Add machines from Excel"),
        "console:import_machines",
    ),
    "labels": Words(
        _("Print the labels"),
        _("Eight on a page; stick them where people stand, and outside of explosion-hazard areas."),
        _("Choose and print"),
        "console:machines",
    ),
    "plan": Words(
        _("The first plan"),
        _("From then on checks come by themselves each day, and what was not done shows."),
        _("Make a plan"),
        "console:add_plan",
    ),
    "routes": Words(
        _("Who fixes what"),
        _("A hazard goes at once to the team that can fix it."),
        _("Set it"),
        "console:routes",
    ),
    "old_hazards": Words(
        _("Read in your old list of hazards"),
        _("What is still open there goes on here; what was closed counts for repeats."),
        _("Read in from Excel"),
        "console:import_hazards",
    ),
    "roster": Words(
        _("Who is on duty"),
        _("An alert rings with whoever is on duty; with nobody entered it rings with every safety officer."),
        _("To the duty roster"),
        "console:roster",
    ),
    "channels": Words(
        _("Try the group's robot"),
        _("Notices also go to your WeCom, DingTalk or Feishu group. Send one line to see that it arrives."),
        _("Where notices go"),
        "console:channels",
    ),
    "course": Words(
        _("The administrator's course"),
        _("Eight short lessons with what to do in each; about an hour and a half in all."),
        _("To the course"),
        "field:learn",
    ),
    "training": Words(
        _("Courses for your people"),
        _("Choose who learns what. Whoever has a job role gets its courses by themselves."),
        _("Who learns what"),
        "console:requirements",
    ),
    "partners": Words(
        _("Invite a supplier or contractor"),
        _("They work in a portal of their own, free of charge, and see nothing of yours."),
        _("Add a supplier"),
        "console:add_supplier",
    ),
    "closed": Words(
        _("The first hazard is closed"),
        _("Found, fixed and signed off by three people: the whole road once."),
        _("To the hazards"),
        "console:hazards",
    ),
    "week": Words(
        _("A plan runs for a week"),
        _("After seven days the board shows who is in time and what gets forgotten."),
        _("To the board"),
        "console:board",
    ),
    "export": Words(
        _("The first week on paper"),
        _("Take the list of checks or hazards out as Excel or PDF and look at it together."),
        _("To the inspections"),
        "console:runs",
    ),
}


def rows_of(launch: Launch, user: Any) -> list[tuple[Text, Text, list[dict[str, Any]]]]:
    """The steps by their days."""
    return [
        (title, aim, [shown(standing, user) for standing in launch.standings if standing.step.days == days])
        for days, title, aim in PARTS
    ]


def shown(standing: Standing, user: Any) -> dict[str, Any]:
    words, step = WORDS[standing.step.key], standing.step
    may, url = user.can(step.permission), reverse(words.url_name)
    who = [str(role.label) for role in Role if role in PERMISSIONS[step.permission]][:3]
    if step.key == "routes" and may and not standing.is_done and (offered := len(suggested_routes())):
        why = ngettext(
            "Your pack suggests who fixes %(n)d kind of hazard. One click takes it over.",
            "Your pack suggests who fixes %(n)d kinds of hazards. One click takes them over.",
            offered,
        )
        words, url = replace(words, why=why % {"n": offered}, button=_("Look and take over")), f"{url}#suggested"
    return {"standing": standing, "words": words, "url": url, "may": may, "who": who}


def card_of(user: Any) -> dict[str, Any] | None:
    """For the first page: how far it is, and the one next step."""
    launch = card_for(user)
    if launch is None:
        return None
    following = launch.next_for(user)
    is_machine = following is not None and following.step.key == "machine" and user.can(following.step.permission)
    return {
        "launch": launch,
        "left": span(launch.time_left),
        "next": shown(following, user) if following else None,
        "form": MachineForm(kinds=kinds_to_begin_with()) if is_machine else None,
    }
