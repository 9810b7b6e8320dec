"""An archive becomes a factory again: looked over first, then all of it or nothing.

Where the factory is gone it comes back under the schema's name and number that it had, because printed labels, codes
and links are signed for them. A copy beside the original gets others, and the original's labels are nothing in it.

The schema is made as it was when the archive was, by the recorded migrations that the archive names, and goes from there
to this release like that of any factory which lags. Common rows get what their tables have had since as a new row would.

One transaction of the owner's holds all of it, so of a killed restore nothing is left in the database; a note beside its
files says until the commit that they may go.
"""

import json
import re
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from psycopg import sql

from core.errors import DomainError, WrongStatus
from core.events import public_key_bytes, seal_of, sign
from lifecycle import verify
from lifecycle.contents import PUBLIC, names, tables_of
from lifecycle.export import events_of, speak_plainly
from tenants import due, fleet
from tenants.models import Factory, RecordedMigration
from tenants.provisioning import anchor_file, fingerprint, host_of, owning, replay
from tenants.slugs import SlugRefused, check_shape, check_slug, look_of
from tenants.template import has_template, statements_of

_PART = 1 << 20
# Numbers at the card service belong to one factory: a copy of one that is here goes without.
_AT_THE_CARD_SERVICE = {"customer": "", "card_subscription": ""}


def restore_factory(path: Path | str, slug: str, *, key: str = "") -> Factory:
    """key: the public key of the installation that made the archive, where it was another one."""
    path = Path(path)
    listed = _looked_over(path, key)
    try:
        check_slug(slug)
    except SlugRefused as refused:
        raise DomainError(str(refused)) from None
    # No upgrade and no other restore meanwhile.
    with zipfile.ZipFile(path) as archive, owning() as owner, fleet.alone(lambda: None):
        steps = _steps_of(listed)
        _sweep(owner)
        schema = _schema_for(owner, listed)
        with _files_of(schema), transaction.atomic():
            _fill(owner, archive, listed, schema, steps)
            pk = _common_rows(owner, archive, listed, schema, slug)
            _put_files(archive, listed, schema)
            _upgrade(Factory.objects.get(pk=pk))
    return Factory.objects.get(pk=pk)


def _looked_over(path: Path, key: str) -> dict[str, Any]:
    listed, faults = verify.check(path, key or public_key_bytes().hex())
    if faults:
        said = faults[0].zh if (get_language() or "").startswith("zh") else faults[0].en
        raise DomainError(_("The archive is not taken: %(fault)s.") % {"fault": said})
    return listed


# The release


def _steps_of(listed: dict[str, Any]) -> list[RecordedMigration]:
    """The migrations that made the archive's tables."""
    if not has_template():
        raise WrongStatus(_("The service is being upgraded. Restore the archive when that is done."))
    if listed["schema_version"] == fingerprint():
        return list(RecordedMigration.objects.order_by("id"))
    try:
        return fleet.steps_of(listed["migrations"])
    except fleet.OtherRelease as other:
        if other.is_newer:
            raise _newer(listed, other.migration) from None
        raise DomainError(
            _(
                "The archive is of release %(release)s, which does not lead to this one: %(what)s is not known here. Restore"
                " it with that release, upgrade that installation and export it again."
            )
            % {"release": listed["release"], "what": other.migration}
        ) from None


def _newer(listed: dict[str, Any], what: str) -> DomainError:
    return DomainError(
        _(
            "The archive is of a newer release (%(release)s) than this service: %(what)s is not known here. Upgrade this"
            " service first, then restore it."
        )
        % {"release": listed["release"], "what": what}
    )


def _upgrade(factory: Factory) -> None:
    try:
        fleet.bring(factory)
    except fleet.NotBrought as error:
        raise DomainError(
            _(
                "The archive's tables could not be brought to this release, at %(migration)s: %(reason)s. Nothing was made."
            )
            % {"migration": error.migration, "reason": error.reason}
        ) from error
    # What came with the releases since beside tables.
    due.in_other(factory, "market.follow_release", key="follow_release")


# The schema


