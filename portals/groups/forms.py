"""What is typed in a joint group, and what of it is shown again after a refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, Refusal
from hazards.actions.invitations import LASTS, LONGEST
from hazards.actions.posts import LONGEST as LONGEST_POST
from hazards.models import Hazard, JointGroup
from people.auth import PhoneField
from people.models import User
from portals.forms import moment
from portals.photos import Photos
from portals.typed import refused


class PostForm(forms.Form):
    client_id = forms.UUIDField(required=False, initial=uuid4)
    text = forms.CharField(max_length=LONGEST_POST, required=False, label=_("What you say"))


class MemberForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.none(), label=_("Who is to come in"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.insiders().filter(is_active=True)  # type: ignore[attr-defined]


class SubTaskForm(forms.Form):
    title = forms.CharField(max_length=120, label=_("What is to be done?"))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Who does it?"), empty_label=_("choose"))
    due_at = moment(_("By when?"))

    def __init__(self, *args, group: JointGroup | None, **kwargs):
        super().__init__(*args, **kwargs)
        if group:
            people = User.objects.filter(pk__in=group.present().values("user"))
            self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class InviteForm(forms.Form):
    name = forms.CharField(max_length=60, label=_("Full name"))
    company = forms.CharField(max_length=80, label=_("Company"))
    phone = PhoneField(required=False, help_text=_("News for them goes there as a text message, with the link."))
    days = forms.IntegerField(
        min_value=1, max_value=LONGEST.days, initial=LASTS.days, label=_("How many days does the link open?")
    )
    may_fix = forms.BooleanField(required=False, label=_("May fix the hazard, not only take part"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return data | {"lasts": timedelta(days=data.pop("days", LASTS.days))}


def read(form: forms.Form, *faults: str) -> dict[str, Any]:
    """What the form says, or a refusal with a sentence for each thing that cannot be read."""
    form.is_valid()
    said = [
        f"{form.fields[name].label}: {' '.join(map(str, errors))}"
        if name in form.fields
        else " ".join(map(str, errors))
        for name, errors in form.errors.items()
    ]
    if said or faults:
        raise DomainError(" ".join([*said, *faults]))
    return form.cleaned_data


@contextmanager
def keeping(**shown: Any) -> Iterator[None]:
    """Gives a refusal along what the page shows again, so that nothing typed is lost."""
    try:
        yield
    except Refusal as refusal:
        left = {name: value.without(refusal) for name, value in shown.items() if isinstance(value, Photos)}
        refusal.shown = shown | left  # type: ignore[attr-defined]
        raise


def left_of(request: HttpRequest, refusal: Refusal, hazard: Hazard) -> dict[str, Any]:
    """What the page shows after a refusal: the forms as they were sent, and why."""
    shown = getattr(refusal, "shown", {})
    photos = [photo for value in shown.values() if isinstance(value, Photos) for photo in value.photos]
    return shown | refused(request, refusal, hazard=hazard, photos=photos)


def wanted(request: HttpRequest, name: str, rows: Any) -> Any:
    """The row whose number was sent."""
    text = str(request.POST.get(name, ""))
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Http404
    return get_object_or_404(rows, pk=int(text))
