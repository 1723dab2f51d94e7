"""A patient, and the episodes of care: one treatment each."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from scheduler.models.clinic import Detail
from scheduler.models.scoping import ClinicOwned


class Patient(ClinicOwned):
    #: a channel -> the field with the address that it reaches
    ADDRESS_FIELDS: ClassVar = {"sms": "mobile", "email": "email"}

    name = models.CharField(max_length=120)
    mobile = models.CharField(max_length=16, blank=True, help_text="E.164")
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="en")
    #: the unguessable end of the link to the patient's page
    page_token = models.CharField(max_length=16, unique=True)
    #: since when the link leads nowhere, and texts have none; a new one ends it
    page_revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    #: the instant of the last plan, at an enrolment, a change or after a break; nothing is due before it
    planned_at = models.DateTimeField()

    class Meta:
        indexes = [
            # With all that is searched: the table itself is not read.
            models.Index(fields=["clinic", "name", "mobile"], name="patient_search"),
            models.Index(fields=["mobile"], name="patient_by_mobile"),
            models.Index(Lower("email"), name="patient_by_email"),
        ]

    @property
    def addresses(self) -> dict[str, str]:
        """Where the patient can be reached, by channel; channels without an address are absent."""
        known = {channel: getattr(self, name) for channel, name in self.ADDRESS_FIELDS.items()}
        return {channel: address for channel, address in known.items() if address}


class Episode(ClinicOwned):
    """One patient, one treatment, one edition, the answers given at enrolment."""

    class State(models.TextChoices):
        ACTIVE = "active", gettext_lazy("Active")
        PAUSED = "paused", gettext_lazy("Paused")
        CANCELLED = "cancelled", gettext_lazy("Cancelled")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    edition = models.ForeignKey("scheduler.Edition", on_delete=models.PROTECT, related_name="episodes")
    treated_at = models.DateTimeField(help_text="T0, UTC")
    treated_local = models.CharField(max_length=16, help_text="T0 on the wall clock: 2026-11-20T15:00")
    timezone = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    site = models.CharField(max_length=10, blank=True, help_text="left, right, both; empty: not given")
    #: permitted channels, the preferred one first: ["sms", "email"]
    channels = models.JSONField(default=list)
    #: how much its texts say; empty: as the clinic has it
    detail = models.CharField(max_length=7, choices=Detail.choices, blank=True, default="", db_default="")
    #: the patient wants no more texts than are needed: critical ones, and those that end a phase
    fewer_texts = models.BooleanField(default=False, db_default=False)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.CharField(max_length=254)
    at_desk = models.BooleanField(default=False)
    #: decided at enrolment and never changed: nothing of this episode leaves the machine
    outbox_only = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    #: counts every change, so that a text claimed before it is noticed
    revision = models.PositiveIntegerField(default=1)
    #: what made this enrolment this one (see `scheduler.enrolment`); later edits leave it alone
    identity = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "identity"], name="enrolled_once")]
        indexes = [
            models.Index(fields=["clinic", "-treated_at"], name="episode_by_treatment"),
            models.Index(
                fields=["clinic", "-treated_at"], name="episode_paused", condition=Q(state="paused")
            ),
        ]


class HeldEnrolment(ClinicOwned):
    """What was typed about a patient when something was missing. It sends nothing, and waits for a person."""

    #: the form's fields as they were typed
    typed = models.JSONField(default=dict)
    held_by = models.CharField(max_length=254)
    held_at = models.DateTimeField()
    #: enrolled, or thrown away; the patient's data go with it
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=254, blank=True)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "held_at"], name="held_open", condition=Q(closed_at__isnull=True))
        ]
