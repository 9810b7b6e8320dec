"""Photos are read in the order in which they came."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0003_stamps_expiry_saved_views")]

    operations = [migrations.AlterModelOptions(name="attachment", options={"ordering": ["received_at", "id"]})]
