"""A clinic, how patients reach it, and the sender its texts come from."""

from django.db import models


class Sender(models.Model):
    """A Twilio messaging service or number that texts come from; several clinics may share one."""

    name = models.CharField(max_length=80, unique=True)
    messaging_service_sid = models.CharField(max_length=34, blank=True)
    from_number = models.CharField(max_length=16, blank=True, help_text="E.164, or an alphanumeric name")
    two_way = models.BooleanField(default=True, help_text="patients can reply to it")
    segments_per_second = models.FloatField(default=1.0)
    #: the instant up to which the rate is reserved by texts already claimed
    reserved_until = models.DateTimeField(null=True)
    #: whose text it took last: the next one is another clinic's, if one waits
    last_clinic = models.BigIntegerField(null=True)
    #: why nothing leaves this sender; empty while it works
    held_reason = models.TextField(blank=True)
    held_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Detail(models.TextChoices):
    """How much the texts themselves say."""

    FULL = "full"
    #: only that there is a reminder, where to read it, and what to do in an emergency
    MINIMAL = "minimal"


class Clinic(models.Model):
    """One clinic. What patients are told about it is read when a text is claimed, never stored in a plan."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    sms_name = models.CharField(max_length=20, help_text="begins every text; 20 GSM-7 characters at the most")
    timezone = models.CharField(max_length=64, default="Europe/London")
    urgent_phone = models.CharField(max_length=16, blank=True, help_text="answered in urgent cases; E.164")
    urgent_hours = models.CharField(
        max_length=80, blank=True, db_default="", help_text="when that number is answered; empty: always"
    )
    out_of_hours_phone = models.CharField(
        max_length=16, blank=True, db_default="", help_text="answered at all other times; E.164"
    )
    reply_to = models.EmailField(blank=True, help_text="a mailbox that somebody reads")
    website = models.URLField(blank=True)
    emergency_number = models.CharField(
        max_length=3, blank=True, help_text="999 or 112, if texts shall name it"
    )
    detail = models.CharField(
        max_length=7, choices=Detail.choices, default=Detail.FULL, db_default=Detail.FULL,
        help_text="of episodes at whose enrolment nothing else was chosen",
    )  # fmt: skip
    segment_price = models.DecimalField(
        max_digits=7, decimal_places=4, null=True, blank=True, help_text="of one SMS segment, in `currency`"
    )
    currency = models.CharField(max_length=3, default="GBP", db_default="GBP", help_text="ISO 4217")
    #: texts and emails of new episodes really leave; until then they go to the outbox for ever
    live = models.BooleanField(default=False)
    demonstration = models.BooleanField(default=False)
    sender = models.ForeignKey(
        Sender, on_delete=models.PROTECT, null=True, blank=True, related_name="clinics"
    )
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
