"""Restoring an older edition, copying one to another clinic, and comparing any two."""

from collections.abc import Iterator

import pytest

from scheduler import editions
from scheduler.domain.protocol import Protocol
from scheduler.editions import Refused, compare, copy, file_of, protocol_of, restore
from scheduler.models import Clinic, Edition, Event
from tests.editions.drafts import JO, SAM, begin, change, publish
from tests.enrolment.clinics import NOW, PROTOCOL, bare_clinic, edition_of, ready_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def sandy(db: None) -> Clinic:
    return ready_clinic(slug="sandy", reply_to="hello@sandy.example")


@pytest.fixture
def newer_file() -> Iterator[None]:
    editions.available_protocols.cache_clear()
    files: dict[str, Protocol] = editions.available_protocols()
    files[PROTOCOL] = files[PROTOCOL].model_copy(update={"title": "Veins"})
    yield
    editions.available_protocols.cache_clear()


def test_an_older_edition_comes_back_under_a_new_number(clinic: Clinic) -> None:
    edition_of(clinic, {"no_flying": "21d", "morning": "10:00"})
    draft = restore(clinic, PROTOCOL, 1, actor=JO, now=NOW)
    assert (draft.base.number, draft.settings) == (2, {"no_flying": "14d"})
    edition = publish(clinic, draft.revision)
    assert edition.number == 3
    assert protocol_of(edition) == protocol_of(editions.find_edition(clinic, PROTOCOL, 1))


def test_it_comes_back_with_the_protocol_of_its_time(clinic: Clinic, newer_file: None) -> None:
    edition_of(clinic, {"no_flying": "14d"})
    draft = restore(clinic, PROTOCOL, 1, actor=JO, now=NOW)
    assert file_of(draft).title == "Microsclerotherapy"
    assert "other-file" in {one.code for one in editions.check(draft).warnings}
    assert file_of(publish(clinic, draft.revision)).title == "Microsclerotherapy"


@pytest.mark.parametrize(
    ("number", "code"), [(1, "current-edition"), (7, "unknown-edition"), (0, "unknown-edition")]
)
def test_only_an_older_edition_is_restored(clinic: Clinic, number: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        restore(clinic, PROTOCOL, number, actor=JO, now=NOW)
    assert refused.value.code == code
    assert editions.find_draft(clinic, PROTOCOL) is None


def test_another_clinics_edition_is_not_found(clinic: Clinic, sandy: Clinic) -> None:
    edition_of(sandy, {"no_flying": "21d"})
    with pytest.raises(Refused, match="There is no edition 2; there are: 1"):
        restore(clinic, PROTOCOL, 2, actor=JO, now=NOW)


def test_restoring_does_not_overwrite_a_draft(clinic: Clinic) -> None:
    edition_of(clinic, {"no_flying": "21d"})
    begin(clinic)
    with pytest.raises(Refused, match="There is a draft already"):
        restore(clinic, PROTOCOL, 1, actor=JO, now=NOW)


def copied_settings(clinic: Clinic) -> None:
    begin(clinic)
    change(
        clinic, 1, why={"no_heat": "Our study."}, no_heat="12d", lines__flying__email="Ask care@example.com."
    )
    change(clinic, 2, lines__bruising__sms="Bruises take a week or more.")
    publish(clinic, 3)


def test_a_copy_is_a_draft_of_the_other_clinic(clinic: Clinic, sandy: Clinic) -> None:
    copied_settings(clinic)
    copied = copy(editions.current_edition(clinic, PROTOCOL), sandy, actor=SAM, now=NOW)
    assert (copied.draft.clinic, copied.draft.base) == (sandy, editions.current_edition(sandy, PROTOCOL))
    assert copied.draft.settings == {
        "no_flying": "14d",
        "no_heat": "12d",
        "lines.bruising.sms": "Bruises take a week or more.",
    }
    assert copied.left_out == {"lines.flying.email": "It names care@example.com; write {reply_to} instead."}
    assert editions.find_draft(clinic, PROTOCOL) is None


def test_what_only_a_clinic_itself_can_say_does_not_go_along(clinic: Clinic, sandy: Clinic) -> None:
    Edition.objects.for_clinic(sandy).delete()
    copied = copy(editions.current_edition(clinic, PROTOCOL), sandy, actor=SAM, now=NOW)
    assert copied.left_out == {"no_flying": "Only the clinic itself can say this."}
    assert editions.check(copied.draft).faults


def test_the_reasons_of_the_first_clinic_do_not_go_along(clinic: Clinic, sandy: Clinic) -> None:
    copied_settings(clinic)
    draft = copy(editions.current_edition(clinic, PROTOCOL), sandy, actor=SAM, now=NOW).draft
    assert draft.reasons == {}
    assert "reason-missing" in {one.code for one in editions.check(draft).warnings}


def test_the_other_clinics_history_says_where_it_came_from(clinic: Clinic, sandy: Clinic) -> None:
    copy(editions.current_edition(clinic, PROTOCOL), sandy, actor=SAM, now=NOW)
    told = Event.objects.for_clinic(sandy).get(kind="draft-started")
    assert (told.actor, told.details["copied_from"], told.details["number"]) == (SAM, "leafy", 1)


def test_a_copy_does_not_overwrite_a_draft_nor_go_home(clinic: Clinic, sandy: Clinic) -> None:
    edition = editions.current_edition(clinic, PROTOCOL)
    begin(sandy)
    for target, code in ((sandy, "draft-exists"), (clinic, "same-clinic")):
        with pytest.raises(Refused) as refused:
            copy(edition, target, actor=SAM, now=NOW)
        assert refused.value.code == code


def test_the_draft_is_compared_with_the_current_edition(clinic: Clinic) -> None:
    begin(clinic)
    change(clinic, 1, morning="10:00")
    found = compare(clinic, PROTOCOL)
    assert (found.before, found.after) == ("edition 1", "draft (revision 2)")
    assert [(one.name, one.before, one.after) for one in found.changes] == [("morning", "09:00", "10:00")]


def test_any_two_are_compared(clinic: Clinic) -> None:
    edition_of(clinic, {"no_flying": "21d"})
    assert [one.after for one in compare(clinic, PROTOCOL, "1", "2").changes] == ["21d"]
    assert [one.after for one in compare(clinic, PROTOCOL, "2", "1").changes] == ["14d"]
    assert [one.name for one in compare(clinic, PROTOCOL, "file", "current").changes] == ["no_flying"]


@pytest.mark.parametrize("word", ["9", "-1", "x", "1e3", "\u0661", "9" * 30, ""])
def test_what_cannot_be_compared_is_named(clinic: Clinic, word: str) -> None:
    with pytest.raises(Refused) as refused:
        compare(clinic, PROTOCOL, word, "current")
    assert refused.value.code == "unknown-edition"


def test_a_clinic_without_an_edition_compares_with_the_file() -> None:
    clinic = bare_clinic()
    assert compare(clinic, PROTOCOL, "current", "file").changes == ()
