"""From the sign-up at the bare host into the own factory: GET shows what is there, POST signs its administrator in."""

from django.contrib.auth import login
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from people.models import User
from signups.actions import behind, enter

BACKEND = "people.auth.Backend"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request, token: str):
    """Whoever has no phone chooses a password first: no code could bring them back."""
    if request.method != "POST":
        return render(request, "account/welcome.html", {"row": behind(token, request.tenant)})
    user = get_object_or_404(User, pk=enter(token, request.tenant), is_active=True)
    login(request, user, backend=BACKEND)
    return redirect("home" if user.phone else "account_set_password")
