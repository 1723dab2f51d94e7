import ast
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.status import ALLOWED, ForbiddenMove, Status, check_move
from scheduler.history import move, note
from scheduler.models import Clinic, Event, Reminder
from scheduler.sets import CHUNK
from tests.dispatch.plans import DAY_2, day_2_of, patient_of

SCHEDULER = Path(__file__).parents[2] / "scheduler"
ACTOR = "nurse@example.com"


def moves_of(reminder: Reminder) -> list[tuple[str, str, str]]:
    events = reminder.events.filter(kind="status-changed").order_by("pk")
    return [(event.before, event.after, event.reason) for event in events]


@pytest.mark.django_db
def test_a_move_changes_the_status_and_writes_its_event(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    moved = move([reminder.pk], Status.SCHEDULED, Status.SKIPPED, reason="opted-out", actor=ACTOR, now=DAY_2)
    reminder.refresh_from_db()
    assert moved == [reminder.pk]
    assert (reminder.status, reminder.status_reason) == (Status.SKIPPED, "opted-out")
    assert moves_of(reminder) == [("scheduled", "skipped", "opted-out")]


@pytest.mark.django_db
def test_the_event_says_who_when_and_what_for(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    details = {"why": "said by telephone"}
    move([reminder.pk], Status.SCHEDULED, Status.SKIPPED, actor=ACTOR, now=DAY_2, details=details)
    event = reminder.events.get(kind="status-changed")
    assert (event.actor, event.at, event.details) == (ACTOR, DAY_2, details)
    assert (event.clinic, event.episode) == (clinic, reminder.episode)


@pytest.mark.django_db
def test_what_stands_elsewhere_is_not_moved(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    assert move([reminder.pk], Status.CLAIMED, Status.SENT, actor=ACTOR, now=DAY_2) == []
    assert moves_of(reminder) == []


@pytest.mark.django_db
def test_other_fields_go_along_with_the_move(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    lease = {"lease_owner": "worker here-1", "lease_until": DAY_2}
    move([reminder.pk], Status.SCHEDULED, Status.CLAIMED, actor=ACTOR, now=DAY_2, **lease)
    reminder.refresh_from_db()
    assert (reminder.lease_owner, reminder.lease_until) == ("worker here-1", DAY_2)


@pytest.mark.django_db
def test_leaving_claimed_ends_the_lease(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    move([reminder.pk], Status.SCHEDULED, Status.CLAIMED, actor=ACTOR, now=DAY_2, lease_until=DAY_2)
    move([reminder.pk], Status.CLAIMED, Status.SENT, actor=ACTOR, now=DAY_2)
    reminder.refresh_from_db()
    assert (reminder.lease_owner, reminder.lease_until) == ("", None)


@pytest.mark.django_db
def test_more_than_one_statement_takes_are_moved_all(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    ids = [*range(-CHUNK, 0), reminder.pk]
    assert move(ids, Status.SCHEDULED, Status.SKIPPED, actor=ACTOR, now=DAY_2) == [reminder.pk]


@pytest.mark.django_db
def test_an_event_that_cannot_be_written_undoes_the_move(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    with pytest.raises(IntegrityError), transaction.atomic():
        move([reminder.pk], Status.SCHEDULED, Status.SKIPPED, actor=None, now=DAY_2)  # type: ignore[arg-type]
    reminder.refresh_from_db()
    assert reminder.status == Status.SCHEDULED


@pytest.mark.django_db
def test_a_move_that_the_table_does_not_have_is_refused(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    with pytest.raises(ForbiddenMove, match="cannot go from scheduled to sent"):
        move([reminder.pk], Status.SCHEDULED, Status.SENT, actor=ACTOR, now=DAY_2)


@pytest.mark.django_db
def test_a_note_changes_no_status(clinic: Clinic) -> None:
    episode = patient_of(clinic)
    note(clinic, "page-opened", actor="patient", at=DAY_2, episode=episode, days=3)
    event = Event.objects.for_clinic(clinic).get(kind="page-opened")
    assert (event.episode, event.after, event.details) == (episode, "", {"days": 3})


@given(st.lists(st.sampled_from(Status), min_size=2, max_size=12))
def test_a_path_is_allowed_exactly_if_each_of_its_moves_is(path: list[Status]) -> None:
    def goes(before: Status, after: Status) -> bool:
        try:
            check_move(before, after)
        except ForbiddenMove:
            return False
        return True

    assert [goes(a, b) for a, b in pairwise(path)] == [b in ALLOWED[a] for a, b in pairwise(path)]


def test_nothing_sent_is_ever_scheduled_again_without_a_doubt_or_a_failure_between() -> None:
    assert Status.SCHEDULED not in ALLOWED[Status.SENT]
    assert not ALLOWED[Status.DELIVERED]
    assert not any(Status.DELIVERED in ALLOWED[s] for s in (Status.SCHEDULED, Status.FAILED, Status.SKIPPED))


def test_no_module_but_this_one_gives_a_reminder_a_status() -> None:
    """An attempt's status is an `AttemptStatus`, and set beside it."""
    others = [module for module in SCHEDULER.rglob("*.py") if module.name != "history.py"]
    assert [module.name for module in others if "UPDATE scheduler_reminder" in module.read_text()] == []
    given = {module.name: updated_statuses(module) for module in others}
    assert [name for name, values in given.items() if any(v.startswith("Status.") for v in values)] == []


def updated_statuses(module: Path) -> list[str]:
    """What the calls of `update` in a module set `status` to."""
    calls = [node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call)]
    updates = [call for call in calls if ast.unparse(call.func).endswith(".update")]
    return [ast.unparse(word.value) for call in updates for word in call.keywords if word.arg == "status"]
