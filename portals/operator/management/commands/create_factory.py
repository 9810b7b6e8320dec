from django.core.management.base import BaseCommand, CommandError

from billing.actions import open_trial
from core.errors import DomainError
from market.actions import follow_release, install_pack
from market.launch import give_course
from market.packs import codes, load_pack
from people.actions import Person, add_user, give_password
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tenants.slugs import SlugRefused


class Command(BaseCommand):
    help = (
        "Opens a factory at SLUG.<base domain> with a free trial, and its first administrator where a phone is given."
    )

    def add_arguments(self, parser):
        parser.add_argument("--slug", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument(
            "--admin-phone", metavar="PHONE", help="opens an administrator's account and prints its password"
        )
        parser.add_argument("--pack", choices=codes(), help="installs this industry pack")

    def handle(self, *, slug, name, admin_phone, pack, **options):
        try:
            factory = provisioning.create_factory(slug, name)
        except SlugRefused as refused:
            raise CommandError(str(refused)) from None
        open_trial(factory)
        self.stdout.write(f"{name}: {provisioning.address_of(slug)}/")
        with in_factory(factory):
            install_pack(load_pack(pack), by=None) if pack else follow_release()
            if admin_phone:
                self._open_account(admin_phone)

    def _open_account(self, phone: str) -> None:
        try:
            user = add_user(Person(name=phone, phone=phone, roles=(Role.ADMIN,)), by=None)
        except DomainError as refused:
            raise CommandError(f"The factory is open, but not the account: {refused.message}") from None
        give_course(user)
        self.stdout.write(f"Administrator: {user.phone}, password {give_password(user, by=None)}")
