"""What `rehearse` reads: which editions are compared, over whom. Raises WrongInput with a line a fault."""

import re
from argparse import ArgumentTypeError
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from scheduler import editions
from scheduler.domain import localtime
from scheduler.domain.clinic_values import apply
from scheduler.domain.echo import quoted
from scheduler.domain.edits.words import without_emptied
from scheduler.domain.protocol import Protocol
from scheduler.domain.protocol_file import ProtocolFaults, load
from scheduler.management.base import WrongInput
from scheduler.management.treatment_args import pairs
from scheduler.models import Clinic, Draft, Edition
from scheduler.rehearsal import NothingToRehearse, Sample, made_enrolments, past_enrolments

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: the period where none is given, and the most that are made up
USUAL, MOST = timedelta(days=90), 100_000


@dataclass(frozen=True)
class Compared:
    """Today's edition and the one to rehearse, each with what it is called."""

    today: Protocol
    today_name: str
    rehearsed: Protocol
    rehearsed_name: str


def local_date(word: str) -> date:
    try:
        # Where the calendar ends no clock can be worked out.
        if not DATE.fullmatch(word) or not 1970 <= int(word[:4]) <= 2500:
            raise ValueError
        return date.fromisoformat(word)
    except ValueError:
        raise ArgumentTypeError(f"{quoted(word)} is not a date; write it like this: 2026-11-20") from None


def how_many(word: str) -> int:
    if not word.isascii() or not word.isdecimal() or not 1 <= int(word) <= MOST:
        raise ArgumentTypeError(f"{quoted(word)} is not a number from 1 to {MOST}")
    return int(word)


def price(word: str) -> Decimal:
    try:
        found = Decimal(word)
    except InvalidOperation:
        found = Decimal("NaN")
    if not word.isascii() or not found.is_finite() or not 0 <= found <= 1000:
        raise ArgumentTypeError(f"{quoted(word)} is not a price; write what a segment costs: 0.04")
    return found


def read_editions(clinic: Clinic, options: dict[str, Any]) -> Compared:
    """The edition that holds, and the draft, an older edition or a file, with what `--set` changes in it."""
    file = _file(options["protocol"])
    try:
        localtime.check_zone(clinic.timezone)
    except localtime.UnknownZone as fault:
        raise WrongInput(f"--clinic: {clinic.name} has no time zone that exists: {fault}") from None
    edition = editions.current_edition(clinic, file.id)
    if edition is None:
        where = editions.where_to_set(clinic)
        raise WrongInput(f"--protocol: {clinic.name} has no edition of {file.title} yet. {where}")
    today, base = editions.protocol_of(edition), _base(clinic, edition, options["edition"])
    settings, name = pairs(options["set"], "--set"), _name(base)
    protocol = editions.file_of(base)
    if _is_file(options["protocol"]):
        protocol, name = file, f"{Path(options['protocol']).name} with the settings of {name}"
    rehearsed = _with(protocol, base, settings)
    _refuse_unset(rehearsed, "--set")
    _refuse_unset(today, "today's edition:")
    changed = [f"{name}={text}" for name, text in settings.items()]
    return Compared(today, _name(edition), rehearsed, ", ".join([name, *changed]))


def _is_file(word: str) -> bool:
    return word.endswith((".yaml", ".yml"))


def _file(word: str) -> Protocol:
    try:
        return load(Path(word)) if _is_file(word) else editions.find_protocol(word)
    except (editions.UnknownProtocol, ProtocolFaults) as fault:
        raise WrongInput("\n".join(f"--protocol: {line}" for line in str(fault).splitlines())) from None
    except OSError as fault:
        raise WrongInput(f"--protocol: {word}: {fault.strerror}") from None


def _base(clinic: Clinic, current: Edition, number: int | None) -> Edition | Draft:
    """The edition that was asked for, else the draft, else what holds today."""
    if number is None:
        return editions.find_draft(clinic, current.protocol_id) or current
    try:
        return editions.find_edition(clinic, current.protocol_id, number)
    except editions.Refused as refused:
        raise WrongInput(f"--edition: {refused}") from None


def _name(stored: Edition | Draft) -> str:
    return f"edition {stored.number}" if isinstance(stored, Edition) else f"draft, revision {stored.revision}"


def _with(protocol: Protocol, base: Edition | Draft, settings: dict[str, str]) -> Protocol:
    """As they would be in a draft: what is more exact wins, and an emptied text is the protocol's own."""
    wanted = {**base.settings, **without_emptied(settings)}
    changed, faults = apply(protocol, {name: text for name, text in wanted.items() if text is not None})
    if faults:
        lines = [f"{'--set' if one.name in settings else _name(base) + ':'} {one}" for one in faults]
        raise WrongInput("\n".join(lines))
    return changed


def _refuse_unset(protocol: Protocol, where: str) -> None:
    for name in protocol.missing_settings():
        label = protocol.values[name].label
        raise WrongInput(f"{where} {name} is not set ({label}): it takes {name}=14d, =in-person or =omit")


def read_sample(
    clinic: Clinic, compared: Compared, options: dict[str, Any], now: datetime
) -> tuple[Sample, dict[str, Any]]:
    """The patients, and where they come from."""
    first, last, count = options["first"], options["last"], options["made"]
    if count is not None:
        if first or last:
            raise WrongInput("--made: made-up treatments have no --from and no --until")
        made = made_enrolments(count, clinic.timezone, now, compared.today, compared.rehearsed)
        return made, {"made": count}
    last = last or localtime.local_date(clinic.timezone, now)
    first = first or last - USUAL
    if last < first:
        raise WrongInput(f"--until: {last} is before {first}, the first date of the period")
    try:
        sample = past_enrolments(clinic, compared.today.id, first, last)
    except NothingToRehearse as nobody:
        raise WrongInput(f"--from, --until: {nobody}; take another period, or --made 200") from None
    return sample, {"from": first.isoformat(), "until": last.isoformat()}
