from django.db import migrations

BACKFILL = """
INSERT INTO hazards_route (category_id, team_id) SELECT id, team_id FROM hazards_category WHERE team_id IS NOT NULL;
UPDATE hazards_hazard SET first_due_at = due_at;
INSERT INTO hazards_levelpolicy (level, version, acknowledge_minutes, control_minutes, rectify_hours, rework_hours,
    clock, escalate_before_hours, repeat_hours, chain, stages, needs_plan, needs_release, created_at)
  SELECT DISTINCT ON (level) level, version + 1, acknowledge_minutes, 60, rectify_hours, rework_hours,
    clock, escalate_before_hours, repeat_hours, chain, stages, true, true, now()
  FROM hazards_levelpolicy WHERE level = 'major' ORDER BY level, version DESC;
"""


class Migration(migrations.Migration):
    """A category's team becomes its route; major hazards from now on need a plan and the head's release."""

    dependencies = [("hazards", "0004_the_whole_loop")]

    operations = [migrations.RunSQL(BACKFILL, migrations.RunSQL.noop)]
