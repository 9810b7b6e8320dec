"""Installing an industry pack: the factory gets its own copy of everything in it, and nothing twice."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import yaml
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from core.events import action, emit, history, register
from facilities.calendar import today
from facilities.models import Area, Department, EquipmentType
from hazards.models import Category, Level, LevelPolicy
from inspections.actions import create_checklist
from inspections.models import Audience, Checklist, Frequency, Item
from market import packs
from market.models import LISTS, PackPart, PartKind
from market.packs import Pack
from market.parts import area_of, digest, keep_parts, lists_here, parts_here, places_of, release, release_of
from market.questionnaires import questionnaire_of
from market.risks import install_risks
from partners.actions import install_text
from partners.entry import CREW_NAME, CREW_ROLE, ENTRY_EXAM
from partners.models import SiteText
from people.models import JobRole
from people.whereabouts import note_everybody
from tenants import due
from tenants.current import current_factory
from training.actions import enrol_missing, install_courses, install_licence_kinds, install_questions
from training.library import written_courses, written_licence_kinds
from training.models import Exam, LicenceRequirement, Requirement

register(
    {
        "pack.installed": gettext_lazy("Industry pack installed"),
        "pack.followed": gettext_lazy("New courses and kinds of licences of the release taken over"),
    }
)

# What areas belong to where the factory has not written down its workshops yet.
WHOLE = {"code": "factory", "name": {"zh": "全厂", "en": "Whole factory"}}

# Its workshop is nobody's: see market.sample.
SAMPLE = "sample"

# Minutes to acknowledge and hours to fix: the product's defaults; the law only says "at once" and "in time".
LIMITS = {Level.GENERAL: (240, 72), Level.SERIOUS: (60, 48), Level.MAJOR: (15, 24)}

# The product's default, which the training officer changes for each course.
DAYS_TO_LEARN = 30

# The entry exam of contractors: a bank of its own, without a course, so nobody of the factory learns it.
ENTRY_BANK, ENTRY_QUESTIONS, ENTRY_MINUTES, ENTRY_TRIES = "entry", 10, 15, 3
ENTRY_TITLE = {"zh": "进场考试", "en": "Entry exam"}

# The weekly numbers of the pack's checklists.
MEASURE, WEEK = "market.measure", timedelta(days=7)

# Columns that only the items of a questionnaire have.
ASKED = ("section", "weight", "is_fresh", "may_skip", "only_if_position", "only_if_value")

# Minutes to a temporary control of what cannot be fixed at once (B1).
CONTROL = {Level.SERIOUS: 240, Level.MAJOR: 60}


@action
def install_pack(pack: Pack, *, by: Any, tell: Callable[[str, int], None] | None = None) -> dict[str, int]:
    """Adds what the factory does not have yet, by code; what it has changed since stays as it is.

    Returns how many rows of each kind were new. tell: hears of each kind as soon as it is there.
    """
    steps: dict[str, Callable[[], int]] = {
        "policies": _add_policies,
        "areas": lambda: install_areas(pack["areas"]),
        "categories": lambda: _add(Category, pack["categories"], _category),
        "equipment_types": lambda: _add(EquipmentType, pack["equipment_types"], _equipment_type),
        "job_roles": lambda: _add(JobRole, pack["job_roles"], lambda row: {"name": row["name"]}),
        "checklists": lambda: install_checklists(pack["checklists"], by=by, areas=pack["areas"]),
        "questionnaires": lambda: install_questionnaire(pack, by=by),
        "entry": lambda: install_entry(pack, by=by),
        "courses": lambda: install_courses(written_courses(), by=by),
        "licence_kinds": lambda: install_licence_kinds(written_licence_kinds(), by=by),
        "requirements": lambda: _require_courses(pack["job_roles"], by=by),
        "licence_requirements": lambda: _require_licences(pack["job_roles"]),
        "risks": lambda: install_risks(pack["risks"], places_of(pack["areas"]), by=by),
    }
    adopt_parts()
    of = release_of(pack)
    there = parts_here(of).keys()
    new = {}
    for kind, install in steps.items():
        new[kind] = install()
        if tell:
            tell(kind, new[kind])
    keep_parts(of, parts_here(of).keys() - there)
    begin_to_measure()
    _begin_months()
    if any(new.values()):
        emit("pack.installed", current_factory(), by=by, pack=pack["code"], title=pack["title"], new=new)
    return new


@action
def follow_release() -> dict[str, int]:
    """What the product brings along since the factory's pack was installed: courses and kinds of licences.

    What the factory has changed or retired since stays as it is; who has to learn what it decides itself.
    """
    note_everybody()
    new = {"licence_kinds": install_licence_kinds(written_licence_kinds(), by=None)}
    if history(current_factory()).filter(name="pack.installed").exists():
        new["courses"] = install_courses(written_courses(), by=None)
    adopt_parts()
    _begin_months()
    if any(new.values()):
        emit("pack.followed", current_factory(), by=None, new=new)
    return new


def _begin_months() -> None:
    """From now on each month has its inspectors and its report, and somebody is told when a drill is due."""
    due.once(timezone.now(), "adoption.begin_months", key="adoption.begin_months")
    due.once(timezone.now(), "insight.begin", key="insight.begin")
    due.once(timezone.now(), "insight.warn_of_drills", key="insight.drills")


def adopt_parts() -> None:
    """For factories whose pack came before its parts were kept: what they changed since is theirs.

    A list's first version is what was installed. What else nobody can tell apart counts as changed here, so it stays.
    """
    codes = history(current_factory()).filter(name="pack.installed").values_list("data__pack", flat=True)
    for code in dict.fromkeys(codes):
        if PackPart.objects.filter(pack=code).exists() or code not in packs.codes():
            continue
        of = release(code)
        here = parts_here(of)
        first = lists_here(Checklist.objects.filter(version=1, code__in=[code for _kind, code in of.parts]), of.areas)
        came = {key: content for key, content in here.items() if key[0] != PartKind.AREA}
        came |= {key: first[key[1]] for key in of.parts if key[0] in LISTS and key[1] in first}
        if (text := (PartKind.BRIEFING, SiteText.Kind.BRIEFING)) in came:
            came[text] = of.parts[text]
        PackPart.objects.bulk_create(
            [
                PackPart(pack=code, kind=kind, code=each, content=content, digest=digest(content))
                for (kind, each), content in came.items()
            ],
            ignore_conflicts=True,
        )
        begin_to_measure()


def begin_to_measure() -> None:
    """Once a week; see market.measuring."""
    due.once(timezone.now() + WEEK, MEASURE, key=MEASURE)


def require_of_posts(job_roles: list[dict[str, Any]], *, by: Any) -> None:
    _require_courses(job_roles, by=by)
    _require_licences(job_roles)


def _require_courses(job_roles: list[dict[str, Any]], *, by: Any) -> int:
    """What the pack's job roles have to learn; a requirement that is there already keeps its days."""
    roles = JobRole.objects.in_bulk([row["code"] for row in job_roles], field_name="code")
    known = set(Requirement.objects.values_list("job_role__code", "course_code"))
    wanted = [(row["code"], course) for row in job_roles if row["code"] in roles for course in row["courses"]]
    new = [pair for pair in wanted if pair not in known]
    Requirement.objects.bulk_create(
        Requirement(job_role=roles[role], course_code=course, days=DAYS_TO_LEARN, since=today()) for role, course in new
    )
    if new:
        enrol_missing(by=by)
    return len(new)


