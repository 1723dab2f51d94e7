"""Everything that can be wrong with an enrolment, found at once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler import dates, editions
from scheduler.domain import localtime
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Course
from scheduler.domain.protocol import Protocol
from scheduler.domain.timeline import Timeline, Treatment, timeline_of
from scheduler.enrolment import reading
from scheduler.enrolment.patients import Reached, who
from scheduler.enrolment.phone import mobile
from scheduler.enrolment.request import SITES, Enrolment, Refused
from scheduler.models import Edition, Patient
from scheduler.senders import shut_ways

LATE = timedelta(hours=24)
IDENTIFYING = {"name", "mobile", "email", "treated", "fold"}
NOTHING_LEFT = gettext_lazy("This treatment is so long ago that its plan is over: nothing is left to send.")


@dataclass
class Typed:
    """What could be read of an enrolment, and a sentence for every field that could not."""

    faults: dict[str, str]
    name: str = ""
    mobile: str = ""
    email: str = ""
    treated_at: datetime | None = None
    channels: tuple[str, ...] = ()
    site: str = ""
    detail: str = ""
    fewer_texts: bool = False
    language: str = ""

    def read(self, field: str, reader: Callable[..., Any], *typed: Any, otherwise: Any = "") -> Any:
        try:
            return reader(*typed)
        except reading.AskFold as question:
            self.faults["fold"] = str(question)
        except ValueError as fault:
            self.faults[field] = str(fault)
        return otherwise


@dataclass(frozen=True)
class Known:
    """What the checks ask of the database, where it was asked for many enrolments at once."""

    edition: Edition
    reached: Reached


@dataclass(frozen=True)
class Checked:
    """An enrolment in which nothing is wrong.

    `patient` is the chosen record, None where a new one is made. `timeline` is of this treatment by itself.
    """

    typed: Typed
    patient: Patient | None
    edition: Edition
    protocol: Protocol
    treatment: Treatment
    timeline: Timeline
    identity: str


def read(asked: Enrolment) -> Typed:
    """Each field by itself."""
    typed, zone = Typed({}), asked.clinic.timezone
    typed.name = typed.read("name", reading.read_name, asked.name)
    typed.mobile = typed.read("mobile", mobile, asked.mobile, zone) if asked.mobile.strip() else ""
    typed.email = typed.read("email", reading.read_email, asked.email)
    typed.treated_at = typed.read(
        "treated", reading.read_treated, asked.treated, zone, asked.fold, otherwise=None
    )
    typed.channels = typed.read("channels", reading.read_channels, asked.channels, otherwise=())
    typed.site = typed.read("site", reading.read_site, asked.site, SITES)
    typed.detail = typed.read("detail", reading.read_detail, asked.detail)
    typed.fewer_texts = typed.read("fewer_texts", reading.read_yes, asked.fewer_texts, otherwise=False)
    typed.language = typed.read("language", reading.read_language, asked.language)
    for channel in typed.channels:
        address = reading.CHANNELS[channel]
        if not getattr(typed, address):
            typed.faults.setdefault(address, str(reading.WITHOUT_ADDRESS[address]))
    return typed


def identity_of(protocol_id: str, typed: Typed) -> str | None:
    """What makes an enrolment this one; None where a part of it cannot be read."""
    if IDENTIFYING & set(typed.faults) or typed.treated_at is None:
        return None
    minute = typed.treated_at.astimezone(UTC).isoformat(timespec="minutes")
    parts = (protocol_id, typed.name.casefold(), typed.mobile, typed.email.casefold(), minute)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def ready(asked: Enrolment) -> Edition:
    """The edition of new enrolments. Raises Refused where what every patient must be told is not set."""
    edition = editions.edition_at_hand(asked.clinic, asked.protocol_id)
    missing = editions.missing_under(edition, asked.clinic, asked.protocol_id)
    if missing or edition is None:
        labels = ", ".join(value.label for value in missing)
        where = editions.where_to_set(asked.clinic)
        raise Refused(
            {
                "clinic": _("Nobody can be enrolled yet. Still to be set: %(labels)s. %(where)s")
                % {"labels": labels, "where": where}
            }
        )
    return edition


def refuse_unknown_protocol(protocol_id: str) -> None:
    try:
        editions.find_protocol(protocol_id)
    except editions.UnknownProtocol as unknown:
        raise Refused({"protocol": str(unknown)}) from unknown


def check(
    asked: Enrolment, typed: Typed, now: datetime, *, preview: bool = False, known: Known | None = None
) -> Checked:
    """All of it together, or Refused. `now` is a whole minute. A preview may leave out who the patient is."""
    edition = known.edition if known else ready(asked)
    protocol = editions.protocol_of(edition)
    faults = _person_optional(asked, typed.faults) if preview else dict(typed.faults)
    if not preview and (shut := shut_ways(asked.clinic, typed.channels)):
        faults.setdefault("channels", shut)
    unanswered = protocol.check_answers(asked.answers)
    faults |= {f"answers.{name}": sentence for name, sentence in unanswered.items()}
    treatment = _treatment(asked, typed, now)
    if treatment:
        over = not unanswered and is_over(protocol, treatment)
        faults |= _about_time(treatment, over=over, late_confirmed=asked.late_confirmed or preview)
    chosen = who(asked, typed.name, typed.mobile, typed.email, known.reached if known else None)
    if chosen.fault:
        faults["patient"] = chosen.fault
    if faults or treatment is None:
        raise Refused(faults, tuple(patient.pk for patient in chosen.alike))
    timeline = timeline_of(protocol, treatment)
    if not timeline.reminders:
        raise Refused({"treated": NOTHING_LEFT})
    identity = identity_of(asked.protocol_id, typed) or ""
    return Checked(typed, chosen.patient, edition, protocol, treatment, timeline, identity)


def _treatment(asked: Enrolment, typed: Typed, now: datetime) -> Treatment | None:
    if typed.treated_at is None:
        return None
    return Treatment(
        treated_at=typed.treated_at,
        timezone=asked.clinic.timezone,
        answers=dict(asked.answers),
        enrolled_at=now,
        at_desk=asked.at_desk,
        site=typed.site,
        detail=typed.detail,
        fewer=typed.fewer_texts,
    )


def _about_time(treatment: Treatment, *, over: bool, late_confirmed: bool) -> dict[str, str]:
    if over:
        return {"treated": str(NOTHING_LEFT)}
    if treatment.treated_at > treatment.enrolled_at:
        return {"treated": _("This is in the future. Enrol the patient when the treatment has ended.")}
    if is_late(treatment) and not late_confirmed:
        return {"late_confirmed": _confirm(treatment)}
    return {}


def is_over(protocol: Protocol, treatment: Treatment) -> bool:
    """Whether the plan's last day was before the day of the enrolment."""
    day = treatment.day_of(treatment.enrolled_at)
    # Mostly the phases say it: another timeline is worked out for the few that are enrolled after them.
    return day > 0 and day > _last_end(course_of(protocol, treatment)) and day > last_day(protocol, treatment)


