"""审核包: what an auditor takes along of a range of people: an index, records, certificates, sign-in sheets, hashes."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.archives import DAY, Days, Fact, midnight, period
from core.errors import DomainError
from core.events import register
from core.exports import orders
from core.exports.box import Box, open_box
from core.exports.cover import Cover, cover
from core.models import Attachment, Job
from core.pdf import render_long_pdf, typesetter
from core.words import say
from core.zone import zone
from facilities.models import Department
from people.models import JobRole, User
from training import printing
from training.exports.book import Book, record_book
from training.exports.paper import RECORD, SHEET, record_context
from training.models import Attendance, Certificate, Course, Requirement, TrainingSession
from training.posts import Gap, gaps_of_own
from training.record import Filter, credited_hours, people_seen_by, posts_of, records_of

register({"audit.exported": gettext_lazy("Audit pack made")})

VIEW, KIND = "training.view", "audit.pack"
# So many people are read at once; their papers leave for the file before the next ones come.
BATCH = 25
NEAR = ("department", "team", "job_role")


@dataclass(frozen=True)
class Range(Days):
    """Whose papers, and of which time. left: also people whose account is closed."""

    department: int | None = None
    job_role: int | None = None
    requirement: int | None = None
    left: bool = False
    certificates: bool = False

    def people(self, reader: User) -> QuerySet[User]:
        people = people_seen_by(reader) if self.left else people_seen_by(reader).filter(is_active=True)
        if self.department:
            people = people.filter(department__in=Department.objects.get(pk=self.department).subtree)
        role = self.job_role or (self.rule.job_role_id if self.rule else None)
        return people.filter(job_role=role) if role else people

    @property
    def rule(self) -> Requirement | None:
        return Requirement.objects.filter(pk=self.requirement).first() if self.requirement else None

    @property
    def days(self) -> Filter:
        return Filter(since=self.since, until=self.until)

    def certificates_of(self, reader: User) -> QuerySet[Certificate]:
        rows = Certificate.objects.visible_to(reader).filter(person__in=self.people(reader).values("pk"))
        rows = rows.filter(issued_on__gte=self.since) if self.since else rows
        rows = rows.filter(issued_on__lte=self.until) if self.until else rows
        if self.rule:
            rows = rows.for_codes([self.rule.course_code])
        return rows.order_by("number")

    def classes(self, reader: User) -> QuerySet[TrainingSession]:
        """Those that were held in these days and that anybody of these people attended."""
        attended = Attendance.objects.visible_to(reader).filter(person__in=self.people(reader).values("pk"))
        rows = TrainingSession.objects.filter(status=TrainingSession.Status.CLOSED, pk__in=attended.values("session"))
        rows = rows.filter(starts_at__gte=midnight(self.since)) if self.since else rows
        rows = rows.filter(starts_at__lt=midnight(self.until + DAY)) if self.until else rows
        if self.rule:
            rows = rows.filter(course_code=self.rule.course_code)
        return rows.order_by("starts_at", "pk")


def facts_of(chosen: Range) -> list[Fact]:
    """Who is asked for, as people say it."""
    said = {
        "department": (gettext_lazy("Department"), _named(Department, chosen.department)),
        "job_role": (gettext_lazy("Job role"), _named(JobRole, chosen.job_role)),
        "requirement": (gettext_lazy("Course required"), _rule_words(chosen.rule)),
    }
    facts = [Fact("period", gettext_lazy("Period"), period(chosen.since, chosen.until))]
    asked = [Fact(key, label, words) for key, (label, words) in said.items() if words]
    facts += asked or [Fact("people", gettext_lazy("People"), _("everybody of the factory"))]
    if chosen.left:
        facts.append(Fact("left", gettext_lazy("Also people who left"), _("yes")))
    return facts


def _named(model: Any, pk: int | None) -> str:
    found = model.objects.filter(pk=pk).first() if pk else None
    return say(found.name) if found else ""


def _rule_words(rule: Requirement | None) -> str:
    if rule is None:
        return ""
    course = Course.objects.current().filter(code=rule.course_code).first()
    role = say(rule.job_role.name) if rule.job_role else _("everybody")
    return f"{say(course.title) if course else rule.course_code} · {role}"


def order_pack(chosen: Range, *, by: User, base_url: str) -> Job:
    """base_url: "https://host/", for the codes on certificates."""
    orders.refuse_others(by, VIEW)
    people = chosen.people(by).count()
    if not people:
        raise DomainError(_("Nobody fits this choice, so there is nothing to pack. Choose another workshop or post."))
    total = people + chosen.classes(by).count() + (chosen.certificates_of(by).count() if chosen.certificates else 0)
    name = orders.file_name(_("Audit pack"), period(chosen.since, chosen.until), "zip")
    return orders.order(
        KIND, by=by, total=total, chosen=chosen.as_json(), base_url=base_url, language=by.language, name=name
    )


class Line(NamedTuple):
    """One person on the index."""

    number: str
    name: str
    department: str
    post: str
    there: int
    asked: int
    missing: str
    hours: Any
    file: str


@dataclass
class Tally:
    """Of how many people a course or licence is asked, and how many have it."""

    title: str
    asked: int = 0
    there: int = 0
    exempt: int = 0

    @property
    def rate(self) -> float | None:
        return round(100 * self.there / self.asked, 1) if self.asked else None


class Maker:
    """Makes one pack, step by step, telling after each how far it is."""

    def __init__(self, job: Job, by: User, box: Box, about: Cover) -> None:
        self.job, self.by, self.box, self.about = job, by, box, about
        self.chosen = Range.from_json(job.payload["chosen"])
        self.done = 0
        self.lines: list[Line] = []
        self.tallies: dict[str, Tally] = {}
        self.qualified = self.obliged = 0

    def told(self) -> None:
        self.done += 1
        jobs.progress(self.job, self.done, max(self.done, self.job.total))

    def records(self, book: Book) -> None:
        lay_out = typesetter(SHEET)
        for people in self._batches():
            records = records_of([person.pk for person in people], self.chosen.days, self.by)
            posts, hours = posts_of(people), credited_hours([person.pk for person in people], self.chosen.days, self.by)
            for gap in gaps_of_own(people):
                person = gap.person
                name = f"records/{_file(person.employee_no or str(person.pk))} {_file(person.name)}.pdf"
                context = record_context(self.about, person, records[person.pk], posts)
                self.box.put(name, lay_out(RECORD, context).write_pdf())
                book.add(person, records[person.pk])
                self._count(gap, hours[person.pk], name)
                self.told()

    def _batches(self) -> Iterator[list[User]]:
        pks = list(self.chosen.people(self.by).order_by("employee_no", "pk").values_list("pk", flat=True))
        for at in range(0, len(pks), BATCH):
            yield list(
                User.objects.filter(pk__in=pks[at : at + BATCH]).select_related(*NEAR).order_by("employee_no", "pk")
            )

    def _count(self, gap: Gap, hours: Any, file: str) -> None:
        rule, points = self.chosen.rule, gap.points
        if rule:
            points = [point for point in points if point.asked.code == rule.course_code]
        for point in points:
            tally = self.tallies.setdefault(point.asked.code, Tally(point.asked.title))
            if point.state == "exempt":
                tally.exempt += 1
                continue
            tally.asked += 1
            tally.there += point.is_there
        missing = [point.asked.title for point in points if not point.is_there]
        self.obliged += bool(points)
        self.qualified += bool(points) and not missing
        person = gap.person
        self.lines.append(
            Line(
                person.employee_no or "", person.name, say(person.department.name) if person.department else "",
                say(person.job_role.name) if person.job_role else "", len(points) - len(missing), len(points),
                "；".join(missing), hours, file,
            )
        )  # fmt: skip

    def certificates(self) -> None:
        lay_out = typesetter(printing.SHEET)
        rows = self.chosen.certificates_of(self.by).select_related("person__team").iterator(chunk_size=100)
        for row in rows:
            paper = lay_out(printing.TEMPLATE, printing.paper(row, self.job.payload["base_url"]))
            self.box.put(f"certificates/{row.number}.pdf", paper.write_pdf())
            self.told()

    def classes(self) -> None:
        """Of the people of this pack; how many others were there is said."""
        lay_out, pks = typesetter(SHEET), set(self.chosen.people(self.by).values_list("pk", flat=True))
        for session in self.chosen.classes(self.by).select_related("trainer").iterator(chunk_size=100):
            rows = list(session.attendances.select_related("person__team", "person__department"))
            mine = [row for row in rows if row.person_id in pks]
            context = {
                "cover": self.about,
                "session": session,
                "rows": mine,
                "others": len(rows) - len(mine),
                "photos": [row.photo for row in session.photos.select_related("photo__by")],
            }
            day = session.starts_at.astimezone(zone())
            name = f"classes/{day:%Y-%m-%d} {session.pk} {_file(session.title)}.pdf"
            self.box.put(name, lay_out("pdf/class.html", context).write_pdf())
            self.told()

    def index(self, folder: Path) -> None:
        path = folder / "index.pdf"
        context = {
            "cover": self.about,
            "tallies": sorted(self.tallies.values(), key=lambda tally: tally.title),
            "qualified": self.qualified,
            "obliged": self.obliged,
            "rate": round(100 * self.qualified / self.obliged, 1) if self.obliged else None,
            "people": len(self.lines),
            "files": self._files(),
        }
        render_long_pdf(
            path, "pdf/audit_index.html", "paper.css", self.lines, context, foot="pdf/foot.html", heard=lambda _n: None
        )
        self.box.put_file("index.pdf", path)

    def _files(self) -> list[tuple[str, int]]:
        counts: dict[str, int] = defaultdict(int)
        for _digest, name in self.box.hashes:
            counts[name.partition("/")[0]] += 1
        return [(label, counts[key]) for key, label in _folders().items()]


def _folders() -> dict[str, str]:
    return {
        "records": _("Training records (records/)"),
        "certificates": _("Certificates (certificates/)"),
        "classes": _("Sign-in sheets of classes and drills (classes/)"),
    }


def _file(text: str) -> str:
    """Without what some system does not take in the name of a file."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", text).strip(" .")[:80]


