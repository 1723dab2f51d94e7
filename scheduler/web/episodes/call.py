"""Writing down a call."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from scheduler.changes import Refused, record_call
from scheduler.changes.call import LONGEST_CALLER, LONGEST_SAID
from scheduler.models import Episode
from scheduler.web.access import ClinicRequest, clinic_page


class CallForm(forms.Form):
    """What may be typed is decided by the use case, which finds all faults at once."""

    use_required_attribute = False
    caller = forms.CharField(
        label=gettext_lazy("Who was on the phone"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": LONGEST_CALLER}),
        required=False,
    )
    said = forms.CharField(
        label=gettext_lazy("What was said"),
        help_text=gettext_lazy("What was asked or told, and what was advised."),
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": LONGEST_SAID}),
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def call(request: ClinicRequest, episode: int) -> HttpResponse:
    mine = Episode.objects.for_clinic(request.clinic).select_related("patient")
    found = get_object_or_404(mine, pk=episode)
    form = CallForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        try:
            _record(request, found)
        except Refused as refused:
            form.is_valid()
            for field, sentence in refused.faults.items():
                form.errors.pop(field, None)
                form.add_error(field if field in form.fields else None, sentence)
        else:
            messages.success(request, _("The call is written down."))
            return redirect("episode", request.clinic.slug, found.pk)
    context = {"form": form, "episode": found}
    return render(request, "clinic/episode_call.html", context, status=422 if form.is_bound else 200)


def _record(request: ClinicRequest, episode: Episode) -> None:
    record_call(
        request.clinic, episode.pk, request.now,
        actor=request.user.email, caller=request.POST.get("caller", ""), said=request.POST.get("said", ""),
    )  # fmt: skip
