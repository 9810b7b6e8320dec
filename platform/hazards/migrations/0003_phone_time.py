from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hazards", "0002_hazard_client_id")]

    operations = [
        migrations.AddField(
            "hazard",
            "phone_reported_at",
            models.DateTimeField(null=True, help_text="As the phone says; not trusted."),
        ),
        migrations.AddField(
            "hazard", "skew_seconds", models.IntegerField(null=True, help_text="The phone's clock minus ours.")
        ),
    ]