def _schema_for(owner: psycopg.Connection, listed: dict[str, Any]) -> str:
    """Its own one again, if we made the archive and nobody is there; else one that never was."""
    before = listed["ledger"]["schema"]
    is_ours = listed["key"] == public_key_bytes().hex() and re.fullmatch("t_[0-9a-f]{16}", before)
    gone = (
        "SELECT to_regnamespace(%s) IS NULL"
        " AND NOT EXISTS (SELECT FROM public.tenants_factory WHERE schema_name = %s OR id = %s)"
    )
    asked = [before, before, listed["factory"]["number"]]
    return before if is_ours and owner.execute(gone, asked).fetchone() == (True,) else f"t_{secrets.token_hex(8)}"


def _fill(
    owner: psycopg.Connection,
    archive: zipfile.ZipFile,
    listed: dict[str, Any],
    schema: str,
    steps: list[RecordedMigration],
) -> None:
    replay(owner, schema, statements_of(steps), [])
    speak_plainly(owner, schema)
    owner.execute("SET CONSTRAINTS ALL DEFERRED")  # rows come table by table, in no order of their references
    carried = {table["name"]: table for table in listed["tables"]}
    for table in tables_of(owner, schema):
        said = carried.pop(table.name, None)
        if said is None or set(said["columns"]) != set(table.columns):
            raise DomainError(_("The archive does not fit: its table %(table)s is another.") % {"table": table.name})
        order = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, HEADER true)").format(
            sql.Identifier(schema, table.name), names(tuple(said["columns"]))
        )
        with archive.open(said["entry"]) as file, owner.cursor().copy(order) as copy:
            while part := file.read(_PART):
                copy.write(part)
    if carried:
        raise DomainError(
            _("The archive does not fit: its table %(table)s is another.") % {"table": next(iter(carried))}
        )
    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")  # each foreign key finds its row
    for name, (last, is_called) in listed["sequences"].items():
        table, _dot, column = name.partition(".")
        owner.execute(
            "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)", [f'{schema}."{table}"', column, last, is_called]
        )
    _look_at_seals(owner, listed, schema)


def _look_at_seals(owner: psycopg.Connection, listed: dict[str, Any], schema: str) -> None:
    """What stands in the table now is what was sealed; the head is signed for the schema that it stands in."""
    seal, seq = verify.NOTHING, 0
    for event in events_of(owner, schema):
        if event.previous != seal or seal_of(event) != event.seal:
            raise DomainError(_("Entry %(n)s of the ledger is not what was sealed.") % {"n": event.seq})
        seq, seal = event.seq, event.seal
    head = sql.SQL("UPDATE {} SET signature = %s WHERE (seq, seal) = (%s, %s)").format(
        sql.Identifier(schema, "core_ledgerhead")
    )
    signature = sign(seq, seal, schema) if seq else ""
    if owner.execute(head, [signature, seq, seal]).rowcount != 1 or seal != listed["ledger"]["seal"]:
        raise DomainError(_("The ledger does not end where the archive says."))


# The common part


def _common_rows(
    owner: psycopg.Connection, archive: zipfile.ZipFile, listed: dict[str, Any], schema: str, slug: str
) -> int:
    written = {name for name in listed["entries"] if name.startswith("public/")}
    if unknown := written.difference(f"public/{table}.jsonl" for table in PUBLIC):
        raise _newer(listed, min(unknown))
    rows = {table: [_complete(listed, table, row) for row in _lines(archive, table)] for table in PUBLIC}
    is_same = schema == listed["ledger"]["schema"]
    own = {"schema_name": schema, "status": Factory.Status.ACTIVE.value}
    pk = _insert(owner, "tenants_factory", rows.pop("tenants_factory")[0] | own, keeps_number=is_same)
    _domains(owner, rows.pop("tenants_domain"), slug, pk)
    for row in rows.pop("billing_subscription"):
        is_here = (
            row["customer"]
            and owner.execute(
                "SELECT FROM public.billing_subscription WHERE customer = %s", [row["customer"]]
            ).fetchone()
        )
        _insert(owner, "billing_subscription", row | {"factory_id": pk} | (_AT_THE_CARD_SERVICE if is_here else {}))
    receipts = [row["number"] for row in rows.pop("billing_payment")]
    owner.execute(
        "UPDATE public.billing_payment SET factory_id = %s WHERE factory_id IS NULL AND number = ANY(%s)",
        [pk, receipts],
    )
    for table, some in rows.items():
        for row in some:
            _insert(owner, table, row | {PUBLIC[table]: pk})
    return pk


