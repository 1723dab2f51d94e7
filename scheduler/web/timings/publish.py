"""Publishing a draft: for new enrolments, or for everybody enrolled by who has seen what that does."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from scheduler import editions
from scheduler.editions import Refused
from scheduler.editions.publishing import LONGEST_NAME, LONGEST_REASON
from scheduler.models import Draft, Edition
from scheduler.plans.publication import Seen, publish_to_everybody, refuse_stale
from scheduler.plans.rollout import running
from scheduler.plans.slices import Look
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.timings import edition_words, effect_words
from scheduler.web.timings.asked import file_or_404
from scheduler.web.timings.sealing import sealed, unsealed

NEW, ALL = "new", "all"
TO = [
    (NEW, gettext_lazy("Patients enrolled from now on; the plans that run stay as they are")),
    (ALL, gettext_lazy("Everybody: the plans that run are changed as shown here")),
]
#: which field a refusal belongs to
FIELDS = {"no-reason": "reason", "no-approver": "approved_by"}


class PublishForm(forms.Form):
    """`look` is the effect that was seen, sealed; `revision` the draft's that the person looks at."""

    use_required_attribute = False
    look = forms.CharField(required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    to = forms.ChoiceField(
        label=gettext_lazy("For whom"), choices=TO, widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose for whom it is published."),
            "invalid_choice": gettext_lazy("Choose for whom it is published."),
        },
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For whoever looks at it later."),
        error_messages={
            "required": gettext_lazy("Say why."),
            "max_length": gettext_lazy("This is too long: %(limit_value)s characters are the most."),
        },
    )  # fmt: skip
    approved_by = forms.CharField(
        label=gettext_lazy("Approved by"), max_length=LONGEST_NAME,
        help_text=gettext_lazy("The clinician who answers for it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Name the clinician who approves it."),
            "max_length": gettext_lazy("This is too long: %(limit_value)s characters are the most."),
        },
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("to") == ALL and not given.get("look"):
            self.add_error("to", _("Look at the effect on everybody first."))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page(admin=True)
def publish(request: ClinicRequest, protocol: str) -> HttpResponse:
    file_or_404(protocol)
    given = request.POST if request.method == "POST" else request.GET
    look = _look(request, protocol, given.get("look", ""))
    if request.method != "POST":
        return _page(request, protocol, None, look)
    form = PublishForm(request.POST)
    edition = _published(request, protocol, form, look) if form.is_valid() else None
    if edition is None:
        return _page(request, protocol, form, look)
    said = _("Published as edition %(number)s.") % {"number": edition.number}
    messages.success(request, said)
    return redirect("edition", request.clinic.slug, protocol, edition.number)


def _look(request: ClinicRequest, protocol: str, text: str) -> Look | None:
    """The effect on everybody that was seen, to its end."""
    carried = unsealed(request, protocol, "look", text)
    look = Look(**carried) if carried else None
    return look if look and look.finished else None


def _published(request: ClinicRequest, protocol: str, form: PublishForm, look: Look | None) -> Edition | None:
    """None where it is refused, which the form says then."""
    typed = form.cleaned_data
    signed = {
        "reason": typed["reason"], "approved_by": typed["approved_by"], "actor": request.user.email,
        "now": request.now,
    }  # fmt: skip
    try:
        if typed["to"] == NEW:
            return editions.publish_draft(request.clinic, protocol, seen_revision=typed["revision"], **signed)
        if look is None:
            form.add_error("to", _("Look at the effect on everybody first."))
            return None
        return publish_to_everybody(
            request.clinic, protocol, seen=Seen.read(look.seen), expected=look.expected, **signed
        ).edition
    except Refused as refused:
        for sentence in [one.sentence for one in refused.findings] or [refused.sentence]:
            form.add_error(FIELDS.get(refused.code), sentence)
        return None


def _page(request: ClinicRequest, protocol: str, form: PublishForm | None, look: Look | None) -> HttpResponse:
    draft = editions.find_draft(request.clinic, protocol)
    context: dict[str, Any] = {
        "protocol": file_or_404(protocol), "section": "publish", "draft": draft, "look": look,
        "job": running(request.clinic, protocol),
    }  # fmt: skip
    if draft:
        context |= _of_draft(request, draft, look)
    if form is None and draft:
        start = {"look": context.get("sealed", ""), "revision": draft.revision, "to": ALL if look else NEW}
        form = PublishForm(initial=start)
    if look:
        context["rows"] = effect_words.rows(look.counts)
    return render(
        request, "clinic/edition_publish.html", context | {"form": form},
        status=422 if form and form.is_bound else 200,
    )  # fmt: skip


def _of_draft(request: ClinicRequest, draft: Draft, look: Look | None) -> dict[str, Any]:
    """What it changes, what stands in its way, and whether the effect that was seen still is the effect."""
    comparison = editions.compare(request.clinic, draft.protocol_id)
    rows = edition_words.rows(editions.file_of(draft), comparison.changes)
    found: dict[str, Any] = {"comparison": comparison, "changes": rows}
    try:
        editions.refuse_unready(editions.check(draft), same_too=True)
    except Refused as refused:
        found["refused"] = refused
    if look:
        found["sealed"] = sealed(request, draft.protocol_id, "look", look.plain())
        try:
            refuse_stale(draft, Seen.read(look.seen))
        except Refused as stale:
            found["stale"] = stale.sentence
    return found
