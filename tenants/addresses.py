"""The address under which a factory's people open it, for texts that leave the product."""

from django.conf import settings

from tenants.models import Domain, Factory


def address_of(factory: Factory) -> str:
    """Scheme, host and, where it is not the usual one, the port; no slash at the end."""
    host = Domain.objects.get(tenant=factory, is_primary=True).domain
    return f"https://{host}" if settings.HTTPS else f"http://{host}:{settings.PORT}"
