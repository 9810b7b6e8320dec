"""The records of which an evidence pack is made: each one file, or a folder of papers, by its key."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.exports import RECORDS as ALERTS
from core import accidents
from core.archives import DAY, Days, midnight
from core.exports.book import Column, Sheet, looks_of, open_book, write_cover
from core.exports.cover import Cover
from core.exports.lists import Listing
from core.words import say
from core.zone import zone
from facilities.models import Area, Department, Equipment
from hazards import government
from hazards.archive import Filter as HazardFilter
from hazards.archive import Moment
from hazards.exports import NEAR, tables
from hazards.exports import REGISTER as HAZARDS
from hazards.exports.paper import write_evidence
from hazards.models import Hazard, Level, LevelPolicy
from incidents.exports import REGISTER as INCIDENTS
from insight import figures
from insight.models import Countermeasure
from inspections.exports import RECORDS as RUNS
from inspections.models import Checklist, Plan
from partners.exports import RECORDS as SELF_INSPECTIONS
from partners.models import CrewMember, EntryPermit, GatePass, WorkPermit
from people.models import RoleGrant, User
from risks.exports import RECORDS as RISKS
from sensors.models import Alarm
from tenants.current import current_factory
from training.models import Attendance, Certificate, Course, Licence, LicenceKind, TrainingSession

# Of major hazards so many whole papers; the register holds all of them.
MOST_PAPERS = 40
_CHUNK = 1000


@dataclass(frozen=True)
class Ask:
    """Of which days, and for whom: nobody takes along what they may not see."""

    days: Days
    by: User

    def moments(self, field: str) -> Q:
        """Rows whose moment lies in these days."""
        since, until = self.days.since, self.days.until
        asked = {f"{field}__gte": since and midnight(since), f"{field}__lt": until and midnight(until + DAY)}
        return Q(**{name: moment for name, moment in asked.items() if moment})

    def on(self, field: str) -> Q:
        asked = {f"{field}__gte": self.days.since, f"{field}__lte": self.days.until}
        return Q(**{name: day for name, day in asked.items() if day})


Write = Callable[[Path, Cover, Ask], int]


@dataclass(frozen=True)
class Part:
    """write: fills one file, returns how many rows are in it. papers: further files of a folder, as they are made."""

    key: str
    title: str | Promise
    write: Write | None = None
    papers: Callable[[Cover, Ask], Iterator[tuple[str, Callable[[Path], Any]]]] | None = None


def _table(title: str | Promise, columns: Sequence[Column], rows: Callable[[Ask], Iterable[Sequence[Any]]]) -> Write:
    def write(path: Path, about: Cover, ask: Ask) -> int:
        with open_book(path) as book:
            looks = looks_of(book)
            first = book.add_worksheet(str(_("About")))
            sheet = Sheet(book, looks, str(title)[:31], columns)
            for row in rows(ask):
                sheet.write([_local(value) for value in row])
            sheet.close()
            write_cover(first, looks, str(title), about.lines([(str(_("Rows")), sheet.rows)]))
        return sheet.rows

    return write


def _local(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone())
    return say(value) if isinstance(value, dict) else str(value) if isinstance(value, Promise) else value


def _listing(listing: Listing, rule: Callable[[Days], Any]) -> Write:
    """An archive's own book."""

    def write(path: Path, about: Cover, ask: Ask) -> int:
        chunks = listing.chunks(rule(ask.days), ask.by)
        return listing.writers["xlsx"](path, about, chunks, lambda _done: None)

    return write


def _same_days(listing: Listing) -> Callable[[Days], Any]:
    return lambda days: listing.filter(since=days.since, until=days.until)


def _profile(ask: Ask) -> Iterator[Sequence[Any]]:
    yield _("Factory"), current_factory().name
    yield _("People"), str(User.objects.insiders().filter(is_active=True).count())
    yield _("Workshops"), str(Department.objects.count())
    yield _("Areas"), str(Area.objects.count())
    yield _("Machines"), str(Equipment.objects.filter(status=Equipment.Status.IN_SERVICE).count())
    for department in Department.objects.annotate(there=Count("people", filter=Q(people__is_active=True))).order_by(
        "code"
    ):
        yield f"{department.code} {say(department.name)}", _("%(n)d people") % {"n": department.there}


