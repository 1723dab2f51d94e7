"""Critical texts that were not sent wait for a person: found by an index."""

import scheduler.domain.status
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduler', '0007_rates_and_alarms'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('critical', True), ('status', scheduler.domain.status.Status['SKIPPED'])), fields=['clinic'], name='reminder_unsaid'),
        ),
    ]
