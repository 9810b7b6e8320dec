"""Records of people on paper and as sheets, and the audit pack: made in the background, noted in the ledger."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.archives import Fact, period
from core.errors import DomainError
from core.events import register
from core.exports import orders
from core.exports.cover import cover
from core.models import Attachment, Job
from people.models import User
from training.exports.book import write_book
from training.exports.pack import Range, order_pack
from training.exports.paper import write_record
from training.record import Filter, Kind, people_seen_by, records_of

__all__ = ["Range", "order_pack", "order_record"]

register({"record.exported": gettext_lazy("Training record exported")})

VIEW = "training.view"
NEAR = ("department", "team", "job_role")


def order_record(person: User, chosen: Filter, form: str, *, by: User) -> Job:
    """One person's record, whole or what a filter leaves of it. form: pdf or xlsx."""
    if person.pk != by.pk:
        orders.refuse_others(by, VIEW)
    about = person.employee_no or person.name
    name = orders.file_name(_("Training record"), about, form)
    return orders.order(f"record.{form}", by=by, total=1, person=person.pk, filter=chosen.as_json(), name=name)


def _make(job: Job, form: str) -> Attachment:
    by = User.objects.get(pk=str(job.by_id))
    person, chosen = _person_of(job, by), Filter.from_json(job.payload["filter"])
    about = cover(facts_of(chosen), by)
    record = records_of([person.pk], chosen, by)[person.pk]
    write = {"pdf": write_record, "xlsx": write_book}[form]
    made = orders.make(job, form, lambda path: write(path, about, [person], {person.pk: record}))
    orders.note("record.exported", person, job, made, by=by, form=form, filter=chosen.as_json())
    return made


def _person_of(job: Job, by: User) -> User:
    """Asked anew: the right to see it may have gone since it was ordered."""
    people = User.objects.filter(pk=by.pk) if job.payload["person"] == by.pk else people_seen_by(by)
    if job.payload["person"] != by.pk:
        orders.refuse_others(by, VIEW)
    found = people.select_related(*NEAR).filter(pk=job.payload["person"]).first()
    if found is None:
        raise DomainError(_("This record is not there any more, or not yours to see."))
    return found


def facts_of(chosen: Filter) -> list[Fact]:
    facts = [Fact("period", gettext_lazy("Period"), period(chosen.since, chosen.until))]
    if chosen.kind:
        facts.append(Fact("kind", gettext_lazy("Kind"), str(Kind(chosen.kind).label)))
    return facts


@jobs.kind("record.pdf")
def make_paper(job: Job) -> Attachment:
    return _make(job, "pdf")


@jobs.kind("record.xlsx")
def make_book(job: Job) -> Attachment:
    return _make(job, "xlsx")
