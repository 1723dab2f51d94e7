from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from time_machine import travel

from scheduler.api.keys import create_key
from scheduler.models import Clinic
from tests.enrolment.clinics import NOW, ready_clinic

Call = Callable[..., HttpResponse]
SAM = {
    "protocol": "microsclerotherapy",
    "name": "Sam Example",
    "mobile": "07700 900123",
    "treated": "2026-11-20T15:00",
    "answers": {"area": "small"},
    "channels": ["sms"],
}


@pytest.fixture(autouse=True)
def friday_afternoon() -> Any:
    with travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ready_clinic()


@pytest.fixture
def key(clinic: Clinic) -> str:
    return create_key(clinic, "booking system", actor="admin@example.com", now=NOW)


@pytest.fixture
def post(client: Client, key: str) -> Call:
    """POST JSON with the clinic's key, or another."""

    def call(path: str, body: Any, *, key: str = key) -> HttpResponse:
        return client.post(
            f"/api/v1/{path}", body, "application/json", headers={"Authorization": f"Bearer {key}"}
        )

    return call


@pytest.fixture
def get(client: Client, key: str) -> Call:
    def call(path: str, *, key: str = key) -> HttpResponse:
        return client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})

    return call
