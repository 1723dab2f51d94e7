"""What the workers tell each other."""

from django.db import models


class JobSlot(models.Model):
    """One run of a periodic job: whoever inserts the row runs it, so that N workers run it once."""

    job = models.CharField(max_length=40)
    slot = models.DateTimeField()
    worker = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="job_slot_once")]


class Heartbeat(models.Model):
    """When a worker was last seen."""

    worker = models.CharField(max_length=80, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
