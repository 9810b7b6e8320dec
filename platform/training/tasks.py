from people.models import User
from tenants import due
from training import actions
from training.models import Attempt
from training.models.learning import Occasion


@due.handler("training.time_out")
def time_out(attempt: int) -> None:
    actions.time_out(Attempt.objects.get(pk=attempt))


@due.handler("training.follow_person")
def follow_person(person: int) -> None:
    actions.follow_person(User.objects.get(pk=person))


@due.handler("training.third_week")
def third_week(person: int) -> None:
    user = User.objects.get(pk=person)
    if user.is_active:
        actions.enrol_on_occasion(user, Occasion.THIRD_WEEK)
