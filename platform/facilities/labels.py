"""The sheet of QR labels, eight on a page of A4, made in the background."""

from dataclasses import dataclass
from typing import Any

import segno
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.attachments import keep_file
from core.errors import DomainError, NotAllowed
from core.jobs import kind, start_job
from core.models import Attachment, Job
from core.pdf import CONTENT_TYPE, render_pdf
from core.words import say
from facilities.models import Area, Equipment, QRPoint, RiskColour
from facilities.qr import issue_sticker, token_of
from tenants.current import current_factory

MOST = 400


@dataclass(frozen=True)
class Label:
    name: str
    where: str
    code: str
    short: str
    risk: str
    rank: int
    is_ex: bool
    svg: SafeString


def order_labels(places: list[Equipment | Area], *, by: Any, base_url: str, language: str) -> Job:
    """Starts the job that prints these places' labels; whoever has none gets one. base_url: "https://host/"."""
    if not by.can("qr.manage"):
        raise NotAllowed(_("Your role may not change the plant. Ask the administrator or the safety officer."))
    if not places:
        raise DomainError(_("Tick the machines or areas whose labels you want."))
    if len(places) > MOST:
        raise DomainError(_("That is more than %(most)d labels. Choose fewer at a time.") % {"most": MOST})
    points = [issue_sticker(place, by=by).pk for place in places]
    return start_job("labels", by=by, total=len(points), points=points, base_url=base_url, language=language)


@kind("labels")
def print_labels(job: Job) -> Attachment:
    points = QRPoint.objects.select_related("equipment__area", "equipment__type", "area__department")
    found = points.in_bulk(job.payload["points"])
    with translation.override(job.payload["language"]):
        labels = [_label(found[pk], job.payload["base_url"]) for pk in job.payload["points"] if pk in found]
        context = {"labels": labels, "factory": current_factory().name}
        name = _("QR labels") + ".pdf"
        content = render_pdf("pdf/labels.html", "labels.css", context)
    return keep_file(content, name=name, content_type=CONTENT_TYPE, by=job.by)


def drawn(address: str) -> str:
    """The address as a QR code, an SVG that takes the size of its place."""
    return segno.make(address, error="m", micro=False).svg_inline(border=0, omitsize=True)


def _label(point: QRPoint, base_url: str) -> Label:
    place = point.place
    colour = RiskColour(place.colour)
    address = base_url.rstrip("/") + reverse("field:qr", args=[token_of(point)], urlconf="config.urls")
    # Medium correction survives scratches and oil; a higher one makes the squares too small for old phones.
    svg = drawn(address)
    return Label(
        name=say(place.name),
        where=say(place.area.name if isinstance(place, Equipment) else place.department.name),
        code=place.code,
        short=f"{point.code[:5]} {point.code[5:]}",
        risk=str(colour.label),
        rank=colour.level,
        is_ex=(place.area if isinstance(place, Equipment) else place).is_ex,
        svg=mark_safe(svg),  # noqa: S308 - drawn by the library from our own address
    )
