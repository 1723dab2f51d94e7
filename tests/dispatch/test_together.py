"""Texts of a patient with several treatments: what is said, of which leg, until when, and what was told."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.channels.base import Verdict, not_posted, rejected
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.claim import claim
from scheduler.dispatch.recheck import recheck
from scheduler.domain.status import Status
from scheduler.models import Attempt, Clinic, Episode, OptOut, Reminder
from tests.dispatch.plans import MINUTE, Recording, attempts_of, patient_of, reminder_of, sms
from tests.dispatch.treatments import change, rows_of, run, sent_keys, treated_again
from tests.enrolment.clinics import NOW

pytestmark = pytest.mark.django_db
#: five days after the first
AGAIN = datetime(2026, 11, 25, 15, tzinfo=UTC)
WORKER = "worker here-1"


def treated_twice(
    clinic: Clinic, channel: Recording, sites: tuple[str, str] = ("", ""), at: datetime = AGAIN
) -> tuple[Episode, Episode]:
    """Up to the further treatment everything has been sent."""
    first = patient_of(clinic, channels=("sms",), site=sites[0])
    run(channel, NOW, at)
    return first, treated_again(first, at, site=sites[1])


def text_of(episode: Episode, key: str, channel: Recording) -> str:
    """What is sent under that key, when its time comes."""
    run(channel, episode.enrolled_at, reminder_of(episode, key).due_at)
    (attempt,) = attempts_of(reminder_of(episode, key))
    return attempt.text


def guest_and_host(*episodes: Episode) -> tuple[Reminder, Reminder]:
    """The first text that carries another treatment's, and what it carries."""
    guest = next(row for row in rows_of(*episodes) if row.status == Status.FOLDED)
    assert guest.host is not None
    return guest, guest.host


def test_a_text_names_the_end_that_the_later_treatment_gives(clinic: Clinic, channel: Recording) -> None:
    _, second = treated_twice(clinic, channel)
    before = len(channel.taken)
    assert "gym to Wed 9 Dec" in text_of(second, "welcome", channel)
    run(channel, second.enrolled_at, datetime(2026, 12, 20, tzinfo=UTC))
    assert [one.text for one in channel.taken[before:] if "Fri 4 Dec" in one.text] == []


def test_the_elder_plan_speaks_of_it_as_well(clinic: Clinic, channel: Recording) -> None:
    """The second treatment is nine days after the first, whose text of the next morning is its own."""
    first, _ = treated_twice(clinic, channel, ("left", "right"), datetime(2026, 11, 29, 15, tzinfo=UTC))
    assert "gym to Sun 13 Dec" in text_of(first, "day-10", channel)


@pytest.mark.parametrize(("sites", "named"), [(("left", "right"), True), (("left", "left"), False)])
def test_the_leg_is_named_where_the_other_is_treated_as_well(
    clinic: Clinic, channel: Recording, sites: tuple[str, str], named: bool
) -> None:
    _, second = treated_twice(clinic, channel, sites)
    assert ("Right leg: Stockings" in text_of(second, "welcome", channel)) == named


def test_a_paused_treatment_took_place_and_counts(clinic: Clinic, channel: Recording) -> None:
    first, second = treated_twice(clinic, channel, ("left", "right"), datetime(2026, 11, 29, 15, tzinfo=UTC))
    change(second, second.enrolled_at, state="paused")
    assert "gym to Sun 13 Dec" in text_of(first, "day-10", channel)


def test_a_cancelled_one_counts_no_more(clinic: Clinic, channel: Recording) -> None:
    _, second = treated_twice(clinic, channel)
    change(second, second.enrolled_at, state="cancelled")
    run(channel, second.enrolled_at, AGAIN + timedelta(days=20))
    assert "No-exercise period ends Fri 4 Dec" in " ".join(one.text for one in channel.taken)


def test_a_text_carries_what_the_other_treatment_says_that_day(clinic: Clinic, channel: Recording) -> None:
    """What it says of bruises is due on the seventh day of the first treatment."""
    two_days_later = datetime(2026, 11, 22, 15, tzinfo=UTC)
    first, second = treated_twice(clinic, channel, ("left", "left"), two_days_later)
    guest, host = guest_and_host(first, second)
    assert (guest.key, host.key) == ("day-7", "day-5")
    assert "Bruises need a week" in text_of(second, host.key, channel)
    assert guest.key not in sent_keys(first)


def test_what_it_carries_is_gone_with_it(clinic: Clinic, channel: Recording) -> None:
    first, second = treated_twice(clinic, channel, ("left", "left"))
    guest, host = guest_and_host(first, second)
    run(channel, second.enrolled_at, host.due_at)
    change(first, host.due_at + MINUTE, site="")
    guest.refresh_from_db()
    assert guest.status == Status.FOLDED
    run(channel, host.due_at + MINUTE, host.due_at + timedelta(hours=8))
    assert guest.key not in sent_keys(first)


@pytest.mark.parametrize("kind", ["sms", "email"])
def test_the_attempt_keeps_which_ends_were_told(clinic: Clinic, kind: str) -> None:
    episode = patient_of(clinic, channels=(kind,))
    dispatch_once(NOW, {kind: Recording()})
    (attempt,) = attempts_of(reminder_of(episode, "welcome"))
    assert attempt.told["no-heat"] == "2026-12-04"
    assert attempt.told["compression-continuous"] == "2026-11-23T15:00"
    assert attempt.told["gentle-washing"] == "2026-11-21T03:00"


