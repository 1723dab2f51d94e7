"""Who works at a clinic: the list, another role, and leaving. How people come in: scheduler.invitations."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from scheduler.accounts import close_account
from scheduler.clinics import Refused
from scheduler.history import note
from scheduler.models import ApiKey, Clinic, Membership

#: they accepted their invitation, or never needed one
JOINED = Q(invited_at=None)
#: the others: no page of the clinic opens for them yet
OPEN = Q(invited_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the team.

    While the invitation stands open nothing is told of the account: whoever invites an address
    shall not learn from it whether somebody signs in with it elsewhere.
    """

    pk: int
    email: str
    role: Membership.Role
    #: when the invitation was sent, while it is open
    invited_at: datetime | None
    last_sign_in: datetime | None
    two_step: bool

    @property
    def joined(self) -> bool:
        return self.invited_at is None

    @property
    def role_words(self) -> str:
        return str(self.role.label)


def team_of(clinic: Clinic) -> list[Member]:
    """Admins first, then by address."""
    return [_member(row) for row in _rows(clinic).order_by("role", "user__email")]


def find_member(clinic: Clinic, pk: int) -> Member | None:
    row = _rows(clinic).filter(pk=pk).first()
    return _member(row) if row else None


def _rows(clinic: Clinic) -> QuerySet[Membership]:
    second = Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.TOTP)
    members = Membership.objects.for_clinic(clinic).select_related("user")
    return members.annotate(two_step=Exists(second))


def _member(row: Membership) -> Member:
    joined = row.invited_at is None
    return Member(
        pk=row.pk,
        # Lower case: an account elsewhere may write it another way.
        email=row.user.email.lower(),
        role=Membership.Role(row.role),
        invited_at=row.invited_at,
        last_sign_in=row.user.last_login if joined else None,
        two_step=joined and bool(row.two_step),  # type: ignore[attr-defined]
    )


def keys_made_by(clinic: Clinic, email: str) -> list[ApiKey]:
    """The keys of the clinic in force that somebody made: they stay in force when that person leaves."""
    keys = ApiKey.objects.for_clinic(clinic).filter(created_by__iexact=email, revoked_at=None)
    return list(keys.order_by("created_at"))


@transaction.atomic
def change_role(
    clinic: Clinic, pk: int, role: Membership.Role, *, actor: str, now: datetime, sure: bool = False
) -> bool:
    """Give a member another role; whether it was another. `sure`: they know that it is their own.

    Raises Refused, and Membership.DoesNotExist where somebody was removed meanwhile.
    """
    row = locked(clinic, pk)
    if row.role == role:
        return False
    _check(row, role, actor, sure)
    before, row.role = row.role, role
    row.save(update_fields=["role"])
    note(clinic, "role-changed", actor=actor, now=now, member=row.user.email, role=role, before=before)
    return True


@transaction.atomic
def remove(clinic: Clinic, pk: int, *, actor: str, now: datetime, sure: bool = False) -> str:
    """End a membership; return the address. No page of the clinic opens for that person any more.

    An account that belongs to no other clinic is closed. Raises as `change_role` does.
    """
    row = locked(clinic, pk)
    _check(row, None, actor, sure)
    user = row.user
    row.delete()
    close_account(user)
    note(clinic, "member-removed", actor=actor, now=now, member=user.email, before=row.role)
    return user.email.lower()


def locked(clinic: Clinic, pk: int) -> Membership:
    """A membership, after whoever else changes the team: two admins cannot remove each other at once."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    return Membership.objects.for_clinic(clinic).select_related("user").get(pk=pk)


def _check(row: Membership, role: Membership.Role | None, actor: str, sure: bool) -> None:
    if faults := dict(_faults(row, role, actor, sure)):
        raise Refused(faults)


def _faults(
    row: Membership, role: Membership.Role | None, actor: str, sure: bool
) -> Iterator[tuple[str, str]]:
    others = Membership.objects.across_clinics().filter(
        JOINED, clinic_id=row.clinic_id, role=Membership.Role.ADMIN, user__is_active=True
    )
    if row.role == Membership.Role.ADMIN and not others.exclude(pk=row.pk).exists():
        yield (
            "role" if role else "sure",
            _("This is the only admin who has joined: make somebody else an admin first."),
        )
    elif row.user.email.lower() == actor.lower() and not sure:
        yield "sure", _("This is your own account: tick the box if you mean it.")
