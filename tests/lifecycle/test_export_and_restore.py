"""A factory leaves as an archive, is checked without us, goes, and comes back as it was."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone, translation

from core import ledger
from core.errors import DomainError
from facilities.qr import UnknownSticker, read_token, token_of
from lifecycle import contents, verify
from lifecycle.export import public_key, write_archive
from lifecycle.restore import restore_factory
from people.models import User
from people.permissions import Role
from tenants import due, provisioning
from tenants.current import in_factory
from tenants.models import Domain, Due, Factory, RecordedMigration
from tests import make
from tests.lifecycle.conftest import new_slug


def listed(path: Path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(verify.LIST))


def verdict(path: Path, tmp_path: Path, *options: str) -> subprocess.CompletedProcess:
    """By a program that lies alone in an empty folder, with nothing but Python."""
    folder = tmp_path / "elsewhere"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with zipfile.ZipFile(path) as archive:
        (folder / "verify.py").write_bytes(archive.read("verify.py"))
    command = [sys.executable, "-I", "verify.py", str(path), *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={})


def files_of(factory: Factory) -> dict[str, str]:
    folder = Path(settings.MEDIA_ROOT) / factory.schema_name
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def counts_of(factory: Factory) -> dict[str, int]:
    """Of all tables, asked of the database itself."""
    with provisioning.as_owner() as owner:
        found = owner.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [factory.schema_name]
        ).fetchall()
        return {
            name: owner.execute(f'SELECT count(*) FROM {factory.schema_name}."{name}"').fetchone()[0]  # noqa: S608
            for (name,) in found
        }


def dues_of(factory: Factory) -> list:
    """Without what a restored factory is told to look for, as after each release."""
    rows = Due.objects.filter(factory=factory).exclude(key="follow_release").order_by("due_at", "handler", "key")
    return list(rows.values_list("handler", "key", "due_at", "payload"))


def test_a_factory_is_exported_deleted_and_restored_as_it_was(full, fresh_factory, archive, tmp_path):
    said = verdict(archive, tmp_path, "--key", public_key())
    assert said.returncode == 0 and "完好" in said.stdout and "WHOLE" in said.stdout, said.stdout + said.stderr
    before, slug = listed(archive), provisioning.slug_of(fresh_factory)
    counts, files, dues = counts_of(fresh_factory), files_of(fresh_factory), dues_of(fresh_factory)
    counts["people_secondfactor"] = 0  # stays behind, as sign-ins do
    assert {table["name"]: table["rows"] for table in before["tables"]} == counts
    assert files and len(dues) > 3 and counts["hazards_hazard"] and counts["partners_company"]
    worker, label = full.people[Role.WORKER], token_of(full.sticker)
    provisioning.delete_factory(provisioning.find(slug))

    restored = restore_factory(archive, slug)
    try:
        # The schema's name and the number are those of before: labels, codes and links are signed for them.
        assert (restored.schema_name, restored.pk) == (fresh_factory.schema_name, fresh_factory.pk)
        assert counts_of(restored) == counts
        assert files_of(restored) == files
        assert dues_of(restored) == dues
        again = tmp_path / "again.zip"
        write_archive(restored, again, by="测试")
        after = listed(again)
        for name, entry in before["entries"].items():
            if name.startswith(("data/", "files/")):
                assert after["entries"][name] == entry, name
        with in_factory(restored):
            whole = ledger.verify()
            assert whole.is_whole and (whole.entries, whole.head) == (before["ledger"]["seq"], before["ledger"]["seal"])
            assert User.objects.get(pk=worker.pk).name == worker.name
            client = Client(HTTP_HOST=provisioning.host_of(slug))
            client.force_login(User.objects.get(pk=worker.pk))
            assert client.get("/m/").status_code == 200
            assert read_token(label).equipment.code == "丙记E"
            # Numbers go on where they stood.
            assert (
                User.objects.create(name="新人", phone="13911112222").pk
                > User.objects.exclude(name="新人").order_by("-pk").first().pk
            )
            User.objects.get(name="新人").delete()
    finally:
        provisioning.delete_factory(restored)


def rewritten(source: Path, target: Path, change) -> Path:
    """The archive with some of its entries changed; what change() gives None for is left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def a_row_changed(name, content):
    return content.replace("丙记".encode(), "丁记".encode(), 1) if name == "data/people_user.csv" else content


