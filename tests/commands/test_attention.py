import json
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from scheduler.domain.status import Status
from scheduler.management.base import Failure, WrongInput
from scheduler.models import Clinic
from tests.attention.waits import LATER, failed, sent
from tests.dispatch.plans import live_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def half_an_hour_later() -> None:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def clinic(db: None) -> Clinic:
    return live_clinic()


def said(**options: Any) -> str:
    out = StringIO()
    call_command("attention", clinic="leafy", stdout=out, **options)
    return out.getvalue()


def test_it_lists_what_waits_and_names_nobody(clinic: Clinic) -> None:
    assert said() == "Nothing waits.\n"
    reminder = failed(clinic)
    listed = said()
    assert f"{reminder.pk}" in listed
    assert "the number or address does not work" in listed
    assert "Sam" not in listed
    (row,) = json.loads(said(format="json"))
    assert (row["reminder"], row["status"], row["tries"]) == (reminder.pk, "failed", 1)


def test_it_decides(clinic: Clinic) -> None:
    reminder = failed(clinic)
    assert said(reminder=reminder.pk, do="told", reason="Called her") == f"{reminder.pk}: handled\n"
    reminder.refresh_from_db()
    assert reminder.status == Status.HANDLED


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"do": "told"}, "--do and --reminder go together"),
        ({"reminder": 1}, "--do and --reminder go together"),
        ({"reminder": 1, "do": "told"}, "--reason: Say why"),
        ({"clinic": "nowhere"}, "there is no clinic"),
    ],
)
def test_wrong_input_is_one_line(clinic: Clinic, options: dict[str, Any], fault: str) -> None:
    with pytest.raises(WrongInput, match=fault):
        call_command("attention", **{"clinic": "leafy"} | options)


def test_what_does_not_wait_is_a_failure(clinic: Clinic) -> None:
    reminder = sent(clinic)
    with pytest.raises(Failure, match="does not wait"):
        said(reminder=reminder.pk, do="told", reason="x")
