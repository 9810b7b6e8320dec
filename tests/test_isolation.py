"""Every address, by itself: nobody without a session, nobody of another factory, and never a 500.

The addresses come from the URL configuration, so a new one is covered the moment it is added.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import IntegerField
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone
from psycopg import sql

from alerts.links import path_of as alert_link
from alerts.models import Alert
from core.models import Attachment, Event, LedgerHead
from facilities.qr import token_of
from hazards.actions.invitations import token_of as link_token
from lifecycle.models import Deletion
from operators.actions import add_operator, open_session
from operators.models import Operator
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tenants.models import Due
from tests import make, world
from training.models import Attempt

pytestmark = pytest.mark.spread

# What a person needs before signing in; everything else asks who they are.
OPEN_TO_EVERYBODY = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_request_login_code",
    "account_confirm_login_code",
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
GOING = UUID("6a0f9b1a-be80-49d8-87e5-9dc228595b4a")  # the deletion of a factory
OWN_IDS, FOREIGN_IDS = 1_000_000, 2_000_000
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


@pytest.fixture
def two(factory, other_factory, numbers_elsewhere) -> Two:
    own = world.build("甲记")
    own_ids = {*_ids_above(OWN_IDS), own.draft.pk, own.draft.items.get().pk, own.lesson.pk}
    with in_factory(other_factory):
        foreign = world.build("乙记")
        return Two(own, _sorted(own_ids), foreign, token_of(foreign.sticker), _ids_above(FOREIGN_IDS))


def _ids_above(number: int) -> tuple[object, ...]:
    """One row of each kind of record; those of equal number are one id."""
    models = (model for model in apps.get_models() if _is_of_a_factory(model))
    return _sorted(pk for model in models for pk in _first_id(model, number))


def _sorted(ids: Iterable[object]) -> tuple[object, ...]:
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


@pytest.fixture
def numbers_elsewhere(factory, other_factory):
    """A sequence is not rolled back with its test, and long numbers would be seen on the next one's pages."""
    starts = {factory.schema_name: OWN_IDS, other_factory.schema_name: FOREIGN_IDS}
    with provisioning.as_owner() as owner:
        before = owner.execute(
            "SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE schemaname = ANY(%s)", [list(starts)]
        ).fetchall()
        for schema, name, _last in before:
            _set(owner, schema, name, starts[schema])
    yield
    with provisioning.as_owner() as owner:
        for schema, name, last in before:
            _set(owner, schema, name, last)


def _set(owner, schema: str, name: str, last: int | None) -> None:
    sequence = sql.Identifier(schema, name).as_string(owner)
    owner.execute("SELECT setval(%s, %s, %s)", [sequence, last or 1, last is not None])


