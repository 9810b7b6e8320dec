"""What somebody typed stands on the page that refuses it: where its form is gone too, it can still be read and copied."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, Refusal
from core.events import history
from hazards.models import POINTS, Hazard
from hazards.models.proof import label_of

_label_of = lazy(label_of, str)  # in the language of whoever reads it
_TESTS = {"test": _("Test"), "required": _("Asked for"), "result": _("Result")}
# Only what is named here is shown again: no secret, no number that a page sends along by itself.
WORDS: dict[str, Any] = {
    "into": _("Number of the other hazard"),
    "title": _("What is it about?"),
    "description": _("Anything else to say"),
    "text": _("What you say"),
    "control": _("What was done at once?"),
    "measure": _("What was done?"),
    "cause": _("Why did it happen?"),
    **{f"{name}_{n}": format_lazy("{} {}", label, n) for n in (1, 2, 3) for name, label in _TESTS.items()},
    "result": _("What came of it?"),
    **{name: _label_of(name) for name in POINTS},
    "reason": _("Reason"),
    "note": _("Remark"),
    "name": _("Full name"),
    "to": _("Who takes it?"),
    "stand_in": _("Who stands in?"),
    "phone": _("Phone"),
    "company": _("Company"),
    "person": _("Contact"),
}


def hazard_for(user: Any, pk: int, *near: str, after: Refusal | None = None) -> Hazard:
    """after: why it is looked up once more; where it is out of sight by now, that is what is said."""
    hazard = Hazard.objects.visible_to(user).select_related(*near).filter(pk=pk).first()
    if hazard is None:
        raise after or Http404
    return hazard


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """Label and words of each field that was sent; nothing where the request cannot be read."""
    try:
        sent = request.POST
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return []
    return [(str(label), words) for name, label in WORDS.items() if (words := sent.get(name, "").strip())]


def refused(
    request: HttpRequest, refusal: Refusal | None, *, hazard: Hazard, photos: Iterable[Any] = ()
) -> dict[str, Any]:
    """For parts/_refused.html: why, who moved the hazard last, and what was sent where its form may stand there no more."""
    if refusal is None or refusal.status == DomainError.status:
        return {"refusal": refusal and refusal.message}
    moved = history(hazard, *hazard.plans.all()).last()
    return {"refusal": refusal.message, "moved": moved, "typed_words": typed_in(request), "kept": list(photos)}
