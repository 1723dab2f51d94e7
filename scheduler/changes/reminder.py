"""One reminder at another time, at once, or not at all."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.changes.loaded import Loaded, keys_of
from scheduler.changes.refused import Refused, refuse
from scheduler.changes.wanted import Wanted
from scheduler.dates import moment
from scheduler.domain.due import announced, has_something_to_say
from scheduler.domain.echo import quoted
from scheduler.domain.overlap import seen_with
from scheduler.domain.pattern import candidates
from scheduler.domain.sending_hours import DAY
from scheduler.domain.status import Status
from scheduler.domain.stored import BY_PERSON, Stored
from scheduler.enrolment import reading
from scheduler.enrolment.checking import Typed
from scheduler.models import Episode

#: why a reminder that is not planned any more cannot be changed
STANDS = {
    Status.CLAIMED: gettext_lazy("It is being sent right now."),
    Status.SENT: gettext_lazy("It has gone already."),
    Status.DELIVERED: gettext_lazy("It has gone already."),
    Status.IN_DOUBT: gettext_lazy("It may have gone already."),
    Status.UNDELIVERED: gettext_lazy("It has gone, and did not arrive."),
    Status.FAILED: gettext_lazy("It could not be sent."),
    Status.CANCELLED: gettext_lazy("It is cancelled."),
    Status.HANDLED: gettext_lazy("Somebody has dealt with it."),
    Status.DROPPED: gettext_lazy("Somebody decided that it need not be said."),
}


@dataclass(frozen=True)
class MoveReminder:
    """To another time, typed on the clock of the reminder's zone: 2026-11-26T15:00, or with an offset."""

    kind: ClassVar[str] = "reminder-moved"
    key: str
    to: str
    fold: str = ""

    def read(self, loaded: Loaded) -> Wanted:
        row, typed = _planned(loaded, self.key), Typed({})
        to = typed.read("to", reading.read_treated, self.to, row.timezone, self.fold, otherwise=None)
        if not self.to.strip():
            typed.faults["to"] = _("Say when it is to go: the date and the time.")
        if typed.faults:
            raise Refused("fold" if "fold" in typed.faults else "wrong-input", typed.faults)
        _refuse_opener(loaded, row)
        if to < loaded.now:
            raise refuse("past", _("This time has passed."), "to")
        if to != row.due_at:
            _check_time(loaded, row, to)
        _refuse_critical_late(loaded, row, to)
        return Wanted(row=row, reminder={"moved_to": to}, warnings=tuple(_warnings(loaded, row, to)))


@dataclass(frozen=True)
class SendNow:
    """At once, as the time is."""

    kind: ClassVar[str] = "reminder-sent-now"
    key: str

    def read(self, loaded: Loaded) -> Wanted:
        row, now = _planned(loaded, self.key), loaded.now
        if loaded.episode.state == Episode.State.PAUSED and not row.critical:
            raise refuse(
                "paused", _("The plan is paused, and this would wait as well. Resume the plan first.")
            )
        if row.due_at <= now:
            raise refuse(
                "nothing-changes", _("It is due already: it goes as soon as a worker takes it."), "key"
            )
        _refuse_opener(loaded, row)
        _check_time(loaded, row, now)
        return Wanted(row=row, reminder={"moved_to": now})


@dataclass(frozen=True)
class SkipReminder:
    """Not at all. Nothing brings it back."""

    kind: ClassVar[str] = "reminder-skipped"
    key: str

    def read(self, loaded: Loaded) -> Wanted:
        row, protocol = _planned(loaded, self.key), loaded.course.protocol
        if row.critical and loaded.now < row.send_by:
            until = moment(row.timezone, row.send_by)
            sentence = _("This text names signs of an emergency. It cannot be skipped before %(until)s.") % {
                "until": until
            }
            raise refuse("critical", sentence, "key")
        if row.message == protocol.correction != protocol.catch_up:
            sentence = _(
                "The patient was told dates that are not right any more. This text says so, and has to go."
            )
            raise refuse("correction", sentence, "key")
        unsaid = [protocol.messages[name].label for name in row.folds if name in protocol.messages]
        notes = (
            (_("What it says besides is not sent either: %(unsaid)s.") % {"unsaid": ", ".join(unsaid)},)
            if unsaid
            else ()
        )
        warnings = [_("This cannot be taken back.")]
        if announced(loaded.course, row.message):
            warnings.insert(0, _("No other text says that on its day: tell the patient."))
        skipped = {"status": Status.SKIPPED, "reason": BY_PERSON}
        return Wanted(row=row, reminder=skipped, notes=notes, warnings=tuple(warnings))