def _last_end(course: Course) -> int:
    """The number of the last day that a rule covers, of those whose end is given."""
    return max((phase.last_day for phase in course.phases.values() if phase.last_day is not None), default=0)


def last_day(protocol: Protocol, treatment: Treatment) -> int:
    """The number of the plan's last day, whoever is enrolled on time: of its last end or its last message."""
    on_time = timeline_of(protocol, replace(treatment, enrolled_at=treatment.treated_at, fewer=False))
    return max([0, _last_end(on_time.course), *(reminder.day for reminder in on_time.reminders)])


def is_late(treatment: Treatment) -> bool:
    """Whether a person has to confirm a treatment so long ago."""
    return treatment.enrolled_at - treatment.treated_at > LATE


def _person_optional(asked: Enrolment, faults: dict[str, str]) -> dict[str, str]:
    """The faults that a preview has too: what is not typed yet is none."""
    untyped = {name for name in ("name", "mobile", "email") if not getattr(asked, name).strip()}
    untyped |= set() if asked.channels else {"channels"}
    return {field: sentence for field, sentence in faults.items() if field not in untyped}


def _confirm(treatment: Treatment) -> str:
    wall = localtime.to_wall(treatment.timezone, treatment.treated_at)
    return _(
        "This treatment ended more than 24 hours ago, on %(day)s at %(clock)s. Confirm that this "
        "is right: what is past its time is not sent."
    ) % {"day": dates.day(wall.date()), "clock": localtime.clock(wall)}
