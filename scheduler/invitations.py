"""People are invited to a clinic by email. A link leads them to a password, or to signing in, and in.

Nobody is in without the link: the address alone proves nothing, for another clinic may have invited it first
and, where no email is sent, have chosen its password.
An invitation looks the same to whoever sends it, whether the address has an account elsewhere or not.
"""

from datetime import datetime, timedelta

import structlog
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from scheduler.accounts import check_email, close_account, open_account
from scheduler.clinics import Refused
from scheduler.history import note
from scheduler.models import Clinic, Membership, User
from scheduler.team import OPEN, locked

log = structlog.get_logger(__name__)

#: how long a link works
LASTS = timedelta(days=7)
SALT = "scheduler.invitations"


@transaction.atomic
def invite(clinic: Clinic, email: str, role: Membership.Role, *, actor: str, now: datetime) -> Membership:
    """Make a person a member, with an account that has no password where there is none yet.

    Raises Refused with the sentence; then nothing is written.
    """
    try:
        check_email(email)
    except ValueError as fault:
        raise Refused({"email": fault}) from fault
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    user = _account(email)
    if Membership.objects.for_clinic(clinic).filter(user=user).exists():
        raise Refused({"email": _("This person is in the team already.")})
    member = Membership.objects.create(clinic=clinic, user=user, role=role, invited_at=now)
    note(clinic, "member-invited", actor=actor, now=now, member=user.email, role=role)
    return member


def _account(email: str) -> User:
    found = User.objects.filter(email__iexact=email)
    if user := found.first():
        return user
    try:
        with transaction.atomic():
            return open_account(email, None)
    except IntegrityError:
        # Another clinic invited the same person at this moment.
        return found.get()


@transaction.atomic
def invite_again(clinic: Clinic, pk: int, *, actor: str, now: datetime) -> Membership:
    """Begin an open invitation anew: the link before it stops working.

    Raises Refused where the person has joined, Membership.DoesNotExist where it was withdrawn.
    """
    member = _still_open(clinic, pk)
    member.invited_at = now
    member.save(update_fields=["invited_at"])
    note(clinic, "invitation-sent-again", actor=actor, now=now, member=member.user.email)
    return member


@transaction.atomic
def withdraw(clinic: Clinic, pk: int, *, actor: str, now: datetime) -> None:
    """End an open invitation; an account that was made for it is closed. Raises as `invite_again` does."""
    member = _still_open(clinic, pk)
    user = member.user
    member.delete()
    close_account(user)
    note(clinic, "invitation-withdrawn", actor=actor, now=now, member=user.email)


def _still_open(clinic: Clinic, pk: int) -> Membership:
    member = locked(clinic, pk)
    if not Membership.objects.for_clinic(clinic).filter(OPEN, pk=pk).exists():
        raise Refused({"": _("This person has joined meanwhile, so the invitation is over.")})
    return member


@transaction.atomic
def accept(member: Membership, *, now: datetime) -> None:
    """The invited person, who is signed in, comes in. Raises as `invite_again` does."""
    row = _still_open(member.clinic, member.pk)
    row.invited_at = None
    row.save(update_fields=["invited_at"])
    note(row.clinic, "invitation-accepted", actor=row.user.email, now=now, member=row.user.email)


def link_of(member_pk: int, invited_at: datetime) -> str:
    """The address that the invited person opens; another one each time it is sent."""
    token = signing.dumps([member_pk, int(invited_at.timestamp())], salt=SALT)
    return f"{settings.PUBLIC_URL}/invitation/{token}"


def find_invitation(token: str, now: datetime) -> Membership | None:
    """The membership that an open invitation is about. None: ran out, withdrawn, used, or never sent."""
    try:
        pk, at = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    pending = Membership.objects.across_clinics().filter(OPEN, user__is_active=True)
    member = pending.filter(pk=pk).select_related("user", "clinic").first()
    if member is None or member.invited_at is None or int(member.invited_at.timestamp()) != at:
        return None
    return member if now < member.invited_at + LASTS else None


def post(member: Membership, *, inviter: str) -> bool:
    """Send the link to the person alone; False where the mail server did not take it."""
    assert member.invited_at is not None
    context = {
        "clinic": member.clinic,
        "inviter": inviter,
        "link": link_of(member.pk, member.invited_at),
        "days": LASTS.days,
    }
    subject = _("Aftercare: an invitation to %(clinic)s") % {"clinic": member.clinic.name}
    body = render_to_string("email/invitation.txt", context)
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject, body, to=[member.user.email], headers=headers).send()
    except (OSError, AnymailError, ValueError) as fault:
        # smtplib's own errors are OSErrors.
        log.warning("invitation not sent", why=type(fault).__name__)
        return False
    return True
