"""What a plan needs to be made anew: since when it stands, what a person moved, what another text says."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Coalesce


def stands_since_the_last_enrolment(apps, schema_editor):
    patients = apps.get_model("scheduler", "Patient")._base_manager
    episodes = apps.get_model("scheduler", "Episode")._base_manager
    last = (
        episodes.filter(patient=OuterRef("pk"))
        .order_by()
        .values("patient")
        .annotate(last=Max("enrolled_at"))
        .values("last")
    )
    patients.update(planned_at=Coalesce(Subquery(last), "created_at"))


class Migration(migrations.Migration):
    dependencies = [("scheduler", "0001_initial")]

    operations = [
        migrations.AddField("patient", "planned_at", models.DateTimeField(null=True)),
        migrations.RunPython(stands_since_the_last_enrolment, migrations.RunPython.noop),
        migrations.AlterField("patient", "planned_at", models.DateTimeField()),
        migrations.AddField("attempt", "told", models.JSONField(default=dict)),
        migrations.AddField("reminder", "moved_to", models.DateTimeField(null=True)),
        migrations.AddField(
            "reminder",
            "host",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="guests",
                to="scheduler.reminder",
            ),
        ),
        migrations.AddField(
            "reminder",
            "decided_by",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="scheduler.episode",
            ),
        ),
        migrations.AddIndex(
            "reminder",
            models.Index(
                condition=models.Q(("host__isnull", False)), fields=["host"], name="reminder_guests"
            ),
        ),
    ]
