"""From the first day to the day when the factory runs by itself: steps that tick themselves from what stands in it.

Nobody ticks a step by hand; one that does not apply is left out with a reason, which the ledger keeps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, history, register
from core.models import Event, Job, LedgerHead
from facilities.calendar import today
from facilities.models import Equipment, QRPoint
from hazards.models import Hazard, Route, Status
from inspections.models import Checklist, Plan, Run
from market.actions import SAMPLE
from partners.models import Company
from people.models import Duty, RoleGrant, User
from people.permissions import Role
from tenants.current import current_factory
from training.actions import enrol_by_hand
from training.models import Course, Enrolment

register(
    {
        "launch.skipped": gettext_lazy("Step of the launch left out"),
        "launch.resumed": gettext_lazy("Step of the launch taken up again"),
        "launch.put_away": gettext_lazy("Launch checklist put away"),
        "launch.brought_back": gettext_lazy("Launch checklist brought back"),
    }
)
MANAGES = "people.manage"
# The course for whoever looks after the product, which the administrator of a new factory is given.
COURSE = "C16"
DAYS_TO_LEARN = timedelta(days=14)
MOST_REASON = 200
_ENOUGH_MACHINES, _ENOUGH_PEOPLE = 5, 3
_WEEK = timedelta(days=7)

Facts = dict[str, bool]


@dataclass(frozen=True)
class Step:
    """days: in which part of the nine; permission: who can do it; minutes: of whoever does it."""

    key: str
    days: str
    permission: str
    minutes: int
    is_done: Callable[[Facts], bool]
    may_skip: bool = False


def _there(fact: str) -> Callable[[Facts], bool]:
    return lambda facts: facts[fact]


STEPS = (
    Step("pack", "1", "inspections.view", 3, _there("checklists")),
    Step("machine", "1", "facilities.manage", 2, _there("labels")),
    Step("inspection", "1", "inspections.run", 5, _there("scanned")),
    Step("people", "1", "people.manage", 10, _there("people")),
    Step("roles", "1", "people.manage", 5, lambda facts: all(facts[f"review_{n}"] for n in (1, 2, 3))),
    Step("plant", "1", "facilities.manage", 15, _there("machines"), may_skip=True),
    Step("labels", "1", "qr.manage", 10, _there("printed")),
    Step("plan", "2", "inspections.plan", 10, _there("plans")),
    Step("routes", "2", "hazards.route", 10, _there("routes")),
    Step("old_hazards", "2", "hazards.import", 10, _there("old_hazards"), may_skip=True),
    Step("roster", "2", "people.roster", 5, _there("duties")),
    Step("channels", "2", "channels.manage", 5, _there("tried"), may_skip=True),
    Step("course", "4", MANAGES, 90, _there("learned")),
    Step("training", "4", "training.assign", 10, _there("learners")),
    Step("partners", "4", "partners.manage", 5, _there("companies"), may_skip=True),
    Step("closed", "4", "hazards.view", 5, _there("closed")),
    Step("week", "4", "inspections.view", 2, _there("week")),
    Step("export", "4", "inspections.view", 3, _there("exported")),
)
_BY_KEY = {step.key: step for step in STEPS}


def facts() -> Facts:
    """What the steps look at, in one question."""
    grants, ours = RoleGrant.objects, Checklist.objects.current().ours()
    labels = QRPoint.objects.filter(revoked_at=None, equipment__isnull=False)
    runs, hazards, events = Run.objects.filter(status=Run.Status.DONE), Hazard.objects, Event.objects
    is_there: dict[str, QuerySet] = {
        "checklists": ours,
        "labels": labels.exclude(equipment__area__department__code=SAMPLE),
        "scanned": runs.filter(scanned__isnull=False),
        "review_1": grants.filter(role__in=(Role.TEAM_LEADER, Role.WORKSHOP_HEAD)),
        "review_2": grants.filter(role=Role.SAFETY_OFFICER),
        "review_3": grants.filter(role=Role.LEADER),
        "printed": Job.objects.filter(kind="labels", status=Job.Status.DONE),
        "plans": Plan.objects.filter(is_active=True),
        "routes": Route.objects.all(),
        "old_hazards": hazards.filter(source=Hazard.Source.IMPORT),
        "duties": Duty.objects.all(),
        "tried": events.filter(name="robot.tried"),
        "learned": Enrolment.objects.filter(course_code=COURSE, status=Enrolment.Status.PASSED),
        "learners": Enrolment.objects.exclude(course_code=COURSE),
        "companies": Company.objects.all(),
        "closed": hazards.filter(status=Status.CLOSED)
        .exclude(department__code=SAMPLE)
        .exclude(source=Hazard.Source.IMPORT),
        "week": runs.filter(plan__isnull=False, opens_at__lte=timezone.now() - _WEEK).exclude(department__code=SAMPLE),
        "exported": events.filter(name__in=("runs.exported", "hazards.exported")),
        # So many that there is one behind the others.
        "people": User.objects.insiders().filter(is_active=True).exclude(department__code=SAMPLE)[_ENOUGH_PEOPLE - 1 :],
        "machines": Equipment.objects.exclude(area__department__code=SAMPLE)[_ENOUGH_MACHINES - 1 :],
    }
    row = LedgerHead.objects.annotate(**{key: Exists(rows) for key, rows in is_there.items()})
    return row.values(*is_there).get()


@dataclass(frozen=True)
class Standing:
    """One step as it stands; reason: why it was left out."""

    step: Step
    is_done: bool
    reason: str = ""

    @property
    def is_over(self) -> bool:
        return self.is_done or bool(self.reason)


@dataclass(frozen=True)
class Launch:
    standings: tuple[Standing, ...]
    is_away: bool

    @property
    def over(self) -> int:
        return sum(standing.is_over for standing in self.standings)

    @property
    def is_complete(self) -> bool:
        return self.over == len(self.standings)

    @property
    def time_left(self) -> timedelta:
        return timedelta(minutes=sum(each.step.minutes for each in self.standings if not each.is_over))

    def next_for(self, user: Any) -> Standing | None:
        """The first that is left and that this person can do; where there is none, the first that is left."""
        left = [standing for standing in self.standings if not standing.is_over]
        mine = [standing for standing in left if user.can(standing.step.permission)]
        return next(iter(mine or left), None)


def standings(found: Facts, reasons: dict[str, str]) -> tuple[Standing, ...]:
    return tuple(Standing(step, step.is_done(found), reasons.get(step.key, "")) for step in STEPS)


def launch_now() -> Launch:
    reasons, is_away = _said()
    return Launch(standings(facts(), reasons), is_away)


def card_for(user: Any) -> Launch | None:
    """For the administrator's first page, until it was put away."""
    if not user.can(MANAGES):
        return None
    reasons, is_away = _said()
    return None if is_away else Launch(standings(facts(), reasons), is_away)


