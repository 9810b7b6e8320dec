"""What the factory wants of its figures."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from insight.figures import BY_KEY, targets
from insight.models import Target
from people.models import User

register({"targets.changed": gettext_lazy("Targets of the dashboard changed")})


@action
def set_targets(values: dict[str, float], *, by: User) -> list[Target]:
    """Each that differs is a further row, so what was wanted before stays on record."""
    if not by.can("insight.set_targets"):
        raise NotAllowed(_("Safety officers and leaders set the targets. Ask one of them."))
    for key, value in values.items():
        if value < 0 or (BY_KEY[key].unit == "%" and value > 100):
            raise DomainError(_("A share lies between 0 and 100 %, and no target is below 0."))
    before = targets()
    changed = {key: value for key, value in values.items() if value != before[key]}
    now = timezone.now()
    made = Target.objects.bulk_create(Target(figure=key, value=value, by=by, at=now) for key, value in changed.items())
    for target in made:
        emit("targets.changed", target, by=by, figure=target.figure, before=before[target.figure], after=target.value)
    return made
