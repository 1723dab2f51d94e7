"""The form of the settings page."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduler.clinic_settings import EMERGENCY_NUMBERS, FIELDS, read
from scheduler.enrolment.phone import spoken
from scheduler.models import Clinic, Detail

NUMBERS = ("urgent_phone", "out_of_hours_phone")
#: the parts of the page: heading, what it does to what is planned already, fields
PARTS = (
    (_("The clinic"), "", ("name", "sms_name", "timezone")),
    (
        _("How patients reach you"),
        _("The patient's page, the sheet to take home and emails say it all; texts name the urgent number."),
        ("urgent_phone", "urgent_hours", "out_of_hours_phone", "reply_to", "website", "emergency_number"),
    ),
    (_("How much texts say"), "", ("detail",)),
    (
        _("What texts cost"),
        _("For the figures on the pages. It changes no text."),
        ("segment_price", "currency"),
    ),
)
EMERGENCY = [(number, number or _("None")) for number in EMERGENCY_NUMBERS]
DETAIL = [
    (Detail.FULL.value, _("Everything: what to do, what to avoid and until when")),
    (
        Detail.MINIMAL.value,
        _("Only that there is a reminder, the link to it, and what to do in an emergency"),
    ),
]

MEANWHILE = _(
    "Somebody changed this while you had the page open: it is %(now)s now. What stands here is yours; save "
    "again to put it in its place."
)
NOTHING = _("empty")


def _line(label: Any, hint: Any = "", missing: Any = "", **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=bool(missing),
        error_messages={"required": missing},
        widget=forms.TextInput(attrs={"autocomplete": "off"} | attributes),
    )


class ClinicForm(forms.Form):
    """What the clinic says of itself. The numbers may be typed as people write them."""

    use_required_attribute = False
    name = _line(_("Name of the clinic"), missing=_("Give the clinic's name."))
    sms_name = _line(
        _("Name in texts"),
        _("Every text begins with it: 20 characters at the most."),
        _("Give the name that begins every text."),
    )
    timezone = _line(
        _("Time zone"),
        _("For example Europe/London. Patients already enrolled keep theirs."),
        _("Give the time zone: Europe/London, for example."),
    )
    urgent_phone = _line(
        _("Telephone number for urgent calls"),
        _("Every text names it: somebody has to answer, or its announcement says who does."),
        type="tel",
    )
    urgent_hours = _line(
        _("When that number is answered"),
        _("In words, for example: Mon to Fri, 9 am to 5 pm. Empty: always."),
    )
    out_of_hours_phone = _line(
        _("Telephone number at all other times"), _("Empty: there is none."), type="tel"
    )
    reply_to = _line(_("Email address that somebody reads"), _("Replies to emails go there."))
    website = _line(_("Website"))
    emergency_number = forms.ChoiceField(
        label=_("Emergency number that texts name"),
        help_text=_("The clinic's own choice: the protocols name none."),
        choices=EMERGENCY,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose none, 999 or 112.")},
    )
    detail = forms.ChoiceField(
        label=_("What a text says"),
        help_text=_("For patients for whom nothing else was chosen when they were enrolled."),
        choices=DETAIL,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose full or minimal.")),
    )
    segment_price = _line(
        _("Price of one segment"), _("For example 0.0412. Empty: no cost is shown."), inputmode="decimal"
    )
    currency = _line(
        _("Currency"), missing=_("Write the three letters of the currency: GBP, for example."), maxlength="3"
    )

    def __init__(self, typed: Mapping[str, Any] | None, clinic: Clinic) -> None:
        self.clinic = clinic
        self.stored = {name: getattr(clinic, name) for name in FIELDS}
        shown = self.stored | {name: spoken(self.stored[name]) for name in NUMBERS}
        #: what each field shows of what is stored
        self.now = {name: "" if value is None else str(value) for name, value in shown.items()}
        super().__init__(None if typed is None else self._untouched(dict(typed.items())), initial=shown)

    def _untouched(self, typed: dict[str, str]) -> dict[str, str]:
        """What nobody typed over shows what is stored, also where somebody else changed it since."""
        self.was = {name: typed.get(f"was.{name}", value) for name, value in self.now.items()}
        return typed | {name: self.now[name] for name, was in self.was.items() if typed.get(name, "") == was}

    def clean(self) -> dict[str, Any]:
        # The zone first: it says which country's numbers need no code.
        zone = self._read("timezone", self.clinic.timezone) or self.clinic.timezone
        for name in FIELDS:
            if name != "timezone" and name in self.cleaned_data:
                self._read(name, zone)
        for name in self.typed_over:
            if self.was[name] != self.now[name] and name not in self.errors:
                self.add_error(name, MEANWHILE % {"now": self.now[name] or NOTHING})
        return self.cleaned_data

    @property
    def typed_over(self) -> list[str]:
        """The fields in which something else stands than what is stored."""
        return [name for name, now in self.now.items() if self.data.get(name, "") != now]

    def _read(self, name: str, zone: str) -> Any:
        try:
            self.cleaned_data[name] = read(name, self.cleaned_data.get(name, ""), zone)
        except ValueError as wrong:
            if name not in self.errors:
                self.add_error(name, str(wrong))
            return None
        return self.cleaned_data[name]

    @property
    def parts(self) -> Iterator[dict[str, Any]]:
        for heading, says, names in PARTS:
            yield {"heading": heading, "says": says, "fields": [self[name] for name in names]}

    @property
    def as_stored(self) -> Iterator[tuple[Any, Any]]:
        """For those who may only read: what each is called, and what is there."""
        choices: dict[str, dict[str, Any]] = {"emergency_number": dict(EMERGENCY), "detail": dict(DETAIL)}
        for name, field in self.fields.items():
            value = self.initial[name]
            if isinstance(value, Decimal):
                value = f"{value.normalize():f}"
            yield field.label, choices.get(name, {}).get(value, value)
