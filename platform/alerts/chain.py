"""Who is called for an alert: the people on duty, then one level further each time until somebody takes it."""

from dataclasses import dataclass

from alerts.models import Alert, full_chain
from people.duty import on_duty
from people.models import User
from people.permissions import Role

# Who can be called, in the order in which they stand above each other.
CALLABLE = (Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD)


@dataclass(frozen=True)
class Call:
    """The people of `role`; `skipped` are the roles before it that nobody holds."""

    role: str
    people: list[User]
    skipped: list[str]


def first_called(alert: Alert) -> list[User]:
    """Whoever is on duty, without the one who raised it; where nobody else is left, the officers, then the chain."""
    there = (
        [*on_duty(alert.raised_at, alert.department_id)],
        User.objects.holding(Role.SAFETY_OFFICER, alert.department_id),
    )
    for people in there:
        others = [person for person in people if person.pk != alert.raised_by_id]
        if others:
            return others
    return [person for person in call(alert, 1).people if person.pk != alert.raised_by_id]


def call(alert: Alert, step: int) -> Call:
    """Step 1 is the first level of the chain; after the last one it is the last again."""
    roles = tried(alert.rules.chain, step)
    for number, role in enumerate(roles):
        people = list(User.objects.holding(role, alert.department_id))
        if people:
            return Call(role, people, roles[:number])
    return Call(roles[0], list(alert.called.filter(is_active=True)), roles)


def tried(chain: list[str], step: int) -> list[str]:
    """The step's own level, those above it, and in the end those below."""
    chain = chain or full_chain()
    at = min(step, len(chain)) - 1
    return [*chain[at:], *reversed(chain[:at])]
