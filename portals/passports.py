"""带到别的工厂: what people and companies agree to carry away, and what they bring here; in whichever portal they have."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.errors import Refusal
from partners import actions
from partners.actions.carrying import parcel_by_code, parcel_for
from partners.actions.consents import code_of
from partners.models import Carried, Company, Consent, CrewMember
from partners.passport import DAYS, Offer, contents, offers_of_company, offers_of_person, titles
from passports.actions import Found, Waiting, look
from people.models import User
from portals.web import page

PAGES = {
    "crew": ("contractor/passport.html", "contractor/bring.html", "contractor:passport"),
    "contractor": ("contractor/passport.html", "contractor/bring.html", "contractor:company_passport"),
    "supplier": ("supplier/passport.html", "supplier/bring.html", "supplier:passport"),
}


class ConsentForm(forms.Form):
    """Nothing is ticked beforehand."""

    days = forms.TypedChoiceField(
        choices=[(days, days) for days in DAYS], coerce=int, initial=30, label=gettext_lazy("May be taken within")
    )

    def __init__(self, *args: Any, offers: list[Offer], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (days, ngettext("%(n)d day", "%(n)d days", days) % {"n": days}) for days in DAYS
        ]
        codes = [(offer.code, offer.label) for offer in offers]
        self.fields["carry"] = forms.MultipleChoiceField(choices=codes, required=False)


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=30,
        label=gettext_lazy("The code from the other factory's page"),
        help_text=gettext_lazy("Twelve digits."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, waiting: Waiting | None, **more: Any) -> None:
        super().__init__(*args, **more)
        if waiting and waiting.is_short:
            self.fields["code"].label = _("The last 4 signs of your ID number")
            self.fields["code"].help_text = _("Or the code of twelve digits from the other factory's page.")
            del self.fields["code"].widget.attrs["inputmode"]  # the last one may be an X


def show(request, owner: User | Company, face: str):
    """What was agreed to so far, and what could be carried, field by field."""
    offers = offers_of_person(owner) if isinstance(owner, User) else offers_of_company(owner)
    form = ConsentForm(request.POST or None, offers=offers)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.consent_to_carry(owner, said["carry"], by=request.user, days=said["days"])
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Agreed. Nothing leaves before you ask for it at the other factory."))
            return redirect(PAGES[face][2])
    ticked = request.POST.getlist("carry")
    context = {
        "form": form,
        "face": face,
        "offers": [(offer, offer.code in ticked) for offer in offers],
        "brought": [(each, _named([item.field for item in each.items.all()])) for each in _brought(owner)],
        "given": [(each, code_of(each), _named(each.fields)) for each in _consents(owner)[:10]],
    }
    return page(request, PAGES[face][0], context, status=422 if form.errors else 200)


def _consents(owner: User | Company):
    return Consent.objects.filter(**({"user": owner} if isinstance(owner, User) else {"company": owner}))


def _brought(owner: User | Company):
    kept = Carried.objects.kept().filter(**({"user": owner} if isinstance(owner, User) else {"company": owner}))
    return kept.prefetch_related("items")


def _named(fields: Collection[str]) -> list[str]:
    return list(dict.fromkeys(titles(fields).values()))


def withdraw(request, owner: User | Company, face: str, pk: int):
    actions.withdraw_consent(get_object_or_404(_consents(owner), pk=pk), by=request.user)
    messages.success(request, _("Taken back. Nothing crosses any more, and what is there is being removed."))
    return redirect(PAGES[face][2])


def take_back(request, owner: User | Company, face: str, pk: int):
    """What came here from another factory, from here."""
    actions.take_back_carried(get_object_or_404(_brought(owner), pk=pk), by=request.user)
    messages.success(request, _("Taken back: it is deleted here, and the other factory's page says so."))
    return redirect(PAGES[face][2])


def bring(request, subject: CrewMember | Company, face: str, done: str, **where: Any):
    """By the phone that was checked here, or by the code; shown first, taken with a second press."""
    waiting = parcel_for(request.user) if isinstance(subject, CrewMember) else None
    form = CodeForm(request.POST if request.method == "POST" else None, waiting=waiting)
    found, refusal = _found(request, form), ""
    if request.method == "POST" and found and "take" in request.POST:
        try:
            _take(request, subject, found)
        except Refusal as said:
            refusal, found = said.message, None
        else:
            messages.success(request, _("Brought here. What is still missing stands on this page."))
            return redirect(done, **where)
    context = {"form": form, "face": face, "subject": subject, "refusal": refusal, "found": found, "waiting": waiting}
    context |= {"fields": contents(look(found)["fields"]) if found else (), "back": (done, where)}
    is_wrong = bool(refusal or form.errors) and request.method == "POST"
    return page(request, PAGES[face][1], context, status=422 if is_wrong else 200)


def _found(request, form: CodeForm) -> Found | None:
    try:
        return parcel_by_code(form.cleaned_data["code"], by=request.user) if form.is_valid() else None
    except Refusal as refusal:
        form.add_error("code", refusal.message)
        return None


def _take(request, subject: CrewMember | Company, found: Found) -> None:
    if isinstance(subject, CrewMember):
        actions.bring_person(subject, found, by=request.user)
    else:
        actions.bring_company(subject, found, by=request.user)
