"""The enrolment form: it keeps what was typed; what may be typed is decided by `scheduler.enrolment`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.domain import localtime
from scheduler.domain.protocol import Protocol
from scheduler.enrolment import Enrolment, Refused
from scheduler.enrolment.patients import NEW, last_treated
from scheduler.enrolment.reading import TOGETHER
from scheduler.models import Clinic, Patient
from scheduler.models.clinic import Detail
from scheduler.web.words import SITES, phone

LEGS = [*SITES.items(), ("", gettext_lazy("Not given"))]
FOLDS = [
    ("first", gettext_lazy("The first time, before the clocks went back")),
    ("second", gettext_lazy("The second time, after it")),
]
#: the use case reads date and time as one (TOGETHER); on the form they are two
APART = gettext_lazy("Write the date like 2026-11-20 and the time like 15:00.")
DETAIL = {
    Detail.FULL: gettext_lazy("Everything: what to do, and until when"),
    Detail.MINIMAL: gettext_lazy("Only that there is a reminder, and the link to the patient's page"),
}
FEWER = gettext_lazy("Fewer messages: only what is important, or where something begins or ends")
HOW_MUCH = gettext_lazy("How much messages say")
AS_USUAL = {
    Detail.FULL: gettext_lazy("As usual here: everything"),
    Detail.MINIMAL: gettext_lazy("As usual here: only that there is a reminder"),
}
HALVES = {
    "date": gettext_lazy("Give the date on which the treatment ended."),
    "time": gettext_lazy("Give the time at which it ended."),
}
#: nobody at the desk knows to the minute when a treatment ended, and texts name the time; in minutes
ROUNDED = 5
SAME_PERSON = gettext_lazy("Is it the same person?")
#: the use case's word for a field -> the form's
FIELDS = {"treated": "date", "channels": "sms", "protocol": "protocol"}


class Reached(forms.Form):
    """How a patient is reached, and what of it is permitted."""

    mobile = forms.CharField(
        label=gettext_lazy("Mobile number"),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    sms = forms.BooleanField(label=gettext_lazy("The patient agrees to text messages"))
    email = forms.CharField(
        label=gettext_lazy("Email address"),
        widget=forms.TextInput(attrs={"type": "email", "inputmode": "email", "autocomplete": "off"}),
    )
    by_email = forms.BooleanField(label=gettext_lazy("The patient agrees to emails"))


class EnrolForm(Reached):
    """No field is required here: the use case finds all faults at once and says them better."""

    use_required_attribute = False
    field_order = ("name",)

    name = forms.CharField(label=gettext_lazy("Name"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    date = forms.CharField(label=gettext_lazy("Date"), widget=forms.TextInput(attrs={"type": "date"}))
    time = forms.CharField(label=gettext_lazy("Time"), widget=forms.TextInput(attrs={"type": "time"}))
    fold = forms.ChoiceField(
        label=gettext_lazy("Which of the two?"), choices=FOLDS, widget=forms.RadioSelect, required=False
    )
    late_confirmed = forms.BooleanField(label=gettext_lazy("Yes, the treatment ended on this date"))
    site = forms.ChoiceField(label=gettext_lazy("Leg"), choices=LEGS, widget=forms.RadioSelect)

    fewer_texts = forms.BooleanField(label=FEWER)

    def __init__(self, clinic: Clinic, protocols: Mapping[str, Protocol], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.clinic, self.protocols = clinic, protocols
        self.protocol = protocols.get(self.data.get("protocol", ""), next(iter(protocols.values())))
        titles = [(name, protocol.title) for name, protocol in protocols.items()]
        self.fields["protocol"] = forms.ChoiceField(
            label=gettext_lazy("Treatment"),
            choices=titles,
            initial=self.protocol.id,
            widget=forms.RadioSelect if len(titles) > 1 else forms.HiddenInput,
        )
        for name, question in self.protocol.questions.items():
            self.fields[f"answers.{name}"] = forms.ChoiceField(
                label=question.label, choices=list(question.options.items()), widget=forms.RadioSelect
            )
        self.fields["detail"] = forms.ChoiceField(
            label=HOW_MUCH, choices=details(clinic), widget=forms.RadioSelect
        )
        if len(settings.LANGUAGES) > 1:
            self.fields["language"] = forms.ChoiceField(
                label=gettext_lazy("The patient's language"),
                choices=settings.LANGUAGES,
                widget=forms.RadioSelect,
            )
        for field in self.fields.values():
            field.required = False

    @classmethod
    def blank(
        cls, clinic: Clinic, protocols: Mapping[str, Protocol], now: datetime, patient: Patient | None = None
    ) -> "EnrolForm":
        """The treatment ended now, rounded down, until somebody says otherwise; nothing else is preset.

        For a patient who is known, who that is stands there; what is permitted is asked each time.
        """
        wall = localtime.to_wall(clinic.timezone, now)
        known = {}
        if patient:
            known = {"name": patient.name, "mobile": phone(patient.mobile), "email": patient.email}
            known["patient"] = str(patient.pk)
        ended = {"date": f"{wall:%Y-%m-%d}", "time": f"{wall:%H}:{wall.minute // ROUNDED * ROUNDED:02}"}
        form = cls(clinic, protocols, initial=ended | known)
        form.offer([patient] if patient else [])
        form.fields["sms" if patient else "name"].widget.attrs["autofocus"] = True
        return form

    def offer(self, patients: Sequence[Patient]) -> None:
        """Ask which of these records is meant, or whether none is."""
        if not patients:
            return
        several = len(patients) > 1
        said = (
            _("Yes: the patient %(treated)s (patient %(number)s)")
            if several
            else _("Yes: the patient %(treated)s")
        )
        choices = [(str(one.pk), said % {"treated": last_treated(one), "number": one.pk}) for one in patients]
        self.fields["patient"] = forms.ChoiceField(
            label=SAME_PERSON,
            help_text=_("A patient of this name is known. Treatments of one person are planned together."),
            choices=[*choices, (NEW, _("No, somebody else of the same name"))],
            widget=forms.RadioSelect,
            required=False,
        )

    def enrolment(self) -> Enrolment:
        """What was typed, for the use case."""
        channels = {"sms": "sms", "by_email": "email"}
        return Enrolment(
            clinic=self.clinic,
            protocol_id=self.protocol.id,
            name=self.typed("name"),
            mobile=self.typed("mobile"),
            email=self.typed("email"),
            treated=f"{self.typed('date')}T{self.typed('time')}".strip("T"),
            answers={
                name: given for name in self.protocol.questions if (given := self.typed(f"answers.{name}"))
            },
            channels=tuple(channel for tick, channel in channels.items() if self.typed(tick)),
            site=self.typed("site"),
            at_desk=True,
            late_confirmed=bool(self.typed("late_confirmed")),
            fold=self.typed("fold"),
            patient=self.typed("patient"),
            detail=self.typed("detail"),
            fewer_texts="yes" if self.typed("fewer_texts") else "",
            language=self.typed("language"),
        )

    def kept(self) -> dict[str, str]:
        """What was typed into fields of this form, to be gone on with later."""
        return {name: self.typed(name) for name in (*self.fields, "patient")}

    @property
    def held(self) -> str:
        """Which held enrolment is gone on with; empty: none."""
        return self.typed("held")

    @property
    def held_seen(self) -> str:
        """As what it was found (see `held.seen_of`)."""
        return self.typed("held_seen")

    def typed(self, name: str) -> str:
        return str(self.data.get(name, ""))

    def explain(self, refused: Refused) -> None:
        """Put each sentence beside its field; what has none goes on top."""
        self.is_valid()
        if "held" in refused.faults:
            # Whoever enrols in spite of it enrols anew.
            self.data = dict(self.data.items()) | {"held": ""}
        for fault, sentence in self.sentences(refused).items():
            name = FIELDS.get(fault, fault)
            self.add_error(name if name in self.fields else None, sentence)

    def sentences(self, refused: Refused) -> dict[str, str]:
        """What is wrong by field; a question on the form asks again instead of naming codes."""
        asked = {f"answers.{name}": question.label for name, question in self.protocol.questions.items()}
        said = {
            fault: _("%(question)s Choose one.") % {"question": asked[fault]}
            if fault in asked
            else sentence.replace(str(TOGETHER), str(APART))
            for fault, sentence in refused.faults.items()
        }
        if refused.patients:
            said["patient"] = _("Say whether it is the same person.")
        half = {name: str(sentence) for name, sentence in HALVES.items() if not self.typed(name).strip()}
        if "treated" in said and len(half) == 1:
            said.pop("treated")
            return half | said
        return said

    @property
    def asks_protocol(self) -> bool:
        return len(self.protocols) > 1

    @property
    def asks_language(self) -> bool:
        return "language" in self.fields

    @property
    def title(self) -> str:
        return self.protocol.title

    @property
    def answers(self) -> list[forms.BoundField]:
        return [self[f"answers.{name}"] for name in self.protocol.questions]


def details(clinic: Clinic, chosen: str = "") -> list[tuple[str, Any]]:
    """The clinic's own way comes first; it stays the clinic's where nobody chooses another."""
    usual = Detail(clinic.detail)
    others = ((detail, said) for detail, said in DETAIL.items() if detail != usual or detail == chosen)
    return [("", AS_USUAL[usual]), *others]