def _require_licences(job_roles: list[dict[str, Any]]) -> int:
    roles = JobRole.objects.in_bulk([row["code"] for row in job_roles], field_name="code")
    wanted = [(row["code"], licence) for row in job_roles for licence in row.get("licences", ())]
    known = set(LicenceRequirement.objects.values_list("job_role__code", "kind_code"))
    new = [pair for pair in wanted if pair not in known]
    LicenceRequirement.objects.bulk_create(
        LicenceRequirement(job_role=roles[role], kind_code=licence) for role, licence in new
    )
    return len(new)


@action
def install_areas(areas: list[dict[str, Any]]) -> int:
    """Those that the factory has under neither their code nor their name; it says later which workshop each belongs to."""
    there = list(Area.objects.all())
    new = [row for row in areas if area_of(row, there) is None]
    if new:
        home = Department.objects.filter(parent=None).exclude(code=SAMPLE).order_by(
            "pk"
        ).first() or Department.objects.create(**WHOLE)
        Area.objects.bulk_create(
            Area(code=row["code"], name=row["name"], colour=row["colour"], department=home) for row in new
        )
    return len(new)


@action
def install_checklists(checklists: list[dict[str, Any]], *, by: Any, areas: Iterable[dict[str, Any]] = ()) -> int:
    """Adds the checklists whose code is new, with their items; returns how many. areas: the pack's, by which theirs are found."""
    known = set(Checklist.objects.values_list("code", flat=True))
    types = dict(EquipmentType.objects.values_list("code", "pk"))
    places = places_of(areas)
    rows = [row for row in checklists if row["code"] not in known]
    rows = [row for row in rows if row["target"] == "plant" or row["target"] in types or row["target"] in places]
    made = Checklist.objects.bulk_create([_checklist(row, types, places) for row in rows])
    categories = dict(Category.objects.values_list("code", "pk"))
    Item.objects.bulk_create(
        item_of(checklist, position, item, categories)
        for checklist, row in zip(made, rows, strict=True)
        for position, item in enumerate(row["items"], 1)
    )
    for checklist in made:
        emit("checklist.installed", checklist, by=by, code=checklist.code, title=checklist.title)
    return len(made)


