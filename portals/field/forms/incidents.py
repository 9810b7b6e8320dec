"""A near miss or an injury as somebody reports it: three taps, and more for who wants to say more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.accidents import Severity, standard_on
from core.handed import Handed
from core.models import Attachment
from core.zone import zone
from portals.field.forms.hazards import PlacedForm
from portals.field.forms.report import place_of
from portals.photos import Photos, stamp_of, take_photos, take_voice

KINDS = [
    (Severity.NEAR_MISS, _("Nearly: nobody hurt")),
    (Severity.FIRST_AID, _("A scratch: dressed here")),
    (Severity.MINOR, _("Hurt: to the doctor")),
    (Severity.SERIOUS, _("Badly hurt")),
]
# Codes of the classes of accidents, in words of the floor.
WHAT = [
    ("machine", _("Pinched, cut or caught")),
    ("object-strike", _("Hit by something")),
    ("fall", _("Slipped or fell")),
    ("fall-from-height", _("Fell from above")),
    ("site-vehicle", _("Forklift or vehicle")),
    ("lifting", _("Hoisted load")),
    ("electric-shock", _("Electric shock")),
    ("burn", _("Burnt or scalded")),
    ("fire", _("Fire or smoke")),
    ("poisoning", _("Gas, no air")),
    ("leak", _("Something leaks")),
    ("other", _("Something else")),
]
WHEN = [("now", _("Just now")), ("hour", _("Within the hour")), ("earlier", _("Earlier today"))]


class IncidentForm(PlacedForm):
    kind = forms.ChoiceField(choices=[(key.value, words) for key, words in KINDS], label=_("How bad is it?"))
    what = forms.ChoiceField(
        choices=WHAT, label=_("What happened?"), error_messages={"required": _("Tap what happened.")}
    )
    when = forms.ChoiceField(choices=WHEN, required=False, label=_("When?"))
    at = forms.TimeField(
        required=False, label=_("About what time?"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    hurt = forms.CharField(
        max_length=60, required=False, label=_("Who was hurt?"), help_text=_("Name or employee number.")
    )
    title = forms.CharField(max_length=120, required=False, label=_("A few words"))
    description = forms.CharField(
        max_length=2000, required=False, label=_("Anything else to say"), widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self):
        data = super().clean() or {}
        if data.get("when") == "earlier" and not data.get("at") and "at" not in self.errors:
            self.add_error("at", gettext("Say about what time it was."))
        return data

    def happened_at(self, now: datetime) -> datetime:
        """now: when it was written down. An hour that is still to come was yesterday's."""
        data = self.cleaned_data
        if data["when"] == "hour":
            return now - timedelta(minutes=30)
        if data["when"] == "earlier":
            local = now.astimezone(zone())
            then = local.replace(hour=data["at"].hour, minute=data["at"].minute, second=0, microsecond=0)
            return then if then <= local else then - timedelta(days=1)
        return now


@dataclass
class IncidentReport:
    form: IncidentForm
    taken: Photos
    voice: Attachment | None
    voice_errors: list[str]

    @property
    def errors(self) -> dict[str, str]:
        found = {name: list(map(str, errors)) for name, errors in self.form.errors.items()}
        found |= {"photos": self.taken.errors, "voice": self.voice_errors}
        return {name: " ".join(errors) for name, errors in found.items() if errors}

    def facts(self, handed: Handed | None = None) -> dict[str, Any]:
        data, now = self.form.cleaned_data, timezone.now()
        happened_at = self.form.happened_at(_written_at(handed, now))
        standard = standard_on(happened_at.astimezone(zone()).date())
        return {
            "area": data["area"],
            "equipment": data["equipment"],
            "severity": data["kind"],
            "title": data["title"].strip() or str(dict(WHAT)[data["what"]]),
            "accident": next((each.key for each in standard.classes if each.key.endswith(f":{data['what']}")), ""),
            "description": data["description"],
            "hurt": data["hurt"],
            "happened_at": happened_at,
            "photos": self.taken.photos,
            "voice": self.voice,
            "client_id": data["client_id"],
        }


def _written_at(handed: Handed | None, now: datetime) -> datetime:
    """Of a phone that had no network its own time, less what its clock is wrong by; never in the future."""
    if handed is None or handed.submitted_at is None:
        return now
    return min(handed.submitted_at - handed.skew(now), now)


def read_incident(request: HttpRequest) -> IncidentReport:
    form = IncidentForm(request.POST)
    taken = take_photos(request, "photos", stamp=stamp_of(place_of(form)))
    voice, faults = take_voice(request, "voice")
    return IncidentReport(form, taken, voice, faults)
