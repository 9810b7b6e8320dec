"""Where somebody has an account, kept beside the accounts, so that finding it asks one table and no factory."""

from collections.abc import Iterable, Mapping

from signups.contacts import mark_of
from signups.models import Proof, Whereabouts
from tenants.current import current_factory
from tenants.models import Factory


def note(account: int, addresses: Iterable[str | None]) -> None:
    """Within the change of an account of the current factory; no addresses where it is closed."""
    note_many({account: addresses})


def note_many(known: Mapping[int, Iterable[str | None]]) -> None:
    factory = current_factory()
    rows = [
        Whereabouts(factory=factory, account=account, mark=mark_of(address))
        for account, addresses in known.items()
        for address in addresses
        if address
    ]
    Whereabouts.objects.filter(factory=factory, account__in=known).exclude(mark__in=[row.mark for row in rows]).delete()
    Whereabouts.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def factories_of(proof: Proof) -> list[Factory]:
    """For whoever has shown that the number or address is theirs; nobody else learns of any."""
    if not proof.confirmed_at:
        return []
    found = Whereabouts.objects.filter(mark=mark_of(proof.address)).values("factory")
    return list(Factory.objects.filter(pk__in=found, status=Factory.Status.ACTIVE).order_by("name", "pk"))