def _said() -> tuple[dict[str, str], bool]:
    """What somebody left out and why, and whether the list was put away: as the ledger has it."""
    reasons: dict[str, str] = {}
    is_away = False
    rows = history(current_factory()).filter(name__startswith="launch.").values_list("name", "data")
    for name, data in rows:
        if name == "launch.skipped":
            reasons[data["step"]] = data["reason"]
        elif name == "launch.resumed":
            reasons.pop(data["step"], None)
        else:
            is_away = name == "launch.put_away"
    return reasons, is_away


@action
def give_course(administrator: User) -> int:
    """The course about the product, to whoever looks after it."""
    course = Course.objects.current().filter(code=COURSE).first()
    if course is None:
        return 0
    return enrol_by_hand([administrator], course, by=None, due_on=today() + DAYS_TO_LEARN)


@action
def skip_step(key: str, *, reason: str, by: User) -> None:
    _refuse_others(by)
    step = _BY_KEY.get(key)
    if step is None or not step.may_skip:
        raise DomainError(_("This step belongs to every factory and cannot be left out."))
    if not reason.strip():
        raise DomainError(_("Write why it does not apply to you; it stays on record."))
    if step.is_done(facts()):
        raise WrongStatus(_("This is done already."))
    emit("launch.skipped", current_factory(), by=by, step=key, reason=reason.strip()[:MOST_REASON])


@action
def resume_step(key: str, *, by: User) -> None:
    _refuse_others(by)
    if key not in _said()[0]:
        raise DomainError(_("This step is not left out. Look at the list again."))
    emit("launch.resumed", current_factory(), by=by, step=key)


@action
def put_away(*, by: User | None) -> None:
    """Off the first page; its own page stays, and goes on ticking."""
    _refuse_others(by)
    if not _said()[1]:
        emit("launch.put_away", current_factory(), by=by)


@action
def bring_back(*, by: User) -> None:
    _refuse_others(by)
    if _said()[1]:
        emit("launch.brought_back", current_factory(), by=by)


def _refuse_others(by: User | None) -> None:
    if by is not None and not by.can(MANAGES):
        raise NotAllowed(_("Only the administrator changes the launch checklist."))
