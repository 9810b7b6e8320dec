from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('hazards', '0009_subtask_photo'),
    ]

    operations = [
        migrations.AlterField(
            model_name="evidence",
            name="stage",
            field=models.CharField(
                choices=[("before", "Before"), ("after", "After"), ("control", "Temporary control")], max_length=7
            ),
        ),
        migrations.AlterField(
            model_name="rectificationplan",
            name="status",
            field=models.CharField(
                choices=[
                    ("waits_leader", "The leader in charge has to agree"),
                    ("waits_head", "The head of the factory has to approve"),
                    ("approved", "Approved"),
                    ("returned", "Returned"),
                ],
                default="waits_leader",
                max_length=14,
            ),
        ),
    ]
