"""An immutable published version of a protocol at a clinic."""

from django.db import models

from scheduler.models.scoping import ClinicOwned


class Edition(ClinicOwned):
    """`protocol` is the whole protocol as its file had it; `settings` is what the clinic changed in it.

    Both are plain JSON, so an old edition stays readable whatever happens to the files. The protocol is kept
    as text: PostgreSQL's own JSON forgets the order in which questions, options and phases are written.
    """

    protocol_id = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    protocol = models.TextField()
    settings = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    approved_by = models.CharField(max_length=120, blank=True, help_text="the clinician who signs it")
    published_by = models.CharField(max_length=254, help_text="who did it: an email address, or `system`")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "protocol_id", "number"], name="edition_number_once")
        ]
