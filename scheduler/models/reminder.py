"""A message planned for one patient, the attempts to send it, and what the provider reports of them."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from scheduler.domain.message import Content
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models.scoping import ClinicOwned

#: it was sent, or was to be and failed
GONE = [
    Status.SENT,
    Status.DELIVERED,
    Status.UNDELIVERED,
    Status.IN_DOUBT,
    Status.FAILED,
    Status.HANDLED,
    Status.DROPPED,
]


class Reminder(ClinicOwned):
    #: found through the index of `reminder_key_once`, which begins with it
    episode = models.ForeignKey(
        "scheduler.Episode", on_delete=models.PROTECT, related_name="reminders", db_index=False
    )
    key = models.CharField(max_length=40, help_text="unique in the episode: day-2, catchup-2026-11-22")
    message = models.CharField(max_length=40, help_text="the protocol's message it renders")
    #: messages whose lines this one carries as well
    folds = models.JSONField(default=list)
    critical = models.BooleanField(default=False)
    last = models.BooleanField(default=False, help_text="the plan's last message; it says so")
    #: may leave outside sending hours: the welcome of an enrolment at the desk
    any_hour = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    due_local = models.CharField(max_length=16, help_text="the same on the wall clock: 2026-11-21T09:00")
    timezone = models.CharField(max_length=64)
    send_by = models.DateTimeField()
    #: when a worker looks at it next: `due_at`; later after a retry, or until sending hours open
    try_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=[(s, s) for s in Status], default=Status.SCHEDULED)
    status_reason = models.CharField(max_length=80, blank=True, help_text="a code, not a sentence")
    #: sms or email: what cannot reach the patient with it, so that it goes the other way
    not_by = models.CharField(max_length=10, blank=True, default="", db_default="")
    #: when a person decided that it goes, in place of the time that the protocol gives
    moved_to = models.DateTimeField(null=True)
    #: folded: the text that says it; folded or superseded: the episode whose treatment decides
    host = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="guests", db_index=False
    )
    decided_by = models.ForeignKey(
        "scheduler.Episode", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    #: due, and waits in the queue of its clinic's sender: for the rate, or while that is held
    queued = models.BooleanField(default=False, db_default=False)
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["episode", "key"], name="reminder_key_once")]
        indexes = [
            models.Index(
                fields=["clinic", "-critical", "try_at"],
                name="reminder_due",
                condition=Q(status=Status.SCHEDULED, queued=False),
            ),
            models.Index(
                fields=["clinic", "-critical", "try_at"],
                name="reminder_queued",
                condition=Q(status=Status.SCHEDULED, queued=True),
            ),
            models.Index(
                fields=["try_at"],
                name="reminder_next",
                condition=Q(status=Status.SCHEDULED, queued=False),
            ),
            models.Index(fields=["lease_until"], name="reminder_leased", condition=Q(status=Status.CLAIMED)),
            models.Index(fields=["host"], name="reminder_guests", condition=Q(host__isnull=False)),
            models.Index(fields=["id"], name="reminder_undelivered", condition=Q(status=Status.UNDELIVERED)),
            models.Index(
                fields=["clinic"], name="reminder_unsaid", condition=Q(status=Status.SKIPPED, critical=True)
            ),
            # What became of a day's messages is counted in it alone.
            models.Index(
                fields=["clinic", "due_at", "status"], name="reminder_gone", condition=Q(status__in=GONE)
            ),
            models.Index(
                fields=["clinic", "status"],
                name="reminder_for_people",
                condition=Q(status__in=[Status.IN_DOUBT, Status.FAILED, Status.UNDELIVERED]),
            ),
        ]

    @property
    def content(self) -> Content:
        """What it says, for `render`."""
        due_date = datetime.fromisoformat(self.due_local).date()
        return Content(self.message, tuple(self.folds), self.last, due_date)


class Attempt(ClinicOwned):
    """One recorded try to send; it is written before the provider is asked, and its id goes along."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="attempts")
    sender = models.ForeignKey(
        "scheduler.Sender", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=10, help_text="what is written: sms or email")
    channel = models.CharField(max_length=10, help_text="who takes it: sms, email or outbox")
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(help_text="exactly what is sent")
    segments = models.PositiveSmallIntegerField(default=0)
    #: the ends that it names, as `Sms.told` and `Email.told` have them
    told = models.JSONField(default=dict)
    episode_revision = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    status = models.CharField(
        max_length=12, choices=[(s, s) for s in AttemptStatus], default=AttemptStatus.OPEN
    )
    #: the provider's own id, as soon as it is known
    provider_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - unique where known
    error_code = models.CharField(max_length=40, blank=True)
    #: what that code means, whoever the provider is (`channels.base.Verdict`); empty where it did not fail
    verdict = models.CharField(max_length=20, blank=True, default="", db_default="")
    recorded_at = models.DateTimeField(null=True)
    #: when the provider is asked next what became of it, and how often it was; none: not any more
    look_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "-created_at"], name="attempt_newest"),
            models.Index(fields=["look_at"], name="attempt_look", condition=Q(look_at__isnull=False)),
            models.Index(
                fields=["address"],
                name="attempt_unsettled",
                condition=Q(status__in=[AttemptStatus.OPEN, AttemptStatus.IN_DOUBT]),
            ),
        ]


class Receipt(models.Model):
    """What a provider reported, kept as it came, also where no attempt is known for it."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, null=True, related_name="receipts")
    provider_id = models.CharField(max_length=255)
    reported = models.CharField(max_length=40, help_text="the provider's own word")
    error_code = models.CharField(max_length=40, blank=True)
    verdict = models.CharField(max_length=20, blank=True, default="", db_default="")
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["provider_id"], name="receipt_of_message"),
            models.Index(fields=["received_at"], name="receipt_unknown", condition=Q(attempt__isnull=True)),
        ]
