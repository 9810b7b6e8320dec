"""The kind of a hazard, guessed at the report, corrected by the officer."""

from django.utils.translation import gettext as _

from core.errors import NotAllowed, WrongStatus
from core.events import action, emit
from hazards.models import Category, Hazard, Status
from people.models import User


@action
def name_category(hazard: Hazard, *, by: User, category: Category) -> Hazard:
    """Naming the guessed one settles the guess; the level stays until it is confirmed."""
    if not by.can("hazards.confirm", hazard):
        raise NotAllowed(_("You may not do this here. Ask who it is assigned to, or the safety officer."))
    before = hazard.category
    if not Hazard.objects.filter(pk=hazard.pk, status=Status.REPORTED).update(category=category):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    hazard.category = category
    emit("hazard.categorised", hazard, by=by, before=before.code, after=category.code)
    return hazard
