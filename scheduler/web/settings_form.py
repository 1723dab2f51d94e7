"""The forms of the settings pages."""

from typing import Any

from django import forms
from django.core.validators import EmailValidator, MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.clinics import read_sms_name
from scheduler.domain.echo import cut
from scheduler.domain.localtime import check_zone
from scheduler.enrolment.phone import any_number, spoken
from scheduler.models import Clinic

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
