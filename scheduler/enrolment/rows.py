"""The rows of one enrolment, made without a query so that many can be written in one go."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from scheduler.domain import localtime
from scheduler.domain.timeline import Timeline, Unsent
from scheduler.enrolment.checking import Checked, Typed
from scheduler.enrolment.request import Enrolment
from scheduler.models import Episode, Event, Reminder
from scheduler.senders import leaves_for_real


def episode_row(asked: Enrolment, checked: Checked, patient_id: int, actor: str) -> Episode:
    treatment = checked.treatment
    return Episode(
        clinic=asked.clinic,
        patient_id=patient_id,
        edition_id=checked.edition.pk,
        treated_at=treatment.treated_at,
        treated_local=minutes(localtime.to_wall(treatment.timezone, treatment.treated_at)),
        timezone=treatment.timezone,
        answers=dict(treatment.answers),
        site=checked.typed.site,
        channels=list(checked.typed.channels),
        detail=checked.typed.detail,
        fewer_texts=checked.typed.fewer_texts,
        enrolled_at=treatment.enrolled_at,
        enrolled_by=actor,
        at_desk=treatment.at_desk,
        outbox_only=not leaves_for_real(asked.clinic),
        identity=checked.identity,
    )


def reminder_rows(episode: Episode, timeline: Timeline) -> list[Reminder]:
    return [
        Reminder(
            clinic=episode.clinic,
            episode=episode,
            key=planned.key,
            message=planned.message,
            folds=list(planned.folds),
            critical=planned.critical,
            last=planned.last,
            any_hour=planned.any_hour,
            due_at=planned.due_at,
            due_local=minutes(planned.due_local),
            timezone=episode.timezone,
            send_by=planned.send_by,
            try_at=planned.due_at,
        )
        for planned in timeline.reminders
    ]


def enrolled_row(episode: Episode, unsent: Iterable[Unsent], actor: str) -> Event:
    return Event(
        kind="enrolled",
        clinic=episode.clinic,
        episode=episode,
        actor=actor,
        at=episode.enrolled_at,
        details=enrolled_details(episode, unsent),
    )


def enrolled_details(episode: Episode, unsent: Iterable[Unsent]) -> dict[str, Any]:
    """What was said, and what is not sent on its own."""
    not_planned = [{"key": late.key, "reason": late.reason, "into": late.into} for late in unsent]
    return said_of(episode) | {"not_planned": not_planned}


def said_of(episode: Episode) -> dict[str, Any]:
    """What was said at enrolment besides who and when; the same enrolment again has to say the same."""
    said: dict[str, Any] = {"answers": episode.answers, "site": episode.site, "channels": episode.channels}
    return said | wishes(episode)


def wishes(said: Episode | Typed) -> dict[str, Any]:
    """What most do not ask for is not written down for each."""
    wished = {"detail": said.detail, "fewer_texts": said.fewer_texts}
    return {name: value for name, value in wished.items() if value}


def minutes(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes")
