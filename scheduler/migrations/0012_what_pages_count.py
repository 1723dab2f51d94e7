"""Patients are searched in one index, days are counted in another, replies and paused plans have theirs."""

import scheduler.domain.status
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduler', '0011_invitations'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='patient',
            name='patient_by_name',
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(condition=models.Q(('state', 'paused')), fields=['clinic', '-treated_at'], name='episode_paused'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['clinic', 'name', 'mobile'], name='patient_search'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('status__in', ['sent', 'delivered', 'undelivered', 'in_doubt', 'failed', 'handled', 'dropped'])), fields=['clinic', 'due_at', 'status'], name='reminder_gone'),
        ),
        migrations.AddIndex(
            model_name='reply',
            index=models.Index(condition=models.Q(('handled_at__isnull', True)), fields=['clinic', 'received_at'], name='reply_open'),
        ),
    ]