def test_an_end_that_had_no_room_was_not_told(clinic: Clinic, channel: Recording) -> None:
    episode = patient_of(clinic, channels=("sms",))
    run(channel, NOW, NOW + timedelta(days=7))
    for attempt in Attempt.objects.for_clinic(clinic).filter(reminder__episode=episode):
        named = {"no-waxing": "No waxing to", "no-heat": "o heat", "cool-compress": "Cool compress to"}
        assert {name for name in named if name in attempt.told} == {
            name for name, words in named.items() if words in attempt.text
        }


def test_what_was_told_for_the_other_leg_is_kept_apart(clinic: Clinic, channel: Recording) -> None:
    first, second = treated_twice(clinic, channel, ("left", "right"), datetime(2026, 11, 27, 15, tzinfo=UTC))
    guest, host = guest_and_host(first, second)
    run(channel, second.enrolled_at, host.due_at)
    (attempt,) = attempts_of(host)
    assert {name for name in attempt.told if ":" in name} <= {f"{guest.episode_id}:compression-daytime"}
    change(first, host.due_at + MINUTE, enrolled_by="somebody else")
    assert not any(row.key.startswith("correction") for row in rows_of(first, second))


def test_a_claim_reads_treatments_and_what_is_carried_in_sets(
    clinic: Clinic, channel: Recording, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    """As many patients again cost no query more."""
    pairs = []
    for number in range(6):
        first = patient_of(clinic, number, channels=("sms",), site="left")
        pairs.append((first, NOW))
    run(channel, NOW, AGAIN)
    seconds = [treated_again(first, AGAIN, site="left") for first, _ in pairs]
    host = guest_and_host(pairs[0][0], seconds[0])[1]
    run(channel, AGAIN + timedelta(minutes=30), host.due_at - MINUTE)
    with django_assert_max_num_queries(18):
        assert len(claim(host.due_at, worker=WORKER, live={"sms"}).claimed) == 6


def refuse(clinic: Clinic) -> None:
    OptOut.objects.create(
        channel="sms", address="+447700900123", opted_out_at=AGAIN, source="page", sender=clinic.sender
    )


class TestAHostThatDoesNotGo:
    """What it carries for another treatment comes back, where that one's own time holds."""

    @pytest.fixture
    def pair(self, clinic: Clinic, channel: Recording) -> tuple[Reminder, Reminder]:
        """What is carried may go by email too; what carries it only by text."""
        first = patient_of(clinic, channels=("sms", "email"), site="left")
        run(channel, NOW, AGAIN)
        second = treated_again(first, AGAIN, site="left", channels=["sms"])
        guest, host = guest_and_host(first, second)
        run(channel, second.enrolled_at, host.due_at - MINUTE)
        return guest, host

    def stands(self, reminder: Reminder) -> str:
        return reminder_of(reminder.episode, reminder.key).status

    def test_stopped_before_the_claim(self, clinic: Clinic, pair: tuple[Reminder, Reminder]) -> None:
        guest, host = pair
        refuse(clinic)
        email = Recording()
        dispatch_once(host.due_at, {"sms": Recording(), "email": email})
        assert (self.stands(host), self.stands(guest)) == (Status.SKIPPED, Status.SCHEDULED)
        for minutes in (60, 61, 62):
            dispatch_once(host.due_at + minutes * MINUTE, {"sms": Recording(), "email": email})
        assert (self.stands(guest), len(email.taken)) == (Status.SENT, 1)

    def test_stopped_after_it(self, clinic: Clinic, pair: tuple[Reminder, Reminder]) -> None:
        guest, host = pair
        claimed = claim(host.due_at, worker=WORKER, live={"sms"}).claimed
        refuse(clinic)
        assert recheck(claimed, host.due_at, worker=WORKER) == ()
        assert (self.stands(host), self.stands(guest)) == (Status.SKIPPED, Status.SCHEDULED)

    def test_no_provider(self, pair: tuple[Reminder, Reminder]) -> None:
        guest, host = pair
        dispatch_once(host.due_at, {"email": Recording()})
        assert (self.stands(host), self.stands(guest)) == (Status.FAILED, Status.SCHEDULED)

    @pytest.mark.parametrize(
        ("answer", "ends", "comes"),
        [
            (rejected("21211", Verdict.ADDRESS), Status.FAILED, Status.SCHEDULED),
            (rejected("21610", Verdict.OPTED_OUT), Status.SKIPPED, Status.SCHEDULED),
            (not_posted("refused"), Status.SCHEDULED, Status.FOLDED),
        ],
    )
    def test_the_providers_answer(
        self, pair: tuple[Reminder, Reminder], answer: object, ends: Status, comes: Status
    ) -> None:
        guest, host = pair
        dispatch_once(host.due_at, sms(Recording(answer)))  # type: ignore[arg-type]
        assert (self.stands(host), self.stands(guest)) == (ends, comes)

    def test_its_treatment_is_cancelled_while_it_is_claimed(self, pair: tuple[Reminder, Reminder]) -> None:
        guest, host = pair
        claimed = claim(host.due_at, worker=WORKER, live={"sms"}).claimed
        change(host.episode, host.due_at, state="cancelled")
        assert self.stands(guest) == Status.FOLDED
        assert recheck(claimed, host.due_at, worker=WORKER) == ()
        guest.refresh_from_db()
        assert (self.stands(host), guest.status_reason) == (Status.CANCELLED, "said-elsewhere")
        # It told of dates that are not right any more, so all of them are said again.
        assert reminder_of(guest.episode, "correction-1").status == Status.SCHEDULED

    def test_it_is_too_late_for_it(self, pair: tuple[Reminder, Reminder]) -> None:
        guest, host = pair
        Reminder.objects.across_clinics().filter(pk=guest.pk).update(send_by=host.send_by + timedelta(days=1))
        dispatch_once(host.send_by, sms(Recording()))
        assert self.stands(host) == Status.SKIPPED
        assert self.stands(guest) in (Status.SCHEDULED, Status.SKIPPED)
