"""Renewing and revoking the link to a patient's page: what it means, and then, with a reason, doing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from scheduler.changes import Refused, renew_link, revoke_link
from scheduler.changes.page_link import seen_of
from scheduler.models import Episode, Patient
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.episodes.change_forms import ReasonForm
from scheduler.web.words import Word


@dataclass(frozen=True)
class Act:
    """`means` is read before it is done, `done` after it."""

    do: Callable[..., Patient]
    title: Word
    means: tuple[Word, ...]
    button: Word
    done: Word


ACTS: Final[Mapping[str, Act]] = {
    "renew": Act(
        renew_link,
        gettext_lazy("A new link to the patient's page"),
        (
            gettext_lazy("The patient's page and calendar get a new address. The old one finds nothing."),
            gettext_lazy(
                "Messages to come carry the new link. What was sent already keeps the old one, which no "
                "longer works: read the new one to the patient, or print it."
            ),
        ),
        gettext_lazy("Renew the link"),
        gettext_lazy("The link is new: it stands on this page."),
    ),
    "revoke": Act(
        revoke_link,
        gettext_lazy("Revoke the link to the patient's page"),
        (
            gettext_lazy("Nobody opens the patient's page or calendar any more, until the link is renewed."),
            gettext_lazy(
                "Messages to come carry no link. What was sent already keeps the old one, which no longer "
                "works."
            ),
            gettext_lazy("Messages go on as planned, each with what to do in an emergency."),
        ),
        gettext_lazy("Revoke the link"),
        gettext_lazy("The link is revoked."),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def page_link(request: ClinicRequest, episode: int, act: str) -> HttpResponse:
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    mine = Episode.objects.for_clinic(request.clinic).select_related("patient")
    found = get_object_or_404(mine, pk=episode)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        why, seen = request.POST.get("why", ""), request.POST.get("seen", "")
        try:
            chosen.do(request.clinic, found.pk, request.now, actor=request.user.email, why=why, seen=seen)
        except Refused as refused:
            form.is_valid()
            for field, sentence in refused.faults.items():
                form.add_error(field if field in form.fields else None, sentence)
        else:
            messages.success(request, str(chosen.done))
            return redirect("episode", request.clinic.slug, found.pk)
    context = {"act": chosen, "form": form, "episode": found, "seen": seen_of(found.patient)}
    return render(request, "clinic/episode_link.html", context, status=422 if form.is_bound else 200)
