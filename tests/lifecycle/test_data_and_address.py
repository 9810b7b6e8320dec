"""The administrator's page: everything taken along, another address, and the way out with its two warnings."""

import hashlib
import html
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from billing.actions import open_trial
from core.models import Attachment, Event, Job
from lifecycle import verify
from lifecycle.models import Deletion
from notifications.models import Notification
from people.permissions import Role
from signups.models import Proof, SignUp
from tenants import due, provisioning
from tenants.current import in_public
from tenants.models import Domain, Due, Factory
from tenants.slugs import SlugRefused
from tests import make
from tests.lifecycle.conftest import new_slug

URL = "/desk/factory/"


@pytest.fixture
def admin(fresh_factory):
    return make.person(Role.ADMIN, name="刘洋")


@pytest.fixture
def desk(fresh_factory, admin) -> Client:
    client = Client(HTTP_HOST=provisioning.host_of(provisioning.slug_of(fresh_factory)))
    client.force_login(admin)
    return client


def works_off() -> None:
    with in_public():
        while due.run_one():
            pass


def text(page) -> str:
    return html.unescape(page.content.decode())


def exported(desk: Client) -> Job:
    assert desk.post(URL + "export/").status_code == 302
    works_off()
    return Job.objects.order_by("-created_at").first()


