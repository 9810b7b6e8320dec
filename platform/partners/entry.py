"""What keeps one of a crew out, and why, with the next step: asked by the own phone, the desk and the gate alike."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core.words import say
from facilities.calendar import today
from partners.models import (
    Ban,
    Company,
    CompanyDocument,
    CrewMember,
    EntryPermit,
    Reading,
    SiteText,
    Trade,
    Violation,
)
from training.gate import what_is_missing
from training.models import Attempt, Exam, Licence

# The job role of everybody who comes with a contractor, and the code of the exam that only they take.
ENTRY_EXAM = "entry"
CREW_ROLE, CREW_NAME = "contractor-worker", {"zh": "外来施工人员", "en": "Contractor's worker"}
LONGEST = 90
EXAM_LASTS = 365
MOST_POINTS = 12
Kind = CompanyDocument.Kind
ALWAYS, FOR_CONSTRUCTION = (Kind.LICENCE, Kind.INSURANCE, Kind.AGREEMENT), (Kind.PERMIT, Kind.SAFETY)
# What the crew does itself, in this order.
PERSON, LICENCE, BRIEFING, EXAM = "person", "licence", "briefing", "exam"
APPROVAL, PERMIT = "approval", "permit"
OWN = (PERSON, LICENCE, BRIEFING, EXAM)


@dataclass(frozen=True)
class Gap:
    """code: which kind of reason; words: the reason; next: what is to be done, by whom. step: where on the own phone."""

    code: str
    words: str
    next: str = ""
    step: str = ""


def missing(member: CrewMember) -> list[Gap]:
    return gaps_of([member])[member.pk]


def own_gaps(gaps: Collection[Gap]) -> list[Gap]:
    """What the person itself has still to do before anybody is asked to approve."""
    return [gap for gap in gaps if gap.step in OWN]


def gaps_of(members: Collection[CrewMember]) -> dict[int, list[Gap]]:
    """For each, worst first; a fixed number of queries, however many there are."""
    facts = _Facts(members)
    return {member.pk: list(_gaps(member, facts)) for member in members}


class _Facts:
    """What the database knows of these people, asked once."""

    def __init__(self, members: Collection[CrewMember]) -> None:
        people = {member.user_id for member in members}
        self.on = today()
        self.briefing = current_text(SiteText.Kind.BRIEFING)
        self.exam = entry_exam()
        self.papers = _papers({member.project.company_id for member in members})
        pairs = [(member.user, member.work) for member in members if member.work]
        self.works = what_is_missing(pairs, self.on) if pairs else {}
        self.filed = set(
            Licence.objects.filter(person__in=people, status=Licence.Status.FILED).values_list("person", flat=True)
        )
        signed = Reading.objects.exclude(signed_at=None).filter(member__in=members)
        self.signed = {(row.member_id, row.text_id) for row in signed}
        since = self.on - timedelta(days=EXAM_LASTS)
        passed = Attempt.objects.filter(
            person__in=people, exam__code=ENTRY_EXAM, is_passed=True, ended_at__date__gte=since
        )
        self.passed = {row.person_id: row for row in passed.order_by("ended_at")}
        marks = {member.id_mark for member in members} - {""}
        self.bans = dict(Ban.objects.in_force().filter(id_mark__in=marks).values_list("id_mark", "reason"))
        self.points = points_of(marks)
        self.permits = {}
        for permit in EntryPermit.objects.filter(member__in=members).order_by("pk"):
            self.permits[permit.member_id] = permit


def points_of(marks: Collection[str]) -> dict[str, int]:
    """By the ID number's mark, over all projects and companies: the points of the last twelve months."""
    since = timezone.now() - relativedelta(years=1)
    rows = Violation.objects.counted().filter(member__id_mark__in=marks, at__gte=since).order_by()
    return dict(rows.values_list("member__id_mark").annotate(sum=Sum("points")))


def _papers(companies: Collection[int]) -> dict[int, dict[str, CompanyDocument]]:
    """Of each company by kind the one that counts, else the one that waits."""
    found: dict[int, dict[str, CompanyDocument]] = defaultdict(dict)
    rows = CompanyDocument.objects.filter(company__in=companies, status__in=("filed", "current"))
    for row in rows.order_by("-status", "valid_until"):  # "filed" before "current", which takes its place
        found[row.company_id][row.kind] = row
    return found


def current_text(kind: str) -> SiteText | None:
    return SiteText.objects.filter(kind=kind).exclude(published_at=None).first()


def entry_exam() -> Exam | None:
    return Exam.objects.current().filter(code=ENTRY_EXAM).first()


def _gaps(member: CrewMember, facts: _Facts):
    yield from _held_against(member, facts)
    yield from _of_company(member)
    yield from _of_papers(member, facts)
    yield from _of_person(member, facts)
    yield from _of_permit(member, facts)


def _held_against(member: CrewMember, facts: _Facts):
    if member.id_mark and (reason := facts.bans.get(member.id_mark)):
        yield Gap("banned", _("On the blacklist: %(reason)s") % {"reason": reason}, _("Call the safety officer."))
    points = facts.points.get(member.id_mark, 0)
    if points >= MOST_POINTS:
        yield Gap(
            "points", _("%(n)d points within a year") % {"n": points}, _("Not let in until points are a year old.")
        )


