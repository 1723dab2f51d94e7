"""`aftercare enrol`: enrol one patient."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone
from rich.console import Console

from scheduler.domain.echo import quoted
from scheduler.enrolment import Conflict, Enrolment, Preview, Refused, enrol, preview
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import WrongInput
from scheduler.management.timeline_output import sent_table
from scheduler.management.treatment_args import pairs
from scheduler.models import Clinic, Patient

ACTOR = "command line"
OPTIONS = {"channels": "--channel", "late_confirmed": "--confirm-late"}


class Command(BaseCommand):
    help = "Enrol a patient; prints the episode's number. The same enrolment again prints the same number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's short name")
        parser.add_argument("--protocol", required=True, help="for instance microsclerotherapy")
        parser.add_argument("--name", required=True, help="the patient's name")
        parser.add_argument("--mobile", default="", help="the patient's mobile number")
        parser.add_argument("--email", default="", help="the patient's email address")
        parser.add_argument(
            "--treated", required=True, metavar="ISO", help="when the treatment ended: 2026-11-20T15:00"
        )
        parser.add_argument("--answer", action="append", default=[], metavar="QUESTION=ANSWER")
        parser.add_argument(
            "--channel", metavar="sms,email", help="the preferred first; default: every address"
        )
        parser.add_argument("--site", default="", help="left, right or both")
        parser.add_argument("--confirm-late", action="store_true", help="yes, it was more than 24 hours ago")
        parser.add_argument(
            "--fold", default="", metavar="first,second", help="which, where the clock showed that time twice"
        )
        parser.add_argument(
            "--detail",
            default="",
            metavar="full,minimal",
            help="how much texts say; default: as the clinic has it",
        )
        parser.add_argument(
            "--language", default="", metavar="CODE", help="the patient's, where it is shipped"
        )
        parser.add_argument("--fewer-texts", action="store_true", help="only what nobody should do without")
        parser.add_argument(
            "--patient",
            default="",
            metavar="NUMBER,new",
            help="the record of a patient who was treated before",
        )
        parser.add_argument(
            "--preview", action="store_true", help="print what would be sent, and what changes; write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        enrolment, now = asked(options), timezone.now()
        try:
            if options["preview"]:
                self._show(preview(enrolment, now))
            else:
                self.stdout.write(str(enrol(enrolment, ACTOR, now).episode.pk))
        except Refused as refused:
            raise WrongInput("\n".join(lines_of(refused))) from refused

    def _show(self, planned: Preview) -> None:
        console = Console(file=self.stdout, soft_wrap=True)  # type: ignore[arg-type]
        console.print(sent_table(planned.course.zone, planned.reminders, planned.texts))
        for heading, sentences in (
            ("Not sent on its own", planned.not_sent),
            ("What changes in the patient's running plan", planned.effects),
            ("To know before", planned.warnings),
        ):
            if sentences:
                console.print(
                    f"\n{heading}", *(f"- {sentence}" for sentence in sentences), sep="\n", markup=False
                )


def asked(options: dict[str, Any]) -> Enrolment:
    return Enrolment(
        clinic=find_clinic(options["clinic"]),
        protocol_id=options["protocol"],
        name=options["name"],
        mobile=options["mobile"],
        email=options["email"],
        treated=options["treated"],
        answers=pairs(options["answer"], "--answer"),
        channels=channels(options),
        site=options["site"],
        late_confirmed=options["confirm_late"],
        fold=options["fold"],
        patient=options["patient"],
        detail=options["detail"],
        fewer_texts="yes" if options["fewer_texts"] else "",
        language=options["language"],
    )


def find_clinic(slug: str, option: str = "--clinic") -> Clinic:
    clinic = Clinic.objects.select_related("sender").filter(slug=slug).first()
    if clinic is None:
        slugs = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise WrongInput(f"{option}: there is no clinic {quoted(slug)}; there are: {slugs}")
    return clinic


def channels(options: dict[str, Any]) -> tuple[str, ...]:
    if options["channel"] is None:
        fields = Patient.ADDRESS_FIELDS.items()
        return tuple(channel for channel, field in fields if options[field].strip())
    return tuple(channel.strip() for channel in options["channel"].split(",") if channel.strip())


def lines_of(refused: Refused) -> list[str]:
    """A line for each fault, with the option that mends it."""
    faults = dict(refused.faults)
    if refused.patients:
        records = ", ".join(f"--patient {number}" for number in refused.patients)
        faults["patient"] += f" Say {records} or --patient new."
    if isinstance(refused, Conflict):
        mends = f"(`aftercare change {refused.episode}` does.)"
        return [f"this patient: {sentence} {mends}" for sentence in faults.values()]
    return [f"{option(field)}: {sentence}" for field, sentence in faults.items()]


def option(field: str) -> str:
    """The option a person has to change, for a field of the enrolment."""
    if field.startswith("answers."):
        return f"--answer {field.removeprefix('answers.')}"
    return OPTIONS.get(field, f"--{field}")
