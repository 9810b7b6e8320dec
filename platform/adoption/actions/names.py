"""展示姓名: off until the person agrees, and taken back at any time; every list asks for it when it is drawn."""

from django.utils import timezone
from django.utils.translation import gettext as _

from adoption.floor import is_on_floor
from adoption.models import ShownName
from core.errors import NotAllowed
from core.events import action, emit
from people.models import User


@action
def show_name(*, by: User) -> ShownName:
    if not is_on_floor(by):
        raise NotAllowed(_("Points are for the people on the floor."))
    row, is_new = ShownName.objects.get_or_create(person=by, defaults={"agreed_at": timezone.now()})
    if is_new:
        emit("name.shown", by, by=by)
    return row


@action
def hide_name(*, by: User) -> None:
    if ShownName.objects.filter(person=by).delete()[0]:
        emit("name.hidden", by, by=by)
