from django.conf import settings
from django.db import migrations, models

# What was marked together has one moment and several addresses; a page opens the notices of its own address only.
OPENED = """
UPDATE notifications_notification SET opened_at = read_at WHERE read_at IS NOT NULL AND (user_id, read_at) NOT IN (
  SELECT user_id, read_at FROM notifications_notification
  WHERE read_at IS NOT NULL GROUP BY user_id, read_at HAVING count(DISTINCT url) > 1
)
"""


class Migration(migrations.Migration):
    """To have marked a notice as read is not to have opened it."""

    dependencies = [
        ("notifications", "0003_unread"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="opened_at",
            field=models.DateTimeField(
                help_text="When the person first saw what it is about; nothing where it was only marked as read.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="read_at",
            field=models.DateTimeField(help_text="Since when the bell no longer counts it.", null=True),
        ),
        migrations.RunSQL(OPENED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("opened_at", None)), fields=["user", "url"], name="notification_unopened"
            ),
        ),
    ]
