"""What the pages ask: how much texts say, prices, hours, held enrolments, and who sees to an alarm."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduler', '0008_critical_and_unsaid'),
    ]

    operations = [
        migrations.AddField(
            model_name='alarm',
            name='acknowledged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='acknowledged_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=254),
        ),
        migrations.AddField(
            model_name='clinic',
            name='currency',
            field=models.CharField(db_default='GBP', default='GBP', help_text='ISO 4217', max_length=3),
        ),
        migrations.AddField(
            model_name='clinic',
            name='detail',
            field=models.CharField(choices=[('full', 'Full'), ('minimal', 'Minimal')], db_default='full', default='full', help_text='of episodes at whose enrolment nothing else was chosen', max_length=7),
        ),
        migrations.AddField(
            model_name='clinic',
            name='out_of_hours_phone',
            field=models.CharField(blank=True, db_default='', help_text='answered at all other times; E.164', max_length=16),
        ),
        migrations.AddField(
            model_name='clinic',
            name='segment_price',
            field=models.DecimalField(blank=True, decimal_places=4, help_text='of one SMS segment, in `currency`', max_digits=7, null=True),
        ),
        migrations.AddField(
            model_name='clinic',
            name='urgent_hours',
            field=models.CharField(blank=True, db_default='', help_text='when that number is answered; empty: always', max_length=80),
        ),
        migrations.AddField(
            model_name='episode',
            name='detail',
            field=models.CharField(blank=True, choices=[('full', 'Full'), ('minimal', 'Minimal')], db_default='', default='', max_length=7),
        ),
        migrations.AddField(
            model_name='episode',
            name='fewer_texts',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='patient',
            name='page_revoked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='HeldEnrolment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('typed', models.JSONField(default=dict)),
                ('held_by', models.CharField(max_length=254)),
                ('held_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.CharField(blank=True, max_length=254)),
                ('clinic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduler.clinic')),
                ('episode', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduler.episode')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['clinic', 'held_at'], name='held_open')],
            },
        ),
    ]
