"""What every action of this room asks before anything else."""

from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed
from partners.models import Company
from people.models import User


def refuse_unless_manager(by: User | None) -> None:
    """by=None is the operator's command line."""
    if by is not None and not by.can("partners.manage"):
        raise NotAllowed(_("Your role does not look after suppliers. Ask the safety officer."))


def refuse_idle(company: Company) -> None:
    if not company.is_active:
        raise DomainError(
            _("%(name)s does not work with us at the moment. Ask your contact there.") % {"name": company.name}
        )
