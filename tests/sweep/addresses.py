"""Every address, by itself, from the URL configuration: a new one is covered the moment it is added."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.conf import settings
from django.db.models import IntegerField
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from core.models import LedgerHead
from facilities.qr import token_of
from sharing.models import Template
from tenants import provisioning
from tests import world

# What a person needs before signing in; everything else asks who they are.
OPEN_TO_EVERYBODY = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_request_login_code",
    "account_confirm_login_code",
    # To the vendor of a work account and back again; whoever comes back is asked by phone who they are.
    "work_account",
    "wecom_callback",
    "dingtalk_callback",
    "feishu_callback",
    # A shared tablet asks who it is; its pairing goes by a link, once.
    "kiosk",
    "kiosk_here",
    "kiosk_pair",
    "supplier:login",
    # The poster at the gate: a phone number, its code, a project's number.
    "contractor:home",
    "contractor:start",
    "contractor:code",
    "contractor:join",
    "inbox",
    "language",
    "theme",
    # The app on the phone: nothing in it but the factory's name.
    "service_worker",
    "manifest",
    "offline",
    "text_size",
    # A label says where it hangs, and whoever stands there may report without a name; the thread asks for its code.
    "field:qr",
    "tip",
    "tip_code",
    "tip_leave",
    "tip_thread",
    "tip_file",
    # The link in a message about an alert says by itself who it is for.
    "alert_link",
    # A phone confirms what it has shown, by a token that came with it.
    "push_shown",
    # Whoever has just opened the factory comes in by a signed token, once.
    "welcome",
    # Help says how the product is used, and nothing of a factory.
    "help:index",
    "help:page",
    # Inspectors read a pack by a link that was made for them.
    "evidence",
    # The service's support comes in by a link that an administrator allowed, once.
    "support_enter",
}
# The bare host: what strangers find there. Everything else there is for operators, who sign in at a door of their own.
OPEN_AT_THE_BARE_HOST = {
    "language",
    "theme",
    "public:landing",
    "public:find",
    "public:pricing",
    "public:terms",
    "public:privacy",
    # The way to a factory of one's own: each browser sees its own sign-up, and nothing before its code was right.
    "public:start",
    "public:code",
    "public:code_again",
    "public:other",
    "public:factory",
    "public:address",
    "public:progress",
    # What is found is told to whoever has shown that the number is theirs.
    "public:find_mine",
    "public:find_code",
    "public:found",
    "public:find_done",
    "public:lead_on",
    "operator:sign_in",
    # The proof of a deletion: its number is its key, and no person is named in it.
    "public:deleted",
    "public:deletion_proof",
}
# Every table's numbers begin here in the sweep, so that one number reaches a row of each kind.
OWN_IDS, FOREIGN_IDS = 1_000_000, 2_000_000
# What the product brings along belongs to nobody, and neither does a month.
WORDS = {"pack": "metal-working", "listed": "press-preshift", "task": "sign-in", "month": "2026-09"}
GOING = UUID("6a0f9b1a-be80-49d8-87e5-9dc228595b4a")  # the deletion of a factory
REFUSED = {302, 400, 401, 403, 404, 405, 410, 422, 429}


@dataclass(frozen=True)
class Address:
    name: str
    arguments: tuple[str, ...]

    def url(self, values: dict[str, object], urlconf: str | None = None) -> str | None:
        kwargs = {argument: values.get(argument, values["pk"]) for argument in self.arguments}
        try:
            return reverse(self.name, urlconf, kwargs=kwargs)
        except NoReverseMatch:
            return None


def _addresses(patterns, prefix: str = "", inherited: tuple[str, ...] = ()) -> Iterator[Address]:
    for pattern in patterns:
        arguments = inherited + tuple(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} needs a name, so that the sweep can reach it"
            yield Address(prefix + pattern.name, arguments)
        else:
            namespace = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _addresses(pattern.url_patterns, prefix + namespace, arguments)


def _all_of(urlconf: str) -> list[Address]:
    return sorted(set(_addresses(get_resolver(urlconf).url_patterns)), key=lambda address: address.name)


ADDRESSES = _all_of(settings.ROOT_URLCONF)
BARE_ADDRESSES = _all_of(settings.PUBLIC_SCHEMA_URLCONF)


@dataclass(frozen=True)
class Two:
    """The factory that the test runs in, and a foreign one whose ids do not occur here."""

    own: world.World
    own_ids: tuple[object, ...]
    foreign: world.World
    foreign_token: str
    foreign_ids: tuple[object, ...]


def ids_above(number: int) -> tuple[object, ...]:
    """One row of each kind of record; those of equal number are one id."""
    models = (model for model in apps.get_models() if _is_of_a_factory(model))
    return in_order(pk for model in models for pk in _first_id(model, number))


def in_order(ids: Iterable[object]) -> tuple[object, ...]:
    return tuple(sorted(set(ids), key=str))


def _is_of_a_factory(model) -> bool:
    """The ledger's head is row 1 in every factory: its id says nothing about where it comes from."""
    return model is not LedgerHead and model._meta.app_label not in {
        name.rsplit(".", 1)[-1] for name in settings.SHARED_APPS
    } | {
        "contenttypes",
        "auth",
    }


