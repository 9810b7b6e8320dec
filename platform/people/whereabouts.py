"""By which numbers and addresses the people of this factory find it from the bare host."""

from core.events import action
from people.models import User
from signups import whereabouts


def note_whereabouts(user: User) -> None:
    whereabouts.note(user.pk, (user.phone, user.email) if user.is_active else ())


@action
def note_everybody() -> None:
    """Of accounts that were written in bulk, or before there was a way to find a factory."""
    people = User.objects.values_list("pk", "phone", "email", "is_active")
    whereabouts.note_many({pk: (phone, email) if is_active else () for pk, phone, email, is_active in people})