def _client(user=None) -> Client:
    client = Client(HTTP_HOST=provisioning.host_of("one"), raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def _also(of: world.World) -> dict[str, str]:
    """What stands in addresses beside a number."""
    return {"kind": "hazards.hazard", "position": "1", "code": of.course.code, "exam": of.exam.code}


def _own_urls(two: Two) -> Iterator[tuple[Address, str]]:
    """Each address once for every kind of id that it takes."""
    for address in ADDRESSES:
        if not address.arguments:
            yield address, reverse(address.name)
            continue
        for pk in two.own_ids:
            url = address.url({"pk": pk, "token": token_of(two.own.sticker), **_also(two.own)})
            if url:
                yield address, url


def test_nobody_without_a_session_gets_in(two):
    client = _client()
    for address, url in _own_urls(two):
        if address.name in OPEN_TO_EVERYBODY:
            continue
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code in REFUSED, url
            assert answer.status_code != 302 or answer.url.startswith(("/account/", "/s/login/", "/k/start/")), url


@pytest.mark.parametrize("role", list(Role))
def test_no_address_breaks_for_any_role(two, role):
    client = _client(two.own.people[role])
    for address, url in _own_urls(two):
        if address.name != "account_logout":
            assert client.get(url).status_code < 500, url
            if role in (Role.WORKER, Role.SAFETY_OFFICER):
                assert client.get(url, headers={"HX-Request": "true"}).status_code < 500, url


@pytest.mark.parametrize("role", [Role.WORKER, Role.SAFETY_OFFICER, Role.ADMIN, Role.LEADER])
def test_an_empty_post_breaks_nothing(two, role):
    client = _client(two.own.people[role])
    for address, url in _own_urls(two):
        if address.name != "account_logout":
            assert client.post(url).status_code < 500, url


@pytest.mark.parametrize("role", [Role.WORKER, Role.SAFETY_OFFICER, Role.ADMIN, Role.LEADER])
def test_what_belongs_to_another_factory_cannot_be_reached(two, role):
    client = _client(two.own.people[role])
    for address in ADDRESSES:
        if not address.arguments or address.name.startswith("account_"):
            continue
        for pk in two.foreign_ids:
            url = address.url({"pk": pk, "token": two.foreign_token, **_also(two.foreign)})
            if url is None or address.name == "go":
                continue
            for answer in (client.get(url), client.post(url)):
                assert answer.status_code in REFUSED - {302}, f"{url}: {answer.status_code}"
                assert two.foreign.mark not in answer.content.decode(errors="ignore"), url


@pytest.mark.parametrize("role", [Role.SAFETY_OFFICER, Role.ADMIN])
def test_no_page_shows_a_word_of_another_factory(two, role):
    client = _client(two.own.people[role])
    for address in ADDRESSES:
        if not address.arguments and address.name != "account_logout":
            answer = client.get(reverse(address.name))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert two.foreign.mark.encode() not in content, address.name


def test_a_sweep_with_foreign_ids_leaves_no_trace_over_there(two, other_factory):
    with in_factory(other_factory):
        before = list(Event.objects.values_list("seal", flat=True))
    test_what_belongs_to_another_factory_cannot_be_reached(two, Role.ADMIN)
    with in_factory(other_factory):
        assert list(Event.objects.values_list("seal", flat=True)) == before


def test_a_session_of_one_factory_is_nothing_in_another(two):
    client = _client(two.own.people[Role.ADMIN])
    assert client.get(reverse("console:home")).status_code == 200
    client.defaults["HTTP_HOST"] = provisioning.host_of("two")
    answer = client.get(reverse("console:home"))
    assert answer.status_code == 302
    assert re.match("/account/login/", answer.url)


@pytest.mark.parametrize("host", ["nobody.localhost", "t_0123.localhost", "public.localhost", "one.two.localhost"])
def test_an_unknown_host_gets_a_friendly_page_and_no_data(two, host):
    answer = Client(HTTP_HOST=host).get("/")
    assert answer.status_code == 404
    assert "甲记" not in answer.content.decode()
    assert "<title>" in answer.content.decode()


def test_a_link_of_another_factory_opens_nothing_here(two, other_factory):
    """Its addresses are open to everybody, so the sweep goes through them with real tokens, own and foreign."""
    with in_factory(other_factory):
        foreign = link_token(two.foreign.invitation)
    client, own = _client(), link_token(two.own.invitation)
    for address in ADDRESSES:
        if not address.name.startswith("outsider:"):
            continue
        for pk in (*two.foreign_ids, two.foreign.photo.pk, "post", "finish"):
            for token in (foreign, own):
                url = address.url({"pk": pk, "verb": pk, "token": token})
                if url is None or (address.name == "outsider:hazard" and token == own):
                    continue
                for answer in (client.get(url), client.post(url)):
                    assert answer.status_code in REFUSED - {302}, f"{url}: {answer.status_code}"
                    assert two.foreign.mark not in answer.content.decode(errors="ignore"), url
    page = client.get(reverse("outsider:hazard", args=[own]))
    assert page.status_code == 200 and two.foreign.mark not in page.content.decode()


def test_the_link_of_an_alert_of_another_factory_opens_nothing_here(two, other_factory):
    with in_factory(other_factory):
        foreign = alert_link(Alert.objects.get(), two.foreign.people[Role.SAFETY_OFFICER])
    client = _client()
    for answer in (client.get(foreign), client.post(foreign)):
        assert answer.status_code == 404 and two.foreign.mark not in answer.content.decode()
    own = alert_link(Alert.objects.get(), two.own.people[Role.SAFETY_OFFICER])
    assert two.own.mark in client.get(own).content.decode()


def test_the_screen_of_another_factory_shows_nothing_here(two):
    client = _client()
    for name in ("wall", "wall_alive"):
        for token in (two.foreign.screen_token, two.foreign_token, link_token(two.own.invitation)):
            for answer in (client.get(reverse(name, args=[token])), client.post(reverse(name, args=[token]))):
                assert answer.status_code in REFUSED - {302}
                assert two.foreign.mark not in answer.content.decode()
    page = client.get(reverse("wall", args=[two.own.screen_token])).content.decode()
    assert two.own.mark in page and two.foreign.mark not in page


def test_the_key_of_a_device_of_another_factory_opens_nothing_here(two):
    url, client = reverse("api:readings"), _client()
    body = {"at": timezone.now().isoformat(), "value": 50}
    for key, status in (("", 401), (two.foreign.sensor_key, 401), (two.own.sensor_key, 200)):
        headers = {"Authorization": f"Bearer {key}"}
        answer = client.post(url, body, content_type="application/json", headers=headers)
        assert answer.status_code == status, key
        assert two.foreign.mark not in answer.content.decode()


def test_a_certificate_of_another_factory_is_unknown_here(two):
    client = _client()
    for answer in (client.get(reverse("verify", args=[two.foreign.certificate.token])), client.get("/c/no-token/")):
        assert answer.status_code == 404 and two.foreign.mark not in answer.content.decode()
    page = client.get(reverse("verify", args=[two.own.certificate.token])).content.decode()
    assert two.own.certificate.number in page
    assert two.own.certificate.name not in page, "a stranger does not learn the whole name"


def test_a_paper_that_is_open_tells_nobody_what_is_right(two):
    """Neither the one who answers it nor whoever looks on."""
    attempt = Attempt.objects.get(status=Attempt.Status.OPEN)
    for role in Role:
        client = _client(two.own.people[role])
        for name in ("field:paper", "field:paper_end", "console:taken_paper", "console:learner"):
            pk = attempt.person_id if name == "console:learner" else attempt.pk
            answer = client.get(reverse(name, args=[pk]))
            assert answer.status_code in {200, 302, 403, 404}
            assert f"{two.own.mark}先停机" not in answer.content.decode(), (role, name)


@pytest.fixture
def operator(two, factory, other_factory) -> tuple[Operator, list[int]]:
    """Of the installation, and rows of work of both factories that were set aside."""
    row, _address = add_operator("Anna", make.PASSWORD, by=None)
    now = timezone.now()
    facts = {"handler": "notifications.send_sms", "due_at": now, "dead_at": now, "attempts": 12}
    dead = [
        Due.objects.create(
            factory=where, payload={"phone": of.mark, "text": of.mark}, last_error=f"DomainError: {of.mark}", **facts
        )
        for where, of in ((factory, two.own), (other_factory, two.foreign))
    ]
    Deletion.objects.create(
        pk=GOING, factory=other_factory, slug="two", name="二厂", asked_at=now, due_at=now, asked_by=1,
        archive={"sha256": "0" * 64},
    )  # fmt: skip
    return row, [one.pk for one in dead]


def _bare_urls(pks: Iterable[object]) -> Iterator[tuple[Address, str]]:
    for address in BARE_ADDRESSES:
        for pk in pks:
            values = {"pk": pk, "kind": "a", "code": "1", "token": "x" * 20}
            url = address.url(values, settings.PUBLIC_SCHEMA_URLCONF)
            url = url or address.url(values | {"pk": GOING}, settings.PUBLIC_SCHEMA_URLCONF)
            assert url, f"{address} needs a value for each of its arguments here"
            yield address, url
            if not address.arguments:
                break


def _strangers(two: Two) -> dict[str, Client]:
    """At the bare host with nothing, with a cookie that nobody gave, and with what signs an administrator in elsewhere."""
    forged, admin = Client(HTTP_HOST=settings.BASE_DOMAIN), _client(two.own.people[Role.ADMIN])
    forged.cookies["operator"] = "x" * 43
    admin.cookies["operator"] = admin.cookies[settings.SESSION_COOKIE_NAME].value
    admin.defaults["HTTP_HOST"] = settings.BASE_DOMAIN
    return {"nobody": Client(HTTP_HOST=settings.BASE_DOMAIN), "forged": forged, "of a factory": admin}


def test_what_is_open_at_the_bare_host_is_there():
    assert {address.name for address in BARE_ADDRESSES} >= OPEN_AT_THE_BARE_HOST


def test_nobody_but_an_operator_gets_in_at_the_bare_host(two, operator):
    _row, pks = operator
    door = reverse("operator:sign_in", settings.PUBLIC_SCHEMA_URLCONF)
    for who, client in _strangers(two).items():
        for address, url in _bare_urls(pks):
            for answer in (client.get(url), client.post(url), client.post(url, headers={"HX-Request": "true"})):
                assert answer.status_code < 500, (who, url)
                if address.name not in OPEN_AT_THE_BARE_HOST:
                    assert answer.status_code in REFUSED, (who, url)
                    assert answer.status_code != 302 or answer["Location"] == door, (who, url)
    assert Due.objects.filter(pk__in=pks).exclude(dead_at=None).count() == len(pks)


def test_an_operator_breaks_no_address_and_sees_nothing_of_a_factorys_people(two, operator):
    row, pks = operator
    client = Client(HTTP_HOST=settings.BASE_DOMAIN, raise_request_exception=False)
    client.cookies["operator"] = open_session(row)
    for address, url in _bare_urls([*pks, 1, 2**63]):
        if address.name in {"operator:sign_out", "operator:end_sessions"}:
            continue
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code < 500, url
            for mark in (two.own.mark, two.foreign.mark):
                assert mark not in answer.content.decode(), (address.name, url)
    assert client.get("/operator/dead/").status_code == 200, "still signed in at the end"


def test_the_operators_addresses_are_nothing_on_a_factorys_host(two, operator):
    row, pks = operator
    client = _client(two.own.people[Role.ADMIN])
    client.cookies["operator"] = open_session(row)
    for address, url in _bare_urls(pks):
        if address.name.startswith("operator:"):
            assert client.get(url).status_code == client.post(url).status_code == 404, url


# By which way a row of the partners' room belongs to a company.
WAYS = (
    "company",
    "report__company",
    "reply__report__company",
    "project__company",
    "member__project__company",
)


def _ids_of(company) -> set[object]:
    """Of everything that is this company's, with its hazards and what its people sent."""
    found: set[object] = {company.pk, *company.corrections.values_list("hazard", flat=True)}
    found |= set(Attachment.objects.filter(by__in=company.users).values_list("pk", flat=True))
    for model in apps.get_app_config("partners").get_models():
        names = {field.name for field in model._meta.fields}
        for way in WAYS:
            if way.split("__")[0] in names:
                found |= set(model._default_manager.filter(**{way: company}).values_list("pk", flat=True))
    return found


def test_a_supplier_reaches_nothing_of_another_one(two):
    """Each address, with each number of the other's objects: its hazards, reports, answers, photos, files and papers."""
    own, other = two.own.companies
    client, hidden = _client(own.users.get()), f"{two.own.mark}供应商1"
    for address in ADDRESSES:
        if not address.arguments or address.name.startswith("account_"):
            continue
        verbs = ("start", "accept", "check") if "verb" in address.arguments else ("",)
        for pk in _sorted(_ids_of(other) - _ids_of(own)):
            for verb in verbs:
                url = address.url({"pk": pk, "token": "x", **_also(two.own), "verb": verb})
                for answer in (client.get(url), client.post(url)) if url else ():
                    assert answer.status_code in REFUSED, f"{url}: {answer.status_code}"
                    assert answer.status_code != 302 or answer.url == reverse("supplier:home"), url
                    assert hidden not in answer.content.decode(errors="ignore"), url


def test_no_page_of_a_supplier_names_another_one(two):
    client = _client(two.own.companies[0].users.get())
    for address in ADDRESSES:
        if not address.arguments and address.name != "account_logout":
            answer = client.get(reverse(address.name))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert f"{two.own.mark}供应商1".encode() not in content, address.name


def test_a_supplier_lands_in_its_own_portal_and_in_no_page_of_the_factory(two):
    client = _client(two.own.companies[0].users.get())
    assert client.get("/").url == reverse("supplier:home")
    for address, url in _own_urls(two):
        if address.name.startswith(("console:", "field:")) and address.name != "field:qr":
            answer = client.get(url)
            assert answer.status_code in {403, 404, 405} or answer.url == reverse("supplier:home"), url


@pytest.mark.parametrize("role", [Role.CONTRACTOR_ADMIN, Role.CONTRACTOR_WORKER])
def test_a_contractor_reaches_nothing_of_another_one(two, role):
    """Each address, with each number of the other's objects: projects, crew, permits, papers, photos and signatures."""
    own, other = two.own.contractors
    client, hidden = _client(two.own.people[role]), (f"{two.own.mark}承包商1", f"{two.own.mark}别家")
    theirs = _ids_of(other) | set(Attachment.objects.filter(by__in=other.users).values_list("pk", flat=True))
    for address in ADDRESSES:
        if not address.arguments or address.name.startswith("account_"):
            continue
        verbs = ("approve", "check") if "verb" in address.arguments else ("",)
        for pk in _sorted(theirs - _ids_of(own)):
            for verb in verbs:
                url = address.url({"pk": pk, "token": "x", **_also(two.own), "verb": verb})
                for answer in (client.get(url), client.post(url)) if url else ():
                    assert answer.status_code in REFUSED, f"{url}: {answer.status_code}"
                    assert answer.status_code != 302 or answer.url == reverse("contractor:home"), url
                    assert not any(word in answer.content.decode(errors="ignore") for word in hidden), url


@pytest.mark.parametrize("role", [Role.CONTRACTOR_ADMIN, Role.CONTRACTOR_WORKER])
def test_a_contractor_lands_in_the_own_portal_and_reads_of_nobody_else(two, role):
    client = _client(two.own.people[role])
    assert client.get("/").url == reverse("contractor:home")
    for address in ADDRESSES:
        if not address.arguments and address.name != "account_logout":
            answer = client.get(reverse(address.name))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert f"{two.own.mark}承包商1".encode() not in content, address.name
            assert f"{two.own.mark}别家".encode() not in content, address.name
