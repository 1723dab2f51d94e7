"""`aftercare rehearse`: a table for people, JSON for scripts, and one clear line for what is wrong."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from time_machine import travel

from scheduler.cli import main
from scheduler.editions import change_draft, start_draft
from scheduler.enrolment import enrol
from scheduler.management.base import WrongInput
from scheduler.management.commands import rehearse as command
from scheduler.models import Clinic, Episode
from tests.domain.plans import FILE
from tests.enrolment.clinics import NOW, PROTOCOL, asked, bare_clinic, edition_of, ready_clinic, rows

WORDS = ("rehearse", "--clinic=leafy", f"--protocol={PROTOCOL}")


@pytest.fixture
def clinic(db: None) -> Clinic:
    clinic = ready_clinic()
    enrol(asked(clinic), "nurse@example.com", NOW)
    large = asked(
        clinic,
        name="Ada Secret",
        mobile="07700 900777",
        email="ada@example.com",
        answers={"area": "large"},
        channels=("email",),
    )
    enrol(large, "nurse@example.com", NOW)
    return clinic


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with travel(NOW, tick=False):
        call_command(*WORDS, *words)
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(run(capsys, "--format=json", *words))


def test_it_shows_both_editions_side_by_side(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "--set=morning=10:30", "--price=0.04")
    for words in (
        "Over: 2 treatments of 2 patients, 2026-08-22 to 2026-11-20",
        "Today: edition 1",
        "Rehearsed: edition 1, morning=10:30",
        "Signs of a clot",
        "Clocks go forward on Sun 28 Mar 2027, 01:00 to 02:00",
        "Clocks go back on Sun 31 Oct 2027, 02:00 to 01:00",
    ):
        assert words in shown
    assert all(word in shown for word in ("Cost", "Segments", "Messages by local hour", "09:00"))


def test_json_has_the_words_that_scripts_rely_on(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "--set=morning=07:30", "--price=0.04", "--from=2026-11-01", "--until=2026-11-30")
    assert (found["clinic"], found["protocol"], found["price"]) == ("leafy", PROTOCOL, "0.04")
    assert found["over"] == {
        "from": "2026-11-01",
        "until": "2026-11-30",
        "treatments": 2,
        "patients": 2,
        "cancelled_left_out": 0,
    }
    today, rehearsed = found["today"], found["rehearsed"]
    assert (today["name"], rehearsed["name"]) == ("edition 1", "edition 1, morning=07:30")
    assert today["reminders"] == today["texts"] + today["emails"] == sum(today["by_hour"].values())
    assert today["cost"] == f"{today['segments'] * 4 / 100:.2f}"
    assert today["by_message"]["clot-signs"]["reminders"] == 2
    assert {"key": "day-1", "named": "07:30", "reason": "sending-hours", "count": 2} in rehearsed["displaced"]
    assert found["difference"]["pushed_by_sending_hours"] == rehearsed["pushed_by_sending_hours"] > 0
    spring, autumn = found["clock_changes"]
    assert (spring["at"], spring["from"], spring["to"]) == (
        "2027-03-28T01:00:00Z",
        "2027-03-28T01:00",
        "2027-03-28T02:00",
    )
    assert {end["minutes"] for end in autumn["today"]["ends"]} == {-60}


def test_without_a_price_there_is_no_cost(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys)
    assert found["price"] is None
    assert "cost" not in found["today"]
    assert "Cost" not in run(capsys)


def test_nothing_changed_is_said(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Rehearsed: edition 1; nothing is changed" in run(capsys)
    assert set(told(capsys)["difference"].values()) == {0}


@pytest.mark.parametrize("form", ["table", "json"])
def test_no_patient_is_in_the_output(clinic: Clinic, capsys: pytest.CaptureFixture[str], form: str) -> None:
    shown = run(capsys, f"--format={form}", "--set=morning=10:30")
    for word in ("Sam", "Ada", "Secret", "900777", "900123", "ada@", "sam@", "/p/"):
        assert word not in shown


def test_it_writes_nothing(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    before = rows()
    run(capsys, "--set=morning=10:30")
    run(capsys, "--made=20")
    assert rows() == before


def test_made_up_ones_need_no_patient(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    ready_clinic()
    first, again = (told(capsys, "--made=40", "--set=no_flying=7d") for _ in range(2))
    assert first == again
    assert first["over"] == {"made": 40, "treatments": 40, "patients": 40, "cancelled_left_out": 0}


def test_an_older_edition_can_be_rehearsed(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    edition_of(clinic, {"no_flying": "14d", "morning": "11:00"})
    found = told(capsys, "--edition=1")
    assert (found["today"]["name"], found["rehearsed"]["name"]) == ("edition 2", "edition 1")
    assert found["today"]["by_hour"]["11"] > found["rehearsed"]["by_hour"].get("11", 0)


def test_the_draft_is_what_is_rehearsed(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    draft = start_draft(clinic, PROTOCOL, actor="admin@example.com", now=NOW)
    change_draft(
        clinic,
        PROTOCOL,
        {"messages.day-28": "off"},
        seen_revision=draft.revision,
        actor="admin@example.com",
        now=NOW,
    )
    found = told(capsys, "--set=morning=10:30")
    assert found["rehearsed"]["name"] == "draft, revision 2, morning=10:30"
    assert "day-28" in found["today"]["by_message"]
    assert "day-28" not in found["rehearsed"]["by_message"]
    assert told(capsys, "--edition=1")["rehearsed"]["name"] == "edition 1"


def test_every_wrong_setting_has_its_line(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WrongInput) as wrong:
        run(capsys, "--set=morning=late", "--set=dinner=10:00", "--set=messages.clot-signs=off")
    lines = str(wrong.value).splitlines()
    assert [line.split()[1] for line in lines] == ["dinner:", "messages.clot-signs:", "morning:"]


def test_a_protocol_file_is_rehearsed_with_the_clinics_settings(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "next.yaml"
    file.write_text(FILE.read_text().replace('bedtime: "19:00"', 'bedtime: "20:00"'))
    found = told(capsys, f"--protocol={file}")
    assert found["rehearsed"]["name"] == "next.yaml with the settings of edition 1"
    assert found["rehearsed"]["by_hour"]["20"] == found["today"]["by_hour"]["19"]


def test_what_the_edition_set_is_set_anew(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    edition_of(clinic, {"no_flying": "14d", "further_wear.small": "5d"})
    found = told(capsys, "--set=further_wear.small=9d")
    assert found["rehearsed"]["by_message"]["day-12"]["reminders"] == 1


def test_cancelled_ones_are_said_to_be_left_out(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    first = Episode.objects.for_clinic(clinic).order_by("pk")[0]
    Episode.objects.for_clinic(clinic).filter(pk=first.pk).update(state="cancelled")
    assert "1 treatment of 1 patient, 2026-08-22 to 2026-11-20; 1 cancelled left out" in run(capsys)


def test_a_clinic_without_a_number_gets_faults_and_no_crash(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    Clinic.objects.update(urgent_phone="")
    found = told(capsys)
    assert (found["today"]["texts"], found["today"]["faults"] > 0) == (0, True)
    assert found["today"]["fault_list"][0]["sentence"] == "there is nothing to say for 'phone'"
    assert "Faults" in run(capsys)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--clinic=nowhere"], "--clinic: there is no clinic 'nowhere'; there are: leafy"),
        (["--protocol=moon"], "--protocol: There is no protocol 'moon'"),
        (["--protocol=none.yaml"], "--protocol: none.yaml: No such file or directory"),
        (["--from=2026-11-21", "--until=2026-11-20"], "--until: 2026-11-20 is before 2026-11-21"),
        (["--from=2026-11-21"], "--until: 2026-11-20 is before 2026-11-21"),
        (["--until=2020-01-01"], "--from, --until: no treatment from 2019-10-03 to 2020-01-01 is enrolled"),
        (["--set=morning=late"], "--set morning: 'late' is not a time of day"),
        (["--set=dinner=10:00"], "--set dinner: there is no such value"),
        (["--set=morning"], "--set morning: write NAME=VALUE"),
        (
            ["--set=morning=09:00", "--set=morning=10:00"],
            "--set morning=10:00: write NAME=VALUE, each name once",
        ),
        (["--set=sending_from=20:00"], "--set sending_from: sending hours are four hours long"),
        (["--edition=9"], "--edition: There is no edition 9; there are: 1."),
        (["--made=5", "--from=2026-11-01"], "--made: made-up treatments have no --from and no --until"),
    ],
)
def test_wrong_input_is_one_clear_line(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], words: list[str], line: str
) -> None:
    with pytest.raises(WrongInput) as wrong:
        run(capsys, *words)
    assert wrong.value.returncode == 2
    (said,) = str(wrong.value).splitlines()
    assert said.startswith(line)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--price=-0.04"], "argument --price: '-0.04' is not a price; write what a segment costs: 0.04"),
        (["--price=nan"], "argument --price: 'nan' is not a price"),
        (["--price=cheap"], "argument --price: 'cheap' is not a price"),
        (
            ["--from=20.11.2026"],
            "argument --from: '20.11.2026' is not a date; write it like this: 2026-11-20",
        ),
        (["--until=2026-02-30"], "argument --until: '2026-02-30' is not a date"),
        (["--from=0001-01-01"], "argument --from: '0001-01-01' is not a date"),
        (["--made=0"], "argument --made: '0' is not a number from 1 to 100000"),
        (["--made=many"], "argument --made: 'many' is not a number"),
        (["--format=pdf"], "invalid choice: 'pdf'"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*WORDS, *words])
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


def test_a_clinic_without_an_edition_is_told_who_makes_it(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    bare_clinic()
    with pytest.raises(WrongInput, match=r"has no edition of Microsclerotherapy yet\. An admin of Leafy"):
        run(capsys, "--made=5")


def test_a_value_that_only_the_clinic_can_give_is_asked_for(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    edition_of(bare_clinic(), {})
    with pytest.raises(WrongInput, match=r"--set no_flying is not set \(No flying\): it takes no_flying=14d"):
        run(capsys, "--made=5")
    with pytest.raises(WrongInput, match="today's edition: no_flying is not set"):
        run(capsys, "--made=5", "--set=no_flying=14d")


def test_a_clinic_whose_zone_does_not_exist_is_told(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    Clinic.objects.update(timezone="Europe/Lundon")
    with pytest.raises(WrongInput, match="--clinic: Leafy Vein Clinic has no time zone that exists"):
        run(capsys)


def test_a_broken_file_is_told_with_its_place(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("id: [")
    with pytest.raises(WrongInput, match=r"broken\.yaml"):
        run(capsys, f"--protocol={file}")


def test_a_spring_day_is_no_surprise(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    ready_clinic()
    with travel(datetime(2027, 3, 28, 0, 30, tzinfo=UTC), tick=False):
        call_command(*WORDS, "--made=3", "--format=json")
    changes = json.loads(capsys.readouterr().out)["clock_changes"]
    assert [change["at"] for change in changes] == ["2027-03-28T01:00:00Z", "2027-10-31T01:00:00Z"]


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_shown_to_people_once_it_takes_longer(
    db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_clinic()
    for quick, shown in ((60.0, False), (0.0, True)):
        monkeypatch.setattr(command, "QUICK", quick)
        terminal = Terminal()
        monkeypatch.setattr("sys.stderr", terminal)
        call_command(*WORDS, "--made=100", "--format=json")
        assert ("Rehearsing" in terminal.getvalue()) is shown
        assert json.loads(capsys.readouterr().out)