def _domains(owner: psycopg.Connection, rows: list[dict[str, Any]], slug: str, factory: int) -> None:
    """Its new address, and those of before that nobody has taken: their labels go on leading to it."""
    before = [row["domain"].partition(".")[0] for row in rows]
    for name in [slug, *(one for one in before if one != slug)]:
        try:
            check_shape(name)
        except SlugRefused:
            continue
        made = owner.execute(
            "INSERT INTO public.tenants_domain (domain, tenant_id, is_primary, look) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [host_of(name), factory, name == slug, look_of(name)],
        )
        if name == slug and not made.rowcount:
            raise DomainError(_("“%(slug)s” is taken. Choose another short name.") % {"slug": slug})


def _lines(archive: zipfile.ZipFile, table: str) -> Iterator[dict[str, Any]]:
    """None of a table that came after the archive."""
    name = f"public/{table}.jsonl"
    if name in archive.namelist():
        with archive.open(name) as file:
            for line in file:
                yield json.loads(line)


def _complete(listed: dict[str, Any], table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A column that came after the archive has what it has on a new row; the database keeps no default of it."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    fields: dict[str, Any] = {str(field.column): field for field in model._meta.concrete_fields}
    if unknown := set(row).difference(fields):
        raise _newer(listed, f"{table}.{min(unknown)}")
    new = model()
    added = {
        name: one.pre_save(new, True) for name, one in fields.items() if name not in row and not one.has_db_default()
    }
    return row | {name: value for name, value in added.items() if value is not None}


def _insert(owner: psycopg.Connection, table: str, row: dict[str, Any], *, keeps_number: bool = False) -> int:
    columns = sorted(set(row) - (set() if keeps_number else {"id"}))
    order = sql.SQL(
        "INSERT INTO public.{table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::public.{table}, %s)"
        " RETURNING id"
    ).format(table=sql.Identifier(table), columns=names(tuple(columns)))
    found: Any = owner.execute(order, [json.dumps(row, cls=DjangoJSONEncoder)]).fetchone()
    return int(found[0])


# The files


@contextmanager
def _files_of(schema: str) -> Iterator[None]:
    """The note stands before the first file and goes after the commit."""
    note = _notes() / schema
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch()
    try:
        yield
    except BaseException:
        _remove(schema)
        raise
    finally:
        note.unlink(missing_ok=True)


def _sweep(owner: psycopg.Connection) -> None:
    """What a killed restore has left; of one whose commit came through only the note goes."""
    for note in _notes().glob("t_*"):
        if not owner.execute("SELECT FROM public.tenants_factory WHERE schema_name = %s", [note.name]).fetchone():
            _remove(note.name)
        note.unlink()


def _notes() -> Path:
    return Path(settings.MEDIA_ROOT) / "restoring"


def _remove(schema: str) -> None:
    shutil.rmtree(Path(settings.MEDIA_ROOT) / schema, ignore_errors=True)
    anchor_file(schema).unlink(missing_ok=True)


def _put_files(archive: zipfile.ZipFile, listed: dict[str, Any], schema: str) -> None:
    folder = Path(settings.MEDIA_ROOT) / schema
    _remove(schema)  # nobody's: the schema was not there
    places = {name: folder / name.removeprefix("files/") for name in listed["entries"] if name.startswith("files/")}
    if "anchors.jsonl" in listed["entries"]:
        places["anchors.jsonl"] = anchor_file(schema)
    for name, place in places.items():
        if ".." in place.parts:
            raise DomainError(_("The archive is not taken: %(fault)s.") % {"fault": name})
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as file, place.open("wb") as out:
            shutil.copyfileobj(file, out, _PART)
