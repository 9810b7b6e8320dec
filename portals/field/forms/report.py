"""A hazard as somebody reports it: the form, its photos and the voice note, each with what is wrong with it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.models import Attachment
from facilities.models import Area, Equipment
from portals.field.forms.hazards import PlacedForm, ReportForm
from portals.photos import Photos, stamp_of, take_photos, take_voice

WORDS = ("client_id", "title", "description", "category", "area", "equipment", "level", "is_machine_stopped")


@dataclass
class Report:
    form: ReportForm
    taken: Photos
    voice: Attachment | None
    voice_errors: list[str]

    @property
    def errors(self) -> dict[str, str]:
        """A sentence by the name of its input."""
        found = {name: list(map(str, errors)) for name, errors in self.form.errors.items()}
        found |= {"photos": self.taken.errors, "voice": self.voice_errors}
        return {name: " ".join(errors) for name, errors in found.items() if errors}

    @property
    def facts(self) -> dict[str, Any]:
        words = {name: self.form.cleaned_data[name] for name in WORDS}
        return words | {"photos": self.taken.photos, "voice": self.voice}


def read_report(request: HttpRequest) -> Report:
    form = ReportForm(request.POST)
    taken = take_photos(request, "photos", stamp=stamp_of(place_of(form)))
    if not taken.photos and not taken.errors:
        taken.errors.append(_("Take a photo of it first."))
    voice, faults = take_voice(request, "voice")
    return Report(form, taken, voice, faults)


def place_of(form: PlacedForm) -> Equipment | Area | None:
    form.is_valid()
    return form.cleaned_data.get("equipment") or form.cleaned_data.get("area")