def _of_company(member: CrewMember):
    project, company = member.project, member.project.company
    if company.standing != Company.Standing.ACTIVE:
        state = {"name": company.name, "state": company.get_standing_display()}
        yield Gap("company", _("%(name)s: %(state)s") % state, _("Send them to our contact."))
    if project.is_over:
        yield Gap("project", _("The project is over"), _("Our contact prolongs it, or nobody comes in for it."))
    elif project.starts_on > today():
        day = f"{project.starts_on:%m-%d}"
        yield Gap("project", _("The project begins only on %(day)s") % {"day": day}, _("Come back on that day."))
    if member.status == CrewMember.Status.LEFT:
        yield Gap("left", _("Signed off from the project"), _("Register again at the gate."))


def _of_papers(member: CrewMember, facts: _Facts):
    kinds = ALWAYS + (FOR_CONSTRUCTION if member.project.is_construction else ())
    held, ask = facts.papers.get(member.project.company_id, {}), _("Their company sends the paper in.")
    for kind in kinds:
        paper, name = held.get(kind), str(kind.label)
        if paper is None:
            yield Gap("paper", _("The company's paper is missing: %(paper)s") % {"paper": name}, ask)
        elif paper.status != CompanyDocument.Status.CURRENT:
            words = _("The company's paper is not checked yet: %(paper)s") % {"paper": name}
            yield Gap("paper", words, _("The safety officer checks it."))
        elif paper.days_left < 0:
            ended = {"paper": name, "day": f"{paper.valid_until:%m-%d}"}
            yield Gap("paper", _("The company's paper ended on %(day)s: %(paper)s") % ended, ask)


def _of_person(member: CrewMember, facts: _Facts):
    if not member.is_registered:
        yield Gap("person", _("Not registered to the end"), _("Fill in the own data on the phone."), PERSON)
    if member.work:
        yield from _of_licence(member, facts)
    if facts.briefing is None:
        yield Gap("briefing", _("There is no site briefing yet"), _("The safety officer publishes it."))
    elif (member.pk, facts.briefing.pk) not in facts.signed:
        is_newer = any(pk == member.pk for pk, _text in facts.signed)
        words = _("The briefing is a new one, not signed yet") if is_newer else _("The briefing is not signed")
        yield Gap("briefing", words, _("Read and sign it on the phone, about %(n)d minutes.") % {"n": facts.briefing.minutes}, BRIEFING)  # fmt: skip
    if facts.exam is None:
        yield Gap("exam", _("There is no entry exam yet"), _("The safety officer takes it from an industry pack."))
    elif member.user_id not in facts.passed:
        yield Gap("exam", _("The entry exam is not passed"), _("Take it on the phone, about 10 minutes."), EXAM)


def _of_licence(member: CrewMember, facts: _Facts):
    reasons = [each for each in facts.works.get((member.user_id, member.work), []) if each.is_about_licence]
    for reason in reasons[:1]:
        if member.user_id in facts.filed:
            yield Gap("unchecked", _("The licence is not checked yet"), _("The safety officer looks at the photo."))
        else:
            yield Gap("licence", reason.words, _("Send a photo of the licence that is valid now."), LICENCE)


def _of_permit(member: CrewMember, facts: _Facts):
    permit = facts.permits.get(member.pk)
    if member.status in (CrewMember.Status.REGISTERING, CrewMember.Status.WAITING):
        yield Gap("approval", _("Not approved yet"), _("The safety officer decides, mostly the same day."), APPROVAL)
    elif permit is None:
        yield Gap("permit", _("No entry permit"), _("The safety officer issues it."), PERMIT)
    elif permit.status == EntryPermit.Status.REVOKED:
        taken = {"day": f"{permit.revoked_at:%m-%d}", "note": permit.note}
        yield Gap("revoked", _("Entry permit taken back on %(day)s: %(note)s") % taken, _("Ask the safety officer."), PERMIT)  # fmt: skip
    elif permit.days_left < 0:
        words = _("The entry permit ended on %(day)s") % {"day": f"{permit.ends_on:%m-%d}"}
        yield Gap("expired", words, _("The safety officer issues a new one."), PERMIT)


def permit_end(member: CrewMember) -> tuple[date, str]:
    """The earliest of project, licence, insurance, agreement and ninety days, and which of them it is."""
    papers = _papers({member.project.company_id}).get(member.project.company_id, {})
    ends = {"days": today() + timedelta(days=LONGEST), "project": member.project.ends_on}
    for kind in (Kind.INSURANCE, Kind.AGREEMENT):
        if kind in papers:
            ends[kind.value] = papers[kind].valid_until
    if member.work:
        held = Licence.objects.current().filter(person=member.user, kind__works__contains=[member.work])
        days = held.order_by("-ends_on").values_list("ends_on", flat=True)
        ends |= dict.fromkeys(("licence",), days[0]) if days else {}
    which = min(ends, key=lambda name: ends[name])
    return ends[which], which


def trade_words(member: CrewMember) -> str:
    return str(Trade(member.trade).label) if member.trade else ""


def place_words(member: CrewMember) -> str:
    return say(member.project.area.name)
