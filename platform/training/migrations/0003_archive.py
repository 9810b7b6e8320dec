import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0002_exams")]

    operations = [
        migrations.CreateModel(
            name="LicenceRequirement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind_code", models.CharField(max_length=40)),
                (
                    "job_role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.jobrole"
                    ),
                ),
            ],
            options={"ordering": ["job_role", "kind_code"]},
        ),
        migrations.AddConstraint(
            model_name="licencerequirement",
            constraint=models.UniqueConstraint(fields=("job_role", "kind_code"), name="licence_requirement_once"),
        ),
    ]
