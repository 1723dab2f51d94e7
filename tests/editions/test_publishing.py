"""Publishing a draft, what stands in its way, and editions that nothing changes any more."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from scheduler.editions import (
    Refused,
    Stale,
    current_edition,
    find_draft,
    history,
    protocol_of,
    start_draft,
)
from scheduler.enrolment import enrol
from scheduler.models import Clinic, Edition, Event
from tests.editions.drafts import JO, SAM, begin, change, publish
from tests.enrolment.clinics import NOW, PROTOCOL, asked, bare_clinic, edition_of, ready_clinic
from tests.enrolment.test_races import at_once

pytestmark = pytest.mark.django_db


def test_a_draft_becomes_the_next_edition(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, continuous_wear="7d")
    edition = publish(clinic, 2)
    assert (edition.number, edition.reason, edition.approved_by) == (2, "Longer wear.", "Dr Example")
    assert current_edition(clinic, PROTOCOL) == edition
    assert protocol_of(edition).values["continuous_wear"].length.days == 7
    assert find_draft(clinic, PROTOCOL) is None


def test_it_holds_for_new_enrolments_only(clinic: Clinic) -> None:
    before = enrol(asked(clinic), "nurse@example.com", NOW).episode
    begin(clinic)
    change(clinic, 1, continuous_wear="7d")
    edition = publish(clinic, 2)
    after = enrol(asked(clinic, name="Ada", mobile="07700 900124"), "nurse@example.com", NOW).episode
    before.refresh_from_db()
    assert (before.edition.number, after.edition.number) == (1, edition.number)


def test_who_published_what_is_told(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, morning="10:00")
    publish(clinic, 2, actor=SAM)
    told = Event.objects.for_clinic(clinic).get(kind="edition-published", details__number=2)
    assert (told.actor, told.details["approved_by"]) == (SAM, "Dr Example")


def test_somebody_who_goes_on_editing_is_told_that_it_is_published(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, morning="10:00")
    publish(clinic, 2, actor=SAM)
    with pytest.raises(Stale, match=f"{SAM} published it as edition 2"):
        change(clinic, 2, evening="17:00")


def test_a_draft_that_was_changed_since_is_not_published(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, morning="10:00")
    change(clinic, 2, SAM, no_heat="21d")
    with pytest.raises(Stale, match=f"{SAM} set no_heat to 21d"):
        publish(clinic, 2)
    assert current_edition(clinic, PROTOCOL).number == 1


def refused(clinic: Clinic, seen: int, **values: Any) -> Refused:
    with pytest.raises(Refused) as found:
        publish(clinic, seen, **values)
    assert Edition.objects.for_clinic(clinic).count() == 1
    return found.value


def test_a_draft_is_not_published_over_a_newer_edition() -> None:
    clinic = ready_clinic()
    begin(clinic)
    change(clinic, 1, morning="10:00")
    edition_of(clinic, {"no_flying": "21d"})
    with pytest.raises(Refused, match="cannot be published") as found:
        publish(clinic, 2)
    assert [one.code for one in found.value.findings] == ["stale-base"]
    assert "Edition 2 was published since, by admin@example.com," in found.value.findings[0].sentence


def test_a_draft_that_changes_nothing_is_not_published(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, no_heat="2w")
    assert refused(clinic, 2).sentence == "Nothing differs from edition 1."


def test_a_fault_stands_in_the_way(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, lines__waxing__sms="No wax tonight {oops}.")
    no = refused(clinic, 2)
    assert (no.code, {one.code for one in no.findings}) == ("faults", {"unknown-placeholder", "relative-day"})


def test_a_length_below_the_protocols_own_waits_for_its_reason(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, no_heat="12d", continuous_wear="2d", why={"no_heat": "Our study."})
    no = refused(clinic, 2)
    assert (no.code, [one.name for one in no.findings]) == ("reason-missing", ["continuous_wear"])
    change(clinic, 2, why={"continuous_wear": "As told by the maker."})
    edition = publish(clinic, 3)
    assert edition.reasons == {"no_heat": "Our study.", "continuous_wear": "As told by the maker."}
    assert start_draft(clinic, PROTOCOL, actor=JO, now=NOW).reasons == edition.reasons


def test_the_settings_page_keeps_the_reasons_of_what_it_keeps(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, no_heat="12d", why={"no_heat": "Our study."})
    publish(clinic, 2)
    assert edition_of(clinic, {"no_flying": "21d", "no_heat": "12d"}).reasons == {"no_heat": "Our study."}
    assert edition_of(clinic, {"no_flying": "21d", "no_heat": "11d"}).reasons == {}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"reason": " "}, "no-reason"),
        ({"reason": "x" * 1001}, "no-reason"),
        ({"approved_by": ""}, "no-approver"),
        ({"approved_by": "x" * 121}, "no-approver"),
        ({"approved_by": "a\nb"}, "no-approver"),
    ],
)
def test_a_reason_and_a_clinician_are_wanted(clinic: Clinic, values: dict[str, str], code: str) -> None:
    begin(clinic)
    change(clinic, 1, morning="10:00")
    assert refused(clinic, 2, **values).code == code


def test_the_first_edition_waits_for_what_only_the_clinic_can_say() -> None:
    clinic = bare_clinic()
    begin(clinic)
    with pytest.raises(Refused) as found:
        publish(clinic, 1)
    assert [one.name for one in found.value.findings] == ["no_flying"]
    change(clinic, 1, no_flying="in-person")
    assert publish(clinic, 2).number == 1


def test_the_history_counts_who_was_enrolled_with_each(clinic: Clinic) -> None:
    enrol(asked(clinic), "nurse@example.com", NOW)
    edition_of(clinic, {"no_flying": "21d"})
    edition_of(ready_clinic(slug="sandy"), {"no_flying": "21d"})
    assert [(one.number, one.episodes_count) for one in history(clinic, PROTOCOL)] == [(2, 0), (1, 1)]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_does() -> None:
    clinic = ready_clinic()
    begin(clinic)
    change(clinic, 1, morning="10:00")

    def attempt() -> object:
        try:
            return publish(clinic, 2)
        except Stale as stale:
            return stale

    results = at_once([attempt] * 3)
    assert sorted(type(one).__name__ for one in results) == ["Edition", "Stale", "Stale"]
    assert list(history(clinic, PROTOCOL).values_list("number", flat=True)) == [2, 1]


def save(edition: Edition) -> None:
    edition.reason = "other"
    edition.save()


def update(edition: Edition) -> None:
    Edition.objects.for_clinic(edition.clinic).update(settings={})


def by_hand(edition: Edition) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE scheduler_edition SET reason = 'other'")


@pytest.mark.parametrize("how", [save, update, by_hand])
def test_an_edition_cannot_be_changed_any_more(clinic: Clinic, how: Callable[[Edition], None]) -> None:
    with pytest.raises(IntegrityError, match="an edition is immutable"), transaction.atomic():
        how(Edition.objects.for_clinic(clinic).get())
    edition = Edition.objects.for_clinic(clinic).get()
    assert (edition.reason, edition.settings) == ("first", {"no_flying": "14d"})
