"""What every action of this room asks before anything else."""

from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed
from core.words import say
from partners.models import Company
from people.models import User


def refuse_unless_manager(by: User | None) -> None:
    """by=None is the operator's command line."""
    if by is not None and not by.can("partners.manage"):
        raise NotAllowed(_("Your role does not look after suppliers. Ask the safety officer."))


def refuse_unless_in_charge(company: Company, by: User | None) -> None:
    """Whoever looks after the company's people: its administrator, or the factory."""
    if by is None or by.can("partners.manage"):
        return
    head = company.administrator
    if head is None or head.pk != by.pk:
        name = head.name if head else say(company.department.name)
        raise NotAllowed(_("%(name)s looks after your company's accounts. Ask there.") % {"name": name})


def reason_in(note: str) -> str:
    """What is decided against somebody has a reason."""
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    return note.strip()[:200]


def refuse_idle(company: Company) -> None:
    if not company.is_active:
        raise DomainError(
            _("%(name)s does not work with us at the moment. Ask your contact there.") % {"name": company.name}
        )
