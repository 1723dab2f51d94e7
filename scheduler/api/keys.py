"""Making, finding and revoking the keys of other systems. A key is shown once; only its hash is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from scheduler.history import note
from scheduler.models import ApiKey, Clinic

MARK = "ac_"
MINUTE = timedelta(minutes=1)


def create_key(clinic: Clinic, name: str, *, actor: str, now: datetime) -> str:
    """Make a key for one clinic and return it: 256 random bits, so that a plain hash is enough."""
    prefix = MARK + secrets.token_hex(4)
    key = f"{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        ApiKey.objects.create(
            clinic=clinic, name=name, prefix=prefix, hash=hash_of(key), created_by=actor, created_at=now
        )
        note(clinic, "api-key-created", actor=actor, now=now, prefix=prefix)
    return key


def revoke_key(clinic: Clinic, prefix: str, *, actor: str, now: datetime) -> bool:
    """Whether there was such a key in force."""
    with transaction.atomic():
        in_force = ApiKey.objects.for_clinic(clinic).filter(prefix=prefix, revoked_at=None)
        revoked = in_force.update(revoked_at=now) == 1
        if revoked:
            note(clinic, "api-key-revoked", actor=actor, now=now, prefix=prefix)
    return revoked


def find_key(key: str, now: datetime) -> ApiKey | None:
    """The key's row, revoked or not; notes its use, to the minute."""
    found = ApiKey.objects.across_clinics().select_related("clinic__sender").filter(hash=hash_of(key)).first()
    if found and not found.revoked_at and (found.last_used_at is None or now - found.last_used_at >= MINUTE):
        ApiKey.objects.across_clinics().filter(pk=found.pk).update(last_used_at=now)
    return found


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
