"""What people do to plans while a round lasts."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from scheduler import opt_outs
from scheduler.changes import (
    Cancel,
    Change,
    ChangeAddress,
    ChangeTreatment,
    Pause,
    Refused,
    Resume,
    Stale,
    change_plan,
    effect_of,
)
from scheduler.dispatch.hold import let_go
from scheduler.domain import localtime
from scheduler.models import Clinic, Episode, Sender
from tests.chaos.enrolled import NURSE
from tests.chaos.plan import Person, elsewhere
from tests.chaos.truth import Deed

T = TypeVar("T")


def patiently(step: Callable[[], T]) -> T:
    """The database may be away at any moment, and have done what was asked, or not."""
    while True:
        try:
            return step()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.1)


def do(one: Person, episode_id: int) -> str:
    """What somebody does, as often as it takes; what came of it."""
    return patiently(lambda: _do(one, Episode.objects.across_clinics().get(pk=episode_id)))


def _do(one: Person, episode: Episode) -> str:
    if one.deed == "opt-out":
        clinic = Clinic.objects.select_related("sender").get(pk=episode.clinic_id)
        opt_outs.stop(clinic, "sms", one.mobile, source="reply", actor="patient", now=timezone.now())
        return "done"
    answer = _change(episode, _wanted(one, episode))
    if one.deed == "pause" and answer == "done":
        time.sleep(0.5)
        return patiently(lambda: _change(episode, Resume()))
    return answer


def _wanted(one: Person, episode: Episode) -> Change:
    if one.deed == "move":
        return ChangeAddress(mobile=elsewhere(one))
    if one.deed == "earlier":
        earlier = localtime.to_wall(episode.timezone, episode.treated_at - timedelta(minutes=10))
        return ChangeTreatment(treated=earlier.isoformat(timespec="minutes"))
    return Cancel() if one.deed == "cancel" else Pause()


def _change(episode: Episode, change: Change) -> str:
    while True:
        now = timezone.now()
        try:
            effect = effect_of(episode.clinic, episode.pk, change, now)
            change_plan(
                episode.clinic, episode.pk, change, now, actor=NURSE, why="chaos",
                seen_revision=effect.revision, seen=effect.seen,
            )  # fmt: skip
            return "done"
        except Stale:
            continue
        except Refused as refused:
            return str(refused)


def release_senders() -> None:
    """Somebody has looked at the account, and says that it works."""
    for sender in Sender.objects.exclude(held_at=None):
        let_go(sender, timezone.now(), actor=NURSE, why="chaos")


def live(enrolled: Mapping[int, Person], beginning: float, deeds: list[Deed]) -> None:
    """What everybody does, each at their time; somebody looks after the senders meanwhile."""
    doing = sorted((one.deed_at, episode) for episode, one in enrolled.items() if one.deed)
    for at, episode in doing:
        time.sleep(max(0.0, beginning + at - time.monotonic()))
        came = do(enrolled[episode], episode)
        deeds.append(Deed(enrolled[episode], episode, time.monotonic(), came))
        patiently(release_senders)
    connection.close()
