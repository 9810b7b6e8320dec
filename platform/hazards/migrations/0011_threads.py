import django.db.models.deletion
from django.db import migrations, models

BACKFILL = """
INSERT INTO hazards_thread (hazard_id) SELECT hazard_id FROM hazards_jointgroup;
UPDATE hazards_post SET thread_id = hazards_thread.id FROM hazards_jointgroup, hazards_thread
  WHERE hazards_jointgroup.id = hazards_post.group_id AND hazards_thread.hazard_id = hazards_jointgroup.hazard_id;
"""


class Migration(migrations.Migration):
    """What was said in a joint group becomes the thread of its hazard."""

    dependencies = [("hazards", "0010_temporary_control")]

    operations = [
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "hazard",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="thread", to="hazards.hazard"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="post",
            name="thread",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="hazards.thread"
            ),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
