from people.models import User
from tenants import due
from training import actions
from training.models import Attempt, Certificate, Licence
from training.models.learning import Occasion


@due.handler("training.time_out")
def time_out(attempt: int) -> None:
    actions.time_out(Attempt.objects.get(pk=attempt))


@due.handler("training.follow_person")
def follow_person(person: int) -> None:
    user = User.objects.get(pk=person)
    actions.follow_person(user)
    if not user.is_active:
        actions.end_unfounded(user)


@due.handler("training.third_week")
def third_week(person: int) -> None:
    user = User.objects.get(pk=person)
    if user.is_active:
        actions.enrol_on_occasion(user, Occasion.THIRD_WEEK)


@due.handler("training.follow_licence")
def follow_licence(licence: int, step: int) -> None:
    actions.follow_licence(Licence.objects.select_related("person").get(pk=licence), step)


@due.handler("training.follow_certificate")
def follow_certificate(certificate: int, step: int) -> None:
    actions.follow_certificate(Certificate.objects.select_related("person").get(pk=certificate), step)
