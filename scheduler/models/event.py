"""One append-only table: history, audit and access log."""

from django.db import models

from scheduler.models.scoping import ClinicOwned


class Event(ClinicOwned):
    """Something happened; written in the same transaction as the change that it tells of."""

    episode = models.ForeignKey(
        "scheduler.Episode", on_delete=models.PROTECT, null=True, related_name="events"
    )
    reminder = models.ForeignKey(
        "scheduler.Reminder", on_delete=models.PROTECT, null=True, related_name="events"
    )
    kind = models.CharField(max_length=40, help_text="past tense: enrolled, status-changed, settings-changed")
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=80, blank=True, help_text="a code, as in Reminder.status_reason")
    actor = models.CharField(max_length=254, help_text="an email address, `patient`, or `worker HOST-PID`")
    at = models.DateTimeField()
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["clinic", "-at"], name="event_newest")]
