from django.db import migrations

BACKFILL = """
UPDATE inspections_checklist SET status = 'retired' WHERE NOT is_current;
UPDATE inspections_checklist SET published_at = now();
UPDATE inspections_plan SET name = left(coalesce(checklist.title->>'zh', checklist.title #>> '{}'), 80)
  FROM inspections_checklist checklist WHERE checklist.id = inspections_plan.checklist_id;
INSERT INTO inspections_theme (plan_id, position, checklist_id) SELECT id, 1, checklist_id FROM inspections_plan;
INSERT INTO inspections_stop (plan_id, position, equipment_id, area_id)
  SELECT id, 1, equipment_id, area_id FROM inspections_plan;
"""


class Migration(migrations.Migration):
    """A plan's one machine or area becomes the one stop of its route, its checklist the one theme."""

    dependencies = [("inspections", "0002_routes_themes_pauses")]

    operations = [migrations.RunSQL(BACKFILL, migrations.RunSQL.noop)]
