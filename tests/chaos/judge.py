"""What may not be, whatever went wrong. Each rule names what breaks it: a reminder, and why.

The first rules look at what was taken, and at nothing of ours but which reminder an id belongs to. The last
ones hold our tables against it.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from scheduler.domain.status import Status
from tests.chaos.enrolled import key_of
from tests.chaos.plan import CLINICS, NUMBERS
from tests.chaos.truth import Evidence, Taken

#: seconds for which a text may still leave after a change that forbids it, and until the provider, on a busy
#: machine, has read what was written to it
NOTICE, TRANSIT = 1.0, 0.25
#: the provider's answer leaves it to a person, also where it has the text all the while
A_PERSONS = ("unclear-list", "no-clear-answer")
SOON = timedelta(seconds=3)


class Fault(NamedTuple):
    """`for_good`: no waiting mends it."""

    reminder: int | None
    why: str
    for_good: bool = True


def faults(seen: Evidence) -> list[Fault]:
    rules = (unknown, repeated, repeated_words, too_late, after_a_change, open_still, disagreeing)
    return [fault for rule in rules for fault in rule(seen)]


def hidden_firsts(seen: Evidence) -> int:
    """Second texts of which nobody could have known: the provider told of the first neither in its list nor
    in a report."""
    return sum(one.hidden for pk in seen.reminders for one, _ in pairwise(seen.of(pk)))


def unknown(seen: Evidence) -> Iterator[Fault]:
    for one in seen.taken:
        if one.reminder is None:
            yield Fault(None, f"nobody knows who sent {one}")
        elif one.attempt:
            attempt = seen.attempts[one.attempt]
            if (attempt["address"], attempt["text"]) != (one.to, one.body):
                yield Fault(one.reminder, "what was sent is not what is written of it")


def repeated(seen: Evidence) -> Iterator[Fault]:
    for pk in seen.reminders:
        yield from (Fault(pk, "went twice") for pair in pairwise(seen.of(pk)) if _twice(*pair))


def repeated_words(seen: Evidence) -> Iterator[Fault]:
    """The same without asking our tables: nobody reads the same words twice."""
    same: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    for one in seen.taken:
        same[one.to, one.body].append(one)
    for texts in same.values():
        yield from (
            Fault(later.reminder, "came twice") for one, later in pairwise(texts) if _twice(one, later)
        )


def _twice(first: Taken, second: Taken) -> bool:
    return not (first.hidden or first.failed_before(second.monotonic))


def too_late(seen: Evidence) -> Iterator[Fault]:
    for one in seen.taken:
        if one.reminder is None:
            continue
        row, person = seen.reminders[one.reminder], seen.person(one.reminder)
        send_by = row["send_by"]
        if row["key"] == key_of(person) and person.send_by is not None:
            send_by = min(send_by, seen.begins + timedelta(seconds=person.send_by))
        if one.posted_at > send_by + timedelta(seconds=TRANSIT):
            yield Fault(one.reminder, f"went {one.posted_at - send_by} after its send-by")


def after_a_change(seen: Evidence) -> Iterator[Fault]:
    for deed in seen.deeds.values():
        if deed.came != "done":
            continue
        for one in seen.taken:
            late = one.posted - deed.done
            if late <= NOTICE + TRANSIT or one.reminder is None:
                continue
            theirs = seen.reminders[one.reminder]["episode_id"] == deed.episode
            texted = one.kind == "sms" and one.to == deed.person.mobile
            if (
                (deed.person.deed == "cancel" and theirs)
                or (deed.person.deed == "move" and theirs and texted)
                or (deed.person.deed == "opt-out" and texted and _same_sender(seen, one, deed.episode))
            ):
                yield Fault(one.reminder, f"went {late:.2f} s after {deed.person.deed}")


def _same_sender(seen: Evidence, one: Taken, episode: int) -> bool:
    return NUMBERS[CLINICS[seen.people[episode].clinic]] == one.sender


def open_still(seen: Evidence) -> Iterator[Fault]:
    """None is lost: each has gone, or has a reason that is true, or is a person's."""
    for pk, row in seen.reminders.items():
        status, reason = row["status"], row["status_reason"]
        if status in (Status.CLAIMED, Status.IN_DOUBT, Status.UNDELIVERED):
            yield Fault(pk, f"is {status} for ever", False)
        elif status == Status.SCHEDULED and min(row["try_at"], row["send_by"]) <= seen.now + SOON:
            yield Fault(pk, "is left lying", False)
        elif status in (Status.FAILED, Status.SKIPPED) and not reason:
            yield Fault(pk, f"{status} without a reason")
        elif reason == "past-send-by" and row["send_by"] > seen.now + SOON:
            yield Fault(pk, "is said to be too late, and is not")
        elif reason == "opted-out" and not _refused(seen, pk):
            yield Fault(pk, "is said to be refused, and is not")
        elif status == Status.CANCELLED and not seen.deed(pk, "cancel"):
            yield Fault(pk, "was cancelled by nobody")


def _refused(seen: Evidence, pk: int) -> bool:
    attempts = [one for one in seen.attempts.values() if one["reminder_id"] == pk]
    known = {(one["kind"], one["address"]) for one in attempts} | {("sms", seen.person(pk).mobile)}
    return bool(known & seen.refused)


def disagreeing(seen: Evidence) -> Iterator[Fault]:
    """Our tables say of each what is so. They are read after the truth, and may know more for a moment."""
    for pk, row in seen.reminders.items():
        status, taken = row["status"], seen.of(pk)
        plain = [one for one in taken if not one.hidden]
        arrived = [one for one in plain if one.status == "delivered"]
        if status in (Status.SENT, Status.DELIVERED) and not taken:
            yield Fault(pk, f"is {status}, and nobody took it", False)
        elif status == Status.DELIVERED and all(one.status != "delivered" for one in taken):
            yield Fault(pk, "is said to have arrived, and has not", False)
        elif arrived and status != Status.DELIVERED and row["status_reason"] not in A_PERSONS:
            yield Fault(pk, f"has arrived, and is {status}", False)
        elif status == Status.SENT and plain and all(one.failed_before(float("inf")) for one in plain):
            yield Fault(pk, "has not arrived, and is said to be sent", False)
        elif status in (Status.SCHEDULED, Status.SKIPPED, Status.CANCELLED) and _may_be_there(plain):
            yield Fault(pk, f"was taken, and is {status}", False)


def _may_be_there(taken: list[Taken]) -> bool:
    return any(not one.failed_before(float("inf")) for one in taken)
