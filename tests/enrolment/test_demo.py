import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate

from scheduler.demo import PEOPLE, create_if_empty
from scheduler.domain.status import Status
from scheduler.models import Attempt, Clinic, Episode, Membership, Reminder, User
from tests.enrolment.clinics import bare_clinic, rows
from tests.support.aftercare import aftercare, installed

pytestmark = pytest.mark.django_db(transaction=True)
#: noon, the small hours, and the hour of the autumn clock change
MOMENTS = [
    datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC),
    datetime(2026, 11, 23, 0, 5, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 10, tzinfo=UTC),
]


@pytest.mark.parametrize("now", MOMENTS)
def test_it_shows_patients_on_different_days_of_their_plans(now: datetime) -> None:
    create_if_empty(now)
    episodes = Episode.objects.for_clinic(Clinic.objects.get())
    days = [(now - episode.treated_at).days for episode in episodes.order_by("-treated_at")]
    assert len(days) == len(PEOPLE) == 5
    assert all(abs(day - wanted) <= 1 for day, wanted in zip(days, [0, 1, 3, 6, 13], strict=True))
    assert set(episodes.values_list("outbox_only", flat=True)) == {True}


@pytest.mark.parametrize("now", MOMENTS)
def test_it_put_into_the_outbox_what_was_due_until_now(now: datetime) -> None:
    create_if_empty(now)
    reminders = Reminder.objects.for_clinic(Clinic.objects.get())
    assert not reminders.filter(status=Status.SCHEDULED, try_at__lte=now).exists()
    assert reminders.filter(due_at__lte=now).count() == reminders.filter(status=Status.SENT).count()
    for attempt in Attempt.objects.for_clinic(Clinic.objects.get()).select_related("reminder"):
        assert attempt.channel == "outbox"
        assert attempt.created_at == attempt.reminder.due_at


def test_it_leaves_flying_out_explicitly() -> None:
    create_if_empty(MOMENTS[0])
    clinic = Clinic.objects.get()
    assert clinic.demonstration
    assert not clinic.live
    assert {episode.edition.settings["no_flying"] for episode in Episode.objects.for_clinic(clinic)} == {
        "omit"
    }


def test_it_gives_numbers_that_nobody_has() -> None:
    create_if_empty(MOMENTS[0])
    patients = [episode.patient for episode in Episode.objects.for_clinic(Clinic.objects.get())]
    assert all(re.fullmatch(r"(\+447700900\d{3})?", patient.mobile) for patient in patients)
    assert all(re.fullmatch(r"(.+@example\.com)?", patient.email) for patient in patients)


def test_it_lets_an_admin_sign_in_with_the_password_that_it_shows() -> None:
    access = create_if_empty(MOMENTS[0])
    assert access is not None
    user = authenticate(email=access.email, password=access.password)
    assert user == User.objects.get()
    assert access.password not in user.password
    assert EmailAddress.objects.get(user=user).verified
    assert Membership.objects.for_clinic(Clinic.objects.get()).get(user=user).role == Membership.Role.ADMIN


def test_it_makes_nothing_where_there_is_a_clinic() -> None:
    bare_clinic()
    before = rows()
    assert create_if_empty(MOMENTS[0]) is None
    assert rows() == before
    assert not User.objects.exists()


def test_it_never_makes_a_second_one() -> None:
    create_if_empty(MOMENTS[0])
    before = rows()
    assert create_if_empty(MOMENTS[0] + timedelta(days=30)) is None
    assert rows() == before


@pytest.mark.either_engine
def test_it_prints_the_password_once(tmp_path: Path) -> None:
    installed(tmp_path)
    first, second = aftercare(tmp_path, "demo"), aftercare(tmp_path, "demo")
    assert (first.returncode, first.stderr) == (0, "")
    assert re.search(r"Password:  \w{4}-\w{4}-\w{4}-\w{4} ", first.stdout)
    assert "nurse@example.com" in first.stdout
    assert "http://127.0.0.1:8000" in first.stdout
    assert second.stdout.startswith("There is a clinic already: no demonstration was made.\n")
    assert "Sign in:   nurse@example.com\n" in second.stdout
    assert "aftercare changepassword EMAIL" in second.stdout
    password = re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", first.stdout)
    assert password
    assert password[0] not in second.stdout


def test_the_readme_says_how_commands_call_it() -> None:
    create_if_empty(MOMENTS[0])
    readme = Path(__file__).resolve().parents[2] / "README.md"
    assert f"`--clinic {Clinic.objects.get().slug}`" in readme.read_text()
