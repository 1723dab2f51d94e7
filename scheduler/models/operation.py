"""What the workers tell each other, and what they want people to know."""

from django.db import models
from django.db.models import Q


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


class Alarm(models.Model):
    """Something is wrong with a clinic's texts, with a sender, or with the whole installation.

    Open until `closed_at`; while it is, the same is not opened a second time.
    """

    kind = models.CharField(max_length=40, help_text="a code, as in scheduler.alarms.Kind")
    #: what it is about, as one value for the constraint: clinic-7, sender-2, or empty for the installation
    subject = models.CharField(max_length=40, blank=True)
    clinic = models.ForeignKey("scheduler.Clinic", on_delete=models.CASCADE, null=True, related_name="+")
    sender = models.ForeignKey("scheduler.Sender", on_delete=models.CASCADE, null=True, related_name="+")
    detail = models.CharField(max_length=200, blank=True, help_text="figures and codes, nothing of a patient")
    opened_at = models.DateTimeField()
    #: when it was last found to be so
    seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    #: when admins were last told by email
    mailed_at = models.DateTimeField(null=True)
    #: who has seen it and sees to it
    acknowledged_by = models.CharField(max_length=254, blank=True, default="", db_default="")
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], name="alarm_open_once", condition=Q(closed_at__isnull=True)
            )
        ]
