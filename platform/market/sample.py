"""Sample data: a workshop with a week of work in it, to look around in before there is anything of one's own.

All of it hangs from one department, so it is found and taken away as a whole. It is written as rows and not as things
that happened: the ledger keeps that it came and went, and nothing of what it pretends.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import yaml
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from alerts.models import Alert
from core.attachments import keep_picture, remove
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from core.models import Attachment, Event
from core.words import say
from facilities.models import Area, Department, Equipment, EquipmentType
from hazards.models import Category, Evidence, Hazard, LevelPolicy, Review, Status
from incidents.models import Incident
from inspections.models import Answer, Audience, Checklist, Plan, Run, Stop, Theme
from market.actions import SAMPLE
from market.beginning import kinds_to_begin_with
from people.actions import sort_key
from people.models import RoleGrant, Team, User
from people.permissions import Role
from tenants import due
from tenants.current import current_factory
from tenants.models import Due

register({
    "sample.loaded": gettext_lazy("Sample data taken in"),
    "sample.removed": gettext_lazy("Sample data taken away"),
})  # fmt: skip
MACHINES = 3
# What makes up a plant: of this nothing goes that was not part of the sample.
PLANT = {
    User: gettext_lazy("People"),
    Department: gettext_lazy("Departments"),
    Team: gettext_lazy("Teams"),
    Area: gettext_lazy("Areas"),
    Equipment: gettext_lazy("Machines"),
    Checklist: gettext_lazy("Checklists"),
    Plan: gettext_lazy("Plans"),
}
# Of these nothing goes that is another workshop's.
RECORDS: dict[Any, Any] = {
    Hazard: gettext_lazy("Hazards"),
    Run: gettext_lazy("Inspections"),
    Incident: gettext_lazy("Incidents"),
}
Rows = dict[type[models.Model], set[Any]]


def workshop() -> Department | None:
    return Department.objects.filter(code=SAMPLE).first()


def _need_manager(by: User) -> None:
    if not by.can("factory.manage"):
        raise NotAllowed(_("Only an administrator of the factory may do this."))


@action
def load_sample(*, by: User) -> Department:
    """Three machines with a week of checks, three people who cannot sign in, five hazards in different states."""
    _need_manager(by)
    if workshop():
        raise WrongStatus(_("The sample data is here already."))
    written = yaml.safe_load((settings.CONTENT_ROOT / "sample" / "sample.yaml").read_text(encoding="utf-8"))
    checked = _checked_kinds()
    if not checked or not Category.objects.exists() or not LevelPolicy.objects.exists():
        raise DomainError(_("Install an industry pack first: the sample uses its machines and checklists."))
    home = Department.objects.create(code=SAMPLE, name=written["workshop"])
    area = Area.objects.create(code=SAMPLE, name=written["area"], department=home)
    machines = [_machine(written, area, kind, number) for number, (kind, _list) in enumerate(checked, 1)]
    people = [_person(home, name, number) for number, name in enumerate(written["people"], 1)]
    for machine, (_kind, checklist) in zip(machines, checked, strict=True):
        _add_checks(written, machine, checklist, people)
    for number, row in enumerate(written["hazards"], 1):
        _add_hazard(row, number, area, machines, people, by)
    emit("sample.loaded", home, by=by, machines=len(machines), hazards=len(written["hazards"]))
    return home


def _checked_kinds() -> list[tuple[EquipmentType, Checklist]]:
    lists = Checklist.objects.current().filter(audience=Audience.STAFF)
    found = ((kind, lists.filter(target_type=kind).first()) for kind in kinds_to_begin_with()[:MACHINES])
    return [(kind, checklist) for kind, checklist in found if checklist]


def _machine(written: dict[str, Any], area: Area, kind: EquipmentType, number: int) -> Equipment:
    name = {
        language: text % {"kind": kind.name.get(language, say(kind.name))}
        for language, text in written["machine"].items()
    }
    return Equipment.objects.create(code=f"SAMPLE-{number}", name=name, type=kind, area=area)


def _person(home: Department, name: dict[str, str], number: int) -> User:
    person = User(name=say(name), sort_key=sort_key(say(name)), employee_no=f"SAMPLE-{number}", department=home)
    person.set_unusable_password()
    person.save()
    RoleGrant.objects.create(user=person, role=Role.WORKER)
    return person


def _add_checks(written: dict[str, Any], machine: Equipment, checklist: Checklist, people: list[User]) -> None:
    """One a day until two hours ago, one of them missed. The plan stands still, so nothing comes of it."""
    days = written["days"]
    opening = timezone.localtime(timezone.now() - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    plan = Plan.objects.create(
        name=say(written["plan"])[:80],
        starts_on=opening.date() - timedelta(days=days),
        opens_at=opening.time(),
        window_minutes=30,
        role=Role.WORKER,
        is_active=False,
    )
    Theme.objects.create(plan=plan, position=1, checklist=checklist)
    Stop.objects.create(plan=plan, position=1, equipment=machine)
    items = list(checklist.items.all())
    for back in range(days, -1, -1):
        opens_at, person = opening - timedelta(days=back), people[(back + machine.pk) % len(people)]
        is_missed = back == 2 and machine.code.endswith("2")
        run = Run.objects.create(
            plan=plan,
            checklist=checklist,
            equipment=machine,
            area=machine.area,
            department=machine.area.department,
            role=Role.WORKER,
            opens_at=opens_at,
            closes_at=opens_at + timedelta(minutes=30),
            **({"status": Run.Status.MISSED} if is_missed else _done(person, opens_at, len(items))),
        )
        if not is_missed:
            Answer.objects.bulk_create(
                Answer(run=run, item=item, value=Answer.Value.PASS, number=item.minimum, answered_at=opens_at)
                for item in items
            )


def _done(person: User, opens_at: datetime, items: int) -> dict[str, Any]:
    begun, seconds = opens_at + timedelta(minutes=4), 9 * items
    return {
        "status": Run.Status.DONE,
        "result": Run.Result.PASS,
        "inspector": person,
        "started_at": begun,
        "submitted_at": begun + timedelta(seconds=seconds),
        "seconds": seconds,
    }


def _add_hazard(
    row: dict[str, Any], number: int, area: Area, machines: list[Equipment], people: list[User], by: User
) -> None:
    reported_at, status = timezone.now() - timedelta(hours=row["hours"]), Status(row["status"])
    policy = LevelPolicy.objects.filter(level=row["level"]).latest("version")
    machine = machines[row["machine"] - 1] if 0 < row["machine"] <= len(machines) else None
    worker, fixer = people[number % len(people)], people[(number + 1) % len(people)]
    facts: dict[str, Any] = {
        "number": f"SAMPLE-{number}",
        "title": say(row["title"]),
        "source": Hazard.Source.REPORT,
        "category": Category.objects.order_by("pk").first(),
        "level": row["level"],
        "department": area.department,
        "area": area,
        "equipment": machine,
        "reporter": worker,
        "reported_at": reported_at,
        "status": status,
    }
    if status != Status.REPORTED:
        confirmed = reported_at + timedelta(minutes=20)
        limit = reported_at + timedelta(hours=policy.rectify_hours)
        facts |= {"policy": policy, "confirmed_at": confirmed, "owner": fixer, "assigned_at": confirmed}
        facts |= {"due_at": limit, "first_due_at": limit, "started_at": confirmed + timedelta(hours=1)}
    if "measure" in row:
        facts |= {
            "cause": say(row["cause"]),
            "measure": say(row["measure"]),
            "submitted_at": reported_at + timedelta(hours=9),
        }
        facts["tests"] = [{"name": say(row["test"]), "required": "", "result": "", "is_passed": True}]
    if status == Status.CLOSED:
        facts["closed_at"] = reported_at + timedelta(hours=20)
    hazard = Hazard.objects.create(**facts)
    stages = ("before", "after") if "measure" in row else ("before",)
    for stage in stages:
        with Image.open(settings.CONTENT_ROOT / "sample" / f"{row['picture']}-{stage}.jpg") as picture:
            kept = keep_picture(picture, name=f"{stage}.jpg", by=by)
        Evidence.objects.create(hazard=hazard, attachment=kept, stage=stage)
    if status == Status.CLOSED:
        for stage, reviewer in zip(Review.Stage.values, [person for person in people if person != fixer], strict=False):
            Review.objects.create(
                hazard=hazard, stage=stage, round=1, reviewer=reviewer, is_passed=True, at=facts["closed_at"]
            )


@action
def remove_sample(*, by: User) -> int:
    """Everything of it, and what was tried out on it since; how many rows. What was added to it beside that stays first."""
    _need_manager(by)
    home = workshop()
    if home is None:
        raise WrongStatus(_("The sample data is gone already."))
    roots = _roots(home)
    rows = _hanging_on(roots)
    _refuse_own(rows, roots, home)
    photos = _photos_of(rows)
    _forget_due(rows)
    for model, pks in rows.items():  # in any order: the database looks at what points where at the end
        model._base_manager.filter(pk__in=pks)._raw_delete("default")
    for photo in Attachment.objects.filter(pk__in=photos):
        if not _hanging_on({Attachment: {photo.pk}}).keys() - {Attachment}:
            remove(photo)
    count = sum(map(len, rows.values()))
    emit("sample.removed", current_factory(), by=by, rows=count)
    return count


def _roots(home: Department) -> Rows:
    codes = {"code__startswith": "SAMPLE-"}
    return {
        Department: {home.pk},
        Area: set(Area.objects.filter(department=home, code=SAMPLE).values_list("pk", flat=True)),
        Equipment: set(Equipment.objects.filter(area__department=home, **codes).values_list("pk", flat=True)),
        User: set(User.objects.filter(department=home, employee_no__startswith="SAMPLE-").values_list("pk", flat=True)),
        Plan: set(_plans_of(home).values_list("pk", flat=True)),
    }


def _plans_of(home: Department) -> models.QuerySet[Plan]:
    """Those that stand still and go nowhere else: a plan with a stop of the factory's own is the factory's."""
    elsewhere = Stop.objects.exclude(equipment__area__department=home).values("plan")
    return Plan.objects.filter(stops__equipment__area__department=home, is_active=False).exclude(pk__in=elsewhere)


def _hanging_on(roots: Rows) -> Rows:
    """The rows, and all rows that point at them, and those that point at these."""
    found: Rows = defaultdict(set, {model: set(pks) for model, pks in roots.items()})
    left = [(model, pks) for model, pks in roots.items() if pks]
    while left:
        model, pks = left.pop()
        fields: Any = model._meta.get_fields(include_hidden=True)
        for relation in fields:
            if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
                continue
            other: Any = relation.related_model
            pointing = other._base_manager.filter(**{f"{relation.field.name}__in": pks})
            if new := set(pointing.values_list("pk", flat=True)) - found[other]:
                found[other] |= new
                left.append((other, new))
    return {model: pks for model, pks in found.items() if pks}


def _refuse_own(rows: Rows, roots: Rows, home: Department) -> None:
    """What somebody has put into the sample workshop is theirs, and so is what they did under one of its names.

    A record of another workshop never goes, even where a sample person was put in charge of it.
    """
    if Event in rows:
        raise DomainError(_("Somebody has worked under a sample person's name. That stays, so the sample does too."))
    own = [
        f"{word} {len(left)}"
        for model, word in PLANT.items()
        if (left := rows.get(model, set()) - roots.get(model, set()))
    ]
    own += [
        f"{word} {count}"
        for model, word in RECORDS.items()
        if (count := model._base_manager.filter(pk__in=rows.get(model, ())).exclude(department=home).count())
    ]
    if own:
        words = {"what": _(", ").join(own)}
        raise DomainError(
            _("You have put something of your own into the sample workshop: %(what)s. Move it first.") % words
        )


def _photos_of(rows: Rows) -> set[Any]:
    fields = [
        (model, field)
        for model in rows
        for field in model._meta.concrete_fields
        if field.related_model is Attachment and not field.primary_key
    ]
    return {
        pk
        for model, field in fields
        for pk in model._base_manager.filter(pk__in=rows[model]).values_list(field.attname, flat=True)
        if pk
    }


def _forget_due(rows: Rows) -> None:
    """Timers of what is going, and the notices that lead to it."""
    for model, name in ((Hazard, "hazard"), (Run, "run"), (Alert, "alert"), (Plan, "plan"), (Incident, "incident")):
        if pks := rows.get(model):
            Due.objects.filter(factory=current_factory(), **{f"payload__{name}__in": list(pks)}).delete()
            due.now("notifications.forget", subject=model._meta.label_lower, ids=sorted(pks))
