from django.db import migrations, models
from django.db.models import Q

ROLES = ("supplier", "contractor_admin")


def name_first_ones(apps, schema_editor):
    """Who came first looks after the company's people."""
    members = apps.get_model("partners", "CompanyMember").objects.filter(
        user__is_active=True, user__grants__role__in=ROLES
    )
    first = members.order_by("company_id", "joined_at", "pk").distinct("company_id").values_list("pk", flat=True)
    apps.get_model("partners", "CompanyMember").objects.filter(pk__in=list(first)).update(is_administrator=True)


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0003_works'),
        ('people', '0004_duty'),
    ]

    operations = [
        migrations.AddField(
            model_name='companymember',
            name='is_administrator',
            field=models.BooleanField(default=False, help_text='Invites colleagues, and gets what one leaves behind.'),
        ),
        migrations.RunPython(name_first_ones, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='companymember',
            constraint=models.UniqueConstraint(
                condition=Q(is_administrator=True), fields=['company'], name='company_one_administrator'
            ),
        ),
    ]
