"""The own PIN for shared tablets: chosen here, on the own phone or after a code."""

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, TooMany
from people import kiosks
from people.models import Pin
from portals.field.forms.kiosk import PinForm
from portals.web import page


@login_required
def pin(request):
    if not kiosks.may_have_pin(request.user):
        raise NotAllowed(_("A PIN is for people of the shop floor. Sign in another way."))
    records = get_authentication_records(request, request.user)
    is_by_pin = bool(records) and records[-1]["method"] == "pin"
    form = PinForm(request.POST or None, is_by_pin=is_by_pin)
    if request.method == "POST" and form.is_valid():
        try:
            if is_by_pin:
                kiosks.check_own(request.user, form.cleaned_data["present"])
            kiosks.set_pin(request.user, form.cleaned_data["pin"], by=request.user)
        except (DomainError, TooMany) as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved. On the tablet your number and this PIN are enough."))
            return redirect("field:home" if request.is_on_tablet else "field:me")
    context = {"form": form, "has_pin": Pin.objects.filter(person=request.user).exists()}
    return page(request, "field/pin.html", context, status=422 if form.errors else 200)
