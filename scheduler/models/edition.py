"""An immutable published version of a protocol at a clinic, and the draft of the next one."""

from django.db import models

from scheduler.models.scoping import ClinicOwned


class Edition(ClinicOwned):
    """`protocol` is the whole protocol as its file had it; `settings` is what the clinic changed in it.

    Both are plain JSON, so an old edition stays readable whatever happens to the files. The protocol is kept
    as text: PostgreSQL's own JSON forgets the order in which questions, options and phases are written.
    A trigger in the database refuses every UPDATE of a row.
    """

    protocol_id = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    protocol = models.TextField()
    settings = models.JSONField(default=dict)
    #: why a length is below the protocol's own, by the setting's name
    reasons = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    approved_by = models.CharField(max_length=120, blank=True, help_text="the clinician who signs it")
    published_by = models.CharField(max_length=254, help_text="who did it: an email address, or `system`")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "protocol_id", "number"], name="edition_number_once")
        ]


class Draft(ClinicOwned):
    """What a clinic's next edition of a protocol is to be: one at a time.

    The row stays when the draft is published or discarded, so that a revision never comes a second time.
    """

    protocol_id = models.CharField(max_length=64)
    is_open = models.BooleanField(default=True)
    #: counts every change, so that two people editing at once notice each other
    revision = models.PositiveIntegerField(default=1)
    #: the edition that it changes; none where it is to be the first
    base = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, related_name="+")
    protocol = models.TextField()
    settings = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    changed_by = models.CharField(max_length=254)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "protocol_id"], name="one_draft")]
