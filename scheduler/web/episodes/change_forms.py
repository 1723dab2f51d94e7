"""A small form for each kind of change: what is now stands in it, and only what is typed over is changed.

What may be typed is decided by `scheduler.changes`; a form keeps it and says each fault beside its field.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.changes import (
    Cancel,
    Change,
    ChangeAddress,
    ChangeTexts,
    ChangeTreatment,
    MoveReminder,
    Pause,
    Refused,
    Resume,
    SendNow,
    SkipReminder,
)
from scheduler.changes.doing import LONGEST_REASON
from scheduler.enrolment.reading import NO_WAY, TOGETHER
from scheduler.models import Episode, Reminder
from scheduler.plans.courses import course_of_episode
from scheduler.web.enrolling.form import APART, FEWER, FOLDS, HOW_MUCH, LEGS, Reached, details
from scheduler.web.words import phone

#: questions that are asked only where they arise; their answers change nothing by themselves
ASKED = ("fold", "late_confirmed")
WAYS = {"sms": gettext_lazy("By text"), "email": gettext_lazy("By email")}
DATE = {"type": "date"}
TIME = {"type": "time"}


class ReasonForm(forms.Form):
    """What every change asks for; the use case says where it is missing."""

    use_required_attribute = False
    why = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("A few words for the history, with your name."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": LONGEST_REASON}),
        required=False,
    )


class ChangeForm(ReasonForm):
    """No field is required here: the use case finds all faults and says them better."""

    #: the use case's word for a field -> the form's; the first field stands for what concerns the whole
    PLACES: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self, episode: Episode, reminder: Reminder | None, typed: Mapping[str, str] | None = None
    ) -> None:
        self.episode, self.reminder = episode, reminder
        self.now = self.stands()
        given = None if typed is None else self._untouched(dict(typed.items()))
        super().__init__(given, initial=self.now)
        self.more()
        for field in self.fields.values():
            field.required = False

    def stands(self) -> dict[str, str]:
        """What is now, by field."""
        return {}

    def more(self) -> None:
        """Fields that depend on the plan."""

    def change(self) -> Change:
        """What is asked for; each form says its own. Abstract, where the metaclass is already Django's."""
        raise NotImplementedError

    def _untouched(self, typed: dict[str, str]) -> dict[str, str]:
        """What nobody typed over shows what is now, also where somebody else changed it since.

        A browser leaves out a box that is not ticked: one that was ticked was cleared.
        """
        for name, value in self.now.items():
            if typed.get(name, "") == typed.get(f"was.{name}", value):
                typed[name] = value
            elif f"was.{name}" in typed and isinstance(self.base_fields.get(name), forms.BooleanField):
                typed.setdefault(name, "")
        return typed

    def typed(self, name: str) -> str:
        return str(self.data.get(name, self.now.get(name, "")) if self.is_bound else self.now.get(name, ""))

    def given(self, *names: str) -> bool:
        """Whether somebody typed over one of them."""
        return any(self.typed(name) != self.now.get(name, "") for name in names)

    @property
    def was(self) -> list[tuple[str, str]]:
        return list(self.now.items())

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in ("why", *ASKED)]

    @property
    def fingerprint(self) -> str:
        """Stands for what is typed: an effect is of this, and of nothing that was typed after it."""
        names = [name for name in self.fields if name not in ("why", "late_confirmed")]
        typed = [[name, self.typed(name)] for name in sorted(names)]
        return hashlib.sha256(json.dumps(typed).encode()).hexdigest()[:16]

    def explain(self, refused: Refused) -> None:
        """Put each sentence beside its field; what has none goes on top."""
        self.is_valid()
        first = next((field.name for field in self.own_fields), None)
        for fault, sentence in refused.faults.items():
            place = first if refused.code == "nothing-changes" else self.PLACES.get(fault, fault)
            self.add_error(place if place in self.fields else None, self.said(sentence))

    def said(self, sentence: str) -> str:
        whole = sentence if sentence.endswith((".", "?")) else f"{sentence}."
        return whole.replace(str(TOGETHER), str(APART))


class WithTime(ChangeForm):
    """A date and a time of day, which are read as one."""

    date = forms.CharField(label=gettext_lazy("Date"), widget=forms.TextInput(attrs=DATE))
    time = forms.CharField(label=gettext_lazy("Time"), widget=forms.TextInput(attrs=TIME))
    fold = forms.ChoiceField(label=gettext_lazy("Which of the two?"), choices=FOLDS, widget=forms.RadioSelect)

    @property
    def moment(self) -> str:
        return f"{self.typed('date')}T{self.typed('time')}".strip("T")


