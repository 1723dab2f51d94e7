"""What people do at the clinic, each with what it means for what the test believes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from scheduler import changes, opt_outs
from scheduler.changes import Change, PlanEffect, change_plan, effect_of
from scheduler.editions import change_draft, current_edition, find_draft, publish_draft, start_draft
from scheduler.enrolment import enrol
from scheduler.models import Draft, Edition, Episode, Patient, Reminder, Rollout
from scheduler.plans.opting_in import start_again
from scheduler.plans.publication import Seen, publish_to_everybody, seen_now
from scheduler.plans.rollout import step as rollout_step
from tests.enrolment.clinics import PROTOCOL, asked
from tests.plans.stateful_facts import BODY, Treated
from tests.plans.stateful_world import World, whole_minute

Believe = Callable[[], None]
#: treatments of one patient at a time
MOST_RUNNING = 3
NURSE, ADMIN = "nurse@example.com", "admin@example.com"


@dataclass(frozen=True)
class Looked:
    """An effect that somebody looked at, and what doing it changes in what is believed."""

    episode: int
    change: Change
    effect: PlanEffect
    believe: Believe


def enrol_treatment(
    world: World,
    ago: timedelta,
    area: str,
    site: str,
    channels: tuple[str, ...],
    *,
    desk: bool,
    again: int | None,
) -> None:
    """A new patient, or a further treatment of the `again`th one."""
    at = whole_minute(world.now - ago)
    number = len(world.patients) if again is None else again % len(world.patients)
    if again is not None and len(world.running(world.patients[number])) == MOST_RUNNING:
        return
    known = None if again is None else Patient.objects.for_clinic(world.clinic).get(pk=world.patients[number])
    typed = at.astimezone(ZoneInfo(world.zone)).isoformat(timespec="minutes")
    request = asked(
        world.clinic,
        name=f"Sam Example {'abcd'[number]}",
        mobile=known.mobile if known else f"+44770090010{number}",
        email=known.email if known else f"sam{number}@example.com",
        treated=typed,
        answers={"area": area},
        site=site,
        channels=channels,
        at_desk=desk,
        late_confirmed=True,
        patient=str(known.pk) if known else "new",
    )
    done = world.tried(lambda: enrol(request, NURSE, world.now))
    if done is None or not done.created:
        return
    episode = done.episode
    if known is None:
        world.patients.append(episode.patient_id)
    world.treated[episode.pk] = Treated(
        episode.pk, episode.patient_id, at, world.zone, area, site, world.settings, channels, desk
    )


def look(world: World, episode: int, change: Change, believe: Believe) -> Looked | None:
    """The effect of a change, which writes nothing."""
    effect = world.tried(lambda: effect_of(world.clinic, episode, change, world.now))
    return Looked(episode, change, effect, believe) if effect else None


def do(world: World, looked: Looked, *, by_revision: bool = False) -> None:
    """Do what was looked at; whoever names only the revision must have seen the last one."""
    before = Episode.objects.for_clinic(world.clinic).get(pk=looked.episode).revision
    done = world.tried(
        lambda: change_plan(
            world.clinic, looked.episode, looked.change, world.now, actor=NURSE, why="it was typed wrong",
            seen_revision=looked.effect.revision, seen="" if by_revision else looked.effect.seen,
        )
    )  # fmt: skip
    if done is None:
        return
    assert not by_revision or before == looked.effect.revision, "done by somebody who saw an older plan"
    assert done.seen == looked.effect.seen or by_revision, "done with another effect than was seen"
    looked.believe()


def stale(world: World, looked: Looked) -> None:
    """Somebody who looked before the last change is told so."""
    try:
        change_plan(
            world.clinic, looked.episode, looked.change, world.now, actor=NURSE, why="it was typed wrong",
            seen_revision=looked.effect.revision - 1,
        )  # fmt: skip
    except changes.Refused:
        return
    raise AssertionError("a change was done by somebody who saw an older plan")


def change_of_treatment(world: World, one: Treated, what: str, number: int) -> tuple[Change, Believe]:
    """T0 some hours earlier or later, the other answer, another leg or zone."""
    if what == "treated":
        at = whole_minute(one.at + timedelta(hours=(-49, -24, -5, -1, 1, 5, 24, 49)[number % 8]))
        typed = at.astimezone(ZoneInfo(one.zone)).isoformat(timespec="minutes")
        return changes.ChangeTreatment(treated=typed, late_confirmed=True), lambda: setattr(one, "at", at)
    if what == "answer":
        area = "large" if one.area == "small" else "small"
        return changes.ChangeTreatment(answers={"area": area}), lambda: setattr(one, "area", area)
    if what == "site":
        site = ("left", "right", "both", "")[number % 4]
        return changes.ChangeTreatment(site=site), lambda: _put_leg_right(world, one, site)
    zone = ("Europe/London", "Australia/Lord_Howe")[number % 2]
    return changes.ChangeTreatment(zone=zone), lambda: setattr(one, "zone", zone)


def _put_leg_right(world: World, one: Treated, site: str) -> None:
    """Of which leg a text spoke that named one is not sure any more where both may have been meant."""
    one.site = site
    if len(one.legs) > 1:
        told = world.told.get(one.patient, [])
        world.claimed.setdefault(one.patient, []).extend(told)
        world.told[one.patient] = [heard for heard in told if heard.rule in BODY]


def change_of_texts(one: Treated, what: str, number: int) -> tuple[Change, Believe]:
    if what == "fewer":
        return changes.ChangeTexts(fewer=("yes", "no")[number % 2]), lambda: None
    detail = ("minimal", "full", "")[number % 3]
    return changes.ChangeTexts(detail=detail), lambda: setattr(one, "detail", detail)


def change_of_state(one: Treated, what: str) -> tuple[Change, Believe]:
    kind, state = {
        "pause": (changes.Pause, "paused"),
        "resume": (changes.Resume, "active"),
        "cancel": (changes.Cancel, "cancelled"),
    }[what]
    return kind(), lambda: setattr(one, "state", state)


def change_of_reminder(
    world: World, one: Treated, what: str, pick: int, number: int
) -> tuple[Change, Believe] | None:
    """One of its reminders at another time, at once, or not at all; mostly one that is still to come."""
    rows = list(
        Reminder.objects.for_clinic(world.clinic).filter(episode=one.episode).order_by("due_at", "pk")
    )
    waiting = [row for row in rows if row.status == "scheduled"]
    chosen = waiting if waiting and pick % 4 else rows
    if not chosen:
        return None
    row = chosen[pick % len(chosen)]
    if what == "skip":
        return changes.SkipReminder(row.key), lambda: world.taken_out.add((one.episode, row.key))
    if what == "send now":
        return changes.SendNow(row.key), lambda: None
    to = row.due_at + timedelta(hours=(-24, -3, -1, 1, 3, 24)[number % 6])
    return changes.MoveReminder(row.key, to.isoformat(timespec="minutes")), lambda: None


def change_of_address(world: World, one: Treated, number: int) -> tuple[Change, Believe]:
    channels = (("sms", "email"), ("email",), ("sms",))[number % 3]
    mobile = f"+4477009002{number:02}" if number % 2 else None
    return (
        changes.ChangeAddress(mobile=mobile, channels=channels),
        lambda: setattr(one, "channels", channels),
    )


def stop_or_resume(world: World, number: int, channel: str, *, stop: bool) -> None:
    patient = Patient.objects.for_clinic(world.clinic).get(pk=world.patients[number % len(world.patients)])
    address = patient.addresses.get(channel)
    if not address:
        return
    decide = opt_outs.stop if stop else start_again
    decide(world.clinic, channel, address, source="page", actor="patient", now=world.now)
    if stop:
        world.stopped.add((channel, address))
    else:
        world.stopped.discard((channel, address))


def publish(world: World, setting: str, text: str | None, *, everybody: bool, stale: bool) -> None:
    """Change one thing in the draft, and publish that: for new enrolments, or to everybody."""
    draft = find_draft(world.clinic, PROTOCOL) or start_draft(
        world.clinic, PROTOCOL, actor=ADMIN, now=world.now
    )
    seen = draft.revision
    changed = world.tried(
        lambda: change_draft(
            world.clinic, PROTOCOL, {setting: text}, seen_revision=seen, actor=ADMIN, now=world.now
        )
    )
    assert changed is not None, f"{setting}={text} was refused"
    settings = dict(changed.settings)
    looked_at = Seen(changed.revision - stale, seen_now(changed).change)
    done = world.tried(lambda: _publish(world, changed, looked_at, everybody=everybody))
    if done is None:
        return
    assert not stale, "published by somebody who saw an older draft"
    world.settings = world.editions[done.number] = settings


def _publish(world: World, draft: Draft, seen: Seen, *, everybody: bool) -> Edition:
    signed = {"reason": "Agreed.", "approved_by": "Dr Example", "actor": ADMIN, "now": world.now}
    if not everybody:
        return publish_draft(world.clinic, PROTOCOL, seen_revision=seen.revision, **signed)  # type: ignore[arg-type]
    publish_to_everybody(world.clinic, PROTOCOL, seen=seen, expected={}, **signed)  # type: ignore[arg-type]
    edition = current_edition(world.clinic, PROTOCOL)
    assert edition
    return edition


def carry_on(world: World) -> None:
    """The next step of an edition that is on its way to everybody; the process is gone after it."""
    job = Rollout.objects.for_clinic(world.clinic).filter(finished_at=None).first()
    if job is None:
        return
    job = rollout_step(job.pk, world.now)
    numbers = Episode.objects.for_clinic(world.clinic).values_list("pk", "edition__number")
    for episode, number in numbers:
        world.treated[episode].settings = world.editions[number]
