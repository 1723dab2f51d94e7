"""An edition on its way to everybody who is enrolled."""

from django.db import models

from scheduler.models.scoping import ClinicOwned


class Rollout(ClinicOwned):
    """A job in steps of some hundred patients: whoever finds it unfinished goes on where it stands."""

    edition = models.OneToOneField("scheduler.Edition", on_delete=models.PROTECT, related_name="rollout")
    #: everybody with a smaller or the same id is done
    last_patient = models.BigIntegerField(default=0)
    #: what was worked out just before, and what is done so far: counts by effect
    expected = models.JSONField(default=dict)
    done = models.JSONField(default=dict)
    started_by = models.CharField(max_length=254)
    started_at = models.DateTimeField()
    #: who carries it on; empty: whoever comes first
    carried_by = models.CharField(max_length=80, blank=True)
    #: when its last step was done; one that stands still for long may be taken over
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["clinic"], name="rollout_unfinished", condition=models.Q(finished_at__isnull=True)
            )
        ]
