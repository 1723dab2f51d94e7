from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from scheduler.enrolment import Refused, enrol, preview
from scheduler.models import Clinic
from tests.enrolment.clinics import NOW, asked, bare_clinic, ready_clinic, rows

pytestmark = pytest.mark.django_db


def test_it_shows_what_enrolling_then_plans(clinic: Clinic) -> None:
    shown = preview(asked(clinic), NOW)
    episode = enrol(asked(clinic), "nurse@example.com", NOW).episode
    assert [(reminder.key, reminder.due_at) for reminder in shown.timeline.reminders] == list(
        episode.reminders.order_by("due_at").values_list("key", "due_at")
    )


def test_it_writes_nothing(clinic: Clinic) -> None:
    before = rows()
    preview(asked(clinic), NOW)
    assert rows() == before


def test_it_has_the_text_of_every_reminder(clinic: Clinic) -> None:
    shown = preview(asked(clinic), NOW)
    for reminder in shown.timeline.reminders:
        assert shown.texts[reminder.key].sms.startswith("Leafy Clinic: ")


def test_it_does_not_need_to_know_who_the_patient_is(clinic: Clinic) -> None:
    nobody = asked(clinic, name="", mobile="", email="", channels=())
    assert preview(nobody, NOW).timeline == preview(asked(clinic), NOW).timeline


def test_it_tells_what_is_wrong_all_the_same(clinic: Clinic) -> None:
    with pytest.raises(Refused) as refused:
        preview(asked(clinic, name="", mobile="12", answers={}), NOW)
    assert set(refused.value.faults) == {"mobile", "answers.area"}


def test_it_says_what_will_not_be_sent_and_why(clinic: Clinic) -> None:
    shown = preview(asked(clinic), NOW + timedelta(days=3))
    assert shown.late
    assert any(sentence.endswith(": its time has passed.") for sentence in shown.not_sent)


@pytest.mark.parametrize(
    ("live", "email", "channels", "sentence"),
    [
        (False, True, ("email",), "go to the outbox"),
        (True, False, ("email",), "go to the outbox"),
        (True, True, ("sms",), "Texts are not set up here: use email."),
        (True, True, ("sms", "email"), None),
    ],
)
def test_it_says_when_nothing_can_leave(
    settings: Settings, live: bool, email: bool, channels: tuple[str, ...], sentence: str | None
) -> None:
    settings.EMAIL_LIVE = email
    warnings = preview(asked(ready_clinic(live=live), channels=channels), NOW).warnings
    assert [sentence in warning for warning in warnings] == ([] if sentence is None else [True])


def test_it_asks_for_the_clinics_values_first() -> None:
    with pytest.raises(Refused, match="Nobody can be enrolled yet"):
        preview(asked(bare_clinic()), NOW)
