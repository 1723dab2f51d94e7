"""What was put into the outbox instead of being sent, as a phone would show it."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scheduler.models import Attempt
from scheduler.web.access import ClinicRequest, clinic_page

PAGE = 30


@require_safe
@clinic_page()
def outbox(request: ClinicRequest) -> HttpResponse:
    put = (
        Attempt.objects.for_clinic(request.clinic)
        .filter(channel="outbox")
        .select_related("reminder__episode__patient")
        .order_by("-created_at", "pk")
    )
    page = Paginator(put, PAGE).get_page(request.GET.get("page"))
    return render(request, "clinic/outbox.html", {"page": page})
