"""Real threads, each with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from scheduler.domain.replan import as_planned
from scheduler.enrolment import Conflict, Enrolled, enrol, held
from scheduler.models import Clinic, Edition, Patient
from scheduler.plans.cases import load_cases
from tests.enrolment.clinics import NOW, asked, edition_of, ready_clinic, rows

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4


def at_once(tasks: list[Callable[[], object]]) -> list[object]:
    barrier = Barrier(len(tasks))

    def start(task: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(start, tasks))


def test_it_enrols_once_when_the_same_is_asked_at_once() -> None:
    clinic = ready_clinic()
    results = at_once([lambda: enrol(asked(clinic), "nurse@example.com", NOW)] * THREADS)
    assert all(isinstance(result, Enrolled) for result in results)
    assert len({result.episode.pk for result in results}) == 1
    assert sum(result.created for result in results) == 1
    assert (rows()["Patient"], rows()["Episode"]) == (1, 1)


def test_it_holds_once_when_the_same_is_held_at_once() -> None:
    clinic = ready_clinic()
    typed = {"name": "Sam Example"}
    at_once([lambda: held.hold(clinic, typed, "nurse@example.com", NOW)] * THREADS)
    assert held.waiting(clinic).count() == 1


def test_it_enrols_once_what_was_held_when_it_is_asked_at_once() -> None:
    clinic = ready_clinic()
    one = held.hold(clinic, {"name": "Sam Example"}, "nurse@example.com", NOW)
    results = at_once([lambda: held.enrol_held(one.pk, asked(clinic), "nurse@example.com", NOW)] * THREADS)
    assert sum(result.created for result in results) == 1
    one.refresh_from_db()
    assert (one.typed, one.episode) == ({}, results[0].episode)


def test_it_enrols_one_of_two_that_differ() -> None:
    clinic = ready_clinic()

    def enrol_or_conflict(area: str) -> object:
        try:
            return enrol(asked(clinic, answers={"area": area}), "nurse@example.com", NOW)
        except Conflict as conflict:
            return conflict

    results = at_once([lambda: enrol_or_conflict("small"), lambda: enrol_or_conflict("large")])
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Enrolled"]
    assert (rows()["Patient"], rows()["Episode"]) == (1, 1)


def test_it_numbers_editions_that_are_published_at_once() -> None:
    clinic: Clinic = ready_clinic()
    flights = [{"no_flying": f"{days}d"} for days in (15, 16, 17, 18)]
    at_once([lambda settings=settings: edition_of(clinic, settings) for settings in flights])
    numbers = Edition.objects.for_clinic(clinic).order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5]


def test_treatments_that_are_added_at_once_are_all_planned_together() -> None:
    clinic = ready_clinic()
    first = enrol(asked(clinic), "nurse@example.com", NOW).episode
    again = [
        asked(clinic, treated=f"2026-11-20T15:{minute}", patient=str(first.patient_id))
        for minute in (10, 15, 20)
    ]
    at_once([lambda one=one: enrol(one, "nurse@example.com", NOW) for one in again])
    case = load_cases([first.patient_id])[first.patient_id]
    patient = Patient.objects.for_clinic(clinic).get()
    assert len(case.courses) == 4
    assert not as_planned(case, patient.planned_at)[1]
