"""Accounts of staff, made by hand: nobody can sign up by themselves."""

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction

from scheduler.models import Clinic, Membership, User

#: nothing that is mistaken for something else when read out or copied by hand: no 0 o, 1 l i
UNAMBIGUOUS = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Access:
    """How to sign in. The password is kept nowhere but here; empty: the person has one already."""

    email: str
    password: str


@transaction.atomic
def admit(clinic: Clinic, email: str, role: Membership.Role) -> Access:
    """Make a person a member of the clinic, with a new account where they have none yet."""
    user = User.objects.filter(email__iexact=email).first()
    password = ""
    if user is None:
        password = new_password()
        user = User.objects.create_user(email, password)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    Membership.objects.across_clinics().get_or_create(clinic=clinic, user=user, defaults={"role": role})
    return Access(user.email, password)


def new_password() -> str:
    """79 bits from the operating system, in groups that can be read out."""
    return "-".join("".join(secrets.choice(UNAMBIGUOUS) for _ in range(4)) for _ in range(4))
