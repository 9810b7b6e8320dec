import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("inspections", "0004_routes_switch")]

    operations = [
        migrations.AddField(
            model_name='item',
            name='origin',
            field=models.ForeignKey(help_text='The item of the former version that this one was.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inspections.item'),
        ),
    ]
