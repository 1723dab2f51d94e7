"""A draft: one at a time, changed only by who has seen it, with an event for each change."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from scheduler import editions
from scheduler.domain.protocol import Protocol
from scheduler.editions import Refused, Stale, discard_draft, renew_draft
from scheduler.models import Clinic, Draft, Event
from tests.editions.drafts import JO, SAM, begin, change
from tests.enrolment.clinics import NOW, PROTOCOL, bare_clinic, edition_of, ready_clinic
from tests.enrolment.test_races import at_once

pytestmark = pytest.mark.django_db


def events(clinic: Clinic) -> list[Event]:
    return list(Event.objects.for_clinic(clinic).filter(kind__startswith="draft-").order_by("pk"))


@pytest.fixture
def other_file(monkeypatch: pytest.MonkeyPatch) -> Iterator[Protocol]:
    """Today's file with another word in it than the editions have."""
    file = editions.find_protocol(PROTOCOL)
    line = file.lines["rubbing"].model_copy(update={"sms": "Do not rub."})
    newer = file.model_copy(update={"lines": {**file.lines, "rubbing": line}})
    editions.available_protocols.cache_clear()
    monkeypatch.setitem(editions.available_protocols(), PROTOCOL, newer)
    yield newer
    editions.available_protocols.cache_clear()


def test_it_begins_with_the_current_edition(clinic: Clinic) -> None:
    draft = begin(clinic)
    assert (draft.base.number, draft.settings, draft.revision) == (1, {"no_flying": "14d"}, 1)
    assert editions.file_changes(draft) == ()
    assert editions.find_draft(clinic, PROTOCOL) == draft


def test_the_first_begins_with_the_protocols_file() -> None:
    draft = begin(bare_clinic())
    assert (draft.base, draft.settings) == (None, {})


def test_it_says_what_the_file_has_changed_since(clinic: Clinic, other_file: Protocol) -> None:
    assert [one.name for one in editions.file_changes(begin(clinic))] == ["lines.rubbing.sms"]


def test_there_is_one_at_a_time(clinic: Clinic) -> None:
    begin(clinic)
    with pytest.raises(Refused, match=f"There is a draft already, last changed by {JO}") as refused:
        begin(clinic, SAM)
    assert refused.value.code == "draft-exists"


def test_each_clinic_has_its_own(clinic: Clinic) -> None:
    begin(clinic)
    assert editions.find_draft(ready_clinic(slug="sandy"), PROTOCOL) is None


def test_a_change_is_kept_and_told(clinic: Clinic) -> None:
    begin(clinic)
    draft = change(clinic, 1, SAM, morning="10:00")
    assert (draft.settings, draft.revision) == ({"no_flying": "14d", "morning": "10:00"}, 2)
    assert (draft.changed_by, draft.changed_at) == (SAM, NOW + timedelta(minutes=1))
    told = events(clinic)[-1]
    assert (told.kind, told.actor) == ("draft-changed", SAM)
    assert told.details["changes"] == {"morning": [None, "10:00"]}


def test_an_edit_is_taken_back(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, morning="10:00", lines__waxing__sms="No wax.")
    assert change(clinic, 2, morning=None, lines__waxing__sms=" ").settings == {"no_flying": "14d"}


@pytest.mark.parametrize("same", [{"no_flying": "14d"}, {"morning": None}, {"lines__waxing__sms": ""}, {}])
def test_what_changes_nothing_leaves_no_trace(clinic: Clinic, same: dict[str, Any]) -> None:
    begin(clinic)
    assert change(clinic, 1, **same).revision == 1
    assert [one.kind for one in events(clinic)] == ["draft-started"]


def test_a_wrong_value_stores_nothing_and_names_every_fault(clinic: Clinic) -> None:
    begin(clinic)
    with pytest.raises(Refused) as refused:
        change(clinic, 1, morning="9", oops="1", evening="17:00")
    assert [one.name for one in refused.value.findings] == ["morning", "oops"]
    assert Draft.objects.for_clinic(clinic).get().settings == {"no_flying": "14d"}


def test_words_that_cannot_be_sent_are_kept_for_whoever_goes_on_writing(clinic: Clinic) -> None:
    begin(clinic)
    draft = change(clinic, 1, lines__waxing__sms="No wax {")
    assert [one.code for one in editions.check(draft).faults] == ["lone-brace"]


def test_the_second_of_two_is_told_what_changed(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, SAM, morning="10:00")
    with pytest.raises(Stale, match=rf"{SAM} set morning to 10:00 \(was the protocol's own\)"):
        change(clinic, 1, JO, evening="17:00")
    assert "evening" not in Draft.objects.for_clinic(clinic).get().settings


