import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


def guard_gate(apps, schema_editor):
    """What the gate saw is only ever added to, whoever asks."""
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON partners_gatepass FROM {role}")
    schema_editor.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON partners_gatepass "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_attachments_in_order'),
        ('facilities', '0002_calendarday_shift'),
        ('partners', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='companydocument',
            name='kind',
            field=models.CharField(choices=[('licence', 'Business licence'), ('permit', 'Permit or qualification'), ('safety', 'Work safety permit'), ('insurance', 'Insurance'), ('agreement', 'Safety agreement'), ('other', 'Other paper')], max_length=10),
        ),
        migrations.CreateModel(
            name='CrewMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('trade', models.CharField(blank=True, choices=[('welder', 'Welder'), ('electrician', 'Electrician'), ('height', 'Works at height'), ('crane', 'Crane driver'), ('forklift', 'Forklift driver'), ('fitter', 'Fitter'), ('painter', 'Painter'), ('builder', 'Builder'), ('labourer', 'Labourer')], max_length=12, verbose_name='trade')),
                ('sealed_id', models.TextField(blank=True, help_text='The ID number, encrypted.')),
                ('id_end', models.CharField(blank=True, max_length=4)),
                ('id_mark', models.CharField(blank=True, db_index=True, help_text='Finds the same number again.', max_length=64)),
                ('face', models.TextField(blank=True, help_text="The badge's photo, small, as a data address: for the gate's list.")),
                ('emergency_name', models.CharField(blank=True, max_length=60)),
                ('emergency_phone', models.CharField(blank=True, max_length=20)),
                ('status', models.CharField(choices=[('registering', 'Registers'), ('waiting', 'Waits for approval'), ('approved', 'Approved'), ('left', 'Left the project')], default='registering', max_length=11)),
                ('note', models.CharField(blank=True, help_text='Why it was sent back, or why they left.', max_length=200)),
                ('registered_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('badge', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='crew_places', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-registered_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='EntryPermit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('status', models.CharField(choices=[('issued', 'Issued'), ('replaced', 'Replaced by a newer one'), ('revoked', 'Taken back')], default='issued', max_length=8)),
                ('issued_at', models.DateTimeField(auto_now_add=True)),
                ('ends_on', models.DateField()),
                ('ends_with', models.CharField(help_text='What ends first: project, licence, insurance, agreement, days.', max_length=10)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='permits', to='partners.crewmember')),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='GatePass',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('check', 'Looked at'), ('in', 'Went in'), ('out', 'Went out')], max_length=5)),
                ('is_let_in', models.BooleanField(help_text='Green.')),
                ('reason', models.CharField(blank=True, help_text='Code of the first reason against it.', max_length=20)),
                ('words', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField(help_text='Of a scan without network as its phone says, never later than it arrived.')),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('is_offline', models.BooleanField(default=False)),
                ('guard', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='passes', to='partners.crewmember')),
                ('permit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.entrypermit')),
            ],
            options={
                'ordering': ['-at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='What people type at the gate.', max_length=6, unique=True)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='until')),
                ('is_construction', models.BooleanField(default=False, verbose_name='construction work')),
                ('is_ended', models.BooleanField(default=False, help_text='Ended before its last day.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.area', verbose_name='area')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='projects', to='partners.company')),
                ('host', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='our contact')),
            ],
            options={
                'ordering': ['-ends_on', 'id'],
            },
        ),
        migrations.AddField(
            model_name='crewmember',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='crew', to='partners.project'),
        ),
        migrations.CreateModel(
            name='SiteText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('briefing', 'Site briefing'), ('agreement', 'Safety agreement')], max_length=9)),
                ('version', models.IntegerField()),
                ('body', models.TextField(help_text='Markdown, with gaps such as {{project}}.')),
                ('minutes', models.IntegerField(default=6, help_text='The least that somebody has to read.')),
                ('facts', models.JSONField(default=dict, help_text='What fills the gaps of the site.')),
                ('published_at', models.DateTimeField(help_text='Empty: the draft.', null=True)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['kind', '-version'],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seconds', models.IntegerField(default=0)),
                ('beaten_at', models.DateTimeField(null=True)),
                ('sha256', models.CharField(blank=True, help_text='Of the words as they stood on the page.', max_length=64)),
                ('signed_at', models.DateTimeField(null=True)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='partners.crewmember')),
                ('signature', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='partners.sitetext')),
            ],
            options={
                'ordering': ['-text__version'],
            },
        ),
        migrations.AddConstraint(
            model_name='entrypermit',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'issued')), fields=('member',), name='entry_permit_one_issued'),
        ),
        migrations.AddIndex(
            model_name='gatepass',
            index=models.Index(fields=['member', '-at'], name='gate_pass_of_member'),
        ),
        migrations.AddIndex(
            model_name='gatepass',
            index=models.Index(fields=['-at'], name='gate_pass_at'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='project_ends_later'),
        ),
        migrations.AddConstraint(
            model_name='crewmember',
            constraint=models.UniqueConstraint(fields=('project', 'user'), name='crew_member_once'),
        ),
        migrations.AddConstraint(
            model_name='sitetext',
            constraint=models.UniqueConstraint(fields=('kind', 'version'), name='site_text_version_once'),
        ),
        migrations.AddConstraint(
            model_name='sitetext',
            constraint=models.UniqueConstraint(condition=models.Q(('published_at', None)), fields=('kind',), name='site_text_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.UniqueConstraint(fields=('member', 'text'), name='reading_once'),
        ),
        migrations.RunPython(guard_gate, migrations.RunPython.noop),
    ]
