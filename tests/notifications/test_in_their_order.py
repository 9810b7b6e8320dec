"""What a person reads of one thing is in the order in which it happened, however many workers tell of it."""

from core.events import action, emit
from hazards.models import Hazard
from notifications.models import Notification
from notifications.tasks import publish
from people.permissions import Role
from tenants.models import Due
from tests import make


@action
def _happens(hazard: Hazard, note: str) -> None:
    emit("hazard.controlled", hazard, by=None, note=note)


def test_a_later_event_of_the_same_thing_waits_for_the_earlier_one(factory, work_off):
    officer = make.person(Role.SAFETY_OFFICER)
    hazard, other = make.hazard(), make.hazard()
    Due.objects.all().delete()
    for subject, note in ((hazard, "先"), (other, "旁"), (hazard, "后")):
        _happens(subject, note)
    first, _beside, second = Due.objects.filter(handler="events.published").order_by("id")
    notes = Notification.objects.filter(user=officer).order_by("seq").values_list("line", flat=True)

    publish(**second.payload)
    assert [line[-1] for line in notes.all()] == ["先", "后"], (
        "a worker that is late with the first one changes nothing"
    )
    publish(**first.payload)
    work_off()
    assert [line[-1] for line in notes.all()] == ["先", "后", "旁"], "each once"
