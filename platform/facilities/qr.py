"""Signed stickers: a number cannot be guessed, copied from another factory, or used after it was revoked."""

import secrets

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, Refusal, Revoked
from core.events import action, emit, register
from facilities.models import Area, Equipment, QRPoint
from tenants.current import current_schema

register(
    {
        "qr.issued": gettext_lazy("Label issued"),
        "qr.revoked": gettext_lazy("Label taken out of use"),
    }
)
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class UnknownSticker(Refusal):
    status = 404


def token_of(point: QRPoint) -> str:
    """code-signature; the salt holds the schema, so a token of one factory is nothing in another."""
    return _signer().sign(point.code)


def read_token(token: str) -> QRPoint:
    """The sticker's point; also accepts the short number that is printed below the picture."""
    code = "".join(token.replace("\0", " ").split()).upper()
    if _signer().sep in token:
        try:
            code = _signer().unsign(token)
        except signing.BadSignature:
            raise UnknownSticker(
                _("This code is not one of this factory. Look at the label or type its number.")
            ) from None
    point = QRPoint.objects.select_related("equipment__area", "equipment__type", "area").filter(code=code).first()
    if point is None:
        raise UnknownSticker(_("This code is not one of this factory. Look at the label or type its number."))
    if point.revoked_at:
        raise Revoked(_("This label was replaced. Use the new one on the machine, or tell the safety officer."))
    return point


@action
def issue_sticker(place: Equipment | Area, *, by) -> QRPoint:
    """The live sticker of the place; a first or renewed one where there is none."""
    field = "equipment" if isinstance(place, Equipment) else "area"
    live = QRPoint.objects.filter(**{field: place}, revoked_at=None).first()
    if live:
        return live
    point = QRPoint.objects.create(code="".join(secrets.choice(_ALPHABET) for _i in range(10)), **{field: place})
    emit("qr.issued", point, by=by, place=place.code)
    return point


@action
def revoke_sticker(point: QRPoint, *, by, reason: str) -> QRPoint:
    """Takes the sticker out of use and issues its successor, which is returned."""
    if not by.can("qr.manage"):
        raise NotAllowed(_("Your role may not change the plant. Ask the administrator or the safety officer."))
    if not reason.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    QRPoint.objects.filter(pk=point.pk, revoked_at=None).update(revoked_at=timezone.now())
    emit("qr.revoked", point, by=by, reason=reason)
    return issue_sticker(point.place, by=by)


def _signer() -> signing.Signer:
    return signing.Signer(salt=f"qr:{current_schema()}", sep=".")
