"""时限规则: the limits and the way of approval of each level. Each change is a version; running hazards keep theirs."""

from typing import Any

from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from hazards.actions.clock import policy_of
from hazards.models import Level, LevelPolicy
from people.models import User
from people.permissions import Role

# Who can be told, in the order in which they stand above each other.
TELLABLE = (Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD)
STAGES = ("first", "second", "final")
RULES = (
    "acknowledge_minutes", "control_minutes", "rectify_hours", "rework_hours", "clock", "escalate_before_hours",
    "repeat_hours", "chain", "stages", "needs_plan", "needs_release",
)  # fmt: skip
# Least and most of each figure: five minutes to three days, an hour to ninety days.
BOUNDS = {
    "acknowledge_minutes": (5, 3 * 24 * 60),
    "control_minutes": (5, 3 * 24 * 60),
    "rectify_hours": (1, 90 * 24),
    "rework_hours": (1, 30 * 24),
    "escalate_before_hours": (0, 30 * 24),
    "repeat_hours": (1, 7 * 24),
}


@action
def change_policy(policy: LevelPolicy, *, by: User, **rules: Any) -> LevelPolicy:
    """A new version of this policy with these rules; `policy` is the one that the page showed."""
    if not by.can("hazards.set_policy"):
        raise NotAllowed(_("The safety officer sets the limits."))
    # The first version stands for the level: whoever holds it is the only one who adds to it.
    LevelPolicy.objects.select_for_update().filter(level=policy.level).earliest("version")
    newest = policy_of(policy.level)
    if newest is None or newest.pk != policy.pk:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    before = {name: getattr(policy, name) for name in RULES}
    after = before | rules
    _refuse_odd(policy.level, after)
    if after == before:
        return policy
    made = LevelPolicy.objects.create(level=policy.level, version=policy.version + 1, created_by=by, **after)
    changes = {name: [before[name], after[name]] for name in RULES if before[name] != after[name]}
    emit("policy.changed", made, by=by, level=made.level, version=made.version, changes=changes)
    return made


def _refuse_odd(level: str, rules: dict[str, Any]) -> None:
    for name, (least, most) in BOUNDS.items():
        value = rules[name]
        if value is not None and not least <= value <= most:
            words = {"what": LevelPolicy._meta.get_field(name).verbose_name, "least": least, "most": most}  # type: ignore[union-attr]
            raise DomainError(_("%(what)s: between %(least)d and %(most)d.") % words)
    if rules["escalate_before_hours"] >= rules["rectify_hours"]:
        raise DomainError(
            _("The word before the limit must come later than the start: fewer hours than there are to fix it.")
        )
    _refuse_odd_people(rules)
    if level == Level.MAJOR and not (
        rules["needs_plan"] and rules["needs_release"] and set(rules["stages"]) == set(STAGES)
    ):
        raise DomainError(_("A major hazard always has its plan, all three reviews and the head's release."))


def _refuse_odd_people(rules: dict[str, Any]) -> None:
    chain, stages = rules["chain"], rules["stages"]
    if not chain or len(set(chain)) < len(chain) or not set(chain) <= set(TELLABLE):
        raise DomainError(_("Say who is told: at least one role, none of them twice."))
    if rules["needs_release"] and "final" not in stages:
        raise DomainError(_("The head releases what the leader in charge has reviewed. Keep that review."))
    if "second" not in stages:
        raise DomainError(_("The safety officer always reviews."))
    if not set(stages) <= set(STAGES):
        raise DomainError(_("Choose the reviews from the list."))
