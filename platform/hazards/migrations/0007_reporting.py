import django.db.models.deletion
from django.db import migrations, models

OTHER = """
INSERT INTO hazards_category (code, name, gbt13861, level, urgent_when)
VALUES ('other', '{"zh": "其他", "en": "Other"}', 4, 'general', NULL) ON CONFLICT (code) DO NOTHING;
"""


class Migration(migrations.Migration):
    """A kind for what fits no other one; files in the thread of who reports without a name, and what the desk has read."""

    dependencies = [("core", "0001_initial"), ('hazards', '0006_routes_switch')]

    operations = [
        migrations.AddField("tip", "read_at", models.DateTimeField(null=True, help_text="Up to when the desk has dealt with what came in.")),
        migrations.AlterField("tipmessage", "text", models.TextField(blank=True)),
        migrations.AddField("tipmessage", "attachment", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.attachment")),
        migrations.RemoveConstraint("hazard", "hazard_once_per_form"),
        migrations.AddConstraint("hazard", models.UniqueConstraint(fields=["reporter", "client_id"], name="hazard_once_per_form", nulls_distinct=False)),
        migrations.RunSQL(OTHER, migrations.RunSQL.noop),
    ]
