"""A clinic that has said nothing yet: what only it can say, why, who approves it, done."""

import pytest
from django.test import Client

from scheduler.models import Clinic, Edition
from tests.editions.drafts import begin
from tests.enrolment.clinics import bare_clinic
from tests.web.people import member, signed_in
from tests.web.test_settings import SET_UP, VALUES


@pytest.fixture
def new(db: None) -> Clinic:
    return bare_clinic(urgent_phone="+441632960123", reply_to="care@example.com")


@pytest.fixture
def its_admin(new: Clinic) -> Client:
    return signed_in(member(new, "admin"))


def editions(clinic: Clinic) -> list[Edition]:
    return list(Edition.objects.for_clinic(clinic))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"no_flying.mode": "length", "no_flying.days": "35"}, {"no_flying": "35d"}),
        ({"no_flying.mode": "in-person"}, {"no_flying": "in-person"}),
        ({"no_flying.mode": "omit"}, {"no_flying": "omit"}),
    ],
)
def test_it_publishes_the_first_edition(
    said: dict[str, str], kept: dict[str, str], its_admin: Client, new: Clinic
) -> None:
    assert its_admin.post(SET_UP, VALUES | said).status_code == 302
    (first,) = editions(new)
    assert (first.settings, first.approved_by) == (kept, "Dr Example")
    assert (first.number, first.published_by) == (1, "admin@leafy.example.com")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"no_flying.mode": ""}, "there is no default"),
        ({"no_flying.days": ""}, "Give the number of days"),
        ({"no_flying.days": "400"}, "Give whole days, from 1 to 366."),
        ({"no_flying.days": "0"}, "Give whole days, from 1 to 366."),
        ({"no_flying.days": "two"}, "Give whole days, from 1 to 366."),
        ({"no_flying.mode": "maybe"}, "Choose one of the three"),
        ({"reason": ""}, "Say why it is changed"),
        ({"approved_by": ""}, "Name the clinician"),
    ],
)
def test_it_publishes_nothing_that_is_wrong(
    said: dict[str, str], sentence: str, its_admin: Client, new: Clinic
) -> None:
    answer = its_admin.post(SET_UP, VALUES | said)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert editions(new) == []


@pytest.mark.parametrize("page", ["/c/leafy/enrol", "/c/leafy/settings", "/c/leafy/timings"])
def test_what_is_missing_leads_straight_there(page: str, its_admin: Client) -> None:
    assert f'href="{SET_UP}"' in its_admin.get(page).content.decode()


def test_a_clinic_that_has_said_everything_edits_a_draft(admin: Client, clinic: Clinic) -> None:
    assert admin.post(SET_UP, VALUES | {"no_flying.mode": "omit"}).headers["Location"] == SET_UP[:-7]
    assert len(editions(clinic)) == 1


def test_a_draft_of_the_first_edition_is_not_passed_by(its_admin: Client, new: Clinic) -> None:
    begin(new)
    assert its_admin.post(SET_UP, VALUES).headers["Location"] == SET_UP[:-7]
    assert editions(new) == []


def test_it_knows_no_other_treatment(admin: Client) -> None:
    assert admin.get("/c/leafy/timings/nothing").status_code == 404
    assert admin.get("/c/leafy/timings/nothing/set-up").status_code == 404
