"""The editions of a clinic: their history, each in full, comparing, restoring, copying."""

import pytest
from django.test import Client

from scheduler.editions import find_draft
from scheduler.models import Clinic, Draft, Membership
from tests.editions.drafts import begin, change, publish
from tests.enrolment.clinics import PROTOCOL
from tests.web.drafted import C, drafted
from tests.web.people import member, signed_in


@pytest.fixture
def second(clinic: Clinic) -> Clinic:
    """The clinic with two editions; the newer has its morning at ten."""
    publish(clinic, drafted(clinic, morning="10:00").revision, reason="Later mornings.")
    return clinic


@pytest.fixture
def both(clinic: Clinic, other_clinic: Clinic) -> Client:
    """An admin of both clinics."""
    user = member(clinic, "admin", "both@example.com")
    Membership.objects.create(clinic=other_clinic, user=user, role="admin")
    return signed_in(user)


def shown(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(f"{C}/{url}")
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.usefixtures("second")
def test_the_history_says_who_when_why_and_who_approved(staff: Client) -> None:
    page = shown(staff, "editions")
    assert page.index("Edition 2") < page.index("Edition 1")
    for said in ("jo@example.com", "Dr Example", "Later mornings.", "Fri 20 Nov, 15:30"):
        assert said in page


@pytest.mark.usefixtures("second")
def test_an_edition_is_readable_in_full(staff: Client) -> None:
    page = shown(staff, "editions/2")
    assert "2 days after treatment; Morning, 10:00" in page
    assert "Larger areas: 7 days" in page
    assert "No waxing to {no-waxing.date}." in page
    assert "emergency.sms" in page
    assert "Open a draft" not in page
    assert shown(staff, "editions/9", 404)


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        ("before=1&after=2", ["09:00", "10:00", "From edition 1 to edition 2"]),
        ("before=2&after=1", ["From edition 2 to edition 1"]),
        ("before=2&after=2", ["Nothing differs."]),
        ("before=file&after=1", ["14 days", "the clinic"]),
    ],
)
@pytest.mark.usefixtures("second")
def test_it_compares_any_two(sides: str, said: list[str], staff: Client) -> None:
    page = shown(staff, f"editions/compare?{sides}")
    assert all(one in page for one in said)


@pytest.mark.parametrize("sides", ["before=9&after=1", "before=x&after=1", "before=1&after=draft"])
@pytest.mark.usefixtures("second")
def test_it_says_what_cannot_be_compared(sides: str, staff: Client) -> None:
    assert 'role="alert"' in shown(staff, f"editions/compare?{sides}", 422)


def test_restoring_opens_a_draft_and_publishes_nothing(admin: Client, second: Clinic) -> None:
    assert admin.post(f"{C}/editions/1/restore").status_code == 302
    draft = find_draft(second, PROTOCOL)
    assert draft
    assert draft.settings == {"no_flying": "14d"}
    assert "Edition 3" not in shown(admin, "editions")


@pytest.mark.parametrize("number", [1, 2])
def test_it_restores_neither_over_a_draft_nor_the_current_one(
    number: int, admin: Client, second: Clinic
) -> None:
    if number == 1:
        drafted(second)
    before = list(Draft.objects.for_clinic(second).values())
    answer = admin.post(f"{C}/editions/{number}/restore")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()
    assert list(Draft.objects.for_clinic(second).values()) == before


@pytest.mark.usefixtures("second")
def test_copying_says_first_what_is_left_out(both: Client, other_clinic: Clinic) -> None:
    page = shown(both, "editions/2/copy?to=other")
    assert "10:00" in page
    assert find_draft(other_clinic, PROTOCOL) is None
    answer = both.post(f"{C}/editions/2/copy", {"to": "other"})
    assert answer.headers["Location"] == C.replace("leafy", "other") + "/editions"
    draft = find_draft(other_clinic, PROTOCOL)
    assert draft
    assert (draft.settings["morning"], draft.changed_by) == ("10:00", "both@example.com")


def test_texts_that_name_the_clinic_do_not_go_along(
    both: Client, clinic: Clinic, other_clinic: Clinic
) -> None:
    Clinic.objects.filter(pk=other_clinic.pk).update(name="Oak Vein Clinic")
    draft = drafted(clinic, lines__waxing__email="Ask Leafy Vein Clinic before waxing, to {no-waxing.date}.")
    publish(clinic, draft.revision)
    page = shown(both, "editions/2/copy?to=other")
    assert "What is left out" in page


def test_it_does_not_copy_over_a_draft(both: Client, second: Clinic, other_clinic: Clinic) -> None:
    theirs = change(other_clinic, begin(other_clinic).revision, evening="17:00")
    answer = both.post(f"{C}/editions/2/copy", {"to": "other"})
    assert answer.status_code == 422
    kept = find_draft(other_clinic, PROTOCOL)
    assert kept
    assert kept.revision == theirs.revision


@pytest.mark.parametrize("to", ["other", "nowhere", "leafy"])
@pytest.mark.usefixtures("second")
def test_it_copies_to_no_clinic_of_others(to: str, clinic: Clinic, other_clinic: Clinic) -> None:
    user = member(clinic, "admin", "one@example.com")
    Membership.objects.create(clinic=other_clinic, user=user, role="staff")
    client = signed_in(user)
    assert client.post(f"{C}/editions/2/copy", {"to": to}).status_code == 403
    assert find_draft(other_clinic, PROTOCOL) is None
