import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hazards", "0011_threads")]

    operations = [
        migrations.AlterField(
            model_name="post",
            name="thread",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="hazards.thread"
            ),
        ),
        migrations.RemoveField(model_name="post", name="group"),
    ]
