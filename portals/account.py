"""The account pages that a factory's people need; allauth's others, such as signing up by oneself, have no address."""

from allauth.account import views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from people.models import WorkApp
from people.work_accounts import forget_pending
from portals import second_factor, work_accounts
from portals.kiosk import tablet_of


def login(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        forget_pending(request)
        if tablet_of(request):
            return redirect("kiosk")
    return views.login(request)


def request_code(request: HttpRequest) -> HttpResponse:
    """A work account is connected only by whoever came here with it, not by the next person at this browser."""
    if request.method == "GET" and "connect" not in request.GET:
        forget_pending(request)
    return views.request_login_code(request)


urlpatterns = [
    path("login/", login, name="account_login"),
    path("login/code/", request_code, name="account_request_login_code"),
    path("login/code/confirm/", views.confirm_login_code, name="account_confirm_login_code"),
    path("login/second/", second_factor.confirm, name="account_confirm_second_factor"),
    path("second/", second_factor.show, name="account_second_factor"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("work/<int:pk>/disconnect/", work_accounts.disconnect, name="disconnect_work_account"),
    *(
        path(f"{vendor}/back/", work_accounts.come_back, {"vendor": vendor.value}, name=f"{vendor}_callback")
        for vendor in WorkApp.Vendor
    ),
    path("with/<str:vendor>/", work_accounts.leave, name="work_account"),
]