def _roles(ask: Ask) -> Iterator[Sequence[Any]]:
    grants = RoleGrant.objects.filter(user__is_active=True).select_related("user__department", "user__job_role", "department")  # fmt: skip
    for grant in grants.order_by("role", "user__sort_key", "pk"):
        person = grant.user
        yield (
            grant.get_role_display(), person.name, person.employee_no or "", _name_of(person.department),
            _name_of(person.job_role), _name_of(grant.department) or _("the whole factory"),
        )  # fmt: skip


def _name_of(thing: Any) -> str:
    return say(thing.name) if thing else ""


def _documents(ask: Ask) -> Iterator[Sequence[Any]]:
    for kind, model in ((_("Checklist"), Checklist), (_("Course"), Course)):
        for row in model.objects.exclude(status=model.Status.DRAFT).order_by("code", "-version"):
            yield kind, row.code, row.title, row.version, row.published_at, row.get_status_display()


def _rules(ask: Ask) -> Iterator[Sequence[Any]]:
    for rules in accidents.standards():
        yield _("Classes of accidents"), say(rules.name), rules.since, rules.code
    for kind in LicenceKind.objects.order_by("code", "-version"):
        yield _("Licences"), say(kind.name), kind.valid_from, "；".join(str(source) for source in kind.sources)
    for policy in LevelPolicy.objects.order_by("level", "-version"):
        words = _("Limits and approvals of hazards: %(level)s, version %(n)d")
        yield _("Company rules"), words % {"level": policy.get_level_display(), "n": policy.version}, None, ""


def _figures(ask: Ask) -> Iterator[Sequence[Any]]:
    since, until = ask.days.since, ask.days.until
    if since is None or until is None:
        return
    values, wanted = figures.measure(figures.Scope(ask.by), (since, until)), figures.targets()
    for figure in figures.FIGURES:
        value = values[figure.key]
        yield (
            figure.label, value.number, figure.unit, wanted[figure.key], value.top, value.bottom, figure.definition,
        )  # fmt: skip


def _certificates(ask: Ask) -> Iterator[Sequence[Any]]:
    rows = Certificate.objects.visible_to(ask.by).filter(ask.on("issued_on")).select_related("person__department")
    for row in rows.order_by("issued_on", "pk").iterator(chunk_size=_CHUNK):
        gone = row.revocation if row.revoked_at else ""
        yield (
            row.number, row.name, _name_of(row.person.department), row.title, row.issued_on, row.expires_on,
            row.score, gone,
        )  # fmt: skip


def _licences(ask: Ask) -> Iterator[Sequence[Any]]:
    rows = Licence.objects.visible_to(ask.by).filter(status__in=(Licence.Status.CURRENT, Licence.Status.REPLACED))
    rows = rows.filter(kind__is_health=False).select_related("person__department", "kind")
    for row in rows.order_by("ends_on", "pk").iterator(chunk_size=_CHUNK):
        yield (
            row.person.name, row.person.employee_no or "", _name_of(row.person.department), row.kind.name,
            row.kind.issuer, row.issued_on, row.ends_on, row.get_status_display(),
        )  # fmt: skip


def _classes(ask: Ask) -> Iterator[Sequence[Any]]:
    kind = TrainingSession.Kind.CLASS
    held = TrainingSession.objects.filter(ask.moments("starts_at"), kind=kind, status=TrainingSession.Status.CLOSED)
    seen = Attendance.objects.visible_to(ask.by)
    rows = held.select_related("trainer").annotate(there=Count("attendances", filter=Q(attendances__in=seen.values("pk"))))  # fmt: skip
    for row in rows.order_by("starts_at", "pk"):
        yield row.starts_at, row.title, row.place, row.trainer.name, float(row.hours), row.there, row.remark


