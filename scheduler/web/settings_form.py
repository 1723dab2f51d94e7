"""The forms of the settings pages."""

from typing import Any

from django import forms
from django.core.validators import EmailValidator, MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.clinics import read_sms_name
from scheduler.domain.echo import cut
from scheduler.domain.localtime import check_zone
from scheduler.domain.protocol import Protocol
from scheduler.enrolment.phone import any_number, spoken
from scheduler.models import Clinic

MODES = [
    ("length", gettext_lazy("A number of days")),
    ("in-person", gettext_lazy("As told in person: texts say to follow what the patient was told")),
    ("omit", gettext_lazy("Left out: no text and no page mentions it")),
]
REQUIRED = {
    "name": gettext_lazy("Give the clinic's name."),
    "sms_name": gettext_lazy("Give the name that begins every text."),
    "timezone": gettext_lazy("Give the time zone: Europe/London, for example."),
}
EMERGENCY = [("", gettext_lazy("None")), ("999", "999"), ("112", "112")]


class ClinicForm(forms.ModelForm):  # type: ignore[type-arg]
    """How patients reach the clinic. The numbers may be typed as people write them."""

    use_required_attribute = False
    urgent_phone = forms.CharField(
        label=gettext_lazy("Telephone number for urgent calls"),
        help_text=gettext_lazy(
            "Every text names it: somebody has to answer, or its announcement says who does."
        ),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    website = forms.URLField(
        label=gettext_lazy("Website"),
        required=False,
        assume_scheme="https",
        error_messages={
            "invalid": gettext_lazy("This is not a web address. An example: https://example.com.")
        },
    )
    emergency_number = forms.ChoiceField(
        label=gettext_lazy("Emergency number that texts name"),
        choices=EMERGENCY,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose none, 999 or 112.")},
    )

    class Meta:
        model = Clinic
        fields = ("name", "sms_name", "timezone", "urgent_phone", "reply_to", "website", "emergency_number")
        labels = {
            "name": gettext_lazy("Name of the clinic"),
            "sms_name": gettext_lazy("Name in texts"),
            "timezone": gettext_lazy("Time zone"),
            "reply_to": gettext_lazy("Email address that somebody reads"),
        }
        help_texts = {
            "sms_name": gettext_lazy("Every text begins with it: 20 characters at the most."),
            "timezone": gettext_lazy("For example Europe/London. Patients already enrolled keep theirs."),
            "reply_to": gettext_lazy("Replies to emails go there."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, sentence in REQUIRED.items():
            self.fields[name].error_messages["required"] = sentence
        for field in self.fields.values():
            for limit in (one for one in field.validators if isinstance(one, MaxLengthValidator)):
                limit.message = _("This is too long: %(limit_value)s characters are the most.")
        self.fields["reply_to"].validators = [
            *(one for one in self.fields["reply_to"].validators if isinstance(one, MaxLengthValidator)),
            EmailValidator(_("This is not an email address. An example: sam@example.com.")),
        ]
        self.initial["urgent_phone"] = spoken(self.instance.urgent_phone)

    def clean_sms_name(self) -> str:
        try:
            return read_sms_name(self.cleaned_data["sms_name"])
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault

    def clean_timezone(self) -> str:
        zone = self.cleaned_data["timezone"]
        try:
            return check_zone(cut(zone))
        except ValueError as unknown:
            raise forms.ValidationError(f"{unknown}.") from unknown

    def clean(self) -> dict[str, Any]:
        # After the zone is known: it says which country's numbers need no code.
        typed = self.cleaned_data.get("urgent_phone", "").strip()
        if typed:
            try:
                zone = self.cleaned_data.get("timezone") or self.instance.timezone
                self.cleaned_data["urgent_phone"] = any_number(typed, zone)
            except ValueError as wrong:
                self.add_error("urgent_phone", str(wrong))
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The use case stores the values; the instance that the page shows stays as it is."""


class TimingsForm(forms.Form):
    """What a clinic must say about a protocol, and the times that it may move."""

    use_required_attribute = False

    def __init__(self, protocol: Protocol, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.protocol = protocol
        for name, value in protocol.values.items():
            if value.set_by_clinic:
                self._ask_value(name, value.label, value.mode, value.length.days if value.length else None)
        hours = protocol.sending_hours
        times = {
            **protocol.times,
            "sending_from": hours.opens,
            "sending_until": hours.closes,
        }
        for name, clock in times.items():
            self.fields[name] = forms.TimeField(
                label=TIME_LABELS.get(name, name.replace("-", " ").replace("_", " ").capitalize()),
                initial=f"{clock:%H:%M}",
                help_text=TIME_HINTS.get(name, ""),
                widget=forms.TextInput(attrs={"type": "time"}),
                error_messages={"required": _("Give a time."), "invalid": _("Write a time like 09:00.")},
            )
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

    def _ask_value(self, name: str, label: str, mode: str | None, days: int | None) -> None:
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
    def asked(self) -> list[str]:
        return [name for name, value in self.protocol.values.items() if value.set_by_clinic]

    @property
    def times(self) -> list[forms.BoundField]:
        return [self[name] for name in (*self.protocol.times, "sending_from", "sending_until")]

    @property
    def values(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"{name}.mode"], self[f"{name}.days"]) for name in self.asked]

    def initial_of(self, name: str) -> str | None:
        """What a named time is before the clinic changes it; nothing for what has no default."""
        return self.fields[name].initial if name in self.fields else None

    def settings(self) -> dict[str, str]:
        """As `editions.publish` takes them: no_flying=14d, morning=10:00."""
        said = {}
        for name in self.asked:
            mode = self.cleaned_data[f"{name}.mode"]
            said[name] = f"{self.cleaned_data[f'{name}.days']}d" if mode == "length" else mode
        return said | {field.name: f"{self.cleaned_data[field.name]:%H:%M}" for field in self.times}


#: of the named times that the protocols here have; another is told by its own name
TIME_LABELS = {
    "morning": gettext_lazy("Morning"),
    "late-morning": gettext_lazy("Late morning"),
    "evening": gettext_lazy("Evening"),
    "bedtime": gettext_lazy("Bedtime"),
    "sending_from": gettext_lazy("Messages go out from"),
    "sending_until": gettext_lazy("Messages go out until"),
}
TIME_HINTS = {
    "sending_until": gettext_lazy(
        "The first text of a patient enrolled at the desk goes at once, at any hour."
    )
}
