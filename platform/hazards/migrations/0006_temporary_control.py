from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hazards", "0005_routes_switch"),
    ]

    operations = [
        migrations.AlterField(
            model_name="evidence",
            name="stage",
            field=models.CharField(
                choices=[("before", "Before"), ("after", "After"), ("control", "Temporary control")], max_length=7
            ),
        ),
    ]
