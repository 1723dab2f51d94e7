"""The words that `timeline` and `simulate` share: a protocol, a treatment, and a clinic's values."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from scheduler.domain.clinic_values import SettingFault, with_settings
from scheduler.domain.echo import cut
from scheduler.domain.localtime import UnknownZone, check_zone
from scheduler.domain.phases import Treatment
from scheduler.domain.placeholders import Contact
from scheduler.domain.protocol import Protocol
from scheduler.domain.protocol_file import ProtocolFaults, load
from scheduler.editions import UnknownProtocol, find_protocol
from scheduler.enrolment.reading import AskFold, read_treated
from scheduler.management.base import WrongInput

#: who the texts speak for where no clinic is given; the number is one that nobody has
EXAMPLE_CLINIC = Contact(
    name="Example Clinic",
    urgent_phone="01632 960123",
    reply_to="care@example.com",
    website="https://www.example.com",
)
EXAMPLE_LINK = "https://www.example.com/p/abcdefghjkmnpq"


def add_treatment_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("protocol", metavar="PROTOCOL", help="a protocol's id, or a YAML file")
    parser.add_argument(
        "--treated", required=True, metavar="ISO", help="end of the treatment: 2026-11-20T15:00"
    )
    parser.add_argument("--tz", required=True, metavar="ZONE", help="for instance Europe/London")
    parser.add_argument("--answer", action="append", default=[], metavar="QUESTION=ANSWER")
    parser.add_argument(
        "--value",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a clinic's value: no_flying=14d (or =in-person, =omit), continuous_wear=7d, morning=10:00",
    )
    parser.add_argument("--enrolled", metavar="ISO", help="when the patient was enrolled; default: --treated")
    parser.add_argument("--at-desk", action="store_true", help="enrolled with the form, the patient present")
    parser.add_argument(
        "--detail", default="", choices=["full", "minimal"], help="how much the texts say; default: full"
    )
    parser.add_argument("--fewer-texts", action="store_true", help="only what nobody should do without")
    parser.add_argument(
        "--fold", default="", choices=["first", "second"], help="which, where the clock showed it twice"
    )


def read_plan(options: dict[str, Any]) -> tuple[Protocol, Treatment]:
    """The protocol with the clinic's values, and the treatment. Raises WrongInput with a line a fault."""
    protocol = _with_values(_protocol(options["protocol"]), pairs(options["value"], "--value"))
    answers = pairs(options["answer"], "--answer")
    wrong = [f"--answer {name}: {sentence}" for name, sentence in protocol.check_answers(answers).items()]
    for name in protocol.missing_settings():
        label = protocol.values[name].label
        wrong.append(
            f"--value {name} is not given ({label}): say {name}=14d, {name}=in-person or {name}=omit"
        )
    if wrong:
        raise WrongInput("\n".join(wrong))
    return protocol, _treatment(options, answers)


def _treatment(options: dict[str, Any], answers: dict[str, str]) -> Treatment:
    try:
        zone = check_zone(cut(options["tz"]))
    except UnknownZone as fault:
        raise WrongInput(f"--tz: {fault}") from None
    treated_at = _instant(options, "treated", zone)
    enrolled_at = _instant(options, "enrolled", zone) if options["enrolled"] else treated_at
    if enrolled_at < treated_at:
        raise WrongInput("--enrolled: this is before the end of the treatment")
    return Treatment(
        treated_at, zone, answers, enrolled_at, options["at_desk"],
        detail=options["detail"], fewer=options["fewer_texts"],
    )  # fmt: skip


def _protocol(word: str) -> Protocol:
    try:
        return load(Path(word)) if word.endswith((".yaml", ".yml")) else find_protocol(word)
    except (UnknownProtocol, ProtocolFaults) as fault:
        raise WrongInput(fault) from None
    except OSError as fault:
        raise WrongInput(f"{word}: {fault.strerror}") from None


def _with_values(protocol: Protocol, values: dict[str, str]) -> Protocol:
    try:
        return with_settings(protocol, values)
    except SettingFault as fault:
        raise WrongInput(f"--value {fault}") from None


def _instant(options: dict[str, Any], name: str, zone: str) -> Any:
    try:
        return read_treated(options[name], zone, options["fold"])
    except AskFold as twice:
        raise WrongInput(f"--{name}: {twice} Say --fold first or --fold second.") from None
    except ValueError as fault:
        raise WrongInput(f"--{name}: {fault}") from None


def pairs(words: list[str], option: str) -> dict[str, str]:
    """`["area=small"]` as a mapping; raises WrongInput where there is no `=` or a name comes twice."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or name in found:
            raise WrongInput(f"{option} {cut(word)}: write NAME=VALUE, each name once")
        found[name] = value
    return found
