"""How pages look to their reader. No business fact, so nothing is sealed and nobody is told."""

from people.models import User


def prefer(user: User, **chosen: str) -> None:
    User.objects.filter(pk=user.pk).update(**chosen)
