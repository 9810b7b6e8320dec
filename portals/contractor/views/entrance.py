"""From the poster at the gate to the own account: phone, code, project number."""

from django.contrib.auth import login as start_session
from django.shortcuts import redirect
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache

from core.errors import DomainError, Refusal, WrongStatus
from partners import actions
from partners.actions.entrance import check_code, send_code
from people.models import User
from portals.contractor.forms import CodeForm, JoinForm, PhoneForm
from portals.web import page

ASKED, CHECKED = "crew_phone", "crew_checked"
BACKEND = "people.auth.Backend"


@never_cache
def start(request):
    """GET shows, POST sends the code."""
    form = PhoneForm(request.POST or None, initial={"phone": request.session.get(ASKED, "")})
    if request.method == "POST" and form.is_valid():
        try:
            request.session[ASKED] = send_code(form.cleaned_data["phone"], language=get_language_from_request(request))
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("contractor:code")
    return page(request, "contractor/start.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
def code(request):
    """The right code signs in who has an account; a new number goes on to the project."""
    phone, form = request.session.get(ASKED), CodeForm(request.POST or None)
    if not phone:
        return redirect("contractor:start")
    if request.method == "POST" and form.is_valid():
        try:
            user = check_code(phone, form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_error("code", refusal.message)
        else:
            return _in(request, user, phone)
    return page(request, "contractor/code.html", {"form": form, "phone": phone}, status=422 if form.errors else 200)


def _in(request, user: User | None, phone: str):
    if user:
        start_session(request, user, backend=BACKEND)
        return redirect("contractor:home")
    request.session[CHECKED] = phone
    return redirect("contractor:join")


@never_cache
def join(request):
    """With a phone that was checked just now, or signed in already for a further project."""
    phone, user = request.session.get(CHECKED), request.user
    if not user.is_authenticated and not phone:
        return redirect("contractor:start")
    form = JoinForm(request.POST or None, initial={"code": request.GET.get("p", "")[:6]})
    if user.is_authenticated:
        del form.fields["name"]
    if request.method == "POST" and form.is_valid():
        try:
            member = _place(request, form.cleaned_data, phone)
        except (DomainError, WrongStatus) as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("contractor:way", pk=member.pk)
    return page(request, "contractor/join.html", {"form": form}, status=422 if form.errors else 200)


def _place(request, said: dict[str, str], phone: str):
    if request.user.is_authenticated:
        return actions.join_project(said["code"], by=request.user)
    member = actions.register(said["code"], phone=phone, name=said["name"], language=get_language_from_request(request))
    start_session(request, member.user, backend=BACKEND)
    return member
