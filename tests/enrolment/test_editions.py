import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler import editions
from scheduler.cli import main
from scheduler.domain.clinic_values import SettingFault
from scheduler.editions import (
    BrokenProtocols,
    UnknownProtocol,
    available_protocols,
    current_edition,
    files,
    missing,
    protocol_of,
    publish,
)
from scheduler.models import Clinic, Edition, Event
from tests.enrolment.clinics import NOW, PROTOCOL, bare_clinic, edition_of, ready_clinic

pytestmark = pytest.mark.django_db
ENROL = f"--clinic leafy --protocol {PROTOCOL} --name Sam --mobile 07700900123 --treated 2026-11-20T15:00"


def test_it_numbers_the_editions_of_each_clinic() -> None:
    first, second = ready_clinic(), ready_clinic(slug="sandy")
    edition = edition_of(first, {"no_flying": "omit"})
    assert edition.number == 2
    assert current_edition(first, PROTOCOL) == edition
    assert current_edition(second, PROTOCOL).number == 1


def test_it_makes_no_edition_where_nothing_changed(clinic: Clinic) -> None:
    assert edition_of(clinic, {"no_flying": "14d"}).number == 1


def test_it_applies_the_clinics_settings(clinic: Clinic) -> None:
    edition = edition_of(clinic, {"no_flying": "21d", "morning": "10:00"})
    protocol = protocol_of(Edition.objects.for_clinic(clinic).get(pk=edition.pk))
    assert protocol.times["morning"].hour == 10
    assert protocol.missing_settings() == ()
    assert protocol_of(edition) is protocol


def test_it_keeps_an_older_edition_as_it_was(clinic: Clinic) -> None:
    older = current_edition(clinic, PROTOCOL)
    edition_of(clinic, {"no_flying": "21d", "morning": "10:00"})
    assert protocol_of(older).times["morning"].hour == 9


def test_it_keeps_the_order_in_which_a_protocol_is_written(clinic: Clinic) -> None:
    stored = Edition.objects.for_clinic(clinic).get()
    written = available_protocols()[PROTOCOL]
    for part in ("questions", "phases", "messages", "topics"):
        assert list(getattr(protocol_of(stored), part)) == list(getattr(written, part))
    assert list(protocol_of(stored).questions["area"].options) == ["small", "large"]


def test_it_leaves_an_event_with_who_and_why(clinic: Clinic) -> None:
    event = Event.objects.for_clinic(clinic).get(kind="edition-published")
    assert event.actor == "admin@example.com"
    assert event.details == {"protocol": PROTOCOL, "number": 1, "why": "first", "approved_by": "Dr Example"}


@pytest.mark.parametrize(
    ("protocol", "settings", "fault"),
    [
        ("microwaves", {}, UnknownProtocol),
        (PROTOCOL, {"no_flying": "soon"}, SettingFault),
        (PROTOCOL, {"no_such_value": "3d"}, SettingFault),
    ],
)
def test_it_publishes_nothing_that_is_wrong(protocol: str, settings: dict[str, str], fault: Any) -> None:
    clinic = bare_clinic()
    with pytest.raises(fault):
        publish(clinic, protocol, settings, reason="", approved_by="", actor="x", now=NOW)
    assert not Edition.objects.for_clinic(clinic).exists()


def test_it_says_what_a_new_clinic_has_to_set_and_where() -> None:
    found = missing(bare_clinic(), PROTOCOL)
    assert [value.name for value in found] == ["urgent_phone", "reply_to", "no_flying"]
    assert all(value.label for value in found)


def test_it_misses_nothing_at_a_clinic_that_is_ready(clinic: Clinic) -> None:
    assert missing(clinic, PROTOCOL) == []


def test_it_misses_a_zone_that_exists(clinic: Clinic) -> None:
    clinic.timezone = "Europe/Atlantis"
    assert [value.name for value in missing(clinic, PROTOCOL)] == ["timezone"]


@pytest.fixture
def schedules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of protocols of its own, with the real one in it."""
    shutil.copy(editions.SCHEDULES / f"{PROTOCOL}.yaml", tmp_path)
    monkeypatch.setattr(files, "SCHEDULES", tmp_path)
    available_protocols.cache_clear()
    yield tmp_path
    available_protocols.cache_clear()


def test_it_names_every_broken_file_with_its_lines(schedules: Path) -> None:
    (schedules / "a.yaml").write_text("id: [")
    (schedules / "b.yaml").write_text("- not a mapping")
    with pytest.raises(BrokenProtocols) as broken:
        available_protocols()
    lines = str(broken.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [str(schedules / "a.yaml"), str(schedules / "b.yaml")]


def test_it_refuses_two_files_with_one_id(schedules: Path) -> None:
    shutil.copy(schedules / f"{PROTOCOL}.yaml", schedules / "second.yaml")
    with pytest.raises(BrokenProtocols, match=r"second.yaml: another file has the id 'microsclerotherapy'"):
        available_protocols()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("words", "code"), [("demo", 2), (f"enrol {ENROL}", 2), ("doctor --only clinics", 1)]
)
def test_a_broken_file_ends_a_command_in_clear_lines(
    words: str, code: int, schedules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare_clinic()
    if words == "demo":
        Clinic.objects.all().delete()
    (schedules / "a.yaml").write_text("id: [")
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    shown = capsys.readouterr()
    assert ended.value.code == code
    assert "a.yaml:1:" in shown.out + shown.err
    assert "Traceback" not in shown.err
