"""A patient who is treated again is found by number or email address, whatever the number of patients."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("scheduler", "0004_rollouts")]

    operations = [
        migrations.AddIndex(
            model_name="patient", index=models.Index(fields=["mobile"], name="patient_by_mobile")
        ),
        migrations.AddIndex(
            model_name="patient", index=models.Index(Lower("email"), name="patient_by_email")
        ),
    ]
