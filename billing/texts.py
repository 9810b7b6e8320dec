"""What text messages cost the service: counted as the gateway takes them, in the transaction that notes it."""

from datetime import date

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from billing.models import TextCount

NO_FACTORY = 0


def count_text(factory: int = NO_FACTORY) -> None:
    """factory: its number. The approved texts are short: each is paid for as one."""
    row = {"factory": factory, "month": this_month()}
    one = {"texts": F("texts") + 1, "cost": F("cost") + settings.SMS_PRICE}
    if not TextCount.objects.filter(**row).update(**one):
        TextCount.objects.bulk_create([TextCount(**row)], ignore_conflicts=True)
        TextCount.objects.filter(**row).update(**one)


def this_month() -> date:
    """Of the service's own clock, whichever factory is at work."""
    return timezone.localdate(timezone=timezone.get_default_timezone()).replace(day=1)


def fen(thousandths: int) -> int:
    return round(thousandths / 10)
