import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hazards", "0001_initial")]

    operations = [
        migrations.AddField("hazard", "client_id", models.UUIDField(null=True)),
        migrations.RunSQL("UPDATE hazards_hazard SET client_id = gen_random_uuid()", migrations.RunSQL.noop),
        migrations.AlterField("hazard", "client_id", models.UUIDField(default=uuid.uuid4)),
        migrations.AddConstraint(
            "hazard", models.UniqueConstraint(fields=["reporter", "client_id"], name="hazard_once_per_form")
        ),
    ]