@jobs.kind(KIND)
def make_pack(job: Job) -> Attachment:
    """Rights are asked again; what the one who ordered it may not see is not in it."""
    by = orders.asker(job, VIEW)
    chosen = Range.from_json(job.payload["chosen"])
    with translation.override(job.payload["language"]), timezone.override(zone()), jobs.scratch(job) as folder:
        about = cover(facts_of(chosen), by)
        path = folder / "pack.zip"
        with open_box(path, about) as box:
            maker = Maker(job, by, box, about)
            _fill(maker, folder)
            manifest = box.close(about)
        made = jobs.keep_result(job, path, name=job.payload["name"], content_type="application/zip")
        facts = {"chosen": job.payload["chosen"], "note": about.words, "people": len(maker.lines), "manifest": manifest}
        orders.note("audit.exported", job, job, made, by=by, **facts)
        job.total = max(maker.done, 1)
        return made


def _fill(maker: Maker, folder: Path) -> None:
    items = folder / "items.xlsx"
    with record_book(items) as book:
        maker.records(book)
        book.close(maker.about, _("Training records"), [(_("People"), len(maker.lines))])
    maker.box.put_file("items.xlsx", items)
    if maker.chosen.certificates:
        maker.certificates()
    maker.classes()
    maker.index(folder)


def default_days(today: date) -> tuple[date, date]:
    """The last twelve months."""
    return today.replace(year=today.year - 1, day=min(today.day, 28)) + DAY, today