def _drills(ask: Ask) -> Iterator[Sequence[Any]]:
    """Also those that have no sheet of their own."""
    held = TrainingSession.objects.filter(ask.moments("starts_at"), kind=TrainingSession.Kind.DRILL)
    rows = held.filter(status=TrainingSession.Status.CLOSED).select_related("trainer", "drill")
    there = Count("attendances", distinct=True)
    met = Count("drill__checks", filter=Q(drill__checks__is_met=True), distinct=True)
    unmet = Count("drill__checks", filter=Q(drill__checks__is_met=False), distinct=True)
    for row in rows.annotate(met=met, unmet=unmet, there=there).order_by("starts_at", "pk"):
        drill = getattr(row, "drill", None)
        yield (
            row.starts_at, row.title, drill.get_kind_display() if drill else "", drill.get_form_display() if drill else "",
            row.place, row.trainer.name, row.there, drill.evaluated_at if drill else None, row.met, row.unmet,
        )  # fmt: skip


def _reports(ask: Ask) -> Iterator[Sequence[Any]]:
    """Who takes part: reports by workshop and level, not by name."""
    found = Hazard.objects.visible_to(ask.by).filter(ask.moments("reported_at")).order_by()
    rows = found.values("department__code", "department__name").annotate(
        n=Count("pk"),
        reporters=Count("reporter", distinct=True),
        **{level.value: Count("pk", filter=Q(level=level)) for level in Level},
    )
    for row in rows.order_by("department__code"):
        yield row["department__name"], row["n"], row["reporters"], *(row[level.value] for level in Level)


def _plans(ask: Ask) -> Iterator[Sequence[Any]]:
    rows = Plan.objects.select_related("team", "assignee", "shift").prefetch_related("themes__checklist", "stops")
    for plan in rows.order_by("-is_active", "pk"):
        who = plan.team or plan.assignee
        yield (
            plan.name, "、".join(say(theme.checklist.title) for theme in plan.themes.all()), len(plan.stops.all()),
            say(who.name) if who else plan.get_role_display(), plan.rule, f"{plan.opening_time:%H:%M}",
            plan.window_minutes, plan.starts_on, plan.ends_on, _("yes") if plan.is_active else _("no"),
        )  # fmt: skip


def _crews(ask: Ask) -> Iterator[Sequence[Any]]:
    permits = EntryPermit.objects.filter(member__in=CrewMember.objects.visible_to(ask.by).values("pk"))
    near = ("member__project__company", "member__user", "issued_by")
    for row in permits.filter(ask.moments("issued_at")).select_related(*near).order_by("issued_at", "pk"):
        project = row.member.project
        yield (
            project.company.name, project.name, row.member.user.name, row.member.get_trade_display(), row.number,
            row.issued_at, row.issued_by.name, row.ends_on, row.get_status_display(), row.note,
        )  # fmt: skip


def _gate(ask: Ask) -> Iterator[Sequence[Any]]:
    rows = GatePass.objects.visible_to(ask.by).filter(ask.moments("at"))
    near = ("member__user", "member__project__company", "guard")
    for row in rows.select_related(*near).order_by("at", "pk").iterator(chunk_size=_CHUNK):
        member = row.member
        yield (
            row.at, row.get_kind_display(), member.user.name if member else "",
            member.project.company.name if member else "", _("yes") if row.is_let_in else _("no"), row.words,
            row.guard.name,
        )  # fmt: skip


def _works(ask: Ask) -> Iterator[Sequence[Any]]:
    rows = WorkPermit.objects.visible_to(ask.by).filter(ask.moments("applied_at"))
    near = ("project__company", "area", "guardian__user", "decided_by")
    for row in rows.select_related(*near).order_by("applied_at", "pk"):
        yield (
            row.number, row.get_kind_display(), row.get_grade_display(), row.project.company.name, row.area.name,
            row.what, row.measures, row.guardian.user.name, row.starts_at, row.ends_at,
            row.decided_by.name if row.decided_by else "", row.get_status_display(),
        )  # fmt: skip


