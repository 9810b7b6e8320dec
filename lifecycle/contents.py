"""What an archive holds of a factory: each table of its schema, and of the common part what is the factory's own."""

from dataclasses import dataclass
from typing import Any

import psycopg
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

KIND = "factory_export"
CONTENT_TYPE = "application/zip"
LEDGER_TABLE = "core_event"
# Rows of the factory's schema that stay behind: sign-ins with their second factors, which need the keys of this
# installation, and the archives that were made before.
LEFT_OUT = {
    "django_session": "false",
    "people_secondfactor": "false",
    "core_job": f"kind <> '{KIND}'",
    "core_attachment": f"id NOT IN (SELECT id FROM core_job WHERE kind = '{KIND}')",  # noqa: S608 - a word of our own
}
# Of the public schema: which column says whose row it is. What is not the factory's alone stays behind, see NOT_ITS_OWN.
PUBLIC = {
    "tenants_factory": "id",
    "tenants_domain": "tenant_id",
    "tenants_due": "factory_id",
    "billing_subscription": "factory_id",
    "billing_payment": "factory_id",
    "signups_whereabouts": "factory_id",
}
NOT_ITS_OWN = {
    "tenants_schemaupgrade": "how far this installation has upgraded it",
    "signups_signup": "how it was ordered, kept by the service so that one number has one trial",
    "passports_parcel": "on its way between two factories",
    "sharing_template": "given to all factories, without a word of whose it was",
    "sharing_rating": "a vote, of which only sums are shown",
    "lifecycle_deletion": "the proof, which outlives it",
}


@dataclass(frozen=True)
class Table:
    """key: the columns by which its rows are put in order, so that equal tables make equal files."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def entry(self) -> str:
        return f"data/{self.name}.csv"

    def rows(self, schema: str) -> sql.Composable:
        order = ("seq",) if self.name == LEDGER_TABLE else self.key or self.columns
        return sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {}").format(
            names(self.columns),
            sql.Identifier(schema, self.name),
            sql.SQL(LEFT_OUT.get(self.name, "true")),
            names(order),
        )


def names(columns: tuple[str, ...]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def tables_of(owner: psycopg.Connection, schema: str) -> list[Table]:
    """As the database knows them, so that a new one is never forgotten; computed columns are computed again."""
    rows = owner.execute(_TABLES, {"schema": schema}).fetchall()
    return [Table(name, tuple(columns), tuple(key or ())) for name, columns, key in rows]


_TABLES = """
SELECT c.relname,
  array_agg(a.attname::text ORDER BY a.attnum),
  (SELECT array_agg(k.attname::text ORDER BY array_position(i.indkey::int2[], k.attnum)) FROM pg_index i
   JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = ANY(i.indkey)
   WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind IN ('r', 'p')
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.oid, c.relname ORDER BY c.relname
"""


def sequences_of(owner: psycopg.Connection, schema: str) -> dict[str, list[Any]]:
    """By "table.column": the number that was given last, and whether it was. A number is never given twice."""
    found = owner.execute(
        "SELECT t.relname, a.attname, s.relname FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
        " JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid"
        " WHERE s.relnamespace = to_regnamespace(%s) AND d.deptype IN ('a', 'i') ORDER BY 1, 2",
        [schema],
    ).fetchall()
    last = sql.SQL("SELECT last_value, is_called FROM {}")
    return {
        f"{table}.{column}": list(owner.execute(last.format(sql.Identifier(schema, sequence))).fetchone() or ())
        for table, column, sequence in found
    }


def migrations_of(owner: psycopg.Connection, schema: str) -> list[str]:
    history = sql.Identifier(schema, MigrationRecorder.Migration._meta.db_table)
    found = owner.execute(sql.SQL("SELECT app || '.' || name FROM {} ORDER BY 1").format(history)).fetchall()
    return [name for (name,) in found]
