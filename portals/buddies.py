"""What pages of 帮扶结对 show: the goal, the weeks, and at which steps help was asked for."""

from typing import Any

from adoption.models import Pair
from adoption.unaided import weeks_of
from inspections.models import Run
from people.models import User

SHOWN_CALLS = 30


def pair_of(user: User) -> Pair | None:
    """The running one in which somebody is helped."""
    return Pair.objects.running().filter(mentee=user).select_related("mentor").first()


def help_for(user: User, run: Run) -> dict[str, Any]:
    """For the check's page: whom its steps may call, and at which steps that was done."""
    buddy = pair_of(user)
    if buddy is None:
        return {}
    return {"buddy": buddy, "asked": set(run.help_calls.filter(person=user).values_list("item", flat=True))}


def shown(pair: Pair) -> dict[str, Any]:
    weeks = weeks_of(pair)
    return {
        "pair": pair,
        "weeks": weeks[::-1],
        "met": met_in_a_row(weeks),
        "calls": pair.calls.select_related("item", "run__equipment", "run__area")[:SHOWN_CALLS],
    }


def met_in_a_row(weeks) -> int:
    """Whole weeks up to the last one that kept the goal without a gap."""
    met = 0
    for week in reversed([week for week in weeks if week.is_over]):
        if not week.is_met:
            break
        met += 1
    return met
