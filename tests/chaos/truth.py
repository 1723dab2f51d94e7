"""What the provider and the mail server took, and what we know of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from scheduler.dispatch.text import message_id
from scheduler.models import Attempt, OptOut, Reminder
from tests.chaos.mail import Letter
from tests.chaos.plan import Person

#: failures that leave open whether it arrived
INCONCLUSIVE = (30008, 30410)


@dataclass(frozen=True)
class Taken:
    """One text or email that was taken; times are those of the machine's clocks."""

    kind: str
    to: str
    body: str
    monotonic: float
    wall: datetime
    #: of an email: how long its handing over took; the request began so much earlier
    lasted: float = 0.0
    attempt: UUID | None = None
    reminder: int | None = None
    sender: str = ""
    sid: str = ""
    hidden: bool = False
    #: what became of it: monotonic time, status, code
    history: tuple[tuple[float, str, int | None], ...] = ()

    @property
    def posted(self) -> float:
        return self.monotonic - self.lasted

    @property
    def posted_at(self) -> datetime:
        return self.wall - timedelta(seconds=self.lasted)

    @property
    def status(self) -> str:
        return self.history[-1][1] if self.history else "queued"

    def failed_before(self, moment: float) -> bool:
        """Whether it had definitely not arrived by then."""
        ends = [step for step in self.history if step[1] in ("undelivered", "failed") and step[0] < moment]
        return bool(ends) and ends[-1][2] not in INCONCLUSIVE


@dataclass(frozen=True)
class Deed:
    """What somebody did to a plan; by `done` it was committed."""

    person: Person
    episode: int
    done: float
    came: str


@dataclass(frozen=True)
class Evidence:
    begins: datetime
    people: dict[int, Person]
    deeds: dict[int, Deed]
    taken: tuple[Taken, ...]
    reminders: dict[int, dict[str, Any]]
    attempts: dict[UUID, dict[str, Any]]
    refused: frozenset[tuple[str, str]]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @cached_property
    def _by_reminder(self) -> dict[int | None, list[Taken]]:
        found: dict[int | None, list[Taken]] = defaultdict(list)
        for one in self.taken:
            found[one.reminder].append(one)
        return found

    def of(self, reminder: int) -> list[Taken]:
        return self._by_reminder.get(reminder, [])

    def person(self, reminder: int) -> Person:
        return self.people[self.reminders[reminder]["episode_id"]]

    def deed(self, reminder: int, what: str) -> Deed | None:
        """One that was done to the plan that this belongs to."""
        deed = self.deeds.get(self.reminders[reminder]["episode_id"])
        return deed if deed and deed.person.deed == what and deed.came == "done" else None


def gather(
    begins: datetime,
    people: dict[int, Person],
    deeds: Iterable[Deed],
    accepted: Iterable[dict[str, Any]],
    letters: Iterable[Letter],
) -> Evidence:
    """The truth first: what is taken while our tables are read stands in neither."""
    texts, emails = list(accepted), list(letters)
    reminders = {row["id"]: row for row in Reminder.objects.across_clinics().values()}
    attempts = {row["id"]: row for row in Attempt.objects.across_clinics().values()}
    by_message = {message_id(pk): pk for pk in reminders}
    taken = [_text(one, attempts) for one in texts] + [_email(one, by_message) for one in emails]
    return Evidence(
        begins=begins,
        people=people,
        deeds={deed.episode: deed for deed in deeds},
        taken=tuple(sorted(taken, key=lambda one: one.monotonic)),
        reminders=reminders,
        attempts=attempts,
        refused=frozenset(OptOut.objects.values_list("channel", "address")),
    )


def _text(one: dict[str, Any], attempts: dict[UUID, dict[str, Any]]) -> Taken:
    attempt = UUID(one["status_callback"].rpartition("/")[2])
    known = attempts.get(attempt)
    return Taken(
        kind="sms", to=one["to"], body=one["body"], monotonic=one["monotonic"],
        wall=datetime.fromisoformat(one["accepted_at"]), attempt=attempt,
        reminder=known["reminder_id"] if known else None, sender=one["asked"]["From"], sid=one["sid"],
        hidden=one["hidden"], history=tuple((step[1], step[2], step[3]) for step in one["history"]),
    )  # fmt: skip


def _email(one: Letter, by_message: dict[str, int]) -> Taken:
    wall = datetime.fromtimestamp(one.wall, UTC)
    reminder = by_message.get(one.message_id)
    return Taken("email", one.to, one.body, one.monotonic, wall, one.lasted, reminder=reminder)
