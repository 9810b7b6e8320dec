from datetime import timedelta

from people.models import User
from tenants import due
from training import actions
from training.models import Attempt, Certificate, Course, Licence, Media
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


@due.handler("training.follow_version")
def follow_version(course: int) -> None:
    actions.follow_version(Course.objects.get(pk=course))


@due.handler("training.look_into", lease=timedelta(minutes=10))
def look_into(media: str) -> None:
    """Leased, because a large video takes its time and nothing may wait for it."""
    row = Media.objects.select_related("by").filter(pk=media).first()
    if row:
        actions.look_into_media(row)


@due.handler("training.forget_media")
def forget_media(media: str) -> None:
    row = Media.objects.filter(pk=media).first()
    if row:
        actions.forget_media(row)
