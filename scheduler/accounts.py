"""Accounts of staff, made by hand: nobody can sign up by themselves."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from scheduler.history import note
from scheduler.models import Clinic, Membership, User

EMAIL_LENGTH = 254  # what a path of SMTP leaves for an address (RFC 5321 4.5.3.1.3)
#: nothing that is mistaken for something else when read out or copied by hand: no 0 o, 1 l i
UNAMBIGUOUS = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Access:
    """How to sign in. The password is kept nowhere but here; empty: the person has one already.

    `role_before` is empty where the person was no member yet.
    """

    email: str
    password: str
    role_before: str = ""


def check_email(email: str) -> None:
    """Raises ValueError with a sentence."""
    try:
        validate_email(email)
    except ValidationError:
        raise ValueError(_("This is not an email address. An example: sam@example.com.")) from None
    if len(email) > EMAIL_LENGTH:
        raise ValueError(
            _("This email address is longer than %(email_length)s characters.")
            % {"email_length": EMAIL_LENGTH}
        )


@transaction.atomic
def add_member(clinic: Clinic, email: str, role: Membership.Role, *, actor: str, now: datetime) -> Access:
    """Admit a person, or give a member another role, and tell who did. Raises ValueError with a sentence."""
    check_email(email)
    access = admit(clinic, email, role)
    if access.role_before != role:
        kind = "role-changed" if access.role_before else "member-added"
        note(clinic, kind, actor=actor, now=now, member=access.email, role=role, before=access.role_before)
    return access


@transaction.atomic
def admit(clinic: Clinic, email: str, role: Membership.Role) -> Access:
    """Make a person a member of the clinic in this role, with a new account where they have none yet."""
    user = User.objects.filter(email__iexact=email).first()
    password = ""
    if user is None:
        password = new_password()
        user = open_account(email, password)
    memberships = Membership.objects.for_clinic(clinic).filter(user=user)
    before = memberships.values_list("role", flat=True).first() or ""
    # Whoever runs the installation knows who it is; a person without a password still needs the invitation.
    joined: dict[str, Any] = {"invited_at": None} if user.has_usable_password() else {}
    Membership.objects.across_clinics().update_or_create(
        clinic=clinic, user=user, defaults={"role": role} | joined
    )
    return Access(user.email, password, before)


def open_account(email: str, password: str | None) -> User:
    """A new account; without a password nobody can sign in to it yet."""
    user = User.objects.create_user(email, password)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def close_account(user: User) -> bool:
    """Close an account that belongs to no clinic any more: whoever is signed in with it is out at once.

    What it did stays told: events keep the address. An operator's account stays.
    """
    if user.is_superuser or Membership.objects.across_clinics().filter(user=user).exists():
        return False
    user.delete()
    return True


def new_password() -> str:
    """79 bits from the operating system, in groups that can be read out."""
    return "-".join("".join(secrets.choice(UNAMBIGUOUS) for _ in range(4)) for _ in range(4))
