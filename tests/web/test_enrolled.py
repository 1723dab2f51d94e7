"""What staff read right after enrolling: what is so, and no more."""

from typing import Any

import pytest
from django.test import Client

from scheduler.models import Clinic, Episode, Reminder
from tests.web.people import enrolled
from tests.web.test_episode import put_into_outbox


def shown(client: Client, episode: Episode) -> str:
    return client.get(f"/c/leafy/episodes/{episode.pk}/enrolled").content.decode()


def tried(episode: Episode, status: str, **values: Any) -> None:
    """The first message, with one attempt, standing at this status."""
    put_into_outbox(episode, "welcome", "Leafy Clinic: hello")
    Reminder.objects.across_clinics().filter(episode=episode, key="welcome").update(status=status, **values)


def test_it_says_when_the_first_message_goes(staff: Client, episode: Episode) -> None:
    assert "The first message goes on Fri 20 Nov, 15:30" in shown(staff, episode)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("sent", "went into the outbox at 15:30"),
        ("delivered", "went into the outbox at 15:30"),
        ("claimed", "being sent"),
        ("scheduled", "it is tried again at 15:30"),
        ("failed", "failed (opted out)"),
        ("in_doubt", "in doubt"),
        ("undelivered", "not delivered"),
        ("skipped", "not sent"),
    ],
)
def test_it_says_that_a_message_went_only_when_it_did(
    status: str, said: str, staff: Client, episode: Episode
) -> None:
    tried(episode, status, status_reason="opted_out" if status == "failed" else "")
    page = shown(staff, episode)
    assert said in page
    assert ("went" in page) == (status in ("sent", "delivered"))


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        (("sms", "email"), ["Text: first choice", "Email: also permitted"]),
        (("email", "sms"), ["Email: first choice", "Text: also permitted"]),
    ],
)
def test_it_says_which_way_comes_first(
    channels: tuple[str, ...], said: list[str], staff: Client, clinic: Clinic
) -> None:
    page = shown(staff, enrolled(clinic, channels=channels))
    assert 0 < page.index(said[0]) < page.index(said[1])


def test_it_names_the_treatments_that_are_planned_together_with_it(
    staff: Client, clinic: Clinic, episode: Episode
) -> None:
    assert "Planned together" not in shown(staff, episode)
    second = enrolled(clinic, treated="2026-11-20T15:20", patient=str(episode.patient_id))
    link = f'<a href="/c/leafy/episodes/{episode.pk}">the treatment of Fri 20 Nov</a>'
    assert f"Planned together with {link}" in shown(staff, second)


def test_the_first_message_is_one_that_goes(staff: Client, clinic: Clinic, episode: Episode) -> None:
    Reminder.objects.across_clinics().filter(episode=episode, key="welcome").update(status="folded")
    assert "The first message goes on Fri 20 Nov, 19:00" in shown(staff, episode)
