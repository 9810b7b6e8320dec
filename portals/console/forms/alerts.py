"""The chain of alerts, the ways of an event, and the quiet hours."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.chain import CALLABLE
from alerts.models import AlertPolicy
from notifications.catalogue import Standard, Way
from notifications.models import QuietHours, RuleChange
from notifications.rules import MOST_DIGESTS
from people.permissions import Role


class AlertPolicyForm(forms.Form):
    """`seen` is the version that the page showed; 0 is the product's own."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=1_000_000)
    minutes = forms.IntegerField(label=gettext_lazy("Minutes until the next level"))
    repeat_minutes = forms.IntegerField(label=gettext_lazy("Minutes between repeats at the last level"))

    def __init__(self, *args: Any, policy: AlertPolicy, **kwargs: Any) -> None:
        initial = {"seen": policy.version, "minutes": policy.minutes, "repeat_minutes": policy.repeat_minutes}
        initial |= {f"chain_{n}": role for n, role in enumerate(policy.chain, 1)}
        super().__init__(*args, **kwargs | {"initial": initial})
        for n in range(1, len(CALLABLE) + 1):
            choices = [("", _("nobody more")), *((role.value, role.label) for role in CALLABLE)]
            self.fields[f"chain_{n}"] = forms.ChoiceField(choices=choices, required=False, label=str(n))

    @property
    def chain(self) -> list[forms.BoundField]:
        return [self[f"chain_{n}"] for n in range(1, len(CALLABLE) + 1)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [data.pop(f"chain_{n}", "") for n in range(1, len(CALLABLE) + 1)]
        return data | {"chain": [Role(role).value for role in chosen if role]}


class RuleForm(forms.Form):
    """The ways beside the browser, which always shows it."""

    channels = forms.MultipleChoiceField(
        choices=[(way.value, way.label) for way in Way if way != Way.BROWSER],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Beside the browser by"),
    )
    is_digest = forms.BooleanField(required=False, label=gettext_lazy("May wait for the summary"))

    def __init__(self, *args: Any, found: Standard | RuleChange, **kwargs: Any) -> None:
        initial = {"channels": list(found.channels), "is_digest": found.is_digest}
        super().__init__(*args, **kwargs | {"initial": initial})


def _time(label: Any, **more: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **more)


class QuietForm(forms.Form):
    starts_at = _time(gettext_lazy("Phones are silent from"))
    ends_at = _time(gettext_lazy("until"))

    def __init__(self, *args: Any, hours: QuietHours, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"starts_at": hours.starts_at, "ends_at": hours.ends_at}
        initial |= {f"digest_{n}": time.fromisoformat(text) for n, text in enumerate(hours.digests_at, 1)}
        super().__init__(*args, **kwargs | {"initial": initial})
        for n in range(1, MOST_DIGESTS + 1):
            self.fields[f"digest_{n}"] = _time(_("Summary %(n)d") % {"n": n}, required=n == 1)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [data.pop(f"digest_{n}", None) for n in range(1, MOST_DIGESTS + 1)]
        return data | {"digests_at": [moment for moment in chosen if moment]}