def a_row_changed_and_the_list_with_it(name, content):
    """As somebody does it who knows how: all hashes fit, only the signature does not."""
    if name == verify.LIST:
        said = json.loads(content)
        said["tables"][0]["rows"] += 1
        return json.dumps(said).encode()
    return content


def a_file_missing(name, content):
    return None if name.startswith("files/original") else content


def an_entry_of_the_ledger_missing(name, content):
    return b"".join(content.splitlines(keepends=True)[:-1]) if name == verify.LEDGER else content


def a_forged_head(name, content):
    """Signed anew with a key of one's own, which the archive shows as if it were ours."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    own = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    if name == verify.SIGNATURE:
        digest = a_forged_head.digest
        return json.dumps({
            "key": own.public_key().public_bytes_raw().hex(),
            "signature": own.sign(verify.SIGNED + digest.encode()).hex(),
        }).encode()  # fmt: skip
    if name == verify.LIST:
        said = json.loads(content)
        head = said["ledger"]
        head["signature"] = own.sign(f"{head['schema']}:{head['seq']}:{head['seal']}".encode()).hex()
        content = json.dumps(said).encode()
        a_forged_head.digest = hashlib.sha256(content).hexdigest()
    return content


TAMPERED = [
    (a_row_changed, "people_user.csv"),
    (a_row_changed_and_the_list_with_it, "manifest.json"),
    (a_file_missing, "files/original"),
    (an_entry_of_the_ledger_missing, "ledger.jsonl"),
    (a_forged_head, "key"),
]


def test_what_was_changed_is_refused_by_the_program_and_by_the_restore(archive, tmp_path):
    schemas, folders = _schemas(), _folders()
    for change, word in TAMPERED:
        bad = rewritten(archive, tmp_path / f"{change.__name__}.zip", change)
        said = verdict(bad, tmp_path, "--key", public_key())
        assert said.returncode == 1 and "不能相信" in said.stdout and word in said.stdout, change.__name__ + said.stdout
        with translation.override("en"), pytest.raises(DomainError, match=word):
            restore_factory(bad, new_slug())
    extra = tmp_path / "extra.zip"
    shutil.copy(archive, extra)
    with zipfile.ZipFile(extra, "a") as more:
        more.writestr("files/../../evil.bin", b"x")
    assert verdict(extra, tmp_path).returncode == 1
    with pytest.raises(DomainError):
        restore_factory(extra, new_slug())
    cut = tmp_path / "cut.zip"
    cut.write_bytes(archive.read_bytes()[:-2000])
    for broken in (cut, tmp_path / "none.zip"):
        faults = verify.check(broken)[1]
        assert faults and "归档" in faults[0].zh
        with pytest.raises(DomainError):
            restore_factory(broken, new_slug())
    assert (_schemas(), _folders()) == (schemas, folders)


def test_an_unpacked_archive_is_checked_where_the_program_lies(archive, tmp_path):
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    command = [sys.executable, "-I", str(folder / "verify.py")]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, env={}).returncode == 0
    (folder / "data" / "people_user.csv").write_text("id\n1\n")
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, env={}).returncode == 1


def test_a_killed_restore_leaves_nothing(archive, tmp_path, monkeypatch):
    """At its last step, the files being there already; what a kill leaves on the disk the next restore removes."""
    schemas, folders, factories = _schemas(), _folders(), Factory.objects.count()
    import lifecycle.restore as module

    def killed(archive, listed, schema):
        folder = Path(settings.MEDIA_ROOT) / schema
        folder.mkdir()
        (folder / "half").write_text("x")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_put_files", killed)
        patch.setattr(module, "_remove", lambda schema: None)  # nobody tidies up after a kill
        with pytest.raises(KeyboardInterrupt):
            restore_factory(archive, new_slug())
    assert _schemas() == schemas and Factory.objects.count() == factories
    left = _folders() - folders
    assert len(left) == 1
    (Path(settings.MEDIA_ROOT) / "restoring" / left.copy().pop()).touch()
    slug = new_slug()
    restored = restore_factory(archive, slug)
    assert not left & _folders()
    provisioning.delete_factory(restored)


def test_what_cannot_be_brought_to_this_release_is_refused_and_leaves_nothing(archive):
    schemas, folders, factories = _schemas(), _folders(), Factory.objects.count()
    broken = {"statements": ["UPDATE nowhere SET note = ''"], "is_sql": True, "adds_types": False, "fingerprint": "x"}
    step = RecordedMigration.objects.create(app="hazards", name="9999_broken", **broken)
    try:
        with translation.override("en"), pytest.raises(DomainError, match=r"hazards\.9999_broken.*nowhere.*Nothing"):
            restore_factory(archive, new_slug())
    finally:
        step.delete()
    assert (_schemas(), _folders(), Factory.objects.count()) == (schemas, folders, factories)


def test_a_name_that_is_taken_or_reserved_is_refused_before_anything_is_made(archive, fresh_factory):
    for slug in ("one", "0ne", "www", "ADMIN", "x", "n" * 300, provisioning.slug_of(fresh_factory)):
        schemas = _schemas()
        with pytest.raises(CommandError):
            call_command("restore_factory", str(archive), slug=slug)
        assert _schemas() == schemas


def test_a_copy_beside_the_original_has_nothing_of_the_other(archive, full, fresh_factory):
    slug, label = new_slug(), token_of(full.sticker)
    call_command("restore_factory", str(archive), slug=slug)
    copy = provisioning.find(slug)
    try:
        assert set(Domain.objects.filter(tenant=copy).values_list("domain", flat=True)) == {provisioning.host_of(slug)}
        assert Domain.objects.filter(tenant=fresh_factory).count() == 1
        assert copy.schema_name != fresh_factory.schema_name
        with in_factory(copy):
            assert ledger.verify().is_whole
            with pytest.raises(UnknownSticker):
                read_token(label)
    finally:
        provisioning.delete_factory(copy)


def test_another_factory_is_never_in_an_archive(second_fresh_factory, fresh_factory, tmp_path):
    with in_factory(second_fresh_factory):
        make.person(Role.WORKER, name="别厂的人")
        due.at(timezone.now() + timedelta(days=9), "test.nobody", word="别厂")
    path = tmp_path / "archive.zip"
    write_archive(fresh_factory, path, by="测试")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            for foreign in ("别厂", "test.nobody", second_fresh_factory.schema_name):
                assert foreign.encode() not in content, name


def test_each_table_is_in_the_archive_and_each_common_one_is_decided_on(archive, fresh_factory):
    of_factories = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in {name.rpartition(".")[2] for name in settings.SHARED_APPS}
    }
    carried = {table["name"] for table in listed(archive)["tables"]}
    assert of_factories <= carried == set(counts_of(fresh_factory))
    decided = {*contents.PUBLIC, *contents.NOT_ITS_OWN}
    pointing = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is Factory
    }
    assert pointing <= decided and not set(contents.PUBLIC) & set(contents.NOT_ITS_OWN)
    assert set(contents.LEFT_OUT) <= carried


def test_the_commands_say_what_they_did(full, fresh_factory, tmp_path, capsys):
    slug, path = provisioning.slug_of(fresh_factory), tmp_path / "out.zip"
    call_command("export_factory", factory=slug, to=path)
    said = capsys.readouterr().out
    assert public_key() in said and path.exists() and not path.with_name("out.zip.half").exists()
    with pytest.raises(CommandError, match="already"):
        call_command("export_factory", factory=slug, to=path)
    with pytest.raises(CommandError, match="no factory"):
        call_command("export_factory", factory="nobody", to=tmp_path / "x.zip")


def _schemas() -> set[str]:
    with provisioning.as_owner() as owner:
        return {name for (name,) in owner.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'")}


def _folders() -> set[str]:
    return {path.name for path in Path(settings.MEDIA_ROOT).glob("t_*")}
