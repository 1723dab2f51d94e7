"""What another system shows to enrol patients at one clinic."""

from django.db import models

from scheduler.models.scoping import ClinicOwned


class ApiKey(ClinicOwned):
    """Only a hash is kept: the key itself is shown once, when it is made."""

    name = models.CharField(max_length=80, help_text="the system that uses it")
    prefix = models.CharField(max_length=11, unique=True, help_text="how people tell keys apart")
    hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole key, in hexadecimal")
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    #: to the minute
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"