def _alarms(ask: Ask) -> Iterator[Sequence[Any]]:
    rows = Alarm.objects.filter(ask.moments("opened_at")).select_related("sensor__area", "hazard")
    for row in rows.order_by("opened_at", "pk").iterator(chunk_size=_CHUNK):
        yield (
            row.opened_at, str(row.sensor), row.sensor.area.name, row.value, row.worst, row.unit, row.cleared_at,
            row.hazard.number,
        )  # fmt: skip


def _countermeasures(ask: Ask) -> Iterator[Sequence[Any]]:
    rows = Countermeasure.objects.visible_to(ask.by).filter(ask.moments("taken_at"))
    for row in rows.select_related("pattern", "taken_by").prefetch_related("judgements").order_by("taken_at"):
        last = row.verdict
        yield (
            row.taken_at, row.get_kind_display(), row.what, row.pattern.sentence, row.taken_by.name,
            last.get_verdict_display() if last else "", last.ratio if last else None, row.end_note,
        )  # fmt: skip


def _major_papers(about: Cover, ask: Ask) -> Iterator[tuple[str, Callable[[Path], Any]]]:
    """Whole papers with photos, the newest first."""
    found = Hazard.objects.visible_to(ask.by).filter(ask.moments("reported_at"), level=Level.MAJOR)
    for hazard in found.select_related(*NEAR).order_by("-reported_at", "-pk")[:MOST_PAPERS]:
        yield f"{hazard.number}.pdf", partial(write_evidence, cover=about, hazard=hazard)


def _government(path: Path, about: Cover, ask: Ask) -> int:
    """Of the last year of the period."""
    year = str((ask.days.until or about.at.date()).year)
    title = f"{_('Hazard statistics')} · {government.title_of(year)}"
    return tables.write_book(path, about, title, government.blocks(ask.by, year))


def _columns(*columns: tuple[str | Promise, int] | tuple[str | Promise, int, str]) -> list[Column]:
    return [Column(*column) for column in columns]


