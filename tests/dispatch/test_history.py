import ast
import re
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from scheduler.domain.status import ALLOWED, ForbiddenMove, Status
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
def test_the_event_says_who_did_it_when_and_to_whom(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    move([reminder.pk], Status.SCHEDULED, Status.SKIPPED, actor=ACTOR, now=DAY_2)
    event = reminder.events.get(kind="status-changed")
    assert (event.actor, event.at, event.details) == (ACTOR, DAY_2, {})
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
    note(clinic, "page-opened", actor="patient", now=DAY_2, episode=episode, days=3)
    event = Event.objects.for_clinic(clinic).get(kind="page-opened")
    assert (event.episode, event.after, event.details) == (episode, "", {"days": 3})


def test_nothing_sent_is_ever_scheduled_again_without_a_doubt_or_a_failure_between() -> None:
    assert Status.SCHEDULED not in ALLOWED[Status.SENT]
    assert not ALLOWED[Status.DELIVERED]
    assert not any(Status.DELIVERED in ALLOWED[s] for s in (Status.SCHEDULED, Status.FAILED, Status.SKIPPED))


def test_no_module_but_this_one_gives_a_reminder_a_status() -> None:
    """An attempt's status is an `AttemptStatus`, and set beside it."""
    others = [module for module in SCHEDULER.rglob("*.py") if module.name != "history.py"]
    assert {module.name: found for module in others if (found := statuses_given(module.read_text()))} == {}


@pytest.mark.parametrize(
    "code",
    [
        "reminder.status = Status.SENT",
        "first.reminder.status, x = Status.SENT, 1",
        "for reminder.status in x: pass",
        "setattr(reminder, 'status', Status.SENT)",
        "Reminder.objects.filter(pk=1).update(status=Status.SENT)",
        "rows.update(status=status)",
        "rows.update(**{'status': status})",
        "rows.bulk_update(reminders, ['status'])",
        "cursor.execute('UPDATE scheduler_reminder SET status = 1')",
    ],
)
def test_it_would_be_noticed(code: str) -> None:
    assert statuses_given(code)


SETS_STATUS = re.compile(r"UPDATE scheduler_reminder\s+SET\b(?:(?!WHERE).)*\bstatus\b", re.DOTALL)


def statuses_given(code: str) -> list[str]:
    """The places where a module may give a reminder a status."""
    nodes = list(ast.walk(ast.parse(code)))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    calls = [call for call in map(_setting_call, nodes) if call]
    return [text for text in texts if SETS_STATUS.search(text)] + calls + _assigned(nodes)


def _setting_call(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    name = ast.unparse(node.func).rpartition(".")[2]
    given = [word.value for word in node.keywords if word.arg == "status"]
    named = name in ("setattr", "update", "bulk_update", "aupdate") and "'status'" in ast.unparse(node)
    foreign = any(not ast.unparse(value).startswith("AttemptStatus.") for value in given)
    return ast.unparse(node) if named or (name in ("update", "aupdate") and foreign) else None


def _assigned(nodes: list[ast.AST]) -> list[str]:
    """Assignments to a `status`; an attempt is called `attempt` wherever it is given one."""
    targets = [node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
    return [t for t in map(ast.unparse, targets) if t.endswith(".status") and t != "attempt.status"]
