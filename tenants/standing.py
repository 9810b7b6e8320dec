"""How far a factory may work. Until when everything does is for billing to say (`Factory.open_until`)."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Reporting and fixing hazards goes on so long after the rest has stopped: safety is not held hostage.
SAFETY_ONLY_LASTS = timedelta(days=30)


class Standing(TextChoices):
    OPEN = "open", _("Everything works")
    SAFETY_ONLY = "safety_only", _("Safety goes on, settings stand still")
    READ_ONLY = "read_only", _("Read only")
