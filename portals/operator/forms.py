from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.models import Job
from operators.actions import MAX_REASON
from operators.models import Announcement
from portals.forms import AppCodeField


class SignInForm(forms.Form):
    name = forms.CharField(
        max_length=60,
        label=gettext_lazy("Account name"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        max_length=128,
        strip=False,
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = AppCodeField()


class DropForm(forms.Form):
    reason = forms.CharField(
        max_length=MAX_REASON,
        label=gettext_lazy("Why need it not be done any more?"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_reason(self) -> Any:
        return self.cleaned_data["reason"].replace("\0", "")


class SupportForm(forms.Form):
    reason = forms.CharField(
        max_length=MAX_REASON,
        label=gettext_lazy("What do you want to look at?"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_reason(self) -> Any:
        return self.cleaned_data["reason"].replace("\0", "")


class VoidForm(forms.Form):
    reason = forms.CharField(
        max_length=200, label=gettext_lazy("Why will it not be paid?"), widget=forms.Textarea(attrs={"rows": 2})
    )


class CouponForm(forms.Form):
    code = forms.CharField(max_length=20, label=gettext_lazy("Coupon"))
    percent = forms.IntegerField(min_value=1, max_value=100, label=gettext_lazy("Per cent less"))
    most = forms.IntegerField(min_value=1, max_value=10_000, label=gettext_lazy("For how many factories"))
    ends_on = forms.DateField(
        required=False, label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(max_length=100, required=False, label=gettext_lazy("What for"))


class Moment(forms.DateTimeInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class AnnouncementForm(forms.Form):
    """Times as the service's own clock shows them."""

    kind = forms.ChoiceField(choices=Announcement.Kind.choices, label=gettext_lazy("What it is"))
    audience = forms.ChoiceField(choices=Announcement.Audience.choices, label=gettext_lazy("Who sees it"))
    text_zh = forms.CharField(
        max_length=300, label=gettext_lazy("Text in Chinese"), widget=forms.Textarea(attrs={"rows": 2})
    )
    text_en = forms.CharField(
        max_length=300, label=gettext_lazy("Text in English"), widget=forms.Textarea(attrs={"rows": 2})
    )
    starts_at = forms.DateTimeField(label=gettext_lazy("Shown from"), widget=Moment(), initial=timezone.localtime)
    ends_at = forms.DateTimeField(label=gettext_lazy("Shown until"), widget=Moment())


class SuspendForm(forms.Form):
    reason = forms.CharField(
        max_length=200, label=gettext_lazy("Why is it paused?"), widget=forms.Textarea(attrs={"rows": 2})
    )


class RestoreForm(forms.Form):
    job = forms.ChoiceField(label=gettext_lazy("Archive"))
    slug = forms.CharField(
        max_length=40,
        label=gettext_lazy("Short name of the copy"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, kept: list[Job], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(str(job.pk), f"{timezone.localtime(job.created_at):%Y-%m-%d %H:%M}") for job in kept]
        self.fields["job"].choices = shown  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).strip().lower()


class TimeForm(forms.Form):
    days = forms.IntegerField(min_value=1, max_value=365, label=gettext_lazy("Days more"))


class TemplateForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        min_length=2,
        label=gettext_lazy("Why? The factory reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
