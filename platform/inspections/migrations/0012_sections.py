from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inspections', '0011_questionnaires'),
    ]

    operations = [
        migrations.AddField(
            model_name='item',
            name='section',
            field=models.JSONField(default=dict, verbose_name='section'),
        ),
    ]
