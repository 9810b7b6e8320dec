"""Whether somebody may do a kind of high-risk work: the licence it takes, and the courses that the post asks for."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from core.words import say
from people.models import User
from training.models import Certificate, Clearance, Enrolment, Licence, LicenceKind, Requirement, Work
from training.models.learning import Occasion
from training.taught import codes_of, held_on, taught

Pairs = set[tuple[int, str]]
# Where the law asks for special training and no licence: 工贸企业有限空间作业安全规定.
COURSES = {Work.CONFINED_SPACE: ("C13",)}


@dataclass(frozen=True)
class Reason:
    """code: missing, expired, review or unfit where it is about a licence; courses, or lapsed of one that counted once."""

    code: str
    words: str

    @property
    def is_about_licence(self) -> bool:
        return self.code not in ("courses", "lapsed")

    @property
    def ends_work(self) -> bool:
        """A course that was asked for only now leaves its days to learn it."""
        return self.code != "courses"


def may_do(person: User, work: str, on: date) -> list[Reason]:
    """What is missing, in sentences; nothing where the person may do it on that day."""
    return what_is_missing([(person, work)], on)[person.pk, work]


def what_is_missing(pairs: Collection[tuple[User, str]], on: date) -> dict[tuple[int, str], list[Reason]]:
    """For people and works; a fixed number of queries, however many there are."""
    people = {person.pk: person for person, _work in pairs}
    kinds = list(LicenceKind.objects.newest())
    held: dict[int, list[Licence]] = defaultdict(list)
    for licence in Licence.objects.current().filter(person__in=people).select_related("kind"):
        held[licence.person_id].append(licence)
    wanted = _courses_of(pairs)
    titles = _titles({code for codes in wanted.values() for code in codes})
    passed, lapsed = _passed(people, titles, on)
    found = {}
    for person, work in pairs:
        missing = {code for code in wanted[person.pk, work] if code in titles and (person.pk, code) not in passed}
        over = {code for code in missing if (person.pk, code) in lapsed}
        found[person.pk, work] = [
            *_of_licences(held[person.pk], work, kinds, on),
            *_of_courses("courses", _("Not passed yet: %(courses)s."), titles, missing - over),
            *_of_courses("lapsed", _("No longer valid, to be learned again: %(courses)s."), titles, over),
        ]
    return found


def _of_courses(code: str, words: str, titles: dict[str, dict], courses: Collection[str]) -> list[Reason]:
    names = _(", ").join(sorted(say(titles[course]) for course in courses))
    return [Reason(code, words % {"courses": names})] if courses else []


def is_on_work_with(person: int, course_code: str) -> bool:
    """Whether somebody is put on work that itself takes this course."""
    works = [work for work, codes in COURSES.items() if course_code in codes]
    return Clearance.objects.running().filter(person=person, work__in=works).exists()


def _of_licences(held: list[Licence], work: str, kinds: list[LicenceKind], on: date) -> list[Reason]:
    reasons = []
    if any(licence.is_fit is False for licence in held):
        words = _("The last health check says: not fit. Ask the occupational physician before anything else.")
        reasons.append(Reason("unfit", words))
    fitting = [licence for licence in held if work in licence.kind.works]
    asked = [kind for kind in kinds if work in kind.works]
    if not asked or any(licence.ends_on >= on for licence in fitting):
        return reasons
    if not fitting:
        names = _(" or ").join(say(kind.name) for kind in asked)
        return [*reasons, Reason("missing", _("There is no %(licence)s on record.") % {"licence": names})]
    last = max(fitting, key=lambda licence: licence.ends_on)
    facts = {"licence": say(last.kind.name), "day": last.ends_on}
    if last.needs_review:
        return [
            *reasons,
            Reason("review", _("%(licence)s was to be reviewed by %(day)s, and no review is noted.") % facts),
        ]
    return [*reasons, Reason("expired", _("%(licence)s ended on %(day)s. It has to be renewed first.") % facts)]


def _courses_of(pairs: Collection[tuple[User, str]]) -> dict[tuple[int, str], set[str]]:
    """What the post asks for before anything else, and what the work itself does."""
    by_role: dict[int | None, set[str]] = defaultdict(set)
    for role, code in Requirement.objects.filter(occasion=Occasion.POST).values_list("job_role", "course_code"):
        by_role[role].add(code)
    return {
        (person.pk, work): by_role[None] | by_role[person.job_role_id] | set(COURSES.get(Work(work), ()))
        for person, work in pairs
    }


def _titles(codes: Collection[str]) -> dict[str, dict]:
    return {code: subject.title for code, subject in taught(codes).items()}


def _passed(people: Collection[int], codes: Collection[str], on: date) -> tuple[Pairs, Pairs]:
    """(Person, course): whoever holds a certificate that is valid on that day or is exempt; and whoever held one."""
    passed = held_on(on, people, codes)
    held = codes_of(Certificate.objects.filter(person__in=people).for_codes(codes)) - passed
    exempt = Enrolment.objects.filter(Q(status=Enrolment.Status.EXEMPT), person__in=people, course_code__in=codes)
    return passed | set(exempt.values_list("person", "course_code")), held
