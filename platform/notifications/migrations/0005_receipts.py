from django.conf import settings
from django.db import migrations, models


# What somebody opened or marked had reached a page of theirs by then; of the rest the next page says so.
ARRIVED = "UPDATE notifications_notification SET delivered_at = coalesce(opened_at, read_at) WHERE read_at IS NOT NULL"


class Migration(migrations.Migration):
    """When a notice reached a page of the person."""

    dependencies = [
        ('notifications', '0004_opened'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='notification',
            name='delivered_at',
            field=models.DateTimeField(help_text='When a page of the person said that it has it.', null=True),
        ),
        migrations.RunSQL(ARRIVED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('delivered_at', None)), fields=['user', 'seq'], name='notification_on_its_way'),
        ),
        migrations.AlterField(
            model_name="message",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("sent", "Handed on"),
                    ("delivered", "Delivered"),
                    ("kept", "Kept for reading (demo)"),
                    ("failed", "Failed"),
                    ("stopped", "No longer needed"),
                    ("bundled", "Part of a summary"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
    ]
