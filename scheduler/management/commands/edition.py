"""`aftercare edition`: adjust a clinic's timings and texts, as a draft that is checked and then published."""

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.utils import timezone

from scheduler import editions
from scheduler.editions import Refused, UnknownProtocol
from scheduler.management import edition_everybody as everybody
from scheduler.management import edition_output as output
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import Failure, WrongInput
from scheduler.management.commands.enrol import ACTOR, find_clinic
from scheduler.management.counted import counted
from scheduler.management.treatment_args import pairs
from scheduler.models import Clinic, Draft

#: what was typed cannot be right; everything else could not be done as things stand
TYPED = {
    "wrong-setting", "no-such-setting", "long-reason", "unknown-edition", "same-clinic", "no-reason",
    "no-approver",
}  # fmt: skip
HELP = {
    "draft": "begin a draft with the current edition, or show the one there is",
    "set": "change the draft: lengths, times, messages, words",
    "check": "what is wrong with the draft, and a sample for every answer",
    "diff": "what the draft would do to everybody who is enrolled; `compare` has its words and values",
    "compare": "what differs in words and values between two editions, or one and the draft",
    "history": "every edition, the newest first",
    "publish": "make the draft the next edition, for patients enrolled from then on, or for all",
    "restore": "begin a draft with an older edition",
    "copy": "begin a draft at another clinic with an edition of this one",
}


class Command(BaseCommand):
    help = "Adjust a clinic's timings and texts, for new patients or for everybody enrolled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        parsers = {name: actions.add_parser(name, help=text) for name, text in HELP.items()}
        for one in parsers.values():
            one.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's short name")
            one.add_argument("--protocol", required=True, help="for instance microsclerotherapy")
        for name in ("check", "compare", "diff", "history"):
            parsers[name].add_argument("--format", default="table", choices=["table", "json"])
        for name in ("draft", "set", "publish"):
            parsers[name].add_argument(
                "--revision", type=int, metavar="N", help="refuse if the draft is no longer at it"
            )
        _of_draft(parsers["draft"])
        _of_set(parsers["set"])
        _of_publish(parsers["publish"])
        parsers["diff"].add_argument(
            "--patients", type=int, default=20, metavar="N", help="the steps of so many patients"
        )
        sides = "an edition's number, draft, current or file"
        parsers["compare"].add_argument("before", nargs="?", default="current", help=sides)
        parsers["compare"].add_argument("after", nargs="?", default="draft", help=sides)
        parsers["restore"].add_argument("number", type=int, metavar="NUMBER")
        parsers["copy"].add_argument("--to", required=True, metavar="SLUG", help="the other clinic")
        parsers["copy"].add_argument("--edition", type=int, metavar="NUMBER", help="default: the current one")

    def handle(self, *args: Any, **options: Any) -> None:
        clinic = find_clinic(options["clinic"])
        try:
            editions.find_protocol(options["protocol"])
            getattr(self, f"_{options['action']}")(clinic, options["protocol"], options)
        except UnknownProtocol as unknown:
            raise WrongInput(f"--protocol: {unknown}") from None
        except Refused as refused:
            kind = WrongInput if refused.code in TYPED else Failure
            named = [f"{one.name or 'the draft'}: {one.sentence}" for one in refused.findings]
            raise kind("\n".join(named) if named else refused.sentence) from None

    def _draft(self, clinic: Clinic, protocol: str, options: dict[str, Any]) -> None:
        now, draft = timezone.now(), editions.find_draft(clinic, protocol)
        if options["discard"]:
            seen = _seen(editions.get_draft(clinic, protocol), options)
            editions.discard_draft(clinic, protocol, seen_revision=seen, actor=ACTOR, now=now)
            self.stdout.write("The draft is discarded.")
            return
        if options["renew"]:
            seen = _seen(editions.get_draft(clinic, protocol), options)
            renewed = editions.renew_draft(clinic, protocol, seen_revision=seen, actor=ACTOR, now=now)
            for name in renewed.conflicts:
                self.stdout.write(f"{name} was changed on both sides; the draft's stays.")
            draft = renewed.draft
        began = draft is None
        self._show_draft(draft or editions.start_draft(clinic, protocol, actor=ACTOR, now=now), began)

    def _show_draft(self, draft: Draft, began: bool) -> None:
        base = f"edition {draft.base.number}" if draft.base else "the protocol's file"
        self.stdout.write(f"{'Begun' if began else 'Draft'} with {base}; revision {draft.revision}.")
        if changed := len(editions.file_changes(draft)):
            places = counted(changed, "place")
            self.stdout.write(f"Today's protocol file differs from that edition's in {places}.")
        sides = {"before": "current", "after": "draft", "format": "table"}
        self._compare(draft.clinic, draft.protocol_id, sides)

    def _set(self, clinic: Clinic, protocol: str, options: dict[str, Any]) -> None:
        wanted: dict[str, str | None] = dict(pairs(options["setting"], "set"))
        if twice := [name for name in options["unset"] if name in wanted]:
            raise WrongInput(f"--unset {twice[0]}: it is set as well")
        if not (wanted or options["unset"] or options["why"]):
            raise WrongInput("give NAME=VALUE, --unset NAME or --why NAME=REASON")
        draft = editions.get_draft(clinic, protocol)
        if strangers := [name for name in options["unset"] if name not in draft.settings]:
            raise WrongInput(f"--unset {strangers[0]}: it is not set")
        after = editions.change_draft(
            clinic,
            protocol,
            wanted | dict.fromkeys(options["unset"]),
            reasons=pairs(options["why"], "--why"),
            seen_revision=_seen(draft, options),
            actor=ACTOR,
            now=timezone.now(),
        )
        if after.revision == draft.revision:
            self.stdout.write("Nothing was different, so nothing was changed.")
        else:
            self.stdout.write(f"The draft is at revision {after.revision}.")

    def _check(self, clinic: Clinic, protocol: str, options: dict[str, Any]) -> None:
        checked = editions.check(editions.get_draft(clinic, protocol))
        now = timezone.now().replace(second=0, microsecond=0)
        if options["format"] == "json":
            self._json(output.check_json(checked, now))
        else:
            output.show(self._out, output.FINDINGS, output.finding_rows(checked))
            if texts := list(output.sample_rows(checked, now)):
                self.stdout.write(output.SAMPLE)
                output.show(self._out, output.TEXTS, texts)
        if checked.faults:
            raise Failure(f"faults: {len(checked.faults)}; until they are mended it cannot be published")

    def _compare(self, clinic: Clinic, protocol: str, options: dict[str, Any]) -> None:
        comparison = editions.compare(clinic, protocol, options["before"], options["after"])
        if options["format"] == "json":
            self._json(output.compare_json(comparison))
        elif comparison.changes:
            self.stdout.write(f"{comparison.before} -> {comparison.after}")
            output.show(self._out, output.CHANGES, output.change_rows(comparison))
            if comparison.of_draft:
                self.stdout.write("What the draft does to everybody enrolled: `aftercare edition diff`.")
        else:
            self.stdout.write(f"Nothing differs between {comparison.before} and {comparison.after}.")

    def _history(self, clinic: Clinic, protocol: str, options: dict[str, Any]) -> None:
        found = list(editions.history(clinic, protocol))
        if options["format"] == "json":
            self._json(output.history_json(found))
        elif found:
            output.show(self._out, output.EDITIONS, output.edition_rows(found))
        else:
            self.stdout.write("There is no edition yet.")

    def _diff(self, clinic: Clinic, protocol: str, options: dict[str, Any]) -> None:
        everybody.refuse_under_way(clinic, protocol)
        draft = editions.get_draft(clinic, protocol)
        editions.refuse_unready(editions.check(draft), same_too=True)
        found = everybody.look(draft, options["patients"])
        if options["format"] == "json":
            self._json(everybody.reach_json(*found))
        else:
            everybody.show_reach(self._out, *found)

    def _publish(self, clinic: Clinic, protocol: str, options: dict[str, Any]) -> None:
        if options["to"] == "all":
            everybody.publish(clinic, protocol, options, ACTOR, self._out)
            return
        draft = editions.get_draft(clinic, protocol)
        edition = editions.publish_draft(
            clinic,
            protocol,
            seen_revision=_seen(draft, options),
            reason=options["reason"],
            approved_by=options["approved_by"],
            actor=ACTOR,
            now=timezone.now(),
        )
        self.stdout.write(f"Published as edition {edition.number}, for patients enrolled from now on.")

    def _restore(self, clinic: Clinic, protocol: str, options: dict[str, Any]) -> None:
        draft = editions.restore(clinic, protocol, options["number"], actor=ACTOR, now=timezone.now())
        self.stdout.write(f"A draft with edition {options['number']}; revision {draft.revision}.")

    def _copy(self, clinic: Clinic, protocol: str, options: dict[str, Any]) -> None:
        edition = editions.current_edition(clinic, protocol)
        if options["edition"] is not None:
            edition = editions.find_edition(clinic, protocol, options["edition"])
        if edition is None:
            raise Failure(f"{clinic.name} has no edition yet")
        target = find_clinic(options["to"], "--to")
        copied = editions.copy(edition, target, actor=ACTOR, now=timezone.now())
        for name, why in copied.left_out.items():
            self.stdout.write(f"Left out: {name}. {why}")
        self.stdout.write(f"A draft at {target.name} with edition {edition.number} of {clinic.name}.")

    @property
    def _out(self) -> IO[str]:
        return cast(IO[str], self.stdout)

    def _json(self, data: Any) -> None:
        self.stdout.write(json.dumps(data, indent=2, ensure_ascii=False))