def test_everything_is_exported_at_the_desk_and_handed_to_administrators_only(desk, admin, fresh_factory):
    photo = make.photo(admin)
    job = exported(desk)
    assert job.status == Job.Status.DONE and "核对程序" in text(desk.get(URL))
    event = Event.objects.get(name="factory.exported")
    assert event.data["sha256"] == job.result.sha256 and event.actor_id == admin.pk
    answer = desk.get(f"{URL}export/{job.pk}/")
    content = b"".join(answer.streaming_content)
    assert "no-store" in answer["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert f"files/{photo.original.name}" in archive.namelist()
        assert json.loads(archive.read(verify.LIST))["made_by"].startswith("刘洋")
    # The archive is nobody's file: not even at the general address of files.
    assert desk.get(f"/files/{job.result.pk}/").status_code == 404
    officer = Client(HTTP_HOST=desk.defaults["HTTP_HOST"])
    officer.force_login(make.person(Role.SAFETY_OFFICER))
    for url in (URL, f"{URL}export/{job.pk}/"):
        assert officer.get(url).status_code == 403
    assert officer.post(URL + "export/").status_code == 403
    # The next archive does not hold this one.
    second = exported(desk)
    with zipfile.ZipFile(second.result.original.path) as archive:
        assert not [name for name in archive.namelist() if "job-" in name]


def test_who_is_no_administrator_any_more_gets_no_archive(desk, admin, fresh_factory):
    desk.post(URL + "export/")
    type(admin).objects.filter(pk=admin.pk).update(is_active=False)
    works_off()
    assert Job.objects.get().status == Job.Status.FAILED and not Attachment.objects.filter(
        content_type="application/zip"
    )


def test_a_factory_that_is_read_only_is_exported_all_the_same(desk, fresh_factory):
    Factory.objects.filter(pk=fresh_factory.pk).update(open_until=timezone.now() - timedelta(days=90))
    assert desk.post(URL + "address/", {"slug": new_slug()}).status_code == 402
    assert exported(desk).status == Job.Status.DONE


def test_the_old_address_leads_to_the_new_one_and_stays_the_factorys_own(desk, admin, fresh_factory):
    old, new = provisioning.slug_of(fresh_factory), new_slug()
    for bad in ("www", "one", "0ne", "x", "n" * 30 + "n" * 10, "münchen", old):
        page = desk.post(URL + "address/", {"slug": bad})
        assert page.status_code == 422 and "has-error" in text(page), bad
    assert desk.post(URL + "address/", {"slug": new.upper()}).status_code == 302
    assert provisioning.slug_of(fresh_factory) == new
    event = Event.objects.get(name="factory.renamed")
    assert old in event.data["note"] and new in event.data["note"]
    visitor = Client(HTTP_HOST=provisioning.host_of(old))
    moved = visitor.get("/m/q/x?y=1")
    assert moved.status_code == 302 and f"{new}." in moved["Location"] and moved["Location"].endswith("/m/q/x?y=1")
    # What open pages, phones and sensors send goes on under the old one.
    assert visitor.post("/api/v1/readings").status_code != 302
    assert desk.post("/language/", {"language": "en"}).status_code == 302
    assert visitor.get("/sw.js", headers={"Sec-Fetch-Mode": "same-origin"}).status_code == 200
    with pytest.raises(SlugRefused), in_public():
        provisioning.create_factory(old, "别家")
    # And back again.
    at_new = Client(HTTP_HOST=provisioning.host_of(new))
    assert at_new.get("/account/login/").status_code == 200
    at_new.force_login(admin)
    assert at_new.post(URL + "address/", {"slug": old}).status_code == 302
    assert Domain.objects.filter(tenant=fresh_factory).count() == 2 and provisioning.slug_of(fresh_factory) == old


def test_nobody_collects_addresses(desk, fresh_factory):
    hosts = [desk]
    for _n in range(4):
        slug = new_slug()
        assert hosts[-1].post(URL + "address/", {"slug": slug}).status_code == 302
    assert desk.post(URL + "address/", {"slug": new_slug()}).status_code == 422


def test_deleting_wants_the_name_and_an_export_and_can_be_stopped(desk, admin, fresh_factory):
    assert desk.post(URL + "delete/", {"name": "新厂"}).status_code == 422
    exported(desk)
    page = desk.post(URL + "delete/", {"name": "旧厂"})
    assert page.status_code == 422 and "旧厂" in text(page)
    assert desk.post(URL + "delete/", {"name": "新厂"}).status_code == 302
    assert desk.post(URL + "delete/", {"name": "新厂"}).status_code == 409
    row = Deletion.objects.get(factory=fresh_factory)
    assert f"/deleted/{row.pk}/" in text(desk.get(URL))
    assert Due.objects.filter(factory=fresh_factory, handler__startswith="lifecycle.").count() == 3
    assert desk.post(URL + "delete/stop/").status_code == 302
    assert not Due.objects.filter(factory=fresh_factory, handler__startswith="lifecycle.").exists()
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        works_off()
    assert Factory.objects.filter(pk=fresh_factory.pk, status=Factory.Status.ACTIVE).exists()
    names = Event.objects.filter(name__startswith="factory.deletion").values_list("name", flat=True)
    assert list(names) == ["factory.deletion_asked", "factory.deletion_stopped"]


def test_every_administrator_is_told_of_what_becomes_of_the_factory(desk, fresh_factory):
    other = make.person(Role.ADMIN, name="另一位管理员")
    exported(desk)
    desk.post(URL + "delete/", {"name": "新厂"})
    row = Deletion.objects.get(factory=fresh_factory)
    with time_machine.travel(row.asked_at + timedelta(days=7, minutes=1)):
        works_off()
    told = Notification.objects.filter(user=other).order_by("seq").values_list("event", flat=True)
    assert list(told) == ["factory.exported", "factory.deletion_asked", "factory.deletion_near"]
    assert not Due.objects.filter(factory=fresh_factory, dead_at__isnull=False).exists()


def waits_out(row: Deletion) -> None:
    """As the clock does it: two warnings, then the end."""
    for after in (7, 23, 30):
        with time_machine.travel(row.asked_at + timedelta(days=after, minutes=1)):
            Due.objects.exclude(handler__startswith="lifecycle.").filter(factory=row.factory).delete()
            works_off()


def test_after_two_warnings_it_is_gone_and_a_signed_proof_is_left(desk, admin, fresh_factory):
    make.photo(admin)
    with in_public():
        trial = open_trial(fresh_factory, "50")
        proof = Proof.objects.create(
            token_hash="x" * 64, purpose="sign_up", way="phone", address="13812345678", identity="i" * 64,
            language="zh-hans", code_mark="c", expires_at=timezone.now(),
        )  # fmt: skip
        SignUp.objects.create(
            proof=proof, identity="i" * 64, status="ready", pack="x", name="新厂", slug="x", look="x", size="50",
            person="刘洋", factory=fresh_factory,
        )  # fmt: skip
    assert trial
    cache.set("left", 1, 3600)
    archive = exported(desk).result.sha256
    desk.post(URL + "delete/", {"name": "新厂"})
    row = Deletion.objects.get(factory=fresh_factory)
    schema, host, pk = fresh_factory.schema_name, desk.defaults["HTTP_HOST"], fresh_factory.pk
    waits_out(row)
    row.refresh_from_db()
    assert row.status == Deletion.Status.DONE and len(row.warned_at) == 2 and row.factory is None
    assert not Factory.objects.filter(pk=pk).exists() and not Due.objects.filter(factory_id=pk).exists()
    assert not (Path(settings.MEDIA_ROOT) / schema).exists()
    with provisioning.as_owner() as owner:
        assert owner.execute("SELECT to_regnamespace(%s)", [schema]).fetchone()[0] is None
    assert not list(cache._cache.get_client(None).scan_iter(match=f"{schema}:*"))
    assert SignUp.objects.get(identity="i" * 64).person == "" and Proof.objects.get(identity="i" * 64).address == ""
    bare = Client(HTTP_HOST=settings.BASE_DOMAIN)
    page = bare.get(f"/deleted/{row.pk}/")
    assert "新厂 已删除" in text(page) and row.facts["ledger"]["seal"] in text(page) and "刘洋" not in text(page)
    assert "+00:00" not in text(page), "times are said as people read them"
    said = bare.get(f"/deleted/{row.pk}/proof.json").json()
    content = json.loads(said["content"])
    assert content["archive"]["sha256"] == archive and content["rows"]["people_user"] == 1
    assert "刘洋" not in said["content"] and content["files"]["count"] >= 2

    message = b"anhuan-deletion:" + hashlib.sha256(said["content"].encode()).hexdigest().encode()
    assert verify.is_signed(said["key"], message, said["signature"])
    assert not verify.is_signed(said["key"], message + b"x", said["signature"])
    assert Client(HTTP_HOST=host).get("/").status_code == 404
    SignUp.objects.filter(identity="i" * 64).delete()
    Proof.objects.filter(identity="i" * 64).delete()


def test_a_worker_killed_half_way_is_followed_by_one_that_ends_it(desk, admin, fresh_factory, monkeypatch):
    exported(desk)
    desk.post(URL + "delete/", {"name": "新厂"})
    row = Deletion.objects.get(factory=fresh_factory)
    calls = []

    def killed(schema):
        calls.append(schema)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(provisioning, "_forget_cache", killed)
        with pytest.raises(KeyboardInterrupt):
            waits_out(row)
    row.refresh_from_db()
    assert calls and row.status == Deletion.Status.CLOSED and row.facts["rows"]["people_user"] == 1
    assert Client(HTTP_HOST=desk.defaults["HTTP_HOST"]).get("/").status_code == 404
    with time_machine.travel(row.asked_at + timedelta(days=31)):
        works_off()
    row.refresh_from_db()
    assert row.status == Deletion.Status.DONE and row.facts["rows"]["people_user"] == 1


def test_without_two_warnings_nothing_is_removed(desk, admin, fresh_factory):
    exported(desk)
    desk.post(URL + "delete/", {"name": "新厂"})
    row = Deletion.objects.get(factory=fresh_factory)
    Due.objects.filter(handler="lifecycle.warn").delete()
    with time_machine.travel(row.asked_at + timedelta(days=30, minutes=1)):
        works_off()
    row.refresh_from_db()
    assert row.status == Deletion.Status.ASKED and len(row.warned_at) == 1
    assert row.due_at > row.asked_at + timedelta(days=36)


def test_a_proof_is_found_by_its_number_only(db):
    bare = Client(HTTP_HOST=settings.BASE_DOMAIN)
    for url in ("/deleted/00000000-0000-4000-8000-000000000000/", "/deleted/1/"):
        assert bare.get(url).status_code == 404
