"""What an invited person opens: to a first password, or to signing in; and then into the team."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from scheduler.clinics import Refused
from scheduler.invitations import accept, find_invitation
from scheduler.models import Membership

#: where the session keeps the link of whoever chooses a password first: signing in leads back to it
KEPT = "invitation"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: mail programs open links as well. A link that is over says only that."""
    member = find_invitation(token, timezone.now())
    if member is None:
        return render(request, "account/invitation.html", {"member": None}, status=404)
    mine = member.user == request.user
    has_password = member.user.has_usable_password()
    if request.method == "POST" and mine:
        return _join(request, member)
    if request.method == "POST" and not has_password:
        request.session[KEPT] = token
        key = default_token_generator.make_token(member.user)
        return redirect("account_reset_password_from_key", user_pk_to_url_str(member.user), key)
    asked = has_password and request.method == "POST"
    context = {"member": member, "mine": mine, "has_password": asked, "here": request.path}
    return render(request, "account/invitation.html", context)


def _join(request: HttpRequest, member: Membership) -> HttpResponse:
    try:
        accept(member, now=timezone.now())
    except (Refused, Membership.DoesNotExist):
        # A second click, or an admin who withdrew it at this moment.
        return redirect("home")
    messages.success(request, _("You are in the team of %(clinic)s.") % {"clinic": member.clinic.name})
    return redirect("patients", member.clinic.slug)
