"""A factory as one file that can be read, checked and restored without us: see in_archive.md, which lies in it as README.txt.

Tables are read as they stood at one moment (REPEATABLE READ), row by row into the file, so that a large factory takes
no more memory than a small one. Files are never changed once they are there, so those that the rows name are there too.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import psycopg
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import IsolationLevel, sql
from psycopg.types.json import JsonbLoader

from core.errors import WrongStatus
from core.events import canonical, public_key_bytes, signature_of
from core.models import Event
from lifecycle import verify
from lifecycle.contents import KIND, PUBLIC, Table, migrations_of, names, sequences_of, tables_of
from tenants.fleet import is_held
from tenants.models import Factory
from tenants.provisioning import anchor_file, as_owner, fingerprint, slug_of

_PACKED = {".csv", ".json", ".jsonl", ".txt", ".py"}
_LEDGER = ("seq", "id", "name", "subject_type", "subject_id", "actor_id", "data", "at", "previous", "seal")
_PART = 1 << 20


class Progress(Protocol):
    def __call__(self, done: int, total: int) -> None: ...


@dataclass(frozen=True)
class Made:
    rows: int
    files: int
    seq: int
    seal: str


@dataclass
class _Packing:
    """The file that is written, and what stands in it so far."""

    zip: zipfile.ZipFile
    told: Progress
    total: int
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
        packs = Path(name).suffix in _PACKED
        info.compress_type = zipfile.ZIP_DEFLATED if packs else zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as out:
            for part in parts:
                out.write(part)
                digest.update(part)
                size += len(part)
        self.entries[name] = {"size": size, "sha256": digest.hexdigest()}
        if len(self.entries) % 20 == 0:
            self.told(len(self.entries), self.total)


def write_archive(factory: Factory, path: Path, *, by: str, told: Progress = lambda done, total: None) -> Made:
    """by: who asked for it, as it stands in the list."""
    if is_held(factory):
        raise WrongStatus(_("This factory is being upgraded. Export it when that is done."))
    folder = Path(settings.MEDIA_ROOT) / factory.schema_name
    with as_owner() as owner, zipfile.ZipFile(path, "w") as file:
        owner.isolation_level, owner.read_only = IsolationLevel.REPEATABLE_READ, True
        with owner.transaction():
            speak_plainly(owner, factory.schema_name)
            tables = tables_of(owner, factory.schema_name)
            left_out = _earlier_archives(owner, factory.schema_name)
            packing = _Packing(file, told, len(tables) + len(PUBLIC) + sum(1 for _f in _files(folder, left_out)) + 3)
            listed: dict[str, Any] = {
                "format": verify.FORMAT,
                "made_at": timezone.now().isoformat(timespec="seconds"),
                "made_by": by,
                "release": version("anhuan"),
                "factory": {
                    "number": factory.pk,
                    "slug": slug_of(factory),
                    "name": factory.name,
                    "time_zone": factory.time_zone,
                },
                "schema_version": fingerprint(),
                "migrations": migrations_of(owner, factory.schema_name),
                "tables": [_add_table(packing, owner, factory.schema_name, table) for table in tables],
                "sequences": sequences_of(owner, factory.schema_name),
                "ledger": _head(owner, factory.schema_name),
            }
            packing.add(verify.LEDGER, _ledger(owner, factory.schema_name))
            for table, column in PUBLIC.items():
                packing.add(f"public/{table}.jsonl", _public(owner, table, column, factory.pk))
        for one in _files(folder, left_out):
            _add_file(packing, f"files/{one.relative_to(folder).as_posix()}", one)
        _add_file(packing, "anchors.jsonl", anchor_file(factory.schema_name))
        for name, own in (("README.txt", "in_archive.md"), ("verify.py", "verify.py")):
            _add_file(packing, name, Path(__file__).with_name(own))
        _sign(file, listed | {"entries": packing.entries})
    rows, ledger = sum(table["rows"] for table in listed["tables"]), listed["ledger"]
    return Made(rows, sum(name.startswith("files/") for name in packing.entries), ledger["seq"], ledger["seal"])


def speak_plainly(owner: psycopg.Connection, schema: str) -> None:
    """In this schema, and with moments as every program reads them."""
    owner.execute(sql.SQL("SET LOCAL search_path = {}, public, extensions").format(sql.Identifier(schema)))
    owner.execute("SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL extra_float_digits = 1")


def _add_table(packing: _Packing, owner: psycopg.Connection, schema: str, table: Table) -> dict[str, Any]:
    cursor = owner.cursor()

    def parts() -> Iterator[bytes]:
        order = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER true)").format(table.rows(schema))
        with cursor.copy(order) as copy:
            yield from map(bytes, copy)

    packing.add(table.entry, parts())
    return {"name": table.name, "entry": table.entry, "columns": table.columns, "rows": cursor.rowcount}


def _head(owner: psycopg.Connection, schema: str) -> dict[str, Any]:
    head = sql.SQL("SELECT seq, seal, signature FROM {}").format(sql.Identifier(schema, "core_ledgerhead"))
    seq, seal, signature = owner.execute(head).fetchone() or (0, verify.NOTHING, "")
    return {"schema": schema, "seq": seq, "seal": seal, "signature": signature}


def events_of(owner: psycopg.Connection, schema: str) -> Iterator[Event]:
    """By a cursor of the database: they may be millions."""
    with owner.cursor("events") as cursor:
        cursor.itersize = 2000
        cursor.adapters.register_loader("jsonb", JsonbLoader)  # of a connection of Django's it comes as text
        table = sql.Identifier(schema, Event._meta.db_table)
        cursor.execute(sql.SQL("SELECT {} FROM {} ORDER BY seq").format(names(_LEDGER), table))
        for row in cursor:
            yield Event(**dict(zip(_LEDGER, row, strict=True)))


def _ledger(owner: psycopg.Connection, schema: str) -> Iterator[bytes]:
    for event in events_of(owner, schema):
        line = {"content": canonical(event), "previous": event.previous, "seal": event.seal}
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _public(owner: psycopg.Connection, table: str, column: str, factory: int) -> Iterator[bytes]:
    rows = sql.SQL("SELECT row_to_json(t)::text FROM public.{} t WHERE {} = %s ORDER BY id").format(
        sql.Identifier(table), sql.Identifier(column)
    )
    for (text,) in owner.execute(rows, [factory]):
        yield text.encode() + b"\n"


def _earlier_archives(owner: psycopg.Connection, schema: str) -> frozenset[str]:
    """Their files' names: an archive of archives would double each time."""
    jobs = sql.SQL("SELECT id FROM {} WHERE kind = %s").format(sql.Identifier(schema, "core_job"))
    return frozenset(f"job-{pk}.bin" for (pk,) in owner.execute(jobs, [KIND]))


def _files(folder: Path, left_out: frozenset[str]) -> Iterator[Path]:
    """All that is kept, without what is half made."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in left_out and path.relative_to(folder).parts[0] != "making":
            yield path


def _add_file(packing: _Packing, name: str, path: Path) -> None:
    """One that was removed meanwhile, with the row that named it, is not missed."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        packing.add(name, iter(lambda: file.read(_PART), b""))


def _sign(file: zipfile.ZipFile, listed: dict[str, Any]) -> None:
    content = json.dumps(listed, ensure_ascii=False, indent=1)
    message = verify.SIGNED.decode() + hashlib.sha256(content.encode()).hexdigest()
    signed = {"algorithm": "Ed25519", "key": public_key_bytes().hex(), "signature": signature_of(message)}
    file.writestr(verify.LIST, content, zipfile.ZIP_DEFLATED)
    file.writestr(verify.SIGNATURE, json.dumps(signed, indent=1), zipfile.ZIP_DEFLATED)


def public_key() -> str:
    return public_key_bytes().hex()
