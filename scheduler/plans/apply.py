"""From a diff to rows: the steps of many patients in a few statements each.

Only what no worker holds is touched: every statement asks for the status that the plan was made from.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from scheduler.domain import localtime
from scheduler.domain.diff import STATUS, Diff, Effect, Step
from scheduler.domain.status import Status
from scheduler.history import move
from scheduler.models import Episode, Reminder
from scheduler.sets import at_once, chunks, insert, listed, stamp, with_ids

NEW = (
    "clinic_id", "episode_id", "key", "message", "folds", "critical", "last", "any_hour",
    "due_at", "due_local", "timezone", "send_by", "try_at", "status", "status_reason", "lease_owner",
)  # fmt: skip
PLANNED = """
    INSERT INTO scheduler_event
        (clinic_id, episode_id, reminder_id, kind, "before", "after", reason, actor, at, details)
    SELECT clinic_id, episode_id, id, 'planned', '', 'scheduled', '', %s, %s, '{}'
    FROM scheduler_reminder WHERE id IN (IDS)
"""
PLAN = """
    UPDATE scheduler_reminder SET message = %s, folds = %s, critical = %s, last = %s, any_hour = %s,
        due_at = %s, due_local = %s, timezone = %s, send_by = %s, try_at = %s
    WHERE id IN (IDS) AND status = 'scheduled'
"""
# The same for every content at once: a fraction of what a statement for each costs a server.
PLAN_EACH = """
    UPDATE scheduler_reminder AS row SET message = new.message, folds = new.folds::jsonb,
        critical = new.critical, last = new.last, any_hour = new.any_hour, due_at = new.due_at,
        due_local = new.due_local, timezone = new.timezone, send_by = new.send_by, try_at = new.try_at
    FROM unnest(
        %s::text[], %s::text[], %s::bool[], %s::bool[], %s::bool[], %s::timestamptz[], %s::text[], %s::text[],
        %s::timestamptz[], %s::timestamptz[], %s::text[]
    ) AS new (message, folds, critical, last, any_hour, due_at, due_local, timezone, send_by, try_at, ids),
        unnest(new.ids::bigint[]) AS wanted (id)
    WHERE row.id = wanted.id AND row.status = 'scheduled'
"""
REASON = {Effect.FOLDED: "folded", Effect.SUPERSEDED: "other-treatment"}
Name = tuple[int, str]
#: a row that stays gets new times and contents with these
WRITTEN = (Effect.MOVES, Effect.CHANGES, Effect.RETURNS, *STATUS)


def apply(diffs: Iterable[Diff], *, actor: str, now: datetime) -> None:
    """Carry out every step. The patients' rows are held by the caller's transaction."""
    diffs = [diff for diff in diffs if diff]
    steps = [step for diff in diffs for step in diff.steps]
    _bring_back(steps, actor, now)
    new = _insert(steps, actor, now)
    _plan(steps)
    if any(step.effect in STATUS for step in steps):
        ids = {name: row.id for diff in diffs for name, row in diff.rows.items()} | new
        _speak_for(steps, ids, actor, now)
    _let_vanish(steps, actor, now)


def _bring_back(steps: Sequence[Step], actor: str, now: datetime) -> None:
    """What is not scheduled goes through there on its way: returning, or to another text that says it."""
    by_status: dict[Status, list[int]] = defaultdict(list)
    for step in steps:
        if step.row and step.row.status is not Status.SCHEDULED:
            by_status[step.row.status].append(step.row.id)
    for status, ids in by_status.items():
        move(ids, status, Status.SCHEDULED, actor=actor, now=now, host=None, decided_by=None)


def _insert(steps: Sequence[Step], actor: str, now: datetime) -> dict[Name, int]:
    """New rows; return their ids."""
    new = [step for step in steps if step.row is None]
    if not new:
        return {}
    episodes = Episode.objects.across_clinics().in_bulk({step.episode for step in new})
    insert(Reminder, NEW, [_row(step, episodes[step.episode]) for step in new])
    names = {(step.episode, step.key) for step in new}
    found = Reminder.objects.across_clinics().filter(episode__in=episodes, key__in={key for _, key in names})
    ids = {(e, key): pk for pk, e, key in found.values_list("pk", "episode_id", "key") if (e, key) in names}
    for chunk in chunks(ids.values()):
        with connection.cursor() as cursor:
            cursor.execute(with_ids(PLANNED, chunk), [actor, stamp(now), *chunk])
    return ids


def _row(step: Step, episode: Episode) -> Sequence[Any]:
    """A new row as the engine stores it; one that another text speaks for is moved on from there."""
    return (episode.clinic_id, episode.pk, step.key, *_stored(_content(step)), Status.SCHEDULED, "", "")


def _content(step: Step) -> tuple[Any, ...]:
    """What a row says and when it goes, or would go if another text did not speak for it."""
    planned, unsent = step.planned, step.unsent
    if planned:
        return (
            planned.message, planned.folds, planned.critical, planned.last, planned.any_hour, planned.due_at,
            planned.due_local, planned.timezone, planned.send_by,
        )  # fmt: skip
    assert unsent is not None
    assert unsent.send_by is not None
    return (
        unsent.message, unsent.folds, False, False, False, unsent.due_at,
        localtime.to_wall(unsent.timezone, unsent.due_at), unsent.timezone, unsent.send_by,
    )  # fmt: skip


def _stored(content: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same as the engine stores it, and when a worker looks at it."""
    message, folds, critical, last, any_hour, due_at, due_local, zone, send_by = content
    due = stamp(due_at)
    return (
        message, json.dumps(folds), critical, last, any_hour, due, due_local.isoformat(timespec="minutes"),
        zone, stamp(send_by), due,
    )  # fmt: skip


def _plan(steps: Sequence[Step]) -> None:
    """New times and contents of what stays, or came back. One day's texts of a message are alike."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for step in steps:
        if step.row and step.effect in WRITTEN:
            alike[_content(step)].append(step.row.id)
    rows = [(*_stored(content), listed(ids)) for content, ids in alike.items()]
    with connection.cursor() as cursor:
        if rows and connection.vendor == "postgresql":
            cursor.execute(PLAN_EACH, [list(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(at_once(PLAN), rows)


def _speak_for(steps: Sequence[Step], ids: Mapping[Name, int], actor: str, now: datetime) -> None:
    """What another text says is folded into it, what another treatment decides is superseded by that."""
    groups: dict[tuple[Effect, int, int | None], list[int]] = defaultdict(list)
    for step in steps:
        if step.effect in STATUS:
            host = ids[_host(step)] if step.into else None
            groups[step.effect, step.decided_by, host].append(ids[step.episode, step.key])
    for (effect, decided_by, host), reminders in groups.items():
        move(
            reminders, Status.SCHEDULED, STATUS[effect], reason=REASON[effect], actor=actor, now=now,
            host=host, decided_by=decided_by,
        )  # fmt: skip


def _host(step: Step) -> Name:
    """The text that carries it: of the deciding episode."""
    return step.decided_by, step.into


def _let_vanish(steps: Sequence[Step], actor: str, now: datetime) -> None:
    by_reason: dict[str, list[int]] = defaultdict(list)
    for step in steps:
        if step.effect is Effect.VANISHES and step.row:
            by_reason[step.reason].append(step.row.id)
    for reason, ids in by_reason.items():
        after = Status.CANCELLED if reason == "episode-cancelled" else Status.SKIPPED
        move(ids, Status.SCHEDULED, after, reason=reason, actor=actor, now=now)
