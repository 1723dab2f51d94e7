import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from scheduler.domain.clinic_values import with_settings
from scheduler.domain.sending_hours import local_hours
from scheduler.domain.timeline import Treatment, timeline_of
from scheduler.editions import find_protocol
from scheduler.management.base import WrongInput
from scheduler.management.treatment_args import EXAMPLE_CLINIC
from scheduler.models import Clinic, Reminder
from scheduler.simulation import simulate

# It opens a database of its own; the tests' one is only there to show that it stays as it was.
pytestmark = pytest.mark.django_db
ASKED = ["microsclerotherapy", "--treated", "2026-11-20T15:00", "--answer", "area=small"]
LONDON = ["--tz", "Europe/London", "--value", "no_flying=14d"]


def run(*words: str) -> str:
    out = StringIO()
    call_command("simulate", *words, stdout=out)
    return out.getvalue()


def received(*words: str) -> list[dict[str, Any]]:
    return list(json.loads(run(*ASKED, *words, "--format", "json"))["received"])


def test_it_shows_what_the_timeline_plans_when_it_plans_it() -> None:
    treated = datetime(2026, 11, 20, 15, tzinfo=UTC)
    treatment = Treatment(treated, "Europe/London", {"area": "small"}, treated)
    protocol = with_settings(find_protocol("microsclerotherapy"), {"no_flying": "14d"})
    done = simulate(protocol, treatment, EXAMPLE_CLINIC)
    planned = timeline_of(protocol, treatment).reminders
    assert [(one.key, one.at) for one in done.received] == [(one.key, one.due_at) for one in planned]
    assert done.withheld == ()


def test_it_leaves_the_configured_database_alone() -> None:
    received(*LONDON)
    assert not Clinic.objects.exists()
    assert not Reminder.objects.across_clinics().exists()


def test_it_says_the_same_twice() -> None:
    assert received(*LONDON) == received(*LONDON)


def test_it_ends_with_the_day_that_was_asked_for() -> None:
    assert [one["key"] for one in received(*LONDON, "--days", "1")] == ["welcome", "first-evening", "day-1"]


def test_it_can_show_the_emails() -> None:
    first = received(*LONDON, "--channel", "email")[0]
    assert first["subject"].startswith("Example Clinic: ")
    assert first["segments"] == 0


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
@pytest.mark.parametrize("treated", ["2026-03-06T10:00", "2026-10-30T16:00", "2027-03-26T16:00"])
def test_no_text_arrives_outside_sending_hours(zone: str, treated: str) -> None:
    protocol = find_protocol("microsclerotherapy")
    words = ["microsclerotherapy", "--treated", treated, "--tz", zone, "--answer", "area=large"]
    said = json.loads(run(*words, "--value", "no_flying=omit", "--format", "json"))
    moments = [datetime.fromisoformat(one["at"]) for one in said["received"]]
    assert all(local_hours(protocol, zone).include(moment) for moment in moments)
    assert moments == sorted(moments)


def test_a_late_enrolment_gets_one_text_that_catches_up() -> None:
    late = received(*LONDON, "--enrolled", "2026-11-23T11:00")
    assert late[0]["key"].startswith("catchup-")
    assert datetime.fromisoformat(late[0]["at"]) - datetime(2026, 11, 23, 11, tzinfo=UTC) < timedelta(hours=1)
    assert "clot-signs" in [one["key"] for one in late]


def test_the_table_names_day_and_time_as_people_do() -> None:
    table = run(*ASKED, *LONDON, "--days", "1")
    assert "Fri 20 Nov 15:00" in table
    assert "3 messages" in table


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--tz", "Europe/London"], "no_flying"),
        (["--tz", "Nowhere/Town", "--value", "no_flying=14d"], "Nowhere/Town"),
        ([*LONDON, "--answer", "leg=left"], "leg"),
    ],
)
def test_wrong_input_is_answered_with_a_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(WrongInput, match=sentence):
        run(*ASKED, *words)
