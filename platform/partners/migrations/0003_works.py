import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_attachments_in_order'),
        ('facilities', '0002_calendarday_shift'),
        ('inspections', '0011_questionnaires'),
        ('partners', '0002_contractors'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('hot', 'Hot work'), ('confined', 'Confined space work'), ('height', 'Work at height'), ('lifting', 'Lifting'), ('power', 'Temporary power'), ('lockout', 'Maintenance with lock-out'), ('blind', 'Blind plate work'), ('digging', 'Digging'), ('road', 'Closing a road')], max_length=10, unique=True)),
                ('is_on', models.BooleanField()),
            ],
            options={
                'ordering': ['kind'],
            },
        ),
        migrations.AddField(
            model_name='project',
            name='plan',
            field=models.ForeignKey(help_text='By which the factory checks it on site.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='inspections.plan'),
        ),
        migrations.CreateModel(
            name='Ban',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('id_mark', models.CharField(db_index=True, max_length=64)),
                ('reason', models.CharField(max_length=200)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('appeal', models.CharField(blank=True, max_length=500)),
                ('appealed_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, max_length=200)),
                ('answered_at', models.DateTimeField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('appealed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bans', to='partners.crewmember')),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='WorkPermit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(choices=[('hot', 'Hot work'), ('confined', 'Confined space work'), ('height', 'Work at height'), ('lifting', 'Lifting'), ('power', 'Temporary power'), ('lockout', 'Maintenance with lock-out'), ('blind', 'Blind plate work'), ('digging', 'Digging'), ('road', 'Closing a road')], max_length=10, verbose_name='kind of work')),
                ('grade', models.CharField(blank=True, choices=[('special', 'special class'), ('first', 'first class'), ('second', 'second class')], max_length=7, verbose_name='class')),
                ('what', models.CharField(max_length=200, verbose_name='what is done')),
                ('measures', models.CharField(max_length=500, verbose_name='how it is made safe')),
                ('status', models.CharField(choices=[('applied', 'Applied for'), ('approved', 'Approved'), ('running', 'Running'), ('paused', 'Interrupted'), ('handed_back', 'Handed back'), ('expired', 'Expired'), ('stopped', 'Stopped'), ('declined', 'Declined')], default='applied', max_length=11)),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('applied_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('started_at', models.DateTimeField(null=True)),
                ('paused_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('is_extended', models.BooleanField(default=False)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.area')),
                ('crew', models.ManyToManyField(related_name='works', to='partners.crewmember', verbose_name='who does it')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('equipment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.equipment')),
                ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.crewmember', verbose_name='guardian')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='works', to='partners.project')),
            ],
            options={
                'ordering': ['-applied_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='GasReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('oxygen', models.DecimalField(decimal_places=1, max_digits=4, null=True, verbose_name='oxygen, %')),
                ('lel', models.DecimalField(decimal_places=1, max_digits=5, null=True, verbose_name='flammable gas, % LEL')),
                ('h2s', models.DecimalField(decimal_places=1, max_digits=6, null=True, verbose_name='hydrogen sulphide, mg/m³')),
                ('co', models.DecimalField(decimal_places=1, max_digits=6, null=True, verbose_name='carbon monoxide, mg/m³')),
                ('is_within', models.BooleanField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('permit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='partners.workpermit')),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Violation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('points', models.IntegerField(verbose_name='points')),
                ('what', models.CharField(max_length=200, verbose_name='what happened')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, help_text='Why it was withdrawn.', max_length=200)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='violations', to='partners.crewmember')),
                ('photo', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment')),
            ],
            options={
                'ordering': ['-at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('points__gte', 1), ('points__lte', 12)), name='violation_one_to_twelve')],
            },
        ),
        migrations.AddIndex(
            model_name='workpermit',
            index=models.Index(fields=['status', 'ends_at'], name='work_permit_status'),
        ),
        migrations.AddConstraint(
            model_name='workpermit',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='work_permit_ends_later'),
        ),
    ]
