"""Signing in: phone, employee number or e-mail with a password, or phone with a code by SMS."""

import unicodedata
import uuid
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.stages import LoginStage
from allauth.core import context, ratelimit
from django import forms
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import get_random_string
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from people import second_factor
from people.models import User
from people.phones import normal_phone
from people.work_accounts import connect_pending
from tenants import due

CODE_DIGITS = 6
# Where the page after it says the same already.
_UNSAID = {f"account/messages/{name}.txt" for name in ("logged_in", "logged_out", "login_code_sent")}


class LongEnough(MinimumLengthValidator):
    """Django's own sentence is not there in Chinese."""

    def get_error_message(self) -> str:
        return _("Too short. Choose a password of %(n)d signs or more.") % {"n": self.min_length}


def display_name(user: User) -> str:
    return user.name


def find_user(login: str) -> User | None:
    """The person of a phone number, an employee number or an e-mail address, in this order."""
    text = unicodedata.normalize("NFKC", login).strip()
    try:
        user = User.objects.filter(phone=normal_phone(text)).first()
    except DomainError:
        user = None
    return (
        user or User.objects.filter(employee_no__iexact=text).first() or User.objects.filter(email__iexact=text).first()
    )


class Backend(AuthenticationBackend):
    """Whatever was typed is one `username`; the parent hides by its timing whether the person exists."""

    def _authenticate(self, request: Any, **credentials: Any) -> User | None:
        user = find_user(credentials.get("username") or "")
        return self._check_password(user, credentials["password"])


class LoginForm(BaseLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=gettext_lazy("Phone, employee number or e-mail"),
            max_length=120,
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        )
        password = self.fields["password"]
        password.label = gettext_lazy("Password")
        password.help_text = gettext_lazy("Forgotten? Sign in with a code by text message, or ask your administrator.")
        password.widget.attrs.pop("placeholder", None)
        self.order_fields(["login", "password"])

    def user_credentials(self) -> dict[str, str]:
        return {"username": self.cleaned_data["login"], "password": self.cleaned_data["password"]}


class CodeForm(ConfirmLoginCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        digits = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        self.fields["code"].label = gettext_lazy("The code from the text message")
        self.fields["code"].widget = forms.TextInput(attrs=digits)


class PhoneField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Phone"))
        kwargs.setdefault("max_length", 30)
        super().__init__(**kwargs)
        self.widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return normal_phone(text) if text else ""
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from None


class RequestCodeForm(RequestLoginCodeForm):
    """By text message; who has given no phone number takes the e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["phone"].required = not self.data.get("email")
        self.fields["phone"].error_messages["required"] = _("Type your phone number, or your e-mail below.")
        self.fields["email"] = forms.EmailField(
            label=gettext_lazy("E-mail"),
            required=False,
            max_length=200,
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if email:
            if not ratelimit.consume(context.request, action="request_login_code", key=email.lower()):
                raise get_adapter().validation_error("too_many_login_attempts")
            self._user = User.objects.filter(email__iexact=email, is_active=True).first()
        return email


class SecondFactorStage(LoginStage):
    """Whoever has set up a sign-in code is in only when it was right; by a work account, its company has asked."""

    key = "second_factor"
    urlname = "account_confirm_second_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        by_work_account = "sociallogin" in (self.login.signal_kwargs or {})
        if by_work_account or self.login.user is None or not second_factor.has_one(self.login.user):
            return None, True
        return redirect(self.urlname), True


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "phone_password_mismatch": gettext_lazy(
            "That does not fit together. Look at the number and the password again."
        ),
        "too_many_login_attempts": gettext_lazy("Too many tries. Wait five minutes, or ask your administrator."),
        "incorrect_code": gettext_lazy("That is not the code. Look at the newest text message."),
        "enter_current_password": gettext_lazy("This is not your present password."),
    }

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        """Without the one that lets nobody in who has no phone number: the office may have a mailbox only."""
        stages = [stage for stage in super().get_login_stages() if not stage.endswith(".PhoneVerificationStage")]
        return [*stages, "people.auth.SecondFactorStage"]

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> Any:
        """Who is to have a sign-in code and has none comes to its page first, and from there on."""
        connect_pending(request, user)
        onward = super().post_login(request, user, **more)
        if second_factor.is_missing(user, request.tenant):  # type: ignore[attr-defined]  # FactoryMiddleware sets it
            return redirect(f"{reverse('account_second_factor')}?{urlencode({'next': onward['Location']})}")
        return onward

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        return PhoneField(**kwargs)

    def add_message(
        self, request: Any, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in _UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)

    def get_user_by_phone(self, phone: str) -> User | None:
        """A closed account gets no code, and the page does not tell."""
        return User.objects.filter(phone=phone, is_active=True).first()

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone_verified(self, user: User, phone: str) -> None:
        User.objects.filter(pk=user.pk, phone=phone).update(phone_verified=True)

    def generate_login_code(self) -> str:
        return get_random_string(CODE_DIGITS, "0123456789")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Only codes go out; whoever is unknown here gets nothing, as by phone."""
        if template_prefix == "account/email/login_code":
            due.now(
                "notifications.send_email", address=email, text=_code_text(context["code"]), key=f"code:{uuid.uuid4()}"
            )

    def generate_phone_verification_code(self, *, user: User, phone: str) -> str:
        return self.generate_login_code()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **_kwargs: Any) -> None:
        with translation.override(user.language):
            text = _code_text(code)
        due.now("notifications.send_sms", phone=phone, text=text, key=f"code:{uuid.uuid4()}")


def _code_text(code: str) -> str:
    words = {"code": code, "minutes": app_settings.LOGIN_BY_CODE_TIMEOUT // 60}
    return _("Your sign-in code is %(code)s, good for %(minutes)d minutes. Tell it to nobody.") % words
