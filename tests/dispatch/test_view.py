"""A treatment beside the patient's others, for texts and pages."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.models import Clinic, Episode
from scheduler.plans.view import guests_of, parts_of, views
from tests.dispatch.plans import Recording, patient_of
from tests.dispatch.treatments import change, rows_of, run, treated_again
from tests.enrolment.clinics import NOW

pytestmark = pytest.mark.django_db
AGAIN = datetime(2026, 11, 25, 15, tzinfo=UTC)


def treated_twice(
    clinic: Clinic, number: int = 1, sites: tuple[str, str] = ("left", "left")
) -> list[Episode]:
    first = patient_of(clinic, number, site=sites[0])
    run(Recording(), NOW, AGAIN)
    return [first, treated_again(first, AGAIN, site=sites[1])]


def test_a_treatment_alone_is_as_it_is(clinic: Clinic) -> None:
    episode = patient_of(clinic)
    view = views([episode])[episode.pk]
    assert view.others == ()
    assert view.seen(NOW) is view.course


def test_it_is_seen_with_the_ends_of_the_one_that_decides(clinic: Clinic) -> None:
    first, second = treated_twice(clinic)
    view = views([first])[first.pk]
    rule = view.seen(AGAIN).phases["no-heat"]
    assert (rule.decided_by, str(rule.last_date)) == (second.pk, "2026-12-09")
    assert view.course.phases["no-heat"].decided_by == first.pk


def test_the_other_leg_is_named(clinic: Clinic) -> None:
    first, second = treated_twice(clinic, sites=("left", "right"))
    seen = views([first, second])
    assert [seen[one.pk].leg(AGAIN) for one in (first, second)] == ["Left leg", "Right leg"]


@pytest.mark.parametrize(("state", "beside"), [("active", 1), ("paused", 1), ("cancelled", 0)])
def test_what_runs_or_rests_counts(clinic: Clinic, state: str, beside: int) -> None:
    first, second = treated_twice(clinic)
    change(second, AGAIN + timedelta(hours=1), state=state)
    assert len(views([first])[first.pk].others) == beside


def test_a_cancelled_one_is_seen_beside_those_that_run(clinic: Clinic) -> None:
    first, second = treated_twice(clinic)
    change(second, AGAIN + timedelta(hours=1), state="cancelled")
    second.refresh_from_db()
    assert [course.treatment.episode for course in views([second])[second.pk].others] == [first.pk]


def test_no_other_patient_stands_beside(clinic: Clinic) -> None:
    first, _ = treated_twice(clinic, 1)
    other = patient_of(clinic, 2)
    seen = views([first, other])
    assert seen[other.pk].others == ()


def test_a_text_has_a_part_for_each_treatment_that_it_speaks_for(clinic: Clinic) -> None:
    first, second = treated_twice(clinic)
    seen = views([first, second])
    (guest, host) = next((row, row.host) for row in rows_of(first) if row.host)
    guests = guests_of([host], seen)
    assert guests == {host.pk: [guest]}
    parts = parts_of(host, seen[second.pk], guests[host.pk], host.due_at)
    assert [part.course.treatment.episode for part in parts] == [second.pk, first.pk]
    assert [part.content.message for part in parts] == [host.message, guest.message]


def test_what_a_cancelled_treatment_left_behind_is_not_carried(clinic: Clinic) -> None:
    first, second = treated_twice(clinic)
    (guest, host) = next((row, row.host) for row in rows_of(first) if row.host)
    Episode.objects.across_clinics().filter(pk=first.pk).update(state="cancelled")
    assert guest.status == "folded"
    assert guests_of([host], views([second])) == {}


def test_many_patients_cost_no_more_queries_than_one(
    clinic: Clinic, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    episodes = [one for number in range(4) for one in treated_twice(clinic, number)]
    rows = rows_of(*episodes)
    with django_assert_num_queries(3):
        seen = views(episodes)
        guests_of(rows, seen)
    with django_assert_num_queries(2):
        assert len(views(episodes[:1])) == 1
