"""The pages for what went wrong: they stand alone, and say what to do."""

import pytest
from django.test import Client

from scheduler import editions
from scheduler.models import Clinic
from tests.web.people import member, signed_in


def test_it_says_that_an_address_is_not_ours() -> None:
    answer = Client(headers={"host": "elsewhere.example.com"}).get("/")
    assert answer.status_code == 400
    assert "That request was not understood" in answer.content.decode()


def test_it_says_that_a_form_went_stale(clinic: Clinic) -> None:
    careful = signed_in(member(clinic, "admin"), enforce_csrf_checks=True)
    answer = careful.post("/c/leafy/settings")
    assert answer.status_code == 403
    assert "Nothing was saved" in answer.content.decode()


def test_it_says_that_a_page_is_for_administrators(staff: Client) -> None:
    answer = staff.get("/c/leafy/settings/live")
    assert answer.status_code == 403
    assert "Only an administrator" in answer.content.decode()


def test_it_says_that_there_is_no_such_page(staff: Client) -> None:
    assert "There is no such page" in staff.get("/c/nowhere/").content.decode()


def test_it_says_that_something_went_wrong(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "available_protocols", lambda: 1 / 0)
    answer = signed_in(member(clinic, "staff"), raise_request_exception=False).get("/c/leafy/settings")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something went wrong" in page
    assert "<title>Something went wrong" in page
    assert "aftercare/aftercare.css" in page
