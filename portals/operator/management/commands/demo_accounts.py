import unicodedata

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import translation

from facilities.models import Equipment, QRPoint
from facilities.qr import token_of
from people.models import User
from people.permissions import Role
from portals.operator.demo.operator import NAME
from portals.operator.demo.people import STORY
from portals.operator.demo.plant import SLUG, STORY_MACHINE
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Factory


class Command(BaseCommand):
    help = "Prints the demo factory's accounts, one per role, and the QR label of the press in the story."

    def handle(self, **options):
        try:
            factory = provisioning.find(SLUG)
        except Factory.DoesNotExist:
            raise CommandError("There is no demo factory yet. Type: manage.py load_demo") from None
        with in_factory(factory):
            rows = [("角色", "Role", "姓名", "Sign in", "Number"), *map(_account, STORY)]
            label = _label()
        widths = [max(_width(row[column]) for row in rows) for column in range(5)]
        for row in rows:
            self.stdout.write("  " + "  ".join(map(_padded, row, widths)).rstrip())
        self.stdout.write(f"\n  Password of all: {settings.DEMO_PASSWORD}")
        self.stdout.write(f"  QR label of {label}")
        self.stdout.write(f"\n  Operator console {provisioning.public_address()}/operator/")
        self.stdout.write(f"  Name {NAME}, the same password; the code of the moment: make manage ARGS=operator_code")


def _account(story: tuple) -> tuple[str, ...]:
    name, _where, role, _at = story
    user = User.objects.get(name=name)
    return (*_both(Role(role).label), user.name, user.phone or "", user.employee_no or "")


def _both(label) -> tuple[str, str]:
    words = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words.append(str(label))
    return words[0], words[1]


def _label() -> str:
    machine = Equipment.objects.get(code=STORY_MACHINE)
    token = token_of(QRPoint.objects.get(equipment=machine, revoked_at=None))
    path = reverse("field:qr", args=[token], urlconf=settings.ROOT_URLCONF)
    return f"{machine.name['zh']}: {provisioning.address_of(SLUG)}{path}"


def _width(text: str) -> int:
    """Columns in a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
