from django.db import migrations

COPY = """
INSERT INTO notifications_mute (user_id, subject_type, subject_id, created_at)
  SELECT m.user_id, 'hazards.thread', t.id::text, m.created_at FROM notifications_mute m
  JOIN hazards_jointgroup g ON m.subject_type = 'hazards.jointgroup' AND m.subject_id = g.id::text
  JOIN hazards_thread t ON t.hazard_id = g.hazard_id
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """Who muted a joint group wants no more of what is said in it."""

    dependencies = [("notifications", "0005_receipts"), ("hazards", "0012_threads_switch")]

    operations = [migrations.RunSQL(COPY, migrations.RunSQL.noop)]
