"""Which change the words of `aftercare change` ask for."""

from argparse import ArgumentParser
from typing import Any

from scheduler.changes import (
    Cancel,
    Change,
    ChangeAddress,
    ChangeTexts,
    ChangeTreatment,
    MoveReminder,
    Pause,
    Resume,
    SendNow,
    SkipReminder,
)
from scheduler.management.base import WrongInput
from scheduler.management.treatment_args import pairs

TREATMENT = ("treated", "answer", "zone", "site")
ADDRESS = ("mobile", "email", "channel")
TEXTS = ("detail", "fewer_texts")
MESSAGE = ("move", "skip", "send_now")
ALONE = (*MESSAGE, "pause", "resume", "cancel")


def add_change_arguments(parser: ArgumentParser) -> None:
    treatment = parser.add_argument_group("the treatment")
    treatment.add_argument("--treated", metavar="ISO", help="when it ended, on the episode's clock")
    treatment.add_argument("--answer", action="append", metavar="QUESTION=ANSWER")
    treatment.add_argument("--zone", metavar="ZONE", help="for instance Europe/London")
    treatment.add_argument("--site", help="left, right or both; empty: not given")
    treatment.add_argument("--confirm-late", action="store_true", help="yes, more than 24 hours earlier")
    reminder = parser.add_argument_group("one message, by its key")
    reminder.add_argument(
        "--move", action="append", metavar="KEY=ISO", help="to another time, on the episode's clock"
    )
    reminder.add_argument("--skip", action="append", metavar="KEY", help="it is not sent")
    reminder.add_argument("--send-now", action="append", metavar="KEY", help="it goes at once")
    plan = parser.add_argument_group("the plan")
    plan.add_argument(
        "--pause", action="store_true", help="nothing goes until --resume, but what is critical"
    )
    plan.add_argument("--resume", action="store_true")
    plan.add_argument("--cancel", action="store_true", help="for good")
    texts = parser.add_argument_group("its texts")
    texts.add_argument(
        "--detail",
        choices=["full", "minimal", "clinic"],
        help="how much they say; clinic: as the clinic has it",
    )
    texts.add_argument("--fewer-texts", choices=["yes", "no"], help="only what nobody should do without")
    address = parser.add_argument_group("the patient")
    address.add_argument("--mobile", help="another mobile number; empty: none")
    address.add_argument("--email", help="another email address; empty: none")
    address.add_argument("--channel", metavar="sms,email", help="the permitted ones, the preferred first")
    parser.add_argument(
        "--fold", default="", metavar="first,second", help="which, where the clock showed that time twice"
    )


def read_change(options: dict[str, Any]) -> Change:
    """Raises WrongInput where the words ask for no change, or for several that do not go together."""
    asked = [name for name in ALONE if options[name] not in (None, False)]
    for group in (TREATMENT, TEXTS, ADDRESS):
        if any(options[name] is not None for name in group):
            asked.append(next(name for name in group if options[name] is not None))
    named = [f"--{name.replace('_', '-')}" for name in asked]
    if not asked:
        raise WrongInput("say what to change, for instance --treated, --move, --pause or --mobile")
    if len(asked) > 1:
        raise WrongInput(f"{' and '.join(named)}: one change at a time")
    if asked[0] in ALONE:
        return _alone(asked[0], options)
    if asked[0] in TEXTS:
        detail = options["detail"]
        return ChangeTexts("" if detail == "clinic" else detail, options["fewer_texts"])
    return _address(options) if asked[0] in ADDRESS else _treatment(options)


def _treatment(options: dict[str, Any]) -> Change:
    return ChangeTreatment(
        treated=options["treated"],
        fold=options["fold"],
        answers=pairs(options["answer"] or [], "--answer"),
        zone=options["zone"],
        site=options["site"],
        late_confirmed=options["confirm_late"],
    )


def _address(options: dict[str, Any]) -> Change:
    channels = options["channel"]
    split = None if channels is None else tuple(one.strip() for one in channels.split(",") if one.strip())
    return ChangeAddress(mobile=options["mobile"], email=options["email"], channels=split)


def _alone(name: str, options: dict[str, Any]) -> Change:
    if name in MESSAGE:
        if len(options[name]) > 1:
            words = f"--{name.replace('_', '-')}"
            raise WrongInput(f"{words}: one message at a time; say {words} once")
        return _of_message(name, options[name][0], options["fold"])
    if name == "pause":
        return Pause()
    return Resume() if name == "resume" else Cancel()


def _of_message(name: str, word: str, fold: str) -> Change:
    if name == "move":
        ((key, to),) = pairs([word], "--move").items()
        return MoveReminder(key, to, fold)
    return SkipReminder(word) if name == "skip" else SendNow(word)


def option(field: str, change: Change) -> str:
    """The option to change, for a field of the change; empty where none is at fault."""
    if field.startswith("answers."):
        return f"--answer {field.removeprefix('answers.')}: "
    if field in ("to", "key"):
        words = {MoveReminder: "--move", SkipReminder: "--skip", SendNow: "--send-now"}
        return f"{words[type(change)]}: "
    words_of = {
        "plan": "",
        "episode": "",
        "late_confirmed": "--confirm-late: ",
        "channels": "--channel: ",
        "fewer_texts": "--fewer-texts: ",
    }
    return words_of.get(field, f"--{'reason' if field == 'why' else field}: ")
