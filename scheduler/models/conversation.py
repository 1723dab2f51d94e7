"""What patients tell us: that they want no more messages, and their replies."""

from django.db import models
from django.db.models import Q

from scheduler.models.scoping import ClinicOwned


class OptOut(models.Model):
    """A recipient's refusal, per sender and address. Email has no sender row: `clinic` stands in for it."""

    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254)
    sender = models.ForeignKey(
        "scheduler.Sender", on_delete=models.PROTECT, null=True, related_name="opt_outs"
    )
    clinic = models.ForeignKey(
        "scheduler.Clinic", on_delete=models.PROTECT, null=True, related_name="opt_outs"
    )
    opted_out_at = models.DateTimeField()
    source = models.CharField(max_length=40, help_text="page, reply, provider")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        # They are also the indexes by which a refusal in force is found.
        constraints = [
            models.UniqueConstraint(
                fields=["address", "channel", owner],
                name=f"opt_out_once_per_{owner}",
                condition=Q(withdrawn_at__isnull=True),
            )
            for owner in ("sender", "clinic")
        ]


class Reply(ClinicOwned):
    """A text that a patient sent to us."""

    sender = models.ForeignKey("scheduler.Sender", on_delete=models.PROTECT, related_name="replies")
    address = models.CharField(max_length=16)
    body = models.TextField()
    provider_id = models.CharField(max_length=255, unique=True)
    received_at = models.DateTimeField()
    urgent = models.BooleanField(default=False)
    handled_by = models.CharField(max_length=254, blank=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "-received_at"], name="reply_newest"),
            models.Index(
                fields=["clinic", "received_at"], name="reply_open", condition=Q(handled_at__isnull=True)
            ),
        ]
