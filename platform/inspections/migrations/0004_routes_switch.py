from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("inspections", "0003_routes_backfill")]

    operations = [
        migrations.RemoveConstraint(
            model_name='checklist',
            name='checklist_one_current',
        ),
        migrations.RemoveConstraint(
            model_name='plan',
            name='plan_has_one_target',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='run_once_per_occurrence',
        ),
        migrations.RemoveField(
            model_name='checklist',
            name='is_current',
        ),
        migrations.RemoveField(
            model_name='plan',
            name='area',
        ),
        migrations.RemoveField(
            model_name='plan',
            name='checklist',
        ),
        migrations.RemoveField(
            model_name='plan',
            name='equipment',
        ),
        migrations.AddConstraint(
            model_name='checklist',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'current')), fields=('code',), name='checklist_one_current'),
        ),
        migrations.AddConstraint(
            model_name='checklist',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'draft')), fields=('code',), name='checklist_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('opens_at__isnull', True), ('shift__isnull', False)), models.Q(('opens_at__isnull', False), ('shift__isnull', True)), _connector='OR'), name='plan_has_one_opening'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'withdrawn'), _negated=True), fields=('plan', 'opens_at', 'equipment', 'area'), name='run_once_per_occurrence', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='pause',
            index=models.Index(fields=['equipment', 'status'], name='pause_of_machine'),
        ),
        migrations.AddConstraint(
            model_name='stop',
            constraint=models.UniqueConstraint(fields=('plan', 'position'), name='stop_position_once'),
        ),
        migrations.AddConstraint(
            model_name='stop',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('area__isnull', True), ('equipment__isnull', False)), models.Q(('area__isnull', False), ('equipment__isnull', True)), _connector='OR'), name='stop_is_one_place'),
        ),
        migrations.AddConstraint(
            model_name='theme',
            constraint=models.UniqueConstraint(fields=('plan', 'position'), name='theme_position_once'),
        ),
    ]
