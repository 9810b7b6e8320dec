"""Another address. Those of before stay the factory's own, because printed labels bear them, and lead on to it."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import action, emit
from lifecycle.access import need_manager
from signups.models import SignUp
from tenants.current import current_factory
from tenants.models import Domain, Factory
from tenants.slugs import SlugRefused, check_shape, host_of, look_of, taken

MOST_NAMES = 5


@action
def rename_factory(slug: str, *, by: Any) -> Domain:
    """Back to an earlier one too."""
    need_manager(by)
    factory = Factory.objects.select_for_update(no_key=True).get(pk=current_factory().pk)
    own = list(Domain.objects.filter(tenant=factory).order_by("pk"))
    before = next(domain for domain in own if domain.is_primary)
    if before.domain == host_of(slug):
        raise DomainError(_("This is the address already."))
    try:
        chosen = next((domain for domain in own if domain.domain == host_of(slug)), None) or _taken(slug, own)
    except SlugRefused as refused:
        raise DomainError(str(refused)) from None
    Domain.objects.filter(tenant=factory).update(is_primary=False)
    Domain.objects.filter(pk=chosen.pk).update(is_primary=True)
    emit("factory.renamed", factory, by=by, note=f"{before.domain} → {chosen.domain}", address=chosen.domain)
    chosen.is_primary = True
    return chosen


def _taken(slug: str, own: list[Domain]) -> Domain:
    """A new one, for good. What looks like one of its own is free to the factory, and to nobody else."""
    check_shape(slug)
    if len(own) >= MOST_NAMES:
        raise DomainError(
            _("A factory has %(n)d addresses at most, and all of them stay its own. Take one of those.")
            % {"n": MOST_NAMES}
        )
    look = look_of(slug)
    if SignUp.objects.filter(look=look, status=SignUp.Status.ORDERED).exists():
        raise taken(slug)
    is_alike = any(domain.look == look for domain in own)
    made = Domain(domain=host_of(slug), tenant=own[0].tenant, is_primary=False, look=None if is_alike else look)
    try:
        with transaction.atomic():
            Domain.objects.bulk_create([made])
    except IntegrityError:
        raise taken(slug) from None
    return made
