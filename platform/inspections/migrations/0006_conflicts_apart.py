"""A record beside another one of the same task is no second occurrence."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0005_designer")]

    operations = [
        migrations.RemoveConstraint(model_name="run", name="run_once_per_occurrence"),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("status", "withdrawn"), _negated=True), ("conflicts_with", None)),
                fields=("plan", "opens_at", "equipment", "area"),
                name="run_once_per_occurrence",
                nulls_distinct=False,
            ),
        ),
    ]
