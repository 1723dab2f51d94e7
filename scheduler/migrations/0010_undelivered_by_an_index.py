"""What did not arrive is looked for every few seconds, however many reminders there are."""

import scheduler.domain.status
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduler', '0009_what_pages_ask'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('status', scheduler.domain.status.Status['UNDELIVERED'])), fields=['id'], name='reminder_undelivered'),
        ),
    ]