@action
def install_questionnaire(pack: Pack, *, by: Any) -> int:
    """What suppliers of this trade are asked; also for factories that had the pack before. Once: the factory's own stays."""
    row = questionnaire_of(pack)
    if row is None or Checklist.objects.filter(code=row["code"]).exists():
        return 0
    categories = categories_for(row, pack["categories"])
    made = Checklist.objects.create(
        code=row["code"], title=row["title"], audience=Audience.SUPPLIERS, frequency=Frequency.MONTHLY, seconds=600
    )
    Item.objects.bulk_create(item_of(made, n, item, categories) for n, item in enumerate(row["items"], 1))
    emit("checklist.installed", made, by=by, code=made.code, title=made.title)
    return 1


def categories_for(row: dict[str, Any], written: list[dict[str, Any]]) -> dict[str, int]:
    """Ids by code, with the kinds of hazards that this list needs and the factory lacks."""
    used = {item["category"] for item in row["items"]}
    _add(Category, [each for each in written if each["code"] in used], _category)
    return dict(Category.objects.values_list("code", "pk"))


@action
def install_entry(pack: Pack, *, by: Any) -> int:
    """What contractors read, sign and are asked before they come in. The factory's own texts stay; questions add up."""
    role, _is_new = JobRole.objects.get_or_create(code=CREW_ROLE, defaults={"name": CREW_NAME})
    new = install_questions(ENTRY_BANK, pack.get("entry_questions") or (), by=by)
    if not Exam.objects.filter(code=ENTRY_EXAM).exists():
        blueprint = [{"course": ENTRY_BANK, "lesson": "", "count": ENTRY_QUESTIONS}]
        facts = {"title": ENTRY_TITLE, "blueprint": blueprint, "minutes": ENTRY_MINUTES, "tries_per_day": ENTRY_TRIES}
        # The entry permit is what it leads to.
        facts |= {"job_role": role, "gives_certificate": False, "published_at": timezone.now()}
        Exam.objects.create(code=ENTRY_EXAM, status=Exam.Status.CURRENT, **facts)
    briefing = pack.get("briefing")
    texts = [install_text(SiteText.Kind.BRIEFING, briefing["body"], briefing["minutes"], by=by)] if briefing else []
    texts.append(install_text(SiteText.Kind.AGREEMENT, agreement_text(), 1, by=by))
    return new + sum(text is not None for text in texts)