def _planned(loaded: Loaded, key: str) -> Stored:
    """A reminder that is still to come. Raises Refused."""
    row = next((row for row in loaded.rows if row.key == key), None)
    if row is None:
        known = keys_of(loaded.to_come())
        raise refuse(
            "unknown-reminder",
            _("There is no reminder %(key)s; still to come: %(known)s.")
            % {"key": quoted(key), "known": known},
            "key",
        )
    if row.status is not Status.SCHEDULED:
        raise refuse("not-planned", _why_not(loaded, row), "key")
    return row


def _why_not(loaded: Loaded, row: Stored) -> str:
    if row.status is Status.FOLDED:
        host = next((one for one in loaded.case.rows if one.id == row.host), None)
        return (
            _("Another text says it: %(label)s.") % {"label": loaded.label_of(host)}
            if host
            else _("Another text says it.")
        )
    if row.status is Status.SUPERSEDED:
        return _("Another treatment decides what it would say, so it is not sent.")
    if row.status is Status.SKIPPED:
        return (
            _("It is taken out already: somebody decided that it is not sent.")
            if row.reason == BY_PERSON
            else _("It was not sent in time.")
        )
    return str(STANDS[row.status])


def _refuse_opener(loaded: Loaded, row: Stored) -> None:
    """The text that begins a plan, or begins it anew, goes as soon as it may; it has no other time."""
    if loaded.course.protocol.messages[row.message].at.enrolment:
        when = moment(row.timezone, row.due_at)
        raise refuse(
            "opener",
            _("This text goes as soon as texts may be sent, %(when)s: it has no other time.")
            % {"when": when},
            "key",
        )


def _check_time(loaded: Loaded, row: Stored, to: datetime) -> None:
    course, zone = loaded.course, row.timezone
    if to >= row.send_by:
        until = moment(zone, row.send_by)
        raise refuse("past-send-by", _("It must go before %(until)s.") % {"until": until}, "to")
    if not course.hours.include(to):
        opens = course.hours.next_moment(to)
        could = (
            _("It could go from %(moment)s.") % {"moment": moment(zone, opens)}
            if opens < row.send_by
            else _("It cannot go later either.")
        )
        hours = course.protocol.sending_hours
        span = _("%(opens)s and %(closes)s") % {
            "opens": f"{hours.opens:%H:%M}",
            "closes": f"{hours.closes:%H:%M}",
        }
        raise refuse(
            "outside-hours",
            _("Texts are sent between %(span)s only. %(could)s") % {"span": span, "could": could},
            "to",
        )
    if (ends_at := announced(course, row.message)) and to < ends_at:
        sentence = _("It says what begins when something ends, on %(moment)s: not before that.") % {
            "moment": moment(zone, ends_at)
        }
        raise refuse("too-early", sentence, "to")
    if not _says_something(loaded, row, to):
        raise refuse("nothing-to-say", _("Nothing of what it says holds at that time."), "to")


def _says_something(loaded: Loaded, row: Stored, to: datetime) -> bool:
    course = loaded.course
    found = next((c for c in candidates(course) if c.key == row.key), None)
    if found is None:
        return False
    then = found._replace(due_at=to, day=course.treatment.day_of(to))
    message = course.protocol.messages[row.message]
    return has_something_to_say(seen_with(course, loaded.others, to), message, then)


def _refuse_critical_late(loaded: Loaded, row: Stored, to: datetime) -> None:
    """Putting it off for long would be skipping it by another name."""
    planned = next((c.due_at for c in candidates(loaded.course) if c.key == row.key), row.due_at)
    if row.critical and to > planned + DAY:
        until = moment(row.timezone, planned + DAY)
        sentence = _(
            "This text names signs of an emergency. It may go a day later at the most: by %(until)s."
        ) % {"until": until}
        raise refuse("critical-late", sentence, "to")


def _warnings(loaded: Loaded, row: Stored, to: datetime) -> list[str]:
    if row.critical and to > row.due_at:
        return [
            _("%(label)s tells of an emergency, and would go later than planned.")
            % {"label": loaded.label_of(row)}
        ]
    return []
