from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("hazards", "0005_routes_backfill")]

    operations = [migrations.RemoveField(model_name="category", name="team")]
