"""What allauth asks the project."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from scheduler.web.invitation import KEPT


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Admins make the accounts; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Back to the invitation of whoever chose a password for it, else to the start."""
        if token := request.session.pop(KEPT, ""):
            return reverse("invitation", args=[token])
        return str(super().get_login_redirect_url(request))


def no_other_address(request: HttpRequest) -> HttpResponse:
    """In the place of allauth's page for email addresses, whose name other pages of it ask for.

    The address is who somebody is: events name it as their author, and an invitation goes to whoever has it.
    Nobody takes another one by themselves.
    """
    raise Http404
