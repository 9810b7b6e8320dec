"""A factory that was ordered is opened: schema, trial, pack and administrator in the one transaction of its Due row.

So a worker that is killed leaves nothing behind, the schema is back in the pool, and the sign-up waits for the next worker.
"""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing.actions import open_trial
from market.actions import install_pack
from market.launch import give_course
from market.packs import load_pack
from people.actions import Person, open_first_account
from people.models import User
from people.permissions import Role
from realtime.push import push_to_visitor
from signups import progress
from signups.actions import finish, send_back
from signups.models import Proof, SignUp
from tenants import due, provisioning
from tenants.addresses import address_of
from tenants.current import in_factory
from tenants.models import Factory
from tenants.slugs import SlugRefused


@due.handler("market.open_factory")
def open_factory(sign_up: int) -> None:
    """Once, however often it is called; who took the name in between is asked for another one."""
    rows = SignUp.objects.select_for_update(of=("self",)).select_related("proof")
    row = rows.filter(pk=sign_up, status=SignUp.Status.ORDERED).first()
    if row is None:
        return
    progress.begin(row)
    push_to_visitor(row.pk)
    try:
        with translation.override(row.proof.language):
            factory = provisioning.create_factory(row.slug, row.name)
    except SlugRefused as refused:
        send_back(row, str(refused))
    else:
        open_trial(factory, row.size)
        finish(row, factory, _furnish(row, factory).pk)
    transaction.on_commit(lambda: push_to_visitor(row.pk), robust=True)


def _furnish(row: SignUp, factory: Factory) -> User:
    def tell(step: str, count: int) -> None:
        if step in progress.STEPS:
            progress.tell(row, step, count)
            push_to_visitor(row.pk)

    with in_factory(factory):
        tell("space", 0)
        install_pack(load_pack(row.pack), by=None, tell=tell)
        administrator = open_first_account(_person(row), language=row.proof.language, by=None)
        give_course(administrator)
        _say_that_it_is_open(row, factory)
        tell("account", 0)
        return administrator


def _person(row: SignUp) -> Person:
    is_phone = row.proof.way == Proof.Way.PHONE
    return Person(
        name=row.person,
        phone=row.proof.address if is_phone else "",
        email="" if is_phone else row.proof.address,
        roles=(Role.ADMIN, Role.SAFETY_OFFICER),
    )


def _say_that_it_is_open(row: SignUp, factory: Factory) -> None:
    """Whoever closed the page finds the way by it; a text message has no room for the whole address."""
    words = {"name": row.name, "slug": row.slug, "address": address_of(factory)}
    key = f"opened:{row.pk}"
    with translation.override(row.proof.language):
        if row.proof.way == Proof.Way.PHONE:
            text = _("Your factory is open, short name %(slug)s. Sign in with this number.") % words
            due.now("notifications.send_sms", phone=row.proof.address, text=text, key=key)
        else:
            text = _("“%(name)s” is open: %(address)s/ Thirty days are free, and nothing is charged by itself.") % words
            due.now("notifications.send_email", address=row.proof.address, text=text, key=key)
