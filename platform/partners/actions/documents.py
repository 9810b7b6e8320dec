"""Papers of a company: sent in, checked or sent back; the clock tells of those that end."""

from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import remove, visible_through
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from core.zone import zone
from facilities.calendar import today
from partners.actions.guards import refuse_idle, refuse_unless_manager
from partners.models import Company, CompanyDocument
from people.models import User
from tenants import due

# Days before the last day on which somebody is told, and the day after it.
STEPS, AFTER = (180, 90, 60, 30, 7), -1
LOUD = 7
LONGEST = relativedelta(years=50)
# Of these a company may hold several at once.
MANY = (CompanyDocument.Kind.PERMIT, CompanyDocument.Kind.OTHER)
Status = CompanyDocument.Status


@visible_through
def files_of_companies(user: User) -> Any:
    return CompanyDocument.objects.visible_to(user).values("file_id")


@action
def file_document(
    company: Company, *, by: User, kind: str, valid_until: date, file: Attachment, number: str = ""
) -> CompanyDocument:
    """From the company it waits to be checked; what the factory writes down itself counts at once."""
    is_ours = by.can("partners.papers") and company.members.filter(user=by).exists()
    if not is_ours and not by.can("partners.manage"):
        raise NotAllowed(_("Only the company itself, or who looks after it, sends in its papers."))
    refuse_idle(company)
    if kind not in CompanyDocument.Kind.values:
        raise DomainError(_("Choose one from the list."))
    if valid_until < today():
        raise DomainError(_("This paper ended on %(day)s. Send the one that is valid now.") % {"day": valid_until})
    if valid_until > today() + LONGEST:
        raise DomainError(_("This day is too far off. Look at the paper again."))
    facts = {"kind": kind, "valid_until": valid_until, "file": file, "number": number.strip(), "filed_by": by}
    document = CompanyDocument.objects.create(company=company, **facts)
    emit("document.filed", document, by=by, name=company.name, kind=kind, file=file.sha256, day=valid_until)
    return document if is_ours else check_document(document, by=by)


@action
def check_document(document: CompanyDocument, *, by: User) -> CompanyDocument:
    """From now on it counts; of a kind that there is once, the earlier one is replaced."""
    document = _waiting(document, by)
    if document.days_left < 0:
        raise DomainError(
            _("This paper ended on %(day)s. Send the one that is valid now.") % {"day": document.valid_until}
        )
    if document.kind not in MANY:
        former = CompanyDocument.objects.current().filter(company=document.company, kind=document.kind).first()
        if former:
            CompanyDocument.objects.filter(pk=former.pk).update(status=Status.REPLACED)
            _forget(former)
    _settle(document, by, Status.CURRENT)
    emit("document.accepted", document, by=by, name=document.company.name, kind=document.kind)
    _schedule(document)
    return document


@action
def decline_document(document: CompanyDocument, *, by: User, note: str) -> CompanyDocument:
    document = _waiting(document, by)
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    _settle(document, by, Status.DECLINED, note=note.strip()[:200])
    emit("document.declined", document, by=by, name=document.company.name, note=document.note)
    return document


@action
def remove_document(document: CompanyDocument) -> None:
    """The clock: the company took back that it came here. The ledger keeps the hash of its file."""
    _forget(document)
    facts = {"name": document.company.name, "kind": document.kind, "file": document.file.sha256}
    emit("document.removed", document, by=None, **facts)
    document.delete()
    remove(document.file)


def _waiting(document: CompanyDocument, by: User) -> CompanyDocument:
    refuse_unless_manager(by)
    locked = CompanyDocument.objects.select_for_update(of=("self",)).select_related("company")
    found = locked.get(pk=document.pk)
    if found.status != Status.FILED:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    return found


def _settle(document: CompanyDocument, by: User, status: str, **columns: Any) -> None:
    columns |= {"status": status, "checked_by": by, "checked_at": timezone.now()}
    for name, value in columns.items():
        setattr(document, name, value)
    document.save(update_fields=list(columns))


def _schedule(document: CompanyDocument) -> None:
    for step in (*STEPS, AFTER):
        when = datetime.combine(document.valid_until - timedelta(days=step), time(8), zone())
        if when > timezone.now():
            due.at(when, "partners.follow_document", key=_key(document, step), document=document.pk, step=step)


def _forget(document: CompanyDocument) -> None:
    for step in (*STEPS, AFTER):
        due.cancel(key=_key(document, step))


def _key(document: CompanyDocument, step: int) -> str:
    return f"company_document:{document.pk}:{step}"


@action
def follow_document(document: CompanyDocument, step: int) -> None:
    """The clock; a worker that was late tells only of the last step that has come."""
    left = document.days_left
    is_passed = any(other < step and left <= other for other in (*STEPS, AFTER))
    if document.status != Status.CURRENT or left > step or is_passed:
        return
    name = "document.expired" if step == AFTER else "document.ending" if step <= LOUD else "document.expiring"
    emit(name, document, by=None, name=document.company.name, days=left, day=document.valid_until)
