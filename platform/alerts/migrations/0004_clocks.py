from django.db import migrations

# What alerts.actions.raise_alert writes for a new one. The row of the factory whose schema this is; none in a template.
CLOCKS = """
INSERT INTO public.tenants_due (factory_id, handler, payload, due_at, key, is_urgent, attempts, last_error, created_at)
  SELECT factory.id, 'alerts.escalate', jsonb_build_object('alert', alert.id, 'step', alert.step + 1),
    now() + make_interval(mins => coalesce(policy.minutes, 5)), 'alert:' || alert.id, false, 0, '', now()
  FROM alerts_alert alert
    JOIN public.tenants_factory factory ON factory.schema_name = current_schema()
    LEFT JOIN alerts_alertpolicy policy ON policy.id = alert.policy_id
  WHERE alert.acknowledged_at IS NULL
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """Alerts that stood open before there was a chain go up it from now on."""

    dependencies = [("alerts", "0003_called")]

    operations = [migrations.RunSQL(CLOCKS, migrations.RunSQL.noop)]
