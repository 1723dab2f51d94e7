"""A clinic with its real tables, its real use cases and the real dispatcher, and a clock that only moves on.

Beside it stands what the test believes: who is treated how, what was posted, and what the patients were told.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from scheduler import changes, editions, enrolment
from scheduler.channels.base import Kind, Outcome, Outgoing, accepted
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.claim import Claimed
from scheduler.dispatch.expire import expire_leases
from scheduler.models import Attempt, Draft, Edition, Episode, Event, OptOut, Patient, Reminder, Rollout
from tests.dispatch.plans import live_clinic
from tests.plans.stateful_facts import BODY, Treated
from tests.plans.stateful_words import LAST, Scene, Told, judge

T = TypeVar("T")
REFUSALS = (enrolment.Refused, changes.Refused, editions.Refused)
#: more turns than any plan has texts: the worker goes round in a circle
TURNS = 300
OPENERS = ("welcome", "catchup", "correction")
#: how a text begins that says no more than that there is one
BRIEF = ("You have a reminder:", "There is a reminder for you", "IMPORTANT. Please read")
MAY_ARRIVE = (Kind.ACCEPTED, Kind.IN_DOUBT)


@dataclass
class Post:
    """What a provider was given, and what it answered. `key` is known once the turn is over."""

    outgoing: Outgoing
    kind: str
    at: datetime
    outcome: Outcome
    key: tuple[int, str] = (0, "")
    message: str = ""

    @property
    def may_have_arrived(self) -> bool:
        return self.outcome.kind in MAY_ARRIVE

    @property
    def is_brief(self) -> bool:
        """It says no more than that there is one."""
        return any(words in self.outgoing.text for words in BRIEF)


class Scripted:
    """A provider that answers as told, then takes everything."""

    def __init__(self, kind: str, world: "World") -> None:
        self.kind, self.world = kind, world

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def send(self, outgoing: Outgoing) -> Outcome:
        answers = self.world.answers
        outcome = answers.popleft() if answers else accepted("")
        if outcome.kind is Kind.ACCEPTED:
            outcome = accepted(f"SM{outgoing.attempt_id.hex}")
        self.world.posted.append(Post(outgoing, self.kind, self.world.now, outcome))
        return outcome


@dataclass
class World:
    now: datetime
    zone: str
    settings: dict[str, str] = field(default_factory=lambda: {"no_flying": "14d"})
    treated: dict[int, Treated] = field(default_factory=dict)
    patients: list[int] = field(default_factory=list)
    #: what each edition says, by its number
    editions: dict[int, dict[str, str]] = field(default_factory=dict)
    answers: deque[Outcome] = field(default_factory=deque)
    #: posted in this turn, and not looked at yet
    posted: list[Post] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    told: dict[int, list[Told]] = field(default_factory=dict)
    #: channel and address that want nothing
    stopped: set[tuple[str, str]] = field(default_factory=set)
    #: reminders that a person took out
    taken_out: set[tuple[int, str]] = field(default_factory=set)
    #: workers that stopped: with what they claimed, and with what they posted and did not write down
    hanging: list[tuple[str, list[Claimed]]] = field(default_factory=list)
    unrecorded: list[tuple[str, list[tuple[Claimed, Outcome]]]] = field(default_factory=list)
    #: what was claimed and perhaps never posted would have told this
    claimed: dict[int, list[Told]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clinic = live_clinic(timezone=self.zone)
        self.editions[1] = dict(self.settings)

    @property
    def channels(self) -> dict[str, Scripted]:
        return {kind: Scripted(kind, self) for kind in ("sms", "email")}

    def running(self, patient: int) -> list[Treated]:
        return [one for one in self.treated.values() if one.patient == patient and one.runs]

    def wants_nothing(self, patient: int) -> bool:
        """Whether every permitted way is stopped."""
        addresses = Patient.objects.for_clinic(self.clinic).get(pk=patient).addresses
        ways = {way for one in self.running(patient) for way in one.channels if way in addresses}
        return all((way, addresses[way]) in self.stopped for way in ways)

    def tried(self, action: Callable[[], T]) -> T | None:
        """None where it was refused; then it wrote nothing."""
        before = written()
        try:
            return action()
        except REFUSALS:
            assert written() == before, "what was refused wrote something"
            return None

    # What the worker does.

    def work(self, until: datetime) -> None:
        """Let the worker do everything in its time."""
        for _ in range(TURNS):
            self.expire()
            turn = dispatch_once(self.now, self.channels, worker="worker one")
            self.look_at_posts()
            if turn.next_due is None or turn.next_due > until:
                break
            self.now = max(self.now, turn.next_due)
        else:
            raise AssertionError(f"the worker goes round in a circle at {self.now}")
        self.now = max(self.now, until)
        self.expire()

    def expire(self) -> None:
        expire_leases(self.now, actor="worker one")

    def look_at_claims(self, claims: Iterable[Claimed]) -> None:
        """A text that was claimed counts as told until it is known not to have been posted."""
        for claim in claims:
            own = self.treated[_reminder_of(claim.outgoing.attempt_id).episode_id]
            scene = Scene(self.now, own, self.running(own.patient))
            told = judge(claim.outgoing.text, claim.route.kind, scene)
            self.claimed.setdefault(own.patient, []).extend(told)

    def look_at_posts(self) -> None:
        """Judge what was posted just now, and remember what it told."""
        posts, self.posted = self.posted, []
        for post in posts:
            reminder = _reminder_of(post.outgoing.attempt_id)
            post.key, post.message = (reminder.episode_id, reminder.key), reminder.message
            self._check_that_it_may_leave(post, reminder)
            self.posts.append(post)
            own = self.treated[reminder.episode_id]
            scene = Scene(post.at, own, self.running(own.patient))
            told = judge(post.outgoing.text, post.kind, scene)
            self._check_last(post, own)
            self._check_brief(post, own, told)
            self._check_correction(post, scene)
            if post.may_have_arrived:
                if post.is_brief and post.message in OPENERS:
                    self._let_the_page_tell(own)
                self.told.setdefault(own.patient, []).extend(told)

    def _check_that_it_may_leave(self, post: Post, reminder: Reminder) -> None:
        own = self.treated[reminder.episode_id]
        wall = own.wall(post.at).time()
        at_desk = own.at_desk and reminder.message == "welcome"
        assert own.runs, f"{post.key} left a cancelled plan"
        assert own.state == "active" or reminder.critical, f"{post.key} left a paused plan"
        assert (post.kind, post.outgoing.address) not in self.stopped, f"{post.key} went to who refused it"
        assert post.key not in self.taken_out, f"{post.key} left though a person took it out"
        assert post.at < reminder.send_by, f"{post.key} left past its send-by"
        assert at_desk or (wall.hour >= 8 and wall < own.closes), f"{post.key} left at {wall}"

    def _check_last(self, post: Post, own: Treated) -> None:
        """The plan's last text says so, and no other does."""
        if not any(last in post.outgoing.text for last in LAST):
            return
        numbers = [one.episode for one in self.running(own.patient)]
        waiting = Reminder.objects.across_clinics().filter(episode__in=numbers, status="scheduled")
        left = [row.key for row in waiting.exclude(attempts__isnull=False) if row.due_at > post.at]
        assert not left, f"{post.key} says that it is the last, and there are {left}"

    def _check_brief(self, post: Post, own: Treated, told: list[Told]) -> None:
        """Where little is to be told, a text tells nothing."""
        brief = post.is_brief
        assert brief or own.detail != "minimal", f"{post.key} tells of the treatment: {post.outgoing.text}"
        wanted = any(one.detail == "minimal" for one in self.running(own.patient))
        assert wanted or not brief, f"{post.key} tells nothing: {post.outgoing.text}"
        assert not (brief and told), f"{post.key} names an end: {post.outgoing.text}"

    def _let_the_page_tell(self, own: Treated) -> None:
        """A first text that only points to the page leaves the rest to that; what was said is past."""
        told = self.told.get(own.patient, [])
        past = [one for one in told if one.rule in BODY or one.legs & own.legs]
        self.claimed.setdefault(own.patient, []).extend(past)
        self.told[own.patient] = [one for one in told if one not in past]

    def _check_correction(self, post: Post, scene: Scene) -> None:
        """Dates have changed only where one that was told, or may have been, is not right."""
        if post.message != "correction":
            return
        patient = scene.own.patient
        heard = [*self.told.get(patient, ()), *self.claimed.get(patient, ())]
        assert any(
            not any(told.is_true_of(one) for one in scene.on(told.rule, told.legs)) for told in heard
        ), f"{post.key} corrects nothing: {post.outgoing.text}"


def _reminder_of(attempt: UUID) -> Reminder:
    return Attempt.objects.across_clinics().select_related("reminder").get(pk=attempt).reminder


def written() -> tuple[Any, ...]:
    """Everything that a change can write."""
    kept = [list(table.objects.across_clinics().order_by("pk").values_list()) for table in (Patient, Episode)]
    rows = list(Reminder.objects.across_clinics().order_by("pk").values_list())
    others = [table.objects.across_clinics().count() for table in (Event, Attempt, Edition)]
    drafts = list(Draft.objects.across_clinics().values_list("revision", "is_open", "settings"))
    return (kept, rows, others, drafts, Rollout.objects.across_clinics().count(), OptOut.objects.count())


def whole_minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)