_TABLES: tuple[tuple[str, Any, Any, list[Column]], ...] = (
    ("profile", _("Factory and its people"), _profile, _columns((_("What"), 34), (_("Value"), 30))),
    ("roles", _("Roles and who holds them"), _roles, _columns(
        (_("Role"), 20), (_("Full name"), 12), (_("Employee number"), 13), (_("Department"), 18), (_("Job role"), 18), (_("Counts for"), 18),
    )),
    ("documents", _("Checklists and courses, by version"), _documents, _columns(
        (_("Kind"), 12), (_("Number"), 24), (_("Title"), 40), (_("Version"), 8, "number"), (_("Published"), 19, "time"), (_("State"), 14),
    )),
    ("rules", _("Rules that are followed"), _rules, _columns(
        (_("Kind"), 20), (_("Rule"), 50), (_("Valid from"), 12, "day"), (_("Source"), 50),
    )),
    ("figures", _("Figures and how they are counted"), _figures, _columns(
        (_("Figure"), 24), (_("Value"), 10, "number"), (_("Unit"), 8), (_("Target"), 10, "number"), (_("Numerator"), 12, "number"), (_("Denominator"), 12, "number"), (_("How it is counted"), 80),
    )),
    ("certificates", _("Certificates of courses and exams"), _certificates, _columns(
        (_("Certificate number"), 18), (_("Full name"), 12), (_("Department"), 18), (_("Certificate"), 40), (_("Issued"), 12, "day"), (_("Valid until"), 12, "day"), (_("Points"), 8, "number"), (_("Taken back"), 24),
    )),
    ("licences", _("Licences"), _licences, _columns(
        (_("Full name"), 12), (_("Employee number"), 13), (_("Department"), 18), (_("Licence"), 40), (_("Issuer"), 20), (_("Issued"), 12, "day"), (_("Valid until"), 12, "day"), (_("State"), 14),
    )),
    ("classes", _("Classes that were held"), _classes, _columns(
        (_("When"), 19, "time"), (_("What it is about"), 36), (_("Place"), 20), (_("Trainer"), 12), (_("Hours"), 8, "number"), (_("People there"), 10, "number"), (_("Note"), 30),
    )),
    ("drills", _("Emergency drills"), _drills, _columns(
        (_("When"), 19, "time"), (_("What is practised"), 36), (_("Kind of drill"), 18), (_("Live or at the table"), 12), (_("Place"), 20), (_("Who leads it"), 12), (_("People there"), 10, "number"), (_("Evaluated at"), 19, "time"), (_("Met"), 8, "number"), (_("Not met"), 8, "number"),
    )),
    ("reports", _("Reports of hazards by workshop"), _reports, _columns(
        (_("Workshop"), 20), (_("Reports"), 10, "number"), (_("People who reported"), 12, "number"), *((level.label, 10, "number") for level in Level),
    )),
    ("plans", _("Inspection plans"), _plans, _columns(
        (_("Plan"), 30), (_("Checklists"), 40), (_("Places"), 8, "number"), (_("Who"), 16), (_("Rule"), 30), (_("Opens at"), 9), (_("Minutes"), 9, "number"), (_("From"), 12, "day"), (_("Until"), 12, "day"), (_("In use"), 8),
    )),
    ("contractors", _("Entry permits of contractors"), _crews, _columns(
        (_("Company"), 26), (_("Project"), 26), (_("Full name"), 12), (_("Trade"), 12), (_("Permit no."), 18), (_("Issued"), 19, "time"), (_("Issued by"), 12), (_("Valid until"), 12, "day"), (_("State"), 14), (_("Note"), 24),
    )),
    ("gate", _("Log of the gate"), _gate, _columns(
        (_("When"), 19, "time"), (_("What"), 10), (_("Full name"), 12), (_("Company"), 26), (_("Let in"), 8), (_("Reason"), 40), (_("Guard"), 12),
    )),
    ("works", _("Work permits"), _works, _columns(
        (_("Number"), 18), (_("Kind"), 16), (_("Class"), 10), (_("Company"), 26), (_("Area"), 18), (_("What is done"), 36), (_("How it is made safe"), 40), (_("Guardian"), 12), (_("From"), 19, "time"), (_("Until"), 19, "time"), (_("Approved by"), 12), (_("State"), 12),
    )),
    ("alarms", _("Alarms of sensors"), _alarms, _columns(
        (_("When"), 19, "time"), (_("Sensor"), 28), (_("Area"), 18), (_("Reading"), 10, "number"), (_("Worst"), 10, "number"), (_("Unit"), 8), (_("Over at"), 19, "time"), (_("Hazard no."), 18),
    )),
    ("countermeasures", _("Countermeasures and what they did"), _countermeasures, _columns(
        (_("Taken on"), 19, "time"), (_("Kind"), 16), (_("What was changed"), 50), (_("Because of"), 50), (_("By"), 12), (_("What came of it"), 18), (_("Ratio"), 8, "number"), (_("Undone"), 24),
    )),
)  # fmt: skip
_BOOKS: tuple[tuple[str, Any, Write], ...] = (
    ("risks", RISKS.title, _listing(RISKS, lambda _days: RISKS.filter())),
    ("hazards", HAZARDS.title, _listing(HAZARDS, lambda days: HazardFilter(since=days.since, until=days.until, by=Moment.REPORTED))),
    ("incidents", INCIDENTS.title, _listing(INCIDENTS, _same_days(INCIDENTS))),
    ("alerts", ALERTS.title, _listing(ALERTS, _same_days(ALERTS))),
    ("runs", RUNS.title, _listing(RUNS, _same_days(RUNS))),
    ("suppliers", SELF_INSPECTIONS.title, _listing(SELF_INSPECTIONS, _same_days(SELF_INSPECTIONS))),
    ("government", _("Hazard statistics"), _government),
)  # fmt: skip
PARTS: dict[str, Part] = {
    **{key: Part(key, title, _table(title, columns, rows)) for key, title, rows, columns in _TABLES},
    **{key: Part(key, title, write) for key, title, write in _BOOKS},
    "major": Part("major", _("Major hazards with photos"), papers=_major_papers),
}
