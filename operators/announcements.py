"""What the operator tells all factories. Kept as written: it can be taken down, not changed."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, WrongStatus
from operators.actions import note_done
from operators.models import Announcement, Operator, OperatorEntry
from tenants.current import in_public

LONGEST = timedelta(days=60)
# Pages follow within that time; no page asks the database for it.
KEPT = timedelta(seconds=30)
_KEY = "announcements"
What = OperatorEntry.What


@transaction.atomic
def announce(
    *, kind: str, audience: str, text_zh: str, text_en: str, starts_at: datetime, ends_at: datetime, by: Operator
) -> Announcement:
    if ends_at <= max(starts_at, timezone.now()):
        raise DomainError(_("It is over before it begins. Choose a later end."))
    if ends_at - starts_at > LONGEST:
        raise DomainError(_("At most %(n)d days. What stands for ever is read by nobody.") % {"n": LONGEST.days})
    row = Announcement.objects.create(
        kind=kind,
        audience=audience,
        text_zh=text_zh,
        text_en=text_en,
        starts_at=starts_at,
        ends_at=ends_at,
        written_by=by,
    )
    note_done(What.ANNOUNCED, None, by=by, text=row.text_zh)
    transaction.on_commit(_forget, robust=True)
    return row


@transaction.atomic
def take_down(row: Announcement, *, by: Operator) -> None:
    now = timezone.now()
    standing = Announcement.objects.filter(pk=row.pk, ends_at__gt=now)
    if not standing.filter(starts_at__gt=now).delete()[0] and not standing.update(ends_at=now):
        raise WrongStatus(_("It is over already."))
    note_done(What.ANNOUNCEMENT_ENDED, None, by=by, text=row.text_zh)
    transaction.on_commit(_forget, robust=True)


def standing() -> list[Announcement]:
    """Those of this moment, the latest first."""
    now = timezone.now()
    with in_public():
        coming = cache.get(_KEY)
        if coming is None:
            coming = list(Announcement.objects.filter(ends_at__gt=now))
            cache.set(_KEY, coming, KEPT.total_seconds())
    return [row for row in coming if row.starts_at <= now < row.ends_at]


def _forget() -> None:
    with in_public():
        cache.delete(_KEY)
