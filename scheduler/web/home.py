"""The start: the clinics of whoever signed in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from scheduler.web.access import memberships_of


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Straight to the clinic where there is one; a choice where there are several."""
    memberships = list(memberships_of(request.user))
    if len(memberships) == 1:
        return redirect("patients", memberships[0].clinic.slug)
    return render(request, "home.html", {"memberships": memberships})
