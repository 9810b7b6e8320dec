"""Reports without a name: a receipt code that opens the thread, and what both sides write there."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.attachments import visible_through
from core.errors import DomainError, NotAllowed
from core.events import action, emit
from core.models import Attachment
from facilities.models import Area, Equipment
from hazards.actions.proof import keep_evidence
from hazards.actions.reporting import report_hazard, title_without_words
from hazards.models import Evidence, Hazard, Status, Tip, TipMessage
from people.models import User
from tenants.current import current_schema

# Nothing in it that could be taken for something else in handwriting: no 0 and O, no 1, I and L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
LONGEST = 2000
MOST_MESSAGES = 100
_BEFORE_HAND_IN = (Status.REPORTED, Status.CONFIRMED, Status.ASSIGNED, Status.RECTIFYING)


@visible_through
def files_of_tips(user: User) -> Any:
    """A voice says who it is: only those hear it who may answer."""
    departments = user.departments_with("hazards.answer_tip")
    messages = TipMessage.objects.exclude(attachment=None)
    if departments is not None:
        messages = messages.filter(tip__hazard__department__in=departments)
    return messages.values("attachment_id")


@action
def report_tip(
    *,
    nonce: str,
    area: Area,
    equipment: Equipment | None = None,
    text: str = "",
    photos: Iterable[Attachment] = (),
    voice: Attachment | None = None,
) -> tuple[Tip, str]:
    """The thread and its receipt code, which is told here once and never stored.

    nonce: random, known to the form only. Sent again it gives the same hazard and the same code; what is kept here
    are hashes of it, so that nobody who reads the database comes from a hazard to its code.
    """
    text, photos, code = text.strip(), list(photos), _code_of(nonce)
    _refuse_long(text)
    title, _newline, more = text.partition("\n")
    hazard = report_hazard(
        by=None,
        source=Hazard.Source.TIP,
        title=title[:120] or title_without_words(equipment or area, photos, voice),
        description=text if more or len(title) > 120 else "",
        area=area,
        equipment=equipment,
        photos=photos,
        client_id=UUID(bytes=hashlib.sha256(nonce.encode()).digest()[:16]),
    )
    facts = {"code_hash": _hash_of(code), "created_at": timezone.now()}
    tip, is_new = Tip.objects.get_or_create(hazard=hazard, defaults=facts)
    if is_new and voice:
        TipMessage.objects.create(tip=tip, attachment=voice, at=tip.created_at)
    return tip, "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def find_tip(code: str) -> Tip | None:
    """However it was typed: with or without lines, in small letters."""
    plain = "".join(letter for letter in code.upper() if letter in ALPHABET)
    if len(plain) != LENGTH:
        return None
    return Tip.objects.select_related("hazard").filter(code_hash=_hash_of(plain)).first()


def open_tip(tip: Tip) -> datetime | None:
    """Notes that the thread was looked at, and gives back when it was the last time."""
    before = tip.seen_at
    Tip.objects.filter(pk=tip.pk).update(seen_at=timezone.now())
    return before


@action
def reply_to_tip(
    tip: Tip, *, by: None, text: str = "", photos: Iterable[Attachment] = (), voice: Attachment | None = None
) -> Tip:
    """What the one who reported adds later; a photo also proves how it was, as long as nothing is handed in."""
    text, photos = text.strip(), list(photos)
    files = [*photos, *([voice] if voice else [])]
    _refuse_long(text)
    if not text and not files:
        raise DomainError(_("Write something, or take a photo."))
    Tip.objects.select_for_update().get(pk=tip.pk)
    if tip.messages.count() + len(files) >= MOST_MESSAGES:
        raise DomainError(_("This thread is full. Report it once more at the label."))
    now = timezone.now()
    rows = [TipMessage(tip=tip, text=text, at=now)] if text else []
    TipMessage.objects.bulk_create([*rows, *(TipMessage(tip=tip, attachment=file, at=now) for file in files)])
    if photos and tip.hazard.status in _BEFORE_HAND_IN:
        keep_evidence(tip.hazard, photos, Evidence.Stage.BEFORE)
    seals = {"text": _sealed(text), "photos": [photo.sha256 for photo in photos]}
    emit("tip.replied", tip.hazard, by=by, source=Hazard.Source.TIP, **seals)
    return tip


@action
def answer_tip(tip: Tip, *, by: User, text: str) -> TipMessage:
    """The ledger holds that somebody answered and a seal on the words; the words stand in the thread only."""
    _refuse_unless_answering(tip, by)
    _refuse_long(text)
    if not text.strip():
        raise DomainError(_("Write something first."))
    now = timezone.now()
    message = TipMessage.objects.create(tip=tip, author=by, text=text.strip(), at=now)
    Tip.objects.filter(pk=tip.pk).update(read_at=now)
    emit("tip.answered", tip.hazard, by=by, text=_sealed(message.text))
    return message


@action
def read_tip(tip: Tip, *, by: User) -> Tip:
    """Dealt with, without an answer."""
    _refuse_unless_answering(tip, by)
    Tip.objects.filter(pk=tip.pk).update(read_at=timezone.now())
    emit("tip.read", tip.hazard, by=by)
    return tip


def _refuse_unless_answering(tip: Tip, by: User) -> None:
    if not by.can("hazards.answer_tip", tip.hazard):
        raise NotAllowed(_("The safety officer talks with who reported this."))


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST:
        raise DomainError(_("That is too long: %(limit)d letters at most.") % {"limit": LONGEST})


def _code_of(nonce: str) -> str:
    number = int.from_bytes(salted_hmac(f"tip-code:{current_schema()}", nonce, algorithm="sha256").digest())
    letters = []
    for _place in range(LENGTH):
        number, at = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[at])
    return "".join(letters)


def _hash_of(code: str) -> str:
    return salted_hmac(f"tip:{current_schema()}", code, algorithm="sha256").hexdigest()


def _sealed(text: str) -> str:
    """Salted: a short answer such as “yes” could be guessed from a plain hash."""
    return salted_hmac("tip-text", text, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest() if text else ""
