"""`aftercare import`: a file of enrolments."""

from pathlib import Path

import pytest
from django.core.management import call_command
from time_machine import travel

from scheduler.management.base import WrongInput
from scheduler.models import Clinic, Episode
from tests.enrolment.clinics import NOW, ready_clinic, rows

SAM = "Sam Example,07700 900123,2026-11-20T15:00,small"
KIM = "Kim Example,07700 900124,2026-11-20T14:00,large"
HEAD = "name,mobile,treated,area"


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ready_clinic()


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return tmp_path / "patients.csv"


def run(csv: Path, content: str | bytes, *flags: str) -> None:
    csv.write_bytes(content if isinstance(content, bytes) else content.encode())
    with travel(NOW, tick=False):
        call_command("import", str(csv), "--clinic=leafy", *flags)


def test_it_enrols_every_line(clinic: Clinic, csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(csv, "\n".join([HEAD, SAM, "", KIM]))
    assert capsys.readouterr().out == "2 patients enrolled, 0 enrolled before, 0 refused.\n"
    found = (
        Episode.objects.for_clinic(clinic).order_by("pk").values_list("patient__name", "answers", "channels")
    )
    assert list(found) == [
        ("Sam Example", {"area": "small"}, ["sms"]),
        ("Kim Example", {"area": "large"}, ["sms"]),
    ]


def test_it_names_every_line_that_is_wrong_and_enrols_the_others(
    clinic: Clinic, csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [HEAD, SAM, "Bo Example,12,2026-11-20T15:00,small", "Jo Example,,2026-11-20T15:00,huge", KIM]
    with pytest.raises(WrongInput) as refused:
        run(csv, "\r\n".join(lines))
    third, *fourth = str(refused.value).splitlines()
    assert third.startswith("line 3: mobile: This is not a complete telephone number")
    assert all(one.startswith("line 4: ") for one in fourth)
    assert {one.split(": ")[1] for one in fourth} == {"channels", "area"}
    assert "Example" not in str(refused.value)
    assert capsys.readouterr().out == "2 patients enrolled, 0 enrolled before, 2 refused.\n"


def test_it_does_nothing_twice(clinic: Clinic, csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(csv, "\n".join([HEAD, SAM]))
    written = rows()
    run(csv, "\n".join([HEAD, SAM, SAM]))
    assert capsys.readouterr().out.endswith("0 patients enrolled, 2 enrolled before, 0 refused.\n")
    assert rows() == written


def test_a_dry_run_says_the_same_and_writes_nothing(
    clinic: Clinic, csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = SAM.replace("15:00", "15:10")
    before = rows()
    with pytest.raises(WrongInput, match="line 3: patient: A patient of this name"):
        run(csv, "\n".join([HEAD, SAM, again]), "--dry-run")
    assert capsys.readouterr().out == "1 patient would be enrolled, 0 enrolled before, 1 refused.\n"
    assert rows() == before


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + HEAD + "\n" + SAM,
        HEAD.replace(",", ";") + "\n" + SAM.replace(",", ";"),
        f" {HEAD}\r\n{SAM}\r\n",
    ],
)
def test_it_reads_what_spreadsheets_write(clinic: Clinic, csv: Path, content: str) -> None:
    run(csv, content)
    assert rows()["Episode"] == 1


def test_a_line_has_the_number_that_an_editor_shows(clinic: Clinic, csv: Path) -> None:
    with pytest.raises(WrongInput, match="line 4: name: The name has characters that cannot be shown"):
        run(csv, "\n".join([HEAD, SAM, "", '"Jo\nExample",07700 900125,2026-11-20T15:00,small']))


def test_it_asks_to_confirm_late_treatments(clinic: Clinic, csv: Path) -> None:
    content = "\n".join([HEAD, SAM.replace("-20T", "-18T")])
    with pytest.raises(WrongInput, match=r"line 2: treated: .*Say --confirm-late"):
        run(csv, content)
    run(csv, content, "--confirm-late")
    assert rows()["Episode"] == 1


def test_it_takes_how_much_texts_say_and_whether_fewer_are_wanted(clinic: Clinic, csv: Path) -> None:
    head, odd = f"{HEAD},detail,fewer_texts", "Bo Example,07700 900125,2026-11-20T15:00,small,some,perhaps"
    with pytest.raises(WrongInput) as refused:
        run(csv, "\n".join([head, f"{SAM},Minimal,yes", f"{KIM},,", odd]))
    told = str(refused.value).splitlines()
    assert [line.split(": ")[:2] for line in told] == [["line 4", "detail"], ["line 4", "fewer_texts"]]
    found = Episode.objects.for_clinic(clinic).order_by("pk").values_list("detail", "fewer_texts")
    assert list(found) == [("minimal", True), ("", False)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "the column 'name' is missing"),
        ("name,mobile,treated\n", "the column 'area' is missing"),
        (f"{HEAD},mood\n", "there is no column 'mood'; there are: name, treated"),
        (f"{HEAD},name\n", "the column 'name' is there twice"),
        (f"{HEAD}\n{SAM},more\n", "line 2 has more values than there are columns"),
        (f'{HEAD}\n"Sam', "it is no CSV file"),
        (b"name\xff\n", "it is not text in UTF-8"),
    ],
)
def test_it_refuses_a_file_that_is_none(
    clinic: Clinic, csv: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(WrongInput, match=sentence):
        run(csv, content)
    assert rows()["Episode"] == 0


def test_it_refuses_a_file_that_is_not_there(clinic: Clinic) -> None:
    with pytest.raises(WrongInput, match="it cannot be read"):
        call_command("import", "nowhere.csv", "--clinic=leafy")


def test_it_says_what_the_clinic_has_still_to_set(csv: Path, clinic: Clinic) -> None:
    clinic.urgent_phone = ""
    clinic.save()
    with pytest.raises(WrongInput, match="Nobody can be enrolled yet"):
        run(csv, "\n".join([HEAD, SAM]))