@action
def checklist_for_contractors(*, by: Any) -> Checklist:
    """With the kind of hazard that it needs, where the factory has none of that name yet."""
    path = settings.CONTENT_ROOT / "contractors" / "check.yaml"
    row = yaml.safe_load(path.read_text(encoding="utf-8"))
    category = {"name": {"zh": "相关方作业", "en": "Work of contractors"}, "gbt13861": 4, "level": Level.SERIOUS}
    Category.objects.get_or_create(code="contractor", defaults=category)
    install_checklists([row], by=by)
    return Checklist.objects.filter(code=row["code"]).order_by("-version")[0]


def agreement_text() -> str:
    return (settings.CONTENT_ROOT / "contractors" / "agreement.md").read_text(encoding="utf-8")


@action
def copy_from_pack(
    pack: Pack,
    code: str,
    *,
    by: Any,
    title: dict | str = "",
    frequency: str = "",
    target: EquipmentType | Area | None = None,
    keeps_target: bool = True,
) -> Checklist:
    """The draft of a new list from one of the pack's, with the kinds of hazards that the factory lacks for it."""
    row = next((row for row in pack["checklists"] if row["code"] == code), None)
    if row is None:
        raise DomainError(_("This pack has no such list. Choose one from it."))
    categories = categories_for(row, pack["categories"])
    if keeps_target:
        kind = EquipmentType.objects.filter(code=row["target"]).first()
        target = kind or Area.objects.filter(pk=places_of(pack["areas"]).get(row["target"], 0)).first()
    return create_checklist(
        title or row["title"],
        frequency or row["frequency"],
        by=by,
        target_type=target if isinstance(target, EquipmentType) else None,
        target_area=target if isinstance(target, Area) else None,
        items=[item_of(None, position, item, categories) for position, item in enumerate(row["items"], 1)],
    )


def add_target(row: dict[str, Any], pack: Pack) -> None:
    """The kind of machine or the area that this list is for, where the factory has none."""
    _add(EquipmentType, [each for each in pack["equipment_types"] if each["code"] == row["target"]], _equipment_type)
    install_areas([each for each in pack["areas"] if each["code"] == row["target"]])


def _add_policies() -> int:
    known = set(LevelPolicy.objects.values_list("level", flat=True))
    rows = [
        LevelPolicy(
            level=level,
            version=1,
            acknowledge_minutes=minutes,
            rectify_hours=hours,
            control_minutes=CONTROL.get(level),
            needs_plan=level == Level.MAJOR,
            needs_release=level == Level.MAJOR,
        )
        for level, (minutes, hours) in LIMITS.items()
        if level not in known
    ]
    return len(LevelPolicy.objects.bulk_create(rows))


def _add(model, rows: list[dict[str, Any]], fields) -> int:
    known = set(model.objects.values_list("code", flat=True))
    new = [model(code=row["code"], **fields(row)) for row in rows if row["code"] not in known]
    return len(model.objects.bulk_create(new))


def _category(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("name", "gbt13861", "level", "urgent_when")}


def _equipment_type(row: dict[str, Any]) -> dict[str, Any]:
    return {"name": row["name"], "statutory_inspection": row["statutory_inspection"]}


def _checklist(row: dict[str, Any], types: dict[str, int], areas: dict[str, int]) -> Checklist:
    return Checklist(
        code=row["code"],
        title=row["title"],
        frequency=row["frequency"],
        target_type_id=types.get(row["target"]),
        target_area_id=areas.get(row["target"]),
        seconds=row["seconds"],
    )


def item_of(checklist: Checklist | None, position: int, row: dict[str, Any], categories: dict[str, int]) -> Item:
    return Item(
        checklist=checklist,
        position=position,
        text=row["text"],
        kind=row["kind"],
        accept=row["accept"],
        unit=row.get("unit") or "",
        minimum=_number(row.get("min")),
        maximum=_number(row.get("max")),
        choices=row.get("choices", []),
        photo=row["photo"],
        shot=row.get("shot"),
        category_id=categories[row["category"]],
        is_urgent=row["urgent"],
        basis=row["basis"],
        **{name: row[name] for name in ASKED if name in row},
    )


def _number(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
