"""What one edition sends to the patients of a rehearsal, counted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from scheduler.domain.message import Contact
from scheduler.domain.protocol import Protocol
from scheduler.domain.rehearsal.cases import Case
from scheduler.domain.rehearsal.displaced import Displaced, displaced
from scheduler.domain.rehearsal.planning import Due, Plan, plan_of
from scheduler.domain.rehearsal.ruler import Ruler

#: texts of one patient that are closer than this disturb; the plan itself keeps them so far apart
CLOSE = timedelta(minutes=30)
#: longer texts are cut by some networks, and cost more than most
MOST_SEGMENTS = 2


@dataclass
class OfMessage:
    """What is sent of one message. `day` is the earliest after treatment, `longest` in segments."""

    label: str
    day: int
    reminders: int = 0
    segments: int = 0
    longest: int = 0
    long_texts: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A text that cannot be written, or with no key a treatment that cannot be planned."""

    key: str
    sentence: str


@dataclass
class Totals:
    """Reminders are texts (SMS) and emails; only texts have segments. Hours are local.

    Where a reminder is counted by its key, `labels` has what people call it.
    """

    patients: int = 0
    treatments: int = 0
    texts: int = 0
    emails: int = 0
    by_hour: Counter[int] = field(default_factory=Counter)
    by_message: dict[str, OfMessage] = field(default_factory=dict)
    #: two of a patient less than 30 minutes apart, and all of a day with more than one that is not critical
    close: Counter[tuple[str, ...]] = field(default_factory=Counter)
    crowded: Counter[tuple[str, ...]] = field(default_factory=Counter)
    displaced: Counter[Displaced] = field(default_factory=Counter)
    past_send_by: Counter[str] = field(default_factory=Counter)
    faults: Counter[Fault] = field(default_factory=Counter)
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def segments(self) -> int:
        return sum(message.segments for message in self.by_message.values())

    @property
    def long_texts(self) -> int:
        """Texts of more than two segments."""
        return sum(message.long_texts for message in self.by_message.values())

    @property
    def pushed(self) -> int:
        """Reminders that sending hours keep from the time that their message names."""
        return sum(count for one, count in self.displaced.items() if one.reason == "sending-hours")

    def cost(self, price: Decimal | None) -> Decimal | None:
        """At a price per segment."""
        return None if price is None else price * self.segments


class Tally:
    """Plans patients under one edition, one after the other, and counts."""

    def __init__(self, protocol: Protocol, contact: Contact, link: str) -> None:
        self.protocol, self.totals = protocol, Totals()
        self._ruler = Ruler(contact, link)

    def add(self, case: Case) -> Plan:
        """Count one patient; the plan is returned for who wants to see more of it."""
        totals, plan = self.totals, plan_of(self.protocol, case)
        totals.patients += 1
        totals.treatments += len(case)
        totals.faults.update(Fault("", sentence) for sentence in plan.faults)
        sent = [(self._key(due), due) for due in plan.due]
        sent = [one for one in sent if self._count(*one)]
        totals.close.update(_close(sent))
        totals.crowded.update(_crowded(sent))
        for unsent in plan.unsent:
            if unsent.reason == "past-send-by":
                totals.past_send_by[unsent.key] += 1
                totals.labels.setdefault(unsent.key, unsent.label)
        return plan

    def _key(self, due: Due) -> str:
        """The reminder's key; without the date that a catch-up has in it."""
        at = self.protocol.messages[due.reminder.message].at
        return due.reminder.message if at.enrolment else due.reminder.key

    def _count(self, key: str, due: Due) -> bool:
        """Whether there is a text to send."""
        totals, reminder = self.totals, due.reminder
        totals.labels.setdefault(key, reminder.label)
        measure = self._ruler.measure(due)
        if measure.fault:
            totals.faults[Fault(key, measure.fault)] += 1
            return False
        message = totals.by_message.setdefault(key, OfMessage(reminder.label, reminder.day))
        message.day = min(message.day, reminder.day)
        message.reminders += 1
        if due.enrolled.by_email:
            totals.emails += 1
        else:
            totals.texts += 1
            message.segments += measure.segments
            message.longest = max(message.longest, measure.segments)
            message.long_texts += measure.segments > MOST_SEGMENTS
        totals.by_hour[reminder.due_local.hour] += 1
        if away := displaced(key, due):
            totals.displaced[away] += 1
        return True


def _close(sent: Iterable[tuple[str, Due]]) -> Iterator[tuple[str, ...]]:
    for (first, one), (second, other) in pairwise(sent):
        if other.reminder.due_at - one.reminder.due_at < CLOSE:
            yield first, second


def _crowded(sent: Iterable[tuple[str, Due]]) -> Iterator[tuple[str, ...]]:
    by_date: dict[date, list[str]] = defaultdict(list)
    for key, due in sent:
        if not due.reminder.critical:
            by_date[due.reminder.due_local.date()].append(key)
    yield from (tuple(keys) for keys in by_date.values() if len(keys) > 1)
