"""What an invited person opens: to a first password, or to signing in."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from scheduler.invitations import find_invitation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: mail programs open links as well. A link that is over says only that."""
    member = find_invitation(token, timezone.now())
    has_password = member is not None and member.user.has_usable_password()
    if member and request.method == "POST" and not has_password:
        key = default_token_generator.make_token(member.user)
        return redirect("account_reset_password_from_key", user_pk_to_url_str(member.user), key)
    context = {"member": member, "has_password": has_password and request.method == "POST"}
    return render(request, "account/invitation.html", context, status=200 if member else 404)
