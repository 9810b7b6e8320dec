"""Which item of a checklist looks after which measure."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import action, emit
from core.words import say
from inspections.models import Checklist, Item
from people.models import User
from risks.actions.rating import refuse_others
from risks.models import Risk, Watch


@action
def watch_item(risk: Risk, item: Item, *, by: User, measure: str = "") -> Watch:
    """measure: one of the risk's, as it reads; empty: the risk as a whole."""
    refuse_others(by, risk)
    if measure and measure not in {line for _kind, _word, lines in risk.measures for line in lines}:
        raise DomainError(_("This measure is not one of the risk any more. Choose one of those that stand there."))
    if item.checklist.status != Checklist.Status.CURRENT:
        raise DomainError(_("Choose an item of a checklist in use."))
    watch, is_new = Watch.objects.get_or_create(
        risk=risk, item=item, measure=measure, defaults={"by": by, "at": timezone.now()}
    )
    if is_new:
        emit("risk.watched", risk, by=by, item=item.pk, note=_note(watch))
    return watch


@action
def unwatch_item(watch: Watch, *, by: User) -> None:
    refuse_others(by, watch.risk)
    emit("risk.unwatched", watch.risk, by=by, item=watch.item_id, note=_note(watch))
    watch.delete()


def _note(watch: Watch) -> str:
    return " ← ".join(filter(None, (watch.measure, say(watch.item.text))))
