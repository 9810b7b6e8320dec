from django.conf import settings
from django.db import migrations


def guard_ledger(apps, schema_editor):
    """Two guards: the app's role may only read and insert, and a trigger refuses whoever may do more."""
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON core_event FROM {role}")
    schema_editor.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON core_event "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
    )
    schema_editor.execute(
        "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON core_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )


def begin_chain(apps, schema_editor):
    apps.get_model("core", "LedgerHead").objects.create(seal="0" * 64)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunPython(guard_ledger, migrations.RunPython.noop),
        migrations.RunPython(begin_chain, migrations.RunPython.noop),
    ]
