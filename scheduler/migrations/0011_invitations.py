"""When somebody was invited to a clinic. Who is a member already never was: nothing changes for them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduler', '0010_undelivered_by_an_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='membership',
            name='invited_at',
            field=models.DateTimeField(null=True),
        ),
    ]
