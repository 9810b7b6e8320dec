"""Form fields that all portals share."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import say
from people.auth import find_user
from people.models import Team, User
from people.permissions import PARTNER_ROLES


class Named(forms.ModelChoiceField):
    """Objects whose name is there in both languages."""

    def label_from_instance(self, obj):
        return say(obj.name)


class Fresh(forms.TextInput):
    """Comes back empty: by the time that a page is sent again the code is another one."""

    def format_value(self, value: Any) -> None:
        return None


class AppCodeField(forms.CharField):
    """Of an authenticator app, as it shows it: with a gap in the middle."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("max_length", 12)
        more.setdefault("help_text", gettext_lazy("Six digits from your authenticator app."))
        super().__init__(label=gettext_lazy("Code from the app"), **more)
        self.widget = Fresh(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})

    def clean(self, value: Any) -> str:
        return "".join(unicodedata.normalize("NFKC", super().clean(value)).split())


class CodeForm(forms.Form):
    """takes_recovery: one of the letters and digits that were written down counts as well."""

    code = AppCodeField()

    def __init__(self, *args: Any, takes_recovery: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if takes_recovery:
            self.fields["code"] = AppCodeField(
                max_length=30, help_text=gettext_lazy("Phone not at hand? Type one of your recovery codes.")
            )
            self.fields["code"].widget.attrs |= {"inputmode": "text", "autocapitalize": "none", "autofocus": True}


class TeamsForm(forms.Form):
    """Who is told: teams of the departments in which the reader holds classes; it stands last."""

    def __init__(self, *args: Any, reader: User, **more: Any) -> None:
        super().__init__(*args, **more)
        departments = reader.departments_with("training.hold")
        teams = Team.objects.all() if departments is None else Team.objects.filter(department__in=departments)
        field = forms.ModelMultipleChoiceField(
            teams, required=False, label=gettext_lazy("Who is told"), widget=forms.CheckboxSelectMultiple
        )
        field.label_from_instance = lambda obj: say(obj.name)  # type: ignore[method-assign]
        self.fields["teams"] = field


def person_named(text: str) -> User | None:
    """By phone, employee number or e-mail, or by a name that only one person has."""
    text = text.replace("\0", "").strip()
    if not text:
        return None
    named = list(User.objects.filter(name=text, is_active=True).exclude(grants__role__in=PARTNER_ROLES)[:2])
    found = find_user(text) or (named[0] if len(named) == 1 else None)
    if found is None and named:
        raise forms.ValidationError(_("Several people have this name. Type the phone or employee number."))
    if found is None or not found.is_active:
        raise forms.ValidationError(_("Nobody has this name or number."))
    return found


class PersonField(forms.CharField):
    """Somebody of the factory, by name, phone or employee number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, help_text=gettext_lazy("Name, phone or employee number."), **kwargs)

    def clean(self, value: Any) -> Any:
        return person_named(super().clean(value))


def moment(label: Any, **more: Any) -> forms.DateTimeField:
    """A time of the factory, chosen with the browser's own picker."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **more)


class AbsenceForm(forms.Form):
    stand_in = PersonField(label=gettext_lazy("Who stands in?"))
    starts_at = moment(gettext_lazy("From"))
    ends_at = moment(gettext_lazy("Until"))
    reason = forms.CharField(max_length=120, required=False, label=gettext_lazy("Reason"))


class PauseForm(forms.Form):
    """Times are the factory's; left empty: from now, and until the machine runs again."""

    reason = forms.CharField(
        max_length=500, label=gettext_lazy("Why does it stand still?"), widget=forms.Textarea(attrs={"rows": 2})
    )
    from_at = moment(gettext_lazy("From"), required=False, help_text=gettext_lazy("Left empty: from now."))
    until_at = moment(
        gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("Left empty: until somebody says that it runs again."),
    )
