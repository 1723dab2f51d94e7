"""The team of a clinic: who works there, invitations, roles. For admins."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from scheduler import invitations, team
from scheduler.clinics import Refused
from scheduler.models import Membership
from scheduler.team import Member
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.clinic.team_form import InviteForm, RemoveForm, RoleForm


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page(admin=True)
def people(request: ClinicRequest) -> HttpResponse:
    """The list, and an invitation."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and (member := _invited(request, form)):
        _post(request, member)
        return redirect("team-member" if not settings.EMAIL_LIVE else "team", *_where(request, member.pk))
    context = {
        "form": form,
        "team": team.team_of(request.clinic),
        "days": invitations.LASTS.days,
        "mail": settings.EMAIL_LIVE,
    }
    return render(request, "clinic/team.html", context, status=422 if form.is_bound else 200)


def _where(request: ClinicRequest, pk: int) -> tuple[Any, ...]:
    """Without working email the link is on the page of the invited person, to copy."""
    return (request.clinic.slug,) if settings.EMAIL_LIVE else (request.clinic.slug, pk)


def _invited(request: ClinicRequest, form: InviteForm) -> Membership | None:
    role = Membership.Role(form.cleaned_data["role"])
    try:
        return invitations.invite(
            request.clinic, form.cleaned_data["email"], role, actor=request.user.email, now=request.now
        )
    except Refused as refused:
        _add(form, refused)
        return None


def _post(request: ClinicRequest, member: Membership) -> None:
    if not settings.EMAIL_LIVE:
        messages.success(request, _("The invitation is made. Give this person the link below."))
    elif invitations.post(member, inviter=request.user.email):
        said = _("The invitation is on its way to %(email)s.")
        messages.success(request, said % {"email": member.user.email.lower()})
    else:
        messages.error(request, _("The mail server did not take the invitation. Send it again later."))


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page(admin=True)
def person(request: ClinicRequest, member: int) -> HttpResponse:
    """One member: another role, leaving; or the invitation that still stands open."""
    found = team.find_member(request.clinic, member)
    if found is None:
        raise Http404
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    role = RoleForm(request.POST if wanted == "role" else None, member=found, me=_me(request, found))
    leaving = RemoveForm(request.POST if wanted == "remove" else None, me=_me(request, found))
    form = {"role": role, "remove": leaving}.get(wanted)
    try:
        if wanted and (answer := DOES[wanted](request, found, form) if wanted in DOES else None):
            return answer
    except Membership.DoesNotExist:
        messages.info(request, _("Somebody else has removed this person meanwhile."))
        return redirect("team", request.clinic.slug)
    context = {
        "member": found,
        "me": _me(request, found),
        "role_form": role,
        "remove_form": leaving,
        "form": form or role,
        "link": _link(found),
        "until": _until(found),
        "over": found.invited_at and request.now >= found.invited_at + invitations.LASTS,
        "mail": settings.EMAIL_LIVE,
        "keys": team.keys_made_by(request.clinic, found.email),
    }
    return render(request, "clinic/team_member.html", context, status=422 if wanted else 200)


def _me(request: ClinicRequest, member: Member) -> bool:
    return member.email == request.user.email.lower()


def _link(member: Member) -> str:
    """To copy, where no email can carry it."""
    if settings.EMAIL_LIVE or member.invited_at is None:
        return ""
    return invitations.link_of(member.pk, member.invited_at)


def _until(member: Member) -> datetime | None:
    return member.invited_at + invitations.LASTS if member.invited_at else None


def _change_role(request: ClinicRequest, member: Member, form: Any) -> HttpResponse | None:
    if not form.is_valid():
        return None
    role, sure = Membership.Role(form.cleaned_data["role"]), form.cleaned_data.get("sure", False)
    try:
        changed = team.change_role(
            request.clinic, member.pk, role, actor=request.user.email, now=request.now, sure=sure
        )
    except Refused as refused:
        _add(form, refused)
        return None
    messages.success(request, _("Saved.") if changed else _("Nothing was different, so nothing was changed."))
    if changed and role != Membership.Role.ADMIN and _me(request, member):
        return redirect("clinic-settings", request.clinic.slug)
    return redirect("team", request.clinic.slug)


def _remove(request: ClinicRequest, member: Member, form: Any) -> HttpResponse | None:
    if not form.is_valid():
        return None
    sure = form.cleaned_data.get("sure", False)
    try:
        email = team.remove(request.clinic, member.pk, actor=request.user.email, now=request.now, sure=sure)
    except Refused as refused:
        _add(form, refused)
        return None
    if _me(request, member):
        return redirect("home")
    messages.success(request, _("%(email)s is not in the team any more.") % {"email": email})
    return redirect("team", request.clinic.slug)


def _again(request: ClinicRequest, member: Member, _form: Any) -> HttpResponse:
    try:
        row = invitations.invite_again(request.clinic, member.pk, actor=request.user.email, now=request.now)
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect("team-member", request.clinic.slug, member.pk)
    _post(request, row)
    return redirect("team-member", request.clinic.slug, member.pk)


def _withdraw(request: ClinicRequest, member: Member, _form: Any) -> HttpResponse:
    try:
        invitations.withdraw(request.clinic, member.pk, actor=request.user.email, now=request.now)
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect("team-member", request.clinic.slug, member.pk)
    messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": member.email})
    return redirect("team", request.clinic.slug)


def _add(form: Any, refused: Refused) -> None:
    for name, sentence in refused.faults.items():
        form.add_error(name if name in form.fields else None, sentence)


DOES: dict[str, Callable[[ClinicRequest, Member, Any], HttpResponse | None]] = {
    "role": _change_role,
    "remove": _remove,
    "again": _again,
    "withdraw": _withdraw,
}
