"""A hazard comes in: its number, what it repeats, and the alert where it is urgent."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.actions import raise_alert
from core.counters import next_numbers
from core.errors import DomainError, NotAllowed
from core.events import action, emit
from core.handed import Handed
from core.models import Attachment
from core.words import say
from facilities.models import Area, Equipment
from hazards.actions.clock import wait_for_confirmation
from hazards.actions.proof import keep_evidence
from hazards.guessing import guess_category
from hazards.models import Category, Evidence, Hazard, Level, Status
from people.models import User

REPEATS_WITHIN = timedelta(days=90)
# Where nobody with an account stands behind it.
NAMELESS = (Hazard.Source.TIP, Hazard.Source.SENSOR, Hazard.Source.SUPPLIER)
AT_THE_DESK = (Hazard.Source.SPECIAL, Hazard.Source.EXTERNAL, Hazard.Source.INCIDENT)


@action
def report_hazard(
    *,
    by: User | None,
    area: Area,
    title: str = "",
    category: Category | None = None,
    equipment: Equipment | None = None,
    description: str = "",
    level: str | None = None,
    is_urgent: bool = False,
    is_machine_stopped: bool | None = None,
    photos: Iterable[Attachment] = (),
    voice: Attachment | None = None,
    source: str = Hazard.Source.REPORT,
    reported_as: str = "",
    client_id: UUID | None = None,
    handed: Handed | None = None,
) -> Hazard:
    """A new hazard; urgent and major ones raise an alert in the same transaction.

    by=None: from somebody without a name, or a sensor or supplier, whose own name is reported_as.
    Without a category it is guessed; without a level it is the category's; without words the place is the title.
    A report that comes twice under the same client_id, because a finger or the network was impatient, is one. All
    limits count from its arrival; when a phone without network wrote it down stands beside it.
    """
    _refuse_strangers(by, source)
    now, photos = timezone.now(), list(photos)
    title = title.strip() or title_without_words(equipment or area, photos, voice)
    guess = None if category else guess_category(f"{title} {description}", equipment)
    category = category or guess.category  # type: ignore[union-attr]
    level = level or category.level
    facts = {
        "number": lambda: number_for(now),
        "source": source,
        "title": title,
        "description": description.strip(),
        "category": category,
        "department_id": area.department_id,
        "area": area,
        "equipment": equipment,
        "level": level,
        "is_urgent": is_urgent or level == Level.MAJOR,
        "is_machine_stopped": is_machine_stopped,
        "reported_at": now,
        "phone_reported_at": handed.submitted_at if handed else None,
        "skew_seconds": handed.skew_seconds(now) if handed else None,
        "repeat_of": _earlier(category, area, equipment, now),
    }
    hazard, is_new = Hazard.objects.get_or_create(client_id=client_id or uuid4(), reporter=by, defaults=facts)
    if not is_new:
        return hazard
    keep_evidence(hazard, [*photos, *([voice] if voice else [])], Evidence.Stage.BEFORE)
    emit(
        "hazard.reported",
        hazard,
        by=by,
        number=hazard.number,
        level=hazard.level,
        photos=[photo.sha256 for photo in photos],
        **({"voice": voice.sha256} if voice else {}),
        **({"guessed": {"category": category.code, "because": guess.because}} if guess else {}),
        **({} if by else {"source": source, "reported_as": reported_as}),
        **({"phone_at": hazard.phone_reported_at, "skew_seconds": hazard.skew_seconds} if handed else {}),
    )
    if hazard.is_urgent:
        ring(hazard, by=by)
    wait_for_confirmation(hazard)
    return hazard


def _refuse_strangers(by: User | None, source: str) -> None:
    if by is None and source not in NAMELESS:
        raise NotAllowed(_("Sign in first, so that it stands under your name."))
    if by and not by.can("hazards.record" if source in AT_THE_DESK else "hazards.report"):
        raise NotAllowed(_("Your role does not report hazards."))


def title_without_words(place: Equipment | Area, photos: list[Attachment], voice: Attachment | None) -> str:
    if not photos and not voice:
        raise DomainError(_("Take a photo, or say in a few words what is wrong."))
    words = _("Said in a voice note") if voice else _("Reported by photo")
    return f"{words} · {say(place.name)}"[:120]


def number_for(now: datetime) -> str:
    return numbers_for(f"{timezone.localtime(now):%Y%m}", 1)[0]


def numbers_for(month: str, count: int) -> list[str]:
    return [f"YH-{month}-{number:04}" for number in next_numbers(f"hazard-{month}", count)]


def _earlier(category: Category, area: Area, equipment: Equipment | None, now: datetime) -> Hazard | None:
    """重复隐患: the same kind at the same machine, or where there is none in the same area, within 90 days after closure.

    What is still open is not closed badly but reported twice, and gets merged.
    """
    place: dict[str, Any] = {"equipment": equipment} if equipment else {"equipment": None, "area": area}
    closed = Hazard.objects.filter(category=category, status=Status.CLOSED, **place)
    return closed.filter(closed_at__lte=now, closed_at__gte=now - REPEATS_WITHIN).order_by("-closed_at").first()


def ring(hazard: Hazard, *, by: User | None) -> None:
    """Calls the officers to it, with the place where the words do not name it."""
    place = say((hazard.equipment or hazard.area).name)
    line = hazard.title if place in hazard.title else f"{place} · {hazard.title}"
    raise_alert(hazard, line, by=by, department_id=hazard.department_id)