def _first_id(model, number: int) -> list[object]:
    rows = model._default_manager.order_by("pk")
    if isinstance(model._meta.pk, IntegerField):
        rows = rows.filter(pk__gt=number)
    return list(rows.values_list("pk", flat=True)[:1])


def client_of(user=None) -> Client:
    client = Client(HTTP_HOST=provisioning.host_of("one"), raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def beside(of: world.World) -> dict[str, object]:
    """What stands in addresses beside a number."""
    return {
        "kind": "hazards.hazard",
        "position": "1",
        "code": of.course.code,
        "exam": of.exam.code,
        "template": of.template.pk,
        "vendor": "wecom",
    }


def own_urls(two: Two) -> Iterator[tuple[Address, str]]:
    """Each address once for every kind of id that it takes."""
    beside_the_pk = {"token": token_of(two.own.sticker), **WORDS, **beside(two.own)}
    for address in ADDRESSES:
        urls = (address.url({"pk": pk, **beside_the_pk}) for pk in two.own_ids)
        for url in dict.fromkeys(urls) if address.arguments else [reverse(address.name)]:
            if url:
                yield address, url


def answers(
    ask: Callable[..., Any], urls: Iterable[tuple[Address, str]], final: Container[int] = (405,)
) -> Iterator[tuple[Address, str, Any]]:
    """An address that does not take the method refuses it before it looks at a number: it is asked once.

    final: further answers that need no second number; of a role that may not open a page.
    """
    refusing = {"account_logout"}
    for address, url in urls:
        if address.name not in refusing:
            answer = ask(url)
            if answer.status_code in final:
                refusing.add(address.name)
            yield address, url, answer


def foreign_urls(two: Two) -> Iterator[tuple[Address, str]]:
    for address in ADDRESSES:
        if not address.arguments or address.name.startswith("account_") or address.name == "go":
            continue
        for pk in two.foreign_ids:
            url = address.url({"pk": pk, "token": two.foreign_token, **beside(two.foreign)})
            if url:
                yield address, url


def bare_urls(pks: Iterable[object]) -> Iterator[tuple[Address, str]]:
    for address in BARE_ADDRESSES:
        for pk in pks:
            values = {"pk": pk, "kind": "a", "code": "1", "token": "x" * 20, "verb": "approve"}
            values |= {"template": Template.objects.values_list("pk", flat=True).first() or uuid4()}
            url = address.url(values, settings.PUBLIC_SCHEMA_URLCONF)
            url = url or address.url(values | {"pk": GOING}, settings.PUBLIC_SCHEMA_URLCONF)
            assert url, f"{address} needs a value for each of its arguments here"
            yield address, url
            if not address.arguments:
                break