def test_a_draft_of_another_time_is_not_taken_for_this_one(clinic: Clinic) -> None:
    begin(clinic)
    discard_draft(clinic, PROTOCOL, seen_revision=1, actor=SAM, now=NOW)
    begin(clinic, SAM)
    with pytest.raises(Stale, match=f"{SAM} began it; {SAM} discarded it"):
        change(clinic, 1, JO, evening="17:00")


def test_what_was_discarded_is_not_there_any_more(clinic: Clinic) -> None:
    begin(clinic)
    discard_draft(clinic, PROTOCOL, seen_revision=1, actor=JO, now=NOW)
    assert editions.find_draft(clinic, PROTOCOL) is None
    with pytest.raises(Stale):
        change(clinic, 1, evening="17:00")
    with pytest.raises(Refused, match="no draft"):
        change(clinic, 2, evening="17:00")
    assert events(clinic)[-1].details["settings"] == {"no_flying": "14d"}


@pytest.mark.parametrize(
    "act",
    [
        lambda clinic: change(clinic, 1, morning="10:00"),
        lambda clinic: editions.get_draft(clinic, PROTOCOL),
        lambda clinic: discard_draft(clinic, PROTOCOL, seen_revision=1, actor=JO, now=NOW),
        lambda clinic: renew_draft(clinic, PROTOCOL, seen_revision=1, actor=JO, now=NOW),
    ],
)
def test_nothing_is_done_to_a_draft_that_there_is_not(
    clinic: Clinic, act: Callable[[Clinic], object]
) -> None:
    begin(ready_clinic(slug="sandy"))
    with pytest.raises(Refused, match="There is no draft"):
        act(clinic)


def test_a_reason_stays_with_its_value(clinic: Clinic) -> None:
    begin(clinic)
    draft = change(clinic, 1, why={"no_heat": " Our study. "}, no_heat="12d")
    assert draft.reasons == {"no_heat": "Our study."}
    assert change(clinic, 2, morning="10:00").reasons == {"no_heat": "Our study."}
    assert change(clinic, 3, no_heat="7d").reasons == {}


def test_a_reason_alone_is_a_change(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, no_heat="12d")
    assert change(clinic, 2, why={"no_heat": "Our study."}).revision == 3
    assert events(clinic)[-1].details["reasons"] == {"no_heat": "Our study."}


@pytest.mark.parametrize("why", [{"no_waxing": "never set"}, {"no_flying": "x" * 301}])
def test_a_reason_for_nothing_or_without_end_is_refused(clinic: Clinic, why: dict[str, str]) -> None:
    begin(clinic)
    with pytest.raises(Refused):
        change(clinic, 1, why=why)


def test_renewing_carries_the_changes_over_to_a_newer_edition(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, morning="10:00", evening="17:00")
    edition_of(clinic, {"no_flying": "21d", "evening": "16:00", "no_waxing": "35d"})
    assert "stale-base" in {one.code for one in editions.check(editions.get_draft(clinic, PROTOCOL)).faults}
    renewed = renew_draft(clinic, PROTOCOL, seen_revision=2, actor=JO, now=NOW)
    expected = {"no_flying": "21d", "no_waxing": "35d", "morning": "10:00", "evening": "17:00"}
    assert (renewed.draft.settings, renewed.conflicts) == (expected, ("evening",))
    assert editions.check(renewed.draft).faults == ()


def test_renewing_takes_todays_file(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(clinic)
    file = editions.find_protocol(PROTOCOL)
    newer = file.model_copy(update={"title": "Veins"})
    monkeypatch.setitem(editions.available_protocols(), PROTOCOL, newer)
    assert "other-file" in {one.code for one in editions.check(editions.get_draft(clinic, PROTOCOL)).warnings}
    draft = renew_draft(clinic, PROTOCOL, seen_revision=1, actor=JO, now=NOW).draft
    assert editions.file_of(draft) == newer


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told_that_it_was_second() -> None:
    clinic = ready_clinic()
    begin(clinic)

    def attempt(clock: str) -> object:
        try:
            return change(clinic, 1, morning=clock)
        except Stale as stale:
            return stale

    results = at_once([lambda clock=clock: attempt(clock) for clock in ("10:00", "11:00", "12:00")])
    assert sorted(type(one).__name__ for one in results) == ["Draft", "Stale", "Stale"]
    assert Draft.objects.for_clinic(clinic).get().revision == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_that_begin_at_once_one_does() -> None:
    clinic = ready_clinic()

    def attempt() -> object:
        try:
            return begin(clinic)
        except Refused as refused:
            return refused

    results = at_once([attempt] * 3)
    assert sorted(type(one).__name__ for one in results) == ["Draft", "Refused", "Refused"]
