from datetime import date

from adoption import actions
from adoption.models import Pair
from people.models import User
from tenants import due

due.handler("adoption.begin_months")(actions.begin_months)


@due.handler("adoption.freeze_months")
def freeze_months(month: str) -> None:
    actions.freeze_months(date.fromisoformat(month))


@due.handler("adoption.look_at_pair")
def look_at_pair(pair: int) -> None:
    actions.look_at_pair(Pair.objects.get(pk=pair))


@due.handler("adoption.follow_person")
def follow_person(person: int) -> None:
    actions.follow_person(User.objects.get(pk=person))
