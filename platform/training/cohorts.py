"""A cohort whose certificates run out, given to be renewed as one job with a list of what was done."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.jobs import keep_result, kind, progress, scratch, start_job
from core.models import Attachment, Job
from core.sheets import CONTENT_TYPE
from core.words import say
from people.models import User
from training.actions.renewals import ending, give_renewals, refuse_unless_assigns, renewals
from training.models import Certificate, Enrolment

MOST_DAYS, STEP = 365, 25


def order_renewals(code: str, days: int, *, by: User) -> Job:
    """code: of a course or exam; "" for all of them. days: from today to the last day of the certificate."""
    refuse_unless_assigns(by)
    if not 1 <= days <= MOST_DAYS:
        raise DomainError(_("Give between 1 and %(most)d days.") % {"most": MOST_DAYS})
    total = len(ending(code, days))
    if not total:
        raise DomainError(_("No certificate ends within these days. Choose more days."))
    name = _("Renewal: certificates that end within %(days)d days") % {"days": days}
    return start_job("renewals", by=by, total=total, code=code, days=days, name=name)


@kind("renewals")
def renew_cohort(job: Job) -> Attachment:
    """Decides person by person, then gives everything at once: who stops it before that leaves nothing behind."""
    by: Any = job.by
    refuse_unless_assigns(by)
    found = ending(job.payload["code"], job.payload["days"])
    decided: list[tuple[Certificate, Enrolment | None]] = []
    for start in range(0, len(found), STEP):
        decided += renewals(found[start : start + STEP])
        progress(job, len(decided), len(found))
    with scratch(job) as folder:
        path = folder / "renewals.xlsx"
        _write(path, decided)
        kept = keep_result(job, path, name=_("Renewal") + ".xlsx", content_type=CONTENT_TYPE)
    give_renewals([row for _certificate, row in decided if row], by=by)
    return kept


def _write(path: Path, decided: list[tuple[Certificate, Enrolment | None]]) -> None:
    import xlsxwriter

    heads = (_("Full name"), _("Employee number"), _("Team"), _("Course or exam"), _("Ends on"), _("What was done"))
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_("Renewal")[:31])
        sheet.write_row(0, 0, heads, book.add_format({"bold": True}))
        sheet.set_column(0, len(heads) - 1, 20)
        for place, (certificate, enrolment) in enumerate(decided, 1):
            sheet.write_row(place, 0, _row(certificate, enrolment))


def _row(certificate: Certificate, enrolment: Enrolment | None) -> tuple[str, ...]:
    person = certificate.person
    team = say(person.team.name) if person.team else ""
    done = _("Given, to be passed by %(day)s") % {"day": enrolment.due_on} if enrolment else _("Learning it, or exempt")
    return person.name, person.employee_no or "", team, say(certificate.title), str(certificate.expires_on), done