def _of_draft(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--renew", action="store_true", help="carry it over to the current edition and today's protocol file"
    )
    which.add_argument("--discard", action="store_true", help="close it without publishing")


def _of_set(parser: ArgumentParser) -> None:
    parser.add_argument(
        "setting",
        nargs="*",
        metavar="NAME=VALUE",
        help="continuous_wear=7d, no_flying=omit, morning=10:00, messages.day-6=off, messages.day-5.day=6, "
        "lines.waxing.sms=...; an emptied text is the protocol's own again",
    )
    parser.add_argument(
        "--unset", action="append", default=[], metavar="NAME", help="as the protocol has it again"
    )
    parser.add_argument(
        "--why",
        action="append",
        default=[],
        metavar="NAME=REASON",
        help="why a length is below the protocol's own",
    )


def _of_publish(parser: ArgumentParser) -> None:
    parser.add_argument("--to", default="new", choices=["new", "all"], help="new: those enrolled from now on")
    parser.add_argument("--seen", metavar="TOKEN", help="with --to all: what `diff` ended with")
    parser.add_argument("--reason", required=True, help="why; for whoever looks at it later")
    parser.add_argument("--approved-by", required=True, metavar="NAME", help="the clinician who approves it")


def _seen(draft: Draft, options: dict[str, Any]) -> int:
    """The revision that was looked at: the one named, else the one just read."""
    return draft.revision if options["revision"] is None else options["revision"]
