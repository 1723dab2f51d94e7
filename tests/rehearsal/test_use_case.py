"""Editions over a clinic's past enrolments and over made-up ones."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduler.domain import localtime
from scheduler.domain.clinic_values import with_settings
from scheduler.domain.phases import Treatment
from scheduler.domain.protocol import Protocol
from scheduler.editions import current_edition, protocol_of
from scheduler.enrolment import enrol
from scheduler.models import Clinic, Episode, Patient, Reminder
from scheduler.rehearsal import (
    NothingToRehearse,
    made_enrolments,
    past_enrolments,
    rehearse,
)
from tests.enrolment.clinics import NOW, PROTOCOL, asked, ready_clinic, rows

DAY = date(2026, 11, 20)


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ready_clinic()


def someone(clinic: Clinic, number: int = 123, now: datetime = NOW, **values: Any) -> Episode:
    who = {"name": f"Sam Example {number}", "mobile": f"+44 7700 900{number:03}", "late_confirmed": True}
    return enrol(asked(clinic, **who | values), "nurse@example.com", now).episode


def today(clinic: Clinic) -> Protocol:
    edition = current_edition(clinic, PROTOCOL)
    assert edition
    return protocol_of(edition)


def test_it_takes_every_treatment_as_it_was(clinic: Clinic) -> None:
    episode = someone(clinic, at_desk=True, site="left", answers={"area": "large"})
    sample = past_enrolments(clinic, PROTOCOL, DAY, DAY)
    ((one,),) = sample.cases
    assert one.treatment == Treatment(
        episode.treated_at, "Europe/London", {"area": "large"}, NOW, at_desk=True, site="left"
    )
    assert (one.by_email, sample.treatments, sample.cancelled) == (False, 1, 0)


def test_it_plans_what_was_planned(clinic: Clinic) -> None:
    someone(clinic)
    done = rehearse(clinic, today(clinic), today(clinic), past_enrolments(clinic, PROTOCOL, DAY, DAY), NOW)
    stored = Reminder.objects.for_clinic(clinic)
    assert done.today.texts == stored.count()
    assert done.today.by_message.keys() == {reminder.key for reminder in stored}
    assert done.rehearsed is done.today


@pytest.mark.parametrize(
    ("channels", "emails"), [(("email",), True), (("email", "sms"), True), (("sms", "email"), False)]
)
def test_the_preferred_channel_decides_what_is_sent(
    clinic: Clinic, channels: tuple[str, ...], emails: bool
) -> None:
    someone(clinic, channels=channels)
    done = rehearse(clinic, today(clinic), today(clinic), past_enrolments(clinic, PROTOCOL, DAY, DAY), NOW)
    assert (done.today.emails > 0, done.today.texts > 0) == (emails, not emails)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [("2026-11-19", "2026-11-21", 2), ("2026-11-20", "2026-11-20", 1), ("2026-11-21", "2026-11-30", 1)],
)
def test_a_period_has_the_local_dates_of_the_clinic(db: None, first: str, last: str, found: int) -> None:
    # In Auckland it is the 21st when it is the 20th in Greenwich.
    clinic = ready_clinic(timezone="Pacific/Auckland")
    someone(clinic, 1, treated="2026-11-20T09:00")
    someone(clinic, 2, treated="2026-11-21T01:00")
    period = date.fromisoformat(first), date.fromisoformat(last)
    assert past_enrolments(clinic, PROTOCOL, *period).treatments == found


def test_cancelled_treatments_are_left_out_and_counted(clinic: Clinic) -> None:
    someone(clinic, 1)
    Episode.objects.across_clinics().filter(pk=someone(clinic, 2).pk).update(state="cancelled")
    sample = past_enrolments(clinic, PROTOCOL, DAY, DAY)
    assert (sample.treatments, sample.cancelled) == (1, 1)


def test_treatments_of_one_patient_are_one_case(clinic: Clinic) -> None:
    first = someone(clinic, 1)
    second = someone(clinic, 2, treated="2026-11-20T10:00")
    Episode.objects.across_clinics().filter(pk=second.pk).update(patient=first.patient)
    (case,) = past_enrolments(clinic, PROTOCOL, DAY, DAY).cases
    assert [one.treatment.treated_at for one in case] == [second.treated_at, first.treated_at]


def test_other_clinics_and_other_protocols_are_not_touched(clinic: Clinic) -> None:
    someone(ready_clinic(slug="other"))
    with pytest.raises(NothingToRehearse, match="no treatment from 2026-11-20 to 2026-11-20"):
        past_enrolments(clinic, PROTOCOL, DAY, DAY)
    someone(clinic)
    with pytest.raises(NothingToRehearse):
        past_enrolments(clinic, "another", DAY, DAY)


def test_it_writes_nothing(clinic: Clinic) -> None:
    someone(clinic)
    before = rows()
    stamps = list(Patient.objects.for_clinic(clinic).values())
    changed = with_settings(today(clinic), {"morning": "10:00"})
    with CaptureQueriesContext(
        connection,
    ) as asked_for:
        rehearse(clinic, today(clinic), changed, past_enrolments(clinic, PROTOCOL, DAY, DAY), NOW)
    assert all(query["sql"].upper().startswith(("SELECT", "DECLARE")) for query in asked_for)
    assert (rows(), list(Patient.objects.for_clinic(clinic).values())) == (before, stamps)


def test_it_asks_as_little_for_many_as_for_one(clinic: Clinic) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked_for:
            rehearse(clinic, today(clinic), today(clinic), past_enrolments(clinic, PROTOCOL, DAY, DAY), NOW)
        return len(asked_for)

    someone(clinic, 1)
    for_one = queries()
    for number in range(2, 8):
        someone(clinic, number)
    assert queries() == for_one


def test_the_rehearsed_edition_stands_beside_todays(clinic: Clinic) -> None:
    someone(clinic)
    changed = with_settings(today(clinic), {"morning": "10:00"})
    done = rehearse(clinic, today(clinic), changed, past_enrolments(clinic, PROTOCOL, DAY, DAY), NOW)
    assert done.today.by_hour[9] > 0
    assert done.rehearsed.by_hour[9] == 0
    assert done.rehearsed.by_hour[10] == done.today.by_hour[9] + done.today.by_hour[10]
    assert [(one.change.date, one.patients > 0) for one in done.changes] == [
        (date(2027, 3, 28), True),
        (date(2027, 10, 31), True),
    ]


def test_it_tells_how_far_it_is(clinic: Clinic) -> None:
    told: list[tuple[int, int]] = []
    sample = made_enrolments(3, "Europe/London", NOW, today(clinic))
    changed = with_settings(today(clinic), {"morning": "10:00"})
    rehearse(clinic, today(clinic), changed, sample, NOW, lambda *how_far: told.append(how_far))
    assert told == [(done, 6) for done in range(1, 7)]


def test_made_up_ones_are_the_same_twice_and_later_that_week(clinic: Clinic) -> None:
    first, again, later = (
        made_enrolments(200, "Europe/London", now, today(clinic))
        for now in (NOW, NOW, NOW + timedelta(days=2))
    )
    assert first == again == later
    assert first != made_enrolments(200, "Europe/London", NOW + timedelta(days=7), today(clinic))


def test_made_up_ones_are_spread_over_a_week_and_all_answers(clinic: Clinic) -> None:
    cases = made_enrolments(400, "Europe/London", NOW, today(clinic)).cases
    treatments = [one.treatment for case in cases for one in case]
    walls = [localtime.to_wall("Europe/London", treatment.treated_at) for treatment in treatments]
    assert {wall.weekday() for wall in walls} == {0, 1, 2, 3, 4}
    assert {wall.hour for wall in walls} == set(range(9, 18))
    assert len({wall.date() for wall in walls}) == 5
    areas = [treatment.answers["area"] for treatment in treatments]
    assert areas.count("small") == areas.count("large") == 200
    assert all(treatment.at_desk for treatment in treatments)


def test_a_made_up_week_is_a_normal_one() -> None:
    before_the_change = datetime(2027, 3, 20, tzinfo=UTC)
    protocol = Protocol.model_construct(questions={})
    (first, *_) = made_enrolments(1, "Europe/London", before_the_change, protocol).cases
    assert first[0].treatment.treated_at < datetime(2027, 2, 14, tzinfo=UTC)
