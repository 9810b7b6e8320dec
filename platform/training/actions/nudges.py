"""A word to those who still have something to learn."""

from collections.abc import Collection
from datetime import datetime, time

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from core.models import Event
from core.zone import zone
from facilities.calendar import today
from people.models import User
from training.models import Enrolment

register({"enrolment.nudged": gettext_lazy("Reminded to learn")})


@action
def nudge_learners(people: Collection[User], *, by: User) -> int:
    """Tells each of them once, of what is due first; at most once a day. Returns how many were told."""
    if any(not by.can("training.nudge", person) for person in people):
        raise NotAllowed(_("You can nudge the people of your own department only."))
    # In the order of their keys, so that two nudges at once wait for each other, and the later one sees the earlier.
    locked = User.objects.select_for_update(no_key=True).filter(pk__in=[person.pk for person in people], is_active=True)
    pks = list(locked.order_by("pk").values_list("pk", flat=True))
    first = _due_first(pks)
    if not first:
        raise DomainError(_("They have nothing left to learn. There is nobody to remind."))
    rested = first.keys() - nudged_today()
    if not rested:
        raise WrongStatus(_("They were reminded today already. Tomorrow you can do it again."))
    for pk in sorted(rested):
        emit("enrolment.nudged", first[pk], by=by, course=first[pk].course_code, told=[pk])
    return len(rested)


def nudged_today() -> set[int]:
    """Who was reminded on this day of the factory."""
    since = datetime.combine(today(), time(), zone())
    told = Event.objects.filter(name="enrolment.nudged", at__gte=since).values_list("data__told", flat=True)
    return {pk for pks in told for pk in pks}


def _due_first(pks: Collection[int]) -> dict[int, Enrolment]:
    rows = Enrolment.objects.open().filter(person__in=pks).order_by("person_id", "due_on", "pk").distinct("person_id")
    return {row.person_id: row for row in rows}
