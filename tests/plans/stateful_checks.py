"""What must hold of all plans after every step. Each check reads its tables in sets."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scheduler.domain.replan import as_planned
from scheduler.domain.status import ALLOWED, Status
from scheduler.models import Event, Patient, Reminder
from scheduler.plans.cases import load_cases
from tests.plans.stateful_facts import BODY, LEGS, Stretch, Treated, stretches
from tests.plans.stateful_words import Told
from tests.plans.stateful_world import World

OPENERS = ("welcome", "catchup", "correction")
CRITICAL = "clot-signs"
#: it went, or a worker or a person has it
IN_HAND = {"sent", "delivered", "claimed", "in_doubt", "failed", "undelivered"}
#: nobody wants it, or not now
LEFT_OUT = ("opted-out", "paused")
DAY = timedelta(days=1)


@dataclass
class Checks:
    """`stands` is where each reminder stands by its events; `owed_since` when a telling was first untrue.

    `judged` is each patient's state when the plan was last compared with it: most steps change nothing there.
    """

    world: World
    stands: dict[int, str] = field(default_factory=dict)
    last_event: int = 0
    judged: dict[int, object] = field(default_factory=dict)
    owed_since: dict[tuple[int, str, str, Told], datetime] = field(default_factory=dict)

    def all(self) -> None:
        rows = list(Reminder.objects.across_clinics().order_by("due_at", "pk"))
        self.nothing_went_twice()
        self.histories_are_paths(rows)
        self.nothing_is_planned_into_the_past(rows)
        self.the_last_one_says_so(rows)
        self.no_critical_text_is_lost(rows)
        self.everybody_gets_a_first_text(rows)
        self.what_stands_is_what_is_planned()
        self.every_correction_owed_is_planned(rows)

    def nothing_went_twice(self) -> None:
        went = Counter(post.key for post in self.world.posts if post.may_have_arrived)
        twice = [key for key, times in went.items() if times > 1]
        assert not twice, f"went twice: {twice}"

    def histories_are_paths(self, rows: Iterable[Reminder]) -> None:
        events = Event.objects.across_clinics().filter(pk__gt=self.last_event).order_by("pk")
        for event in events:
            self.last_event = event.pk
            assert event.actor, f"nobody did {event.kind}"
            if event.reminder_id and event.kind in ("planned", "status-changed"):
                before = self.stands.get(event.reminder_id, "")
                assert event.before == before, f"{event.kind} from {event.before}, but it stood at {before}"
                allowed = ALLOWED[Status(before)] if before else {Status.SCHEDULED}
                assert event.after in allowed, f"{before} -> {event.after}"
                self.stands[event.reminder_id] = event.after
        moved = {row.key: (row.status, self.stands.get(row.pk)) for row in rows}
        assert all(status == told for status, told in moved.values()), f"without an event: {moved}"

    def nothing_is_planned_into_the_past(self, rows: Iterable[Reminder]) -> None:
        planned = dict(Patient.objects.across_clinics().values_list("pk", "planned_at"))
        for row in rows:
            if row.status == Status.SCHEDULED:
                since = planned[self.world.treated[row.episode_id].patient]
                assert row.due_at >= since, f"{row.key} is due {row.due_at}, planned at {since}"

    def the_last_one_says_so(self, rows: Iterable[Reminder]) -> None:
        pending: dict[int, list[Reminder]] = defaultdict(list)
        for row in rows:
            if row.status == Status.SCHEDULED:
                pending[self.world.treated[row.episode_id].patient].append(row)
        for mine in pending.values():
            says = [row.due_at for row in mine if row.last]
            assert says in ([], [mine[-1].due_at]), (
                f"last: {[(row.key, row.due_at, row.last) for row in mine]}"
            )

    def no_critical_text_is_lost(self, rows: Iterable[Reminder]) -> None:
        found = {row.episode_id: row for row in rows if row.key == CRITICAL}
        for one in self.world.treated.values():
            if not one.runs or one.instant(14, one.closes) <= self.world.now:
                continue
            row = found.get(one.episode)
            assert row, f"episode {one.episode} has no {CRITICAL}"
            waits = row.status == Status.SCHEDULED and row.try_at <= row.send_by
            assert waits or _is_in_hand(row), f"{CRITICAL} is {row.status} {row.status_reason}"

    def everybody_gets_a_first_text(self, rows: Iterable[Reminder]) -> None:
        """Whoever has to keep to something, and wants to hear of it, hears what holds when a plan begins."""
        openers = [row for row in rows if row.message in OPENERS]
        on_its_way = [row for row in openers if row.status == Status.SCHEDULED or _is_in_hand(row)]
        first = {row.episode_id for row in on_its_way} | {number for number, _ in self.world.taken_out}
        for patient in self.world.patients:
            if self.world.wants_nothing(patient):
                continue
            for one in stretches(self.world.running(patient)):
                heard = {treated.episode for treated in one.whose} & first
                assert heard or not one.holds(self.world.now), f"nobody tells patient {patient} of {one}"

    def what_stands_is_what_is_planned(self) -> None:
        planned = dict(Patient.objects.across_clinics().values_list("pk", "planned_at"))
        for patient, case in load_cases(list(planned)).items():
            courses = [(course.treatment, id(course.protocol)) for course in case.courses.values()]
            state = (planned[patient], case.rows, courses)
            if self.judged.get(patient) == state:
                continue
            self.judged[patient] = state
            _, diff = as_planned(case, planned[patient])
            wrong = [f"{step.effect}: {step.row} {step.planned} {step.unsent}" for step in diff.steps]
            assert not wrong, f"patient {patient} at {self.world.now}, planned {planned[patient]}: {wrong}"

    def every_correction_owed_is_planned(self, rows: list[Reminder]) -> None:
        for patient in self.world.patients:
            rules = stretches(self.world.running(patient))
            for (rule, leg), told in _last_words(self.world.told.get(patient, ())).items():
                true = [one for one in rules if one.rule == rule and leg in one.legs]
                name = (patient, rule, leg, told)
                if not self._is_owed(told, true):
                    self.owed_since.pop(name, None)
                    continue
                since = self.owed_since.setdefault(name, self.world.now)
                assert self._is_seen_to(frozenset().union(*(one.whose for one in true)), rows, since), (
                    f"patient {patient} knows {rule} {leg} {told.end} since {told.at}, wrong since {since}; "
                    f"right is {'; '.join(map(str, true))}"
                )

    def _is_owed(self, told: Told, true: list[Stretch]) -> bool:
        """Whether the patient knows a date that is not right, and it or the right one is still ahead."""
        if not true or any(told.is_true_of(one) for one in true):
            return False
        ahead = any(self.world.now < one.ends for one in true if one.whose & told.whose)
        return ahead or not told.is_past(self.world.now)

    def _is_seen_to(self, whose: Iterable[Treated], rows: list[Reminder], since: datetime) -> bool:
        numbers = {one.episode for one in whose}
        openers = [row for row in rows if row.episode_id in numbers and row.message in OPENERS]
        planned = any(
            row.status == Status.SCHEDULED or (row.due_at >= since - DAY and _is_in_hand(row))
            for row in openers
        )
        return planned or any(
            post.key[0] in numbers and post.message in OPENERS and post.at >= since and post.may_have_arrived
            for post in self.world.posts
        )


def _is_in_hand(row: Reminder) -> bool:
    """A worker or a person has it, or it had to stay because nobody wants it now."""
    return row.status in IN_HAND or (row.status == Status.SKIPPED and row.status_reason in LEFT_OUT)


def _last_words(told: Iterable[Told]) -> dict[tuple[str, str], Told]:
    """What the patient heard last of each rule: of the body's once, of the others by the leg."""
    last: dict[tuple[str, str], Told] = {}
    for one in sorted(told, key=lambda one: one.at):
        for leg in ("left",) if one.rule in BODY else sorted(one.legs & set(LEGS)):
            last[one.rule, leg] = one
    return last
