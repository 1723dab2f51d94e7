from datetime import timedelta

import pytest
from django.test import Client

from scheduler.api.auth import LARGEST_BODY
from scheduler.api.keys import create_key, find_key, revoke_key
from scheduler.models import ApiKey, Clinic, Event, User
from tests.api.conftest import SAM, Call
from tests.enrolment.clinics import NOW, ready_clinic, rows

ENDPOINTS = [("post", "enrolments"), ("post", "timelines"), ("get", "episodes/1")]


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer ", "Bearer ac_00000000_x", "Basic dTpw", "Bearer \u00e9"]
)
def test_it_answers_nobody_without_a_key(
    client: Client, clinic: Clinic, method: str, path: str, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = getattr(client, method)(f"/api/v1/{path}", headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_it_answers_nobody_with_a_revoked_key(
    client: Client, clinic: Clinic, key: str, method: str, path: str
) -> None:
    assert revoke_key(clinic, key[:11], actor="admin@example.com", now=NOW)
    answer = getattr(client, method)(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 403
    assert "was revoked" in answer.json()["detail"]


def test_it_is_not_enough_to_be_signed_in(client: Client, clinic: Clinic) -> None:
    client.force_login(User.objects.create_user("nurse@example.com"))
    assert client.get("/api/v1/episodes/1").status_code == 401


def test_it_refuses_a_huge_body_before_reading_it(post: Call, clinic: Clinic) -> None:
    before = rows()
    answer = post("enrolments", SAM | {"name": "x" * LARGEST_BODY})
    assert answer.status_code == 413
    assert rows() == before


def test_it_keeps_no_key_but_its_hash(clinic: Clinic, key: str) -> None:
    row = ApiKey.objects.for_clinic(clinic).get()
    assert key.startswith(row.prefix)
    assert key not in str(vars(row))
    assert len(key) > 50


def test_it_leaves_an_event_for_each_key(clinic: Clinic, key: str) -> None:
    revoke_key(clinic, key[:11], actor="admin@example.com", now=NOW)
    events = Event.objects.for_clinic(clinic).filter(kind__startswith="api-key").order_by("pk")
    assert [event.kind for event in events] == ["api-key-created", "api-key-revoked"]
    assert all(event.details == {"prefix": key[:11]} for event in events)


def test_it_revokes_no_key_of_another_clinic_and_none_twice(clinic: Clinic, key: str) -> None:
    sandy = ready_clinic(slug="sandy")
    revoked = [revoke_key(where, key[:11], actor="x", now=NOW) for where in (sandy, clinic, clinic)]
    assert revoked == [False, True, False]


def test_it_notes_to_the_minute_when_a_key_was_used(clinic: Clinic) -> None:
    key = create_key(clinic, "booking", actor="x", now=NOW)
    used = []
    for seconds in (0, 59, 60):
        find_key(key, NOW + timedelta(seconds=seconds))
        used.append(ApiKey.objects.for_clinic(clinic).get().last_used_at)
    assert used == [NOW, NOW, NOW + timedelta(minutes=1)]


def test_it_writes_neither_keys_nor_patients_to_the_log(
    post: Call, key: str, clinic: Clinic, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    post("enrolments", SAM)
    post("enrolments", SAM | {"answers": {}})
    post("enrolments", SAM, key="ac_wrong")
    logged = caplog.text + "".join(capfd.readouterr())
    assert "/api/v1/enrolments" in logged
    assert not any(secret in logged for secret in (key, "ac_wrong", "Sam", "7700"))


@pytest.mark.parametrize("path", ["/api/docs", "/api/openapi.json"])
def test_it_describes_itself_to_staff_only(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 302
    client.force_login(User.objects.create_user("nurse@example.com"))
    assert client.get(path).status_code == 200


def test_it_describes_itself_without_another_host(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("nurse@example.com"))
    page = client.get("/api/docs").content.decode()
    assert "https://" not in page
    assert "<script>" not in page
