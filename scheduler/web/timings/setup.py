"""The first edition of a new clinic: what only it can say, why, and who approves it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from scheduler import editions
from scheduler.domain.clinic_values import SettingFault
from scheduler.domain.edits.finding import as_sentence
from scheduler.domain.protocol import Protocol
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.timings.asked import file_or_404

MODES = [
    ("length", gettext_lazy("A number of days")),
    ("in-person", gettext_lazy("As told in person: texts say to follow what the patient was told")),
    ("omit", gettext_lazy("Left out: no text and no page mentions it")),
]


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page(admin=True)
def set_up(request: ClinicRequest, protocol: str) -> HttpResponse:
    """Saving publishes an edition for new enrolments; a clinic that has said everything edits a draft."""
    file_or_404(protocol)
    edition = editions.current_edition(request.clinic, protocol)
    current = editions.protocol_of(edition) if edition else editions.find_protocol(protocol)
    settled = edition is not None and not current.missing_settings()
    if settled or editions.find_draft(request.clinic, protocol):
        return redirect("timings-draft", request.clinic.slug, protocol)
    form = SetUpForm(current, request.POST if request.method == "POST" else None)
    kept = edition.settings if edition else {}
    if form.is_bound and form.is_valid() and _publish(request, form, protocol, kept):
        return redirect("clinic-settings", request.clinic.slug)
    context = {"form": form, "protocol": current}
    return render(request, "clinic/timings_setup.html", context, status=422 if form.is_bound else 200)


def _publish(request: ClinicRequest, form: "SetUpForm", protocol: str, kept: dict[str, str]) -> bool:
    """Publish what is in the form; False where it is refused, said beside the field."""
    try:
        published = editions.publish(
            request.clinic,
            protocol,
            kept | form.settings(),
            reason=form.cleaned_data["reason"],
            approved_by=form.cleaned_data["approved_by"],
            actor=request.user.email,
            now=request.now,
        )
    except SettingFault as fault:
        form.add_error(fault.name if fault.name in form.fields else None, as_sentence(fault.sentence))
        return False
    except editions.Refused as refused:
        form.add_error(None, refused.sentence)
        return False
    said = _("Saved as edition %(number)s, for patients enrolled from now on.")
    messages.success(request, said % {"number": published.number})
    return True


class SetUpForm(forms.Form):
    """What a clinic must say about a protocol before anybody can be enrolled."""

    use_required_attribute = False

    def __init__(self, protocol: Protocol, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked = [name for name, value in protocol.values.items() if value.set_by_clinic]
        for name in self.asked:
            value = protocol.values[name]
            self._ask(name, value.label, value.mode, value.length.days if value.length else None)
        self.fields["reason"] = forms.CharField(
            label=_("Why"),
            help_text=_("For whoever looks at it later."),
            max_length=300,
            widget=forms.TextInput(),
            error_messages={"required": _("Say why it is changed.")},
        )
        self.fields["approved_by"] = forms.CharField(
            label=_("Approved by"),
            help_text=_("The clinician who is responsible for it."),
            max_length=120,
            error_messages={"required": _("Name the clinician who approves it.")},
        )

    def _ask(self, name: str, label: str, mode: str | None, days: int | None) -> None:
        self.fields[f"{name}.mode"] = forms.ChoiceField(
            label=label[:1].upper() + label[1:],
            choices=MODES,
            initial=mode,
            widget=forms.RadioSelect,
            error_messages=dict.fromkeys(
                ("required", "invalid_choice"), _("Choose one of the three; there is no default.")
            ),
        )
        self.fields[f"{name}.days"] = forms.IntegerField(
            label=_("Days, counted from the day after treatment"),
            initial=days,
            min_value=1,
            max_value=366,
            required=False,
            error_messages=dict.fromkeys(
                ("invalid", "min_value", "max_value"), _("Give whole days, from 1 to 366.")
            ),
            widget=forms.TextInput(attrs={"type": "number", "min": "1", "max": "366"}),
        )

    def clean(self) -> dict[str, Any]:
        for name in self.asked:
            wants_days = (
                self.cleaned_data.get(f"{name}.mode") == "length" and f"{name}.days" not in self.errors
            )
            if wants_days and not self.cleaned_data.get(f"{name}.days"):
                self.add_error(f"{name}.days", _("Give the number of days."))
        return self.cleaned_data

    @property
    def values(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"{name}.mode"], self[f"{name}.days"]) for name in self.asked]

    def settings(self) -> dict[str, str]:
        """As `editions.publish` takes them: no_flying=14d."""
        modes = {name: self.cleaned_data[f"{name}.mode"] for name in self.asked}
        return {
            name: f"{self.cleaned_data[f'{name}.days']}d" if mode == "length" else mode
            for name, mode in modes.items()
        }
