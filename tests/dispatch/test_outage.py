"""The worker back after days: one text catches up, what is critical goes apart and first."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from scheduler import opt_outs
from scheduler.channels.base import not_posted
from scheduler.dispatch import dispatch_once
from scheduler.domain.status import Status
from scheduler.models import Attempt, Clinic, Episode, Reminder
from tests.dispatch.plans import MINUTE, Recording, patient_of, reminder_of, sms
from tests.dispatch.treatments import change, run, sent_keys, treated_again
from tests.enrolment.clinics import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
#: the last moment at which it worked, after the text of the day after treatment
GONE = datetime(2026, 11, 21, 12, tzinfo=UTC)
BACK = GONE + timedelta(days=3)
END = NOW + timedelta(days=30)
CATCHUP = "catchup-2026-11-24"


def away(channel: Recording, *episodes: Episode, back: datetime = BACK) -> None:
    """The worker did its work until GONE, and then again from `back` on, for an hour."""
    run(channel, NOW, GONE)
    run(channel, back, back + HOUR)


def reasons(episode: Episode) -> dict[str, str]:
    rows = Reminder.objects.across_clinics().filter(episode=episode, due_at__lte=BACK)
    return dict(rows.exclude(status=Status.SENT).values_list("key", "status_reason"))


def test_everybody_gets_what_is_critical_and_then_one_text(clinic: Clinic, channel: Recording) -> None:
    episodes = [patient_of(clinic, number) for number in range(10)]
    away(channel, *episodes)
    for episode in episodes:
        assert sent_keys(episode)[3:] == ["clot-signs", CATCHUP]
    sent = Attempt.objects.for_clinic(clinic).filter(created_at__gte=BACK)
    apart = {key: set(sent.filter(reminder__key=key).values_list("created_at", flat=True)) for key in
             ("clot-signs", CATCHUP)}  # fmt: skip
    assert max(apart["clot-signs"]) < min(apart[CATCHUP])


def test_what_is_not_sent_has_its_reason(clinic: Clinic, channel: Recording) -> None:
    episode = patient_of(clinic)
    away(channel, episode)
    assert reasons(episode) == {"day-2": "past-send-by", "night-off": "said-elsewhere"}


def test_an_end_of_a_restriction_that_is_still_in_time_is_sent(clinic: Clinic, channel: Recording) -> None:
    episode = patient_of(clinic, answers={"area": "large"})
    gone = datetime(2026, 12, 2, 12, tzinfo=UTC)
    run(channel, NOW, gone)
    back = datetime(2026, 12, 5, 12, tzinfo=UTC)
    before = sent_keys(episode)
    run(channel, back, back + HOUR)
    assert sent_keys(episode)[len(before) :] == ["day-14"]


def test_nothing_goes_twice(clinic: Clinic, channel: Recording) -> None:
    episodes = [patient_of(clinic, number) for number in range(10)]
    away(channel, *episodes)
    run(channel, BACK + HOUR, END)
    counts = Counter((one.address, one.text) for one in channel.taken)
    assert set(counts.values()) == {1}
    for episode in episodes:
        keys = sent_keys(episode)
        assert len(keys) == len(set(keys))
        assert {"day-5", "day-6", "day-14", "day-28"} <= set(keys)


@pytest.mark.parametrize(
    ("late", "goes"), [(HOUR, ["day-2"]), (timedelta(hours=11), ["day-2"]), (timedelta(hours=12), [])]
)
def test_one_overdue_text_alone_goes_as_it_would(
    clinic: Clinic, channel: Recording, late: timedelta, goes: list[str]
) -> None:
    episode = patient_of(clinic)
    run(channel, NOW, GONE)
    due_at = reminder_of(episode, "day-2").due_at
    run(channel, due_at + late, due_at + late)
    assert sent_keys(episode)[3:] == goes
    assert reminder_of(episode, "day-2").status_reason == ("" if goes else "past-send-by")


def test_a_queue_of_less_than_an_hour_is_no_outage(clinic: Clinic, channel: Recording) -> None:
    episode = patient_of(clinic)
    run(channel, NOW, GONE)
    first, second = reminder_of(episode, "day-2"), reminder_of(episode, "night-off")
    Reminder.objects.across_clinics().filter(pk=second.pk).update(due_at=first.due_at, try_at=first.due_at)
    run(channel, first.due_at + 59 * MINUTE, first.due_at + 59 * MINUTE)
    assert sent_keys(episode)[3:] == ["day-2", "night-off"]


def test_a_provider_that_was_away_for_hours_is_an_outage_too(clinic: Clinic, channel: Recording) -> None:
    """Its texts were tried again and again, each at a time of its own."""
    episode = patient_of(clinic)
    down, back = datetime(2026, 11, 25, 9, 30, tzinfo=UTC), datetime(2026, 11, 26, 12, tzinfo=UTC)
    run(channel, NOW, down)
    before = sent_keys(episode)
    run(Recording(not_posted("refused")), down, back)
    run(channel, back, back + 3 * HOUR)
    assert sent_keys(episode)[len(before) :] == ["catchup-2026-11-26"]


def test_two_treatments_share_the_text_that_catches_up(clinic: Clinic, channel: Recording) -> None:
    first = patient_of(clinic, site="left")
    run(channel, NOW, datetime(2026, 11, 25, 14, tzinfo=UTC))
    second = treated_again(first, datetime(2026, 11, 25, 15, tzinfo=UTC), site="left")
    run(channel, second.enrolled_at, datetime(2026, 11, 26, 12, tzinfo=UTC))
    before = sent_keys(first, second)
    back = datetime(2026, 11, 29, 12, tzinfo=UTC)
    run(channel, back, back + HOUR)
    assert sent_keys(first, second)[len(before) :] == ["clot-signs", "catchup-2026-11-29"]


def test_who_stopped_texts_has_no_text_planned_to_catch_up(clinic: Clinic, channel: Recording) -> None:
    episode = patient_of(clinic, channels=("sms",))
    run(channel, NOW, GONE)
    opt_outs.stop(clinic, "sms", "+447700900123", source="page", actor="patient", now=GONE)
    run(channel, BACK, BACK + HOUR)
    assert not any(key.startswith("catchup") for key in reasons(episode))
    assert set(reasons(episode).values()) == {"opted-out", "past-send-by"}


def test_what_a_pause_holds_is_no_outage(clinic: Clinic, channel: Recording) -> None:
    episode = patient_of(clinic)
    run(channel, NOW, GONE)
    change(episode, GONE, state="paused")
    run(channel, BACK, BACK + HOUR)
    assert sent_keys(episode)[3:] == ["clot-signs"]
    assert reminder_of(episode, "night-off").status == Status.SCHEDULED


def test_a_patient_who_cannot_be_planned_holds_up_no_other(clinic: Clinic, channel: Recording) -> None:
    good, bad = patient_of(clinic, 1), patient_of(clinic, 2)
    run(channel, NOW, GONE)
    Episode.objects.across_clinics().filter(pk=bad.pk).update(answers={})
    run(channel, BACK, BACK + HOUR)
    assert sent_keys(good)[3:] == ["clot-signs", CATCHUP]
    assert reminder_of(bad, "clot-signs").status_reason == "unwritable"


def test_planning_anew_costs_a_claim_a_fixed_number_of_queries(
    clinic: Clinic, channel: Recording, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(12):
        patient_of(clinic, number)
    run(channel, NOW, GONE)
    with django_assert_max_num_queries(60):
        assert dispatch_once(BACK, sms(channel)).counts == {"planned-anew": 36}


def test_a_correction_that_nobody_sent_in_time_is_still_owed(clinic: Clinic, channel: Recording) -> None:
    """The treatment was two days earlier than the patient was told, and then no worker ran for eight days."""
    episode = patient_of(clinic)
    down = datetime(2026, 12, 5, 12, tzinfo=UTC)
    run(channel, NOW, down)
    change(episode, down, treated_at=episode.treated_at - timedelta(days=2), treated_local="2026-11-18T15:00")
    back = datetime(2026, 12, 13, 12, tzinfo=UTC)
    run(channel, back, back + HOUR)
    assert sent_keys(episode)[-1] == "correction-1"
    assert "No waxing to Wed 16 Dec." in channel.taken[-1].text


def test_a_welcome_alone_that_nobody_sent_in_time_becomes_a_catch_up(
    clinic: Clinic, channel: Recording
) -> None:
    episode = patient_of(clinic, treated="2026-11-19T16:00")
    assert reminder_of(episode, "welcome").send_by == NOW + timedelta(minutes=30)
    run(channel, NOW + HOUR, NOW + HOUR + MINUTE)
    assert sent_keys(episode) == ["catchup-2026-11-20"]
    assert reminder_of(episode, "welcome").status == Status.SKIPPED