class TimeForm(WithTime):
    """When the treatment ended."""

    PLACES = {"treated": "date"}
    late_confirmed = forms.BooleanField(label=gettext_lazy("Yes, the treatment ended on this date"))

    def stands(self) -> dict[str, str]:
        date, _t, time = self.episode.treated_local.partition("T")
        return {"date": date, "time": time}

    def change(self) -> Change:
        return ChangeTreatment(
            treated=self.moment if self.given("date", "time", "fold") else None,
            fold=self.typed("fold"),
            late_confirmed=bool(self.typed("late_confirmed")),
        )


class AnswersForm(ChangeForm):
    def more(self) -> None:
        for name, question in course_of_episode(self.episode).protocol.questions.items():
            self.fields[f"answers.{name}"] = forms.ChoiceField(
                label=question.label, choices=list(question.options.items()), widget=forms.RadioSelect
            )
        self.order_fields([name for name in self.fields if name != "why"])

    def stands(self) -> dict[str, str]:
        return {f"answers.{name}": answer for name, answer in self.episode.answers.items()}

    def change(self) -> Change:
        changed = [field.name for field in self.own_fields if self.given(field.name)]
        return ChangeTreatment(answers={name.removeprefix("answers."): self.typed(name) for name in changed})


class LegForm(ChangeForm):
    site = forms.ChoiceField(label=gettext_lazy("Leg"), choices=LEGS, widget=forms.RadioSelect)

    def stands(self) -> dict[str, str]:
        return {"site": self.episode.site}

    def change(self) -> Change:
        return ChangeTreatment(site=self.typed("site") if self.given("site") else None)


class ZoneForm(ChangeForm):
    zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Messages keep to its clock: Europe/London, for instance."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def stands(self) -> dict[str, str]:
        return {"zone": self.episode.timezone}

    def change(self) -> Change:
        return ChangeTreatment(zone=self.typed("zone") if self.given("zone") else None)


class AddressForm(Reached, ChangeForm):
    """Where the patient is reached, what of it is permitted, and what is tried first."""

    PLACES = {"channels": "sms"}
    first = forms.ChoiceField(
        label=gettext_lazy("Which way comes first"),
        help_text=gettext_lazy("Where both are allowed, the other stands in if the first fails."),
        choices=list(WAYS.items()),
        widget=forms.RadioSelect,
    )

    def stands(self) -> dict[str, str]:
        patient, ways = self.episode.patient, self.episode.channels
        return {
            "mobile": phone(patient.mobile),
            "sms": "on" if "sms" in ways else "",
            "email": patient.email,
            "by_email": "on" if "email" in ways else "",
            "first": ways[0] if ways else "sms",
        }

    def change(self) -> Change:
        permitted = [way for way, tick in (("sms", "sms"), ("email", "by_email")) if self.typed(tick)]
        ways = tuple(sorted(permitted, key=lambda way: way != self.typed("first")))
        return ChangeAddress(
            mobile=self.typed("mobile") if self.given("mobile") else None,
            email=self.typed("email") if self.given("email") else None,
            channels=ways if self.given("sms", "by_email", "first") else None,
        )

    def said(self, sentence: str) -> str:
        instead = _("If the patient wants no messages at all, go back and cancel the plan.")
        return super().said(sentence).replace(str(NO_WAY), f"{NO_WAY} {instead}")


class TextsForm(ChangeForm):
    """How much messages say, and whether fewer are wanted."""

    fewer_texts = forms.BooleanField(label=FEWER)

    def more(self) -> None:
        choices = details(self.episode.clinic, self.episode.detail)
        self.fields["detail"] = forms.ChoiceField(label=HOW_MUCH, choices=choices, widget=forms.RadioSelect)
        self.order_fields(["detail", "fewer_texts"])

    def stands(self) -> dict[str, str]:
        episode = self.episode
        return {"detail": episode.detail, "fewer_texts": "on" if episode.fewer_texts else ""}

    def change(self) -> Change:
        fewer = "yes" if self.typed("fewer_texts") else "no"
        return ChangeTexts(
            detail=self.typed("detail") if self.given("detail") else None,
            fewer=fewer if self.given("fewer_texts") else None,
        )


class OfReminder(ChangeForm):
    """About one message, which its address names."""

    @property
    def key(self) -> str:
        assert self.reminder
        return self.reminder.key


class MoveForm(OfReminder, WithTime):
    PLACES = {"to": "date"}

    def stands(self) -> dict[str, str]:
        assert self.reminder
        date, _t, time = self.reminder.due_local.partition("T")
        return {"date": date, "time": time[:5]}

    def change(self) -> Change:
        return MoveReminder(self.key, self.moment, self.typed("fold"))


class SkipForm(OfReminder):
    def change(self) -> Change:
        return SkipReminder(self.key)


class SendNowForm(OfReminder):
    def change(self) -> Change:
        return SendNow(self.key)


class PauseForm(ChangeForm):
    def change(self) -> Change:
        return Pause()


class ResumeForm(ChangeForm):
    def change(self) -> Change:
        return Resume()


class CancelForm(ChangeForm):
    def change(self) -> Change:
        return Cancel()
