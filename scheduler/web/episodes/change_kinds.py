"""The kinds of changes that a person makes on a patient's page: one table for the view and its template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy

from scheduler.web.episodes import change_forms as forms
from scheduler.web.words import Word


@dataclass(frozen=True)
class Kind:
    """`done` is said when it is done."""

    form: type[forms.ChangeForm]
    title: Word
    button: Word
    done: Word

    @property
    def of_reminder(self) -> bool:
        """Whether the address has to name a message."""
        return issubclass(self.form, forms.OfReminder)


KINDS: Final[Mapping[str, Kind]] = {
    "time": Kind(
        forms.TimeForm,
        gettext_lazy("When the treatment ended"),
        gettext_lazy("Change when it ended"),
        gettext_lazy("The end of the treatment is changed."),
    ),
    "answers": Kind(
        forms.AnswersForm,
        gettext_lazy("What was asked at enrolment"),
        gettext_lazy("Change the answer"),
        gettext_lazy("The answer is changed."),
    ),
    "leg": Kind(
        forms.LegForm,
        gettext_lazy("Which leg was treated"),
        gettext_lazy("Change the leg"),
        gettext_lazy("The leg is changed."),
    ),
    "zone": Kind(
        forms.ZoneForm,
        gettext_lazy("Where the patient's clock is"),
        gettext_lazy("Change the time zone"),
        gettext_lazy("The time zone is changed."),
    ),
    "address": Kind(
        forms.AddressForm,
        gettext_lazy("How the patient is reached"),
        gettext_lazy("Change how the patient is reached"),
        gettext_lazy("How the patient is reached is changed."),
    ),
    "texts": Kind(
        forms.TextsForm,
        gettext_lazy("How much messages say"),
        gettext_lazy("Change the messages"),
        gettext_lazy("The messages are changed."),
    ),
    "move": Kind(
        forms.MoveForm,
        gettext_lazy("Move a message"),
        gettext_lazy("Move the message"),
        gettext_lazy("The message is moved."),
    ),
    "send-now": Kind(
        forms.SendNowForm,
        gettext_lazy("Send a message now"),
        gettext_lazy("Send it now"),
        gettext_lazy("The message goes now, as soon as a worker takes it."),
    ),
    "skip": Kind(
        forms.SkipForm,
        gettext_lazy("Leave a message out"),
        gettext_lazy("Leave it out"),
        gettext_lazy("The message is left out."),
    ),
    "pause": Kind(
        forms.PauseForm,
        gettext_lazy("Pause the plan"),
        gettext_lazy("Pause the plan"),
        gettext_lazy("The plan is paused."),
    ),
    "resume": Kind(
        forms.ResumeForm,
        gettext_lazy("Resume the plan"),
        gettext_lazy("Resume the plan"),
        gettext_lazy("The plan goes on."),
    ),
    "cancel": Kind(
        forms.CancelForm,
        gettext_lazy("Cancel the plan"),
        gettext_lazy("Cancel the plan for good"),
        gettext_lazy("The plan is cancelled."),
    ),
}
