"""Random lives of plans: everything that people, patients, workers and clocks do, in any order.

After every step what must hold of all plans is checked (stateful_checks), and every text is judged when it
is posted (stateful_words) by what the test itself believes (stateful_facts). CONTRIBUTING.md says how to run
it for long.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from scheduler.channels.base import Outcome, Verdict, in_doubt, not_posted, rejected
from scheduler.plans import everybody, rollout
from tests.plans import stateful_people as people
from tests.plans.stateful_checks import Checks
from tests.plans.stateful_facts import Treated
from tests.plans.stateful_work import TROUBLE, report
from tests.plans.stateful_world import World
from tests.support.examples import LONG, examples

#: before a clock change in autumn, in no such season, before one in spring
STARTS = (
    datetime(2026, 10, 20, 10, tzinfo=UTC),
    datetime(2026, 11, 20, 15, 30, tzinfo=UTC),
    datetime(2027, 3, 24, 19, 45, tzinfo=UTC),
)
ZONES = ("Europe/London", "Europe/London", "Australia/Lord_Howe")
MOST_PATIENTS = 4
AGO = (0.3, 2, 2, 20, 30, 72, 240, 480)
CHANNELS = (("sms", "email"), ("sms",), ("email", "sms"))
SETTINGS = (
    ("continuous_wear", "4d"),
    ("continuous_wear", "7d"),
    ("further_wear", "9d"),
    ("no_heat", "21d"),
    ("no_exercise", "21d"),
    ("no_waxing", "42d"),
    ("no_flying", "28d"),
    ("no_flying", "in-person"),
    ("no_flying", "omit"),
    ("morning", "10:30"),
    ("evening", "17:00"),
    ("sending_until", "19:00"),
    ("messages.day-6", "off"),
    ("no_waxing", None),
    ("continuous_wear", None),
)
ANSWERS = (
    in_doubt("timeout"),
    not_posted("no-connection"),
    rejected("30003", Verdict.TEMPORARY),
    rejected("30006", Verdict.ADDRESS),
    rejected("30007", Verdict.TEXT),
)
TREATMENT = ("treated", "treated", "answer", "site", "zone")
picks = st.integers(0, 11)
hows = st.sampled_from(["now", "now", "now", "now", "later", "stale"])
seldom = st.sampled_from([False, False, False, True])
ENROLLED = {
    "ago": st.sampled_from(AGO),
    "area": st.sampled_from(["small", "large"]),
    "channels": st.sampled_from(CHANNELS),
    "desk": st.booleans(),
}


class Plans(RuleBasedStateMachine):
    """One clinic with a few patients."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.looked: list[people.Looked] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize(
        start=st.sampled_from(STARTS), zone=st.sampled_from(ZONES), area=st.sampled_from(["small", "large"])
    )
    def found_a_clinic(self, start: datetime, zone: str, area: str) -> None:
        self.world = World(start, zone)
        self.checks = Checks(self.world)
        people.enrol_treatment(
            self.world, timedelta(minutes=20), area, "left", ("sms", "email"), desk=True, again=None
        )

    def one(self, pick: int) -> Treated:
        return list(self.world.treated.values())[pick % len(self.world.treated)]

    # Enrolments.

    @precondition(lambda self: len(self.world.patients) < MOST_PATIENTS)
    @rule(**ENROLLED, site=st.sampled_from(["left", ""]))
    def a_patient_is_enrolled(
        self, ago: float, area: str, site: str, channels: tuple[str, ...], desk: bool
    ) -> None:
        people.enrol_treatment(self.world, timedelta(hours=ago), area, site, channels, desk=desk, again=None)

    @rule(**ENROLLED, pick=picks, site=st.sampled_from(["left", "right", "both", ""]))
    def a_patient_is_treated_again(
        self, ago: float, area: str, site: str, channels: tuple[str, ...], desk: bool, pick: int
    ) -> None:
        people.enrol_treatment(self.world, timedelta(hours=ago), area, site, channels, desk=desk, again=pick)

    # What people change: at once, too late, or after something else has happened.

    def change(self, one: Treated, asked: tuple[people.Change, people.Believe] | None, how: str) -> None:
        looked = people.look(self.world, one.episode, *asked) if asked else None
        if looked is None:
            return
        if how == "later":
            self.looked.append(looked)
        elif how == "stale":
            people.stale(self.world, looked)
        else:
            people.do(self.world, looked)

    @rule(pick=picks, number=picks, how=hows, what=st.sampled_from(TREATMENT))
    def a_treatment_is_corrected(self, pick: int, number: int, what: str, how: str) -> None:
        one = self.one(pick)
        self.change(one, people.change_of_treatment(self.world, one, what, number), how)

    @rule(pick=picks, number=picks, how=hows, what=st.sampled_from(["fewer", "detail"]))
    def texts_are_to_say_less_or_more(self, pick: int, number: int, what: str, how: str) -> None:
        one = self.one(pick)
        self.change(one, people.change_of_texts(one, what, number), how)

    @rule(pick=picks, which=picks, number=picks, how=hows, what=st.sampled_from(["move", "skip", "send now"]))
    def a_reminder_is_changed(self, pick: int, which: int, number: int, what: str, how: str) -> None:
        one = self.one(pick)
        self.change(one, people.change_of_reminder(self.world, one, what, which, number), how)

    @rule(pick=picks, what=st.sampled_from(["pause", "resume", "resume", "cancel"]), how=hows)
    def a_plan_is_held_resumed_or_cancelled(self, pick: int, what: str, how: str) -> None:
        one = self.one(pick)
        self.change(one, people.change_of_state(one, what), how)

    @rule(pick=picks, number=picks, how=hows)
    def an_address_is_changed(self, pick: int, number: int, how: str) -> None:
        one = self.one(pick)
        self.change(one, people.change_of_address(self.world, one, number), how)

    @precondition(lambda self: self.looked)
    @rule(pick=picks, by_revision=st.booleans())
    def what_was_looked_at_is_done(self, pick: int, by_revision: bool) -> None:
        people.do(self.world, self.looked.pop(pick % len(self.looked)), by_revision=by_revision)

    @rule(pick=picks, channel=st.sampled_from(["sms", "email"]), stop=st.booleans())
    def a_patient_stops_or_resumes(self, pick: int, channel: str, stop: bool) -> None:
        people.stop_or_resume(self.world, pick, channel, stop=stop)

    @rule(setting=st.sampled_from(SETTINGS), to_all=st.booleans(), stale=seldom, steps=st.integers(0, 5))
    def an_edition_is_published(
        self, setting: tuple[str, str | None], to_all: bool, stale: bool, steps: int
    ) -> None:
        people.publish(self.world, *setting, everybody=to_all, stale=stale)
        self.an_edition_goes_on_to_everybody(steps)

    @rule(steps=st.integers(1, 5))
    def an_edition_goes_on_to_everybody(self, steps: int) -> None:
        for _ in range(steps):
            people.carry_on(self.world)

    # Time, workers, providers.

    @rule(hours=st.sampled_from([0.2, 1, 3, 8, 16]))
    def hours_pass(self, hours: float) -> None:
        self.world.work(self.world.now + timedelta(hours=hours))

    @rule(days=st.integers(1, 6))
    def days_pass(self, days: int) -> None:
        self.world.work(self.world.now + timedelta(days=days))

    @rule(answers=st.lists(st.sampled_from(ANSWERS), max_size=2))
    def a_day_passes(self, answers: list[Outcome]) -> None:
        """The provider may have trouble."""
        self.world.answers.extend(answers)
        self.world.work(self.world.now + timedelta(days=1))

    @rule(hours=st.sampled_from([0.1, 2, 5, 24, 50, 75, 200]))
    def no_worker_runs(self, hours: float) -> None:
        self.world.now += timedelta(hours=hours)

    @rule(what=st.sampled_from(sorted(TROUBLE)))
    def a_worker_stops_in_the_middle(self, what: str) -> None:
        TROUBLE[what](self.world)

    @rule(pick=picks, word=st.sampled_from(["delivered", "undelivered", "sent"]))
    def a_receipt_comes(self, pick: int, word: str) -> None:
        report(self.world, pick, word)

    @invariant()
    def everything_holds(self) -> None:
        self.checks.all()
        # No two things happen at the same instant.
        self.world.now += timedelta(seconds=1)


#: always the same ones; on PostgreSQL the first of those that SQLite sees
FEW = {"sqlite": 25, "postgresql": 8}


@pytest.mark.django_db
def test_whatever_happens_plans_hold(settings_with_providers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # One patient a step, so that a rollout can be left half done.
    monkeypatch.setattr(rollout, "STEP", 1)
    monkeypatch.setattr(everybody, "STEP", 1)
    run_state_machine_as_test(
        Plans,
        settings=settings(
            max_examples=examples(FEW[connection.vendor]), stateful_step_count=60 if LONG else 30,
            derandomize=not LONG, deadline=None, suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


@pytest.fixture
def settings_with_providers(settings: pytest.FixtureRequest) -> None:
    settings.EMAIL_LIVE, settings.TWILIO = True, True
