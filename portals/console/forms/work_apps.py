from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.secrets import end_of
from people.models import WorkApp

_CODE = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})
_IDS = {
    WorkApp.Vendor.WECOM: (_("Corp ID"), _("WeCom's console, under “My company”; begins with ww.")),
    WorkApp.Vendor.DINGTALK: (_("Client ID"), _("DingTalk's console, under “Credentials” of the app.")),
    WorkApp.Vendor.FEISHU: (_("App ID"), _("Feishu's console, under “Credentials” of the app; begins with cli_.")),
}


class WorkAppForm(forms.Form):
    """A secret that stands is never shown; left empty it stays."""

    app_id = forms.RegexField(
        r"^[A-Za-z0-9_-]+$",
        max_length=100,
        widget=_CODE,
        error_messages={"invalid": _("Letters and digits only. Copy it again, whole.")},
    )
    agent_id = forms.RegexField(
        r"^\d+$",
        max_length=20,
        label=_("AgentId"),
        help_text=_("On the app's page in WeCom's console, such as 1000002."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"invalid": _("Digits only.")},
    )
    secret = forms.RegexField(
        r"^[A-Za-z0-9_-]+$",
        max_length=200,
        label=_("Secret"),
        help_text=_("On the same page. It is kept encrypted and never shown again."),
        widget=_CODE,
        error_messages={"invalid": _("Letters and digits only. Copy it again, whole.")},
    )

    def __init__(self, *args: Any, vendor: str, standing: WorkApp | None, **more: Any) -> None:
        if standing:
            more["initial"] = {"app_id": standing.app_id, "agent_id": standing.agent_id}
        super().__init__(*args, **more)
        self.auto_id = f"id_{vendor}_%s"
        self.fields["app_id"].label, self.fields["app_id"].help_text = _IDS[WorkApp.Vendor(vendor)]
        if vendor != WorkApp.Vendor.WECOM:
            del self.fields["agent_id"]
        if standing:
            self.fields["secret"].required = False
            words = _("Ends with %(end)s. Left empty it stays.") % {"end": f"…{end_of(standing.secret)}"}
            self.fields["secret"].help_text = words
