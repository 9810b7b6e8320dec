"""Signing in: phone or employee number with password, phone with a code by SMS, or e-mail."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as BaseLoginForm
from django.contrib.auth.backends import ModelBackend

from people.models import User


def display_name(user: User) -> str:
    return user.name


class EmployeeNumberBackend(ModelBackend):
    def authenticate(self, request, login=None, password=None, **_credentials):
        if not login or not password:
            return None
        user = User.objects.filter(employee_no=login).first()
        if user is None:
            User().set_password(password)  # takes as long as for a number that exists
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None


class LoginForm(BaseLoginForm):
    pass


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False
